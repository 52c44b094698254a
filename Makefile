# The newcomer's commands; each first makes the environment it needs, in .venv.
#
#   PYTHON   the Python to make it with           make table1 PYTHON=/path/to/python3.11
#   CORES    how many cores to use                make all CORES=4
#   TARGET   what is asked for; all if absent     make why TARGET=results/table1.csv
#   SAMPLE   small, or whole: what SLURM runs     make test-slurm SAMPLE=whole
#   SURE     yes: remove, not only list       make clean-downloads SURE=yes
#   KILLS    how many, at moments drawn by SEED   make test-kills KILLS=5 SEED=2 TARGET=weights
#
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help all table1 report why benchmark archive-demo test test-reruns test-slurm test-kills bench \
  quoted weights docs lint clean clean-downloads

PYTHON ?= python3.11
SAMPLE ?= small
KILLS ?= 20
SEED ?= 1
CORES ?= $(shell nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)
VENV := .venv
BIN := $(VENV)/bin
RELEASE := results/release
RERUNS := tests/workflow/test_reruns.py
PIP_INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check --constraint constraints.txt

# Snakemake stops where it cannot keep a cache in the home folder, as in some containers.
CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)
ifneq ($(shell mkdir -p "$(CACHE)" 2>/dev/null && test -w "$(CACHE)" && echo yes),yes)
export XDG_CACHE_HOME := $(CURDIR)/.cache
endif

help:  ## list the commands
	@sed -n 's/^\([a-z0-9-]*\):.*## /make \1\t/p' $(MAKEFILE_LIST) | expand -t 22

all: $(VENV)/.installed  ## every table and figure of the paper, and the report that holds them
	@$(BIN)/snakemake --quiet host reason --cores $(CORES) -- all
	@printf '\nThe report is in results/report.html: open it in a browser, it needs no network.\n'

report: all  ## the same, and Snakemake's own report in results/snakemake_report.html
	@$(BIN)/snakemake --quiet host reason --report results/snakemake_report.html -- all
	@printf "\nSnakemake's own report is in results/snakemake_report.html.\n"

table1: $(VENV)/.installed  ## the paper's Table 1 on the embedded sample, and its networks ready to convert
	@$(BIN)/snakemake --quiet host reason --cores $(CORES) -- results/table1.csv models
	@printf '\nTable 1 is in results/table1.csv and, for reading, in results/table1.md:\n\n'
	@cat results/table1.md

why: $(VENV)/.installed  ## what would run again, and because of which edit (TARGET, or all of it)
	@$(BIN)/snakemake --dry-run $(TARGET) 2>&1 | $(BIN)/python -m onesun.provenance.why

benchmark: $(VENV)/.installed  ## every method, and those of submissions/, by the benchmark's frames and measures
	@$(BIN)/snakemake --quiet host reason --cores $(CORES) -- benchmark
	@printf '\nThe table is in results/benchmark.md, its page in results/benchmark.html.\n'

archive-demo: $(VENV)/.installed  ## from HTTP to Table 1 and a converted month, from a stand-in for JSOC and NSO
	@PYTHONPATH=tests $(BIN)/python -m helpers.archive.demo --cores $(CORES)

test: $(VENV)/.installed-test  ## the tests, with their coverage
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(CORES) --dist loadfile --no-loadscope-reorder \
	  --ignore $(RERUNS) --cov --cov-fail-under 85

test-reruns: $(VENV)/.installed-test  ## what each edit of docs/reruns.md runs again, on all cores
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest $(RERUNS)

test-slurm: $(VENV)/.installed-slurm  ## the sample through a SLURM started for it, against a local run
	@$(BIN)/python tests/slurm/check.py --sample $(SAMPLE)

test-kills: $(VENV)/.installed  ## make table1, killed at random moments, against an undisturbed run
	@$(BIN)/python tests/kills.py --target $(or $(TARGET),table1) --sample $(SAMPLE) \
	  --kills $(KILLS) --seed $(SEED) --cores $(CORES)

bench: $(VENV)/.installed-bench  ## what is timed against what: every benchmarks/*.py in turn
	@for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python "$$script"; done

quoted: all  ## the figures that README and docs/paper.md quote, from this run
	@$(BIN)/python -m onesun.report.quoted results README.md docs/paper.md

weights: $(VENV)/.installed  ## the networks that come with the package, from the real frames to docs/weights.md
	@mkdir -p $(RELEASE)
	@$(BIN)/snakemake --quiet host reason --cores $(CORES) --directory $(RELEASE) \
	  --configfile config/config.yaml config/release.yaml -- weights
	@cp $(RELEASE)/results/weights/*.safetensors $(RELEASE)/results/weights/*.json resources/weights/
	@cp $(RELEASE)/results/weights/weights.md docs/weights.md
	@printf '\nThe weights are in resources/weights, and docs/weights.md describes them.\n'

docs: $(VENV)/.installed-docs  ## the documentation as a site, docs/_build/html; warnings are errors
	@$(BIN)/python -m sphinx --quiet --fail-on-warning --keep-going --builder html docs docs/_build/html
	@printf 'The documentation is in docs/_build/html/index.html.\n'

lint: $(VENV)/.installed-lint  ## style, types and the usual mistakes, in Python and in rules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/snakefmt --check Snakefile workflow/rules
	@$(BIN)/snakemake --quiet host --lint

# The environment may be gone, or never have been made: any Python 3.11 does.
CLEAN := PYTHONPATH=workflow $(if $(wildcard $(BIN)/python),$(BIN)/python,$(PYTHON)) -B -m onesun.clean

clean:  ## remove what was computed; downloads, your own files and .venv stay
	@$(CLEAN)

clean-downloads:  ## list what was downloaded; SURE=yes removes it
	@$(CLEAN) --downloads $(if $(filter yes,$(SURE)),--sure)

$(VENV)/.installed: pyproject.toml constraints.txt
	@command -v "$(PYTHON)" >/dev/null || { \
	  echo "onesun: $(PYTHON) not found, expected Python 3.11 (another place: make PYTHON=...)" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "onesun: $(PYTHON) is older than Python 3.11" >&2; exit 1; }
	@echo "Installing OneSun and what it needs into $(VENV) (once, a few minutes)"
	@"$(PYTHON)" -m venv $(VENV)
	@$(PIP_INSTALL) --editable .
	@touch $@

$(VENV)/.installed-%: $(VENV)/.installed
	@echo "Installing what is needed for $* into $(VENV) (once)"
	@$(PIP_INSTALL) --editable '.[$*]'
	@touch $@
