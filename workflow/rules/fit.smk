"""Fits: methods that follow from sums over frames, histogram equating and the linear filters.

Goes in: the aligned frames of a pair's training and validation months, their days by the split, the
calibration; for the bound of linear filters, the aligned frames of the test months alone.
Comes out: results/models/{pair}/{method}/ with fit.safetensors and a card that says how it came
about.
"""


rule fits:
    """Stage: the fits of every method of the ladder."""
    input:
        every_column(
            "results/models/{pair}/{method}/fit.safetensors",
            "equated",
            "ridge",
            "wiener",
            table="ladder",
        ),


rule fit:
    input:
        aligned=lambda wildcards: trained_months(
            "results/aligned/{pair}/{month}.json", wildcards.pair, wildcards.method
        ),
        calibration="results/calibration/{pair}.json",
    output:
        fit="results/models/{pair}/{method}/fit.safetensors",
        card="results/models/{pair}/{method}/card.json",
    log:
        "logs/fit/{pair}/{method}.log",
    benchmark:
        "logs/fit/{pair}/{method}.tsv"
    wildcard_constraints:
        method=method_of("equated", "ridge"),
    conda:
        "../../envs/onesun.yaml"
    threads: 4
    resources:
        mem_mb=2000,
    params:
        code=code("fit"),
        settings=lambda wildcards: settings(
            "grid",
            calibration={"within_radius": CONFIG["calibration"]["within_radius"]},
            method={"kind": METHODS[wildcards.method]["kind"]},
            fitting={
                key: CONFIG["fitting"][key]
                for key in ("frames_per_month", METHODS[wildcards.method]["kind"])
            },
        ),
        split=lambda wildcards: trained_split(wildcards.pair, wildcards.method),
        inputs=lambda wildcards, input: options(
            {"aligned": input.aligned, "calibration": [input.calibration]}
        ),
        out=subpath(output.fit, parent=True),
    message:
        "Fitting {wildcards.method} on {wildcards.pair}"
    shell:
        "onesun fit --pair {wildcards.pair:q} --method {wildcards.method:q} {params.inputs:q}"
        " --split {params.split:q} --settings {params.settings:q} --out {params.out:q}"
        " 2>&1 | tee {log:q}"


# A bound: fitted to the months that it is judged by.
use rule fit as fit_bound with:
    input:
        aligned=lambda wildcards: tested_months(
            "results/aligned/{pair}/{month}.json", wildcards.pair
        ),
    log:
        "logs/fit_bound/{pair}/{method}.log",
    benchmark:
        "logs/fit_bound/{pair}/{method}.tsv"
    wildcard_constraints:
        method=method_of("wiener"),
    params:
        settings=lambda wildcards: settings(
            "grid",
            method={"kind": METHODS[wildcards.method]["kind"]},
            calibration={"within_radius": CONFIG["calibration"]["within_radius"]},
            fitting={
                key: CONFIG["fitting"][key]
                for key in ("frames_per_month", METHODS[wildcards.method]["kind"])
            },
        ),
        split=lambda wildcards: tested_split(wildcards.pair),
        inputs=lambda wildcards, input: options({"aligned": input.aligned}),
    message:
        "Fitting the bound {wildcards.method} on {wildcards.pair}"
