"""The noise of the target.

Goes in: the aligned frames of the training months.
Comes out: results/noise/{pair}.json.
"""

# How often targets are interpolated: in alignment, and before that where the sample's Sun turns.
RESAMPLED = 2 if SAMPLED and CONFIG["sample"]["rotation"] else 1


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
