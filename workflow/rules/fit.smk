"""Fits: methods that follow from sums over frames, histogram equating and the linear filter.

Goes in: the aligned frames of a pair's training and validation months, their days by the split, the
calibration.
Comes out: results/models/{pair}/{method}/ with fit.safetensors and a card that says how it came
about.
"""


rule fits:
    """Stage: the fits of every method of the ladder."""
    input:
        every_column(
            "results/models/{pair}/{method}/fit.safetensors", "equated", "ridge", table="ladder"
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
        aligned=lambda wildcards, input: options({"aligned": input.aligned}),
        out=subpath(output.fit, parent=True),
    message:
        "Fitting {wildcards.method} on {wildcards.pair}"
    shell:
        "onesun fit --pair {wildcards.pair:q} --method {wildcards.method:q} {params.aligned:q}"
        " --split {params.split:q} --calibration {input.calibration:q}"
        " --settings {params.settings:q} --out {params.out:q} 2>&1 | tee {log:q}"
