"""Calibration: input = a + b * target.

Goes in: the aligned frames of a pair's training months, and which of their days count by the split.
Comes out: results/calibration/{pair}.json, the fits at each resolution and weighting.
"""


rule calibrations:
    """Stage: the calibration of every pair."""
    input:
        expand("results/calibration/{pair}.json", pair=PAIRS),


rule calibrate:
    input:
        aligned=lambda wildcards: monthly(
            "results/aligned/{pair}/{month}.json", wildcards.pair, "train"
        ),
    output:
        "results/calibration/{pair}.json",
    log:
        "logs/calibrate/{pair}.log",
    benchmark:
        "logs/calibrate/{pair}.tsv"
    conda:
        "../../envs/onesun.yaml"
    resources:
        mem_mb=2000,
    params:
        code=code("calibrate"),
        settings=settings("calibration", "grid"),
        split=lambda wildcards: split_rows(wildcards.pair, "train"),
        input_instrument=of_pair("input"),
        aligned=lambda wildcards, input: options({"aligned": input.aligned}),
        records=lambda wildcards: records("calibrate", PAIRS[wildcards.pair]["input"]),
    message:
        "Calibrating {wildcards.pair}"
    shell:
        "onesun calibrate --pair {wildcards.pair:q} --input-instrument {params.input_instrument:q}"
        " {params.aligned:q} --split {params.split:q} --settings {params.settings:q}"
        " --out {output:q} 2>&1 | tee {log:q}"
