"""Prepare: two instruments on one grid, the split of their months, patches, and what is measured of them.

Goes in: the raw frames of a pair's two instruments in a month.
Comes out, in results/:
  aligned/{pair}/{month}/     an input and a target FITS file per frame; beside it their manifest
                              .json, and the frames taken (.frames.csv) and refused (.refused.csv).
                              The latter is no output of the rule: Snakemake would remove it just
                              when every frame was refused
  split/{pair}.csv            a row per month with its set and its first and last day
  patches/{pair}/{month}.zarr input and target patches, from which networks are trained; .json
  calibration/{pair}.json     input = a + b * target at each resolution and weighting, from which the
                              paper's baseline has its slope and networks start
  calibration/{pair}.line.json  the line of the method matched; a file of its own, so that another
                              way to fit it trains no network again
  noise/{pair}.json           the noise of the target
"""

# Of the section `calibration`, what the rules calibrate and line both read.
COMPARED = part("calibration", "bin_width", "within_radius", "blocks")
# The slope of the paper's baseline, and the line of `matched`.
BASELINE = part("calibration", "resolution", "weighting")
MATCHED = part("calibration", "line")

# How often targets are interpolated: in alignment, and before that where the sample's Sun turns.
RESAMPLED = 2 if SAMPLED and CONFIG["sample"]["rotation"] else 1


rule aligned:
    """Stage: the aligned frames of every pair and month."""
    input:
        every_month("results/aligned/{pair}/{month}.json"),


rule align:
    input:
        folder_of("input"),
        folder_of("target"),
        input=of_pair("input", "results/raw/{instrument}/{month}.json"),
        target=of_pair("target", "results/raw/{instrument}/{month}.json"),
    output:
        folder=directory("results/aligned/{pair}/{month}"),
        manifest="results/aligned/{pair}/{month}.json",
        frames="results/aligned/{pair}/{month}.frames.csv",
    log:
        "logs/align/{pair}/{month}.log",
    benchmark:
        "logs/align/{pair}/{month}.tsv"
    # Before further downloads: raw files may go afterwards.
    priority: 2
    conda:
        "../../envs/onesun.yaml"
    resources:
        mem_mb=2000,
    params:
        code=code("align"),
        settings=settings("align", "grid"),
        input_instrument=of_pair("input"),
        target_instrument=of_pair("target"),
        records=pair_records("align", *ROLES),
    message:
        "Aligning {wildcards.pair}, {wildcards.month}"
    shell:
        "onesun align --pair {wildcards.pair:q} --input-instrument {params.input_instrument:q}"
        " --target-instrument {params.target_instrument:q} --month {wildcards.month:q}"
        " --input {input.input:q} --target {input.target:q} --settings {params.settings:q}"
        " --out {output.folder:q} 2>&1 | tee {log:q}"


rule splits:
    """Stage: the split of every pair."""
    input:
        expand("results/split/{pair}.csv", pair=PAIRS),


rule split:
    output:
        "results/split/{pair}.csv",
    log:
        "logs/split/{pair}.log",
    benchmark:
        "logs/split/{pair}.tsv"
    localrule: True
    conda:
        "../../envs/onesun.yaml"
    params:
        code=code("split"),
        settings=lambda wildcards: settings(split=PAIRS[wildcards.pair]["split"]),
    message:
        "Splitting {wildcards.pair} by month"
    shell:
        "onesun split --pair {wildcards.pair:q} --settings {params.settings:q} --out {output:q}"
        " 2>&1 | tee {log:q}"


rule patches:
    """Stage: the patch stores of every pair and month."""
    input:
        every_month("results/patches/{pair}/{month}.json"),


rule store:
    input:
        aligned="results/aligned/{pair}/{month}.json",
    output:
        folder=directory("results/patches/{pair}/{month}.zarr"),
        manifest="results/patches/{pair}/{month}.json",
    log:
        "logs/store/{pair}/{month}.log",
    benchmark:
        "logs/store/{pair}/{month}.tsv"
    conda:
        "../../envs/onesun.yaml"
    resources:
        mem_mb=2000,
    params:
        code=code("store"),
        settings=settings("store", "grid"),
    message:
        "Cutting patches: {wildcards.pair}, {wildcards.month}"
    shell:
        "onesun store --aligned {input.aligned:q} --settings {params.settings:q}"
        " --out {output.folder:q} 2>&1 | tee {log:q}"


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
        records=pair_records("calibrate", "input"),
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
        records=pair_records("calibrate", "input"),
    message:
        "Fitting the line of {wildcards.pair}"
    shell:
        "onesun line --pair {wildcards.pair:q} --input-instrument {params.input_instrument:q}"
        " {params.aligned:q} --split {params.split:q} --settings {params.settings:q}"
        " --out {output:q} 2>&1 | tee {log:q}"


rule noise:
    input:
        aligned=lambda wildcards: monthly(
            "results/aligned/{pair}/{month}.json", wildcards.pair, "train"
        ),
    output:
        "results/noise/{pair}.json",
    log:
        "logs/noise/{pair}.log",
    benchmark:
        "logs/noise/{pair}.tsv"
    conda:
        "../../envs/onesun.yaml"
    resources:
        mem_mb=1000,
    params:
        code=code("noise"),
        settings=settings("grid", "noise"),
        resampled=RESAMPLED,
        split=lambda wildcards: split_rows(wildcards.pair, "train"),
        aligned=lambda wildcards, input: options({"aligned": input.aligned}),
    message:
        "Measuring the target's noise: {wildcards.pair}"
    shell:
        "onesun noise --pair {wildcards.pair:q} {params.aligned:q} --split {params.split:q}"
        " --settings {params.settings:q} --resampled {params.resampled} --out {output:q}"
        " 2>&1 | tee {log:q}"
