"""Converted months: what a user of `onesun convert` gets of a month of an archive.

Goes in: the manifest of a month's raw frames of a pair's input; and by convert.weights those that come
with OneSun, or a network of this run and what calibrates its error, if it has one.
Comes out: results/converted/{pair}/{month}/ with a FITS file (field, error, mask) per frame, and their
manifest {month}.json; frames that were refused are in {month}.refused.csv with the reason.
"""


rule converted:
    """Stage: every month of every pair, converted."""
    input:
        lambda wildcards: [
            month
            for pair in PAIRS
            for month in monthly("results/converted/{pair}/{month}.json", pair)
        ],


rule convert:
    input:
        raw=of_pair("input", "results/raw/{instrument}/{month}.json"),
        weights=converted_by()["weights"],
        card=converted_by()["card"],
        errors=converted_by().get("errors", []),
    output:
        folder=directory("results/converted/{pair}/{month}"),
        manifest="results/converted/{pair}/{month}.json",
        refused="results/converted/{pair}/{month}.refused.csv",
    log:
        "logs/convert/{pair}/{month}.log",
    benchmark:
        "logs/convert/{pair}/{month}.tsv"
    conda:
        "../../envs/onesun.yaml"
    # A process a core, each with a frame of its own.
    threads: 8
    resources:
        mem_mb=lambda wildcards, threads: 1200 * threads,
    params:
        code=code("convert"),
        records=pair_records("convert", *ROLES),
        weights=lambda wildcards, input: wildcards.pair if OF_PACKAGE else input.weights,
    message:
        "Converting {wildcards.pair}, {wildcards.month}"
    shell:
        "onesun convert {input.raw:q} --weights {params.weights:q} --out {output.folder:q}"
        " --manifest {output.manifest:q} --workers {threads} 2>&1 | tee {log:q}"
