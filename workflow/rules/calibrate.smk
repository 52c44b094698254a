"""Calibration: input = a + b * target.

Goes in: the aligned frames of a pair's training months, and which of their days count by the split.
Comes out: results/calibration/{pair}.json, the fits at each resolution and weighting, from which the
paper's baseline has its slope and networks start; results/calibration/{pair}.line.json, the line of the
method matched. They are two, so that another way to fit that line trains no network again.
"""

# Of the section `calibration`, what both rules read.
COMPARED = {key: CONFIG["calibration"][key] for key in ("bin_width", "within_radius", "blocks")}
# The slope of the paper's baseline, and the line of `matched`.
BASELINE = {key: CONFIG["calibration"][key] for key in ("resolution", "weighting")}
MATCHED = {"line": CONFIG["calibration"]["line"]}


rule calibrations:
    """Stage: the calibration of every pair."""
    input:
        expand("results/calibration/{pair}{kind}.json", pair=PAIRS, kind=["", ".line"]),


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
        settings=settings("grid", calibration=COMPARED | BASELINE),
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


rule line:
    input:
        aligned=lambda wildcards: monthly(
            "results/aligned/{pair}/{month}.json", wildcards.pair, "train"
        ),
    output:
        "results/calibration/{pair}.line.json",
    log:
        "logs/line/{pair}.log",
    benchmark:
        "logs/line/{pair}.tsv"
    conda:
        "../../envs/onesun.yaml"
    resources:
        mem_mb=2000,
    params:
        code=code("line"),
        settings=settings("grid", calibration=COMPARED | MATCHED),
        split=lambda wildcards: split_rows(wildcards.pair, "train"),
        input_instrument=of_pair("input"),
        aligned=lambda wildcards, input: options({"aligned": input.aligned}),
        records=lambda wildcards: records("calibrate", PAIRS[wildcards.pair]["input"]),
    message:
        "Fitting the line of {wildcards.pair}"
    shell:
        "onesun line --pair {wildcards.pair:q} --input-instrument {params.input_instrument:q}"
        " {params.aligned:q} --split {params.split:q} --settings {params.settings:q}"
        " --out {output:q} 2>&1 | tee {log:q}"
