# From raw magnetograms to the paper's tables and figures, one rule per arrow (docs/run.md).
#
#   snakemake --cores all                 everything: tables, figures and results/report.html
#   snakemake --cores all aligned         one stage; `snakemake --list-target-rules` names them all
#   snakemake --dry-run                   what would run, and why
#
# config/config.yaml says what to compute, profiles/default/profile.yaml how. Another workflow may use
# this one as a module (docs/module.md): it then hands in the configuration.

import time
from pathlib import Path

from snakemake.utils import min_version

# Before anything that an older Snakemake, or its environment, may lack.
min_version("9.19")

from snakemake_interface_common.exceptions import WorkflowError

try:
    import onesun
except ImportError as error:
    if error.name != "onesun":
        raise
    raise WorkflowError(
        "the package onesun is not installed beside this Snakemake, expected the environment that "
        "`make table1` makes (. .venv/bin/activate), or `pip install -e .` in your own"
    ) from None
from onesun.archive.access import check_access
from onesun.config import complete, laid_over, read, read_words
from onesun.errors import ConfigError, OneSunError
from onesun.io import run_lock
from onesun.provenance import why

STARTED = time.time()
STATE = Path(".snakemake")
IS_MODULE = not workflow.modifier.is_main_snakefile()

# A killed run leaves Snakemake's locks behind; nobody should have to remove them.
if workflow.is_main_process and not IS_MODULE:
    run_lock.clear_stale(STATE)

try:
    # Of a file that is no YAML, Snakemake would tell neither its name nor the line.
    if not IS_MODULE and Path("config/config.yaml").is_file():
        read("config/config.yaml")
except ConfigError as error:
    raise WorkflowError(str(error)) from None


configfile: "config/config.yaml"


if not IS_MODULE:

    report: "workflow/report/workflow.rst"


# Snakemake makes text of whatever --config says within a section. That of a workflow which uses this
# one as a module is its own.
SAID = {} if IS_MODULE else read_words(workflow.config_settings.config)

try:
    CONFIG = complete(laid_over(config, SAID))
except ConfigError as error:
    raise WorkflowError(str(error)) from None


# Functions, which the rules ask.
include: "workflow/rules/common.smk"
include: "workflow/rules/methods.smk"
include: "workflow/rules/shown.smk"
include: "workflow/rules/judged.smk"
# Rules, in the order of the data.
include: "workflow/rules/source.smk"
include: "workflow/rules/prepare.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/predict.smk"
include: "workflow/rules/evaluate.smk"
include: "workflow/rules/series.smk"
include: "workflow/rules/tables.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/analyses.smk"
include: "workflow/rules/network_analyses.smk"
include: "workflow/rules/convert.smk"
include: "workflow/rules/benchmark.smk"


if CONFIG["release"]:

    include: "workflow/rules/release.smk"


rule all:
    input:
        expand("results/{name}.csv", name=TABLES),
        rules.figures.input,
        "results/report.html",


onstart:
    try:
        workflow.onesun_lock = run_lock.hold(STATE)  # to the end of this process
        why.remember(STATE / "code")
        check_access(CONFIG, Path("results/raw"))
    except OneSunError as error:
        raise WorkflowError(str(error)) from None


onerror:
    # Snakemake says much about a failed job; what the command itself said comes last.
    for file in sorted(Path("logs").rglob("*.log")):
        last = file.read_text("utf-8", "replace").splitlines()[-1:]
        if file.stat().st_mtime >= STARTED and last and last[0].startswith("onesun: "):
            print(f"\n{last[0]}\n  (said in {file})")
