"""Calibration maps: slope and offset of input against target, by what they may depend on.

Goes in: a month's aligned frames, in every set of the split; the record of the input, whose optics
the target is blurred by.
Comes out: results/analyses/calibration/{pair}/{month}.npz, sums by bin and by tile of the disk, with
its manifest .json. Table and figure: analyses.smk.
"""


rule calibration_month:
    input:
        aligned="results/aligned/{pair}/{month}.json",
    output:
        arrays="results/analyses/calibration/{pair}/{month}.npz",
        manifest="results/analyses/calibration/{pair}/{month}.json",
    log:
        "logs/calibration_month/{pair}/{month}.log",
    benchmark:
        "logs/calibration_month/{pair}/{month}.tsv"
    conda:
        "../../envs/onesun.yaml"
    resources:
        mem_mb=2000,
    params:
        code=code("analyse_calibration:measure"),
        settings=analysis_settings("calibration"),
        records=lambda wildcards: records("analyse_calibration", PAIRS[wildcards.pair]["input"]),
        split=lambda wildcards: split_rows(wildcards.pair, month=wildcards.month),
    message:
        "Calibration map: {wildcards.pair}, {wildcards.month}"
    shell:
        "onesun analyse-calibration measure --pair {wildcards.pair:q} --month {wildcards.month:q}"
        " --aligned {input.aligned:q} --split {params.split:q} --settings {params.settings:q}"
        " --out {output.arrays:q} 2>&1 | tee {log:q}"


rule calibration:
    input:
        lambda wildcards: monthly(
            "results/analyses/calibration/{pair}/{month}.json", wildcards.pair
        ),
    output:
        csv=analysis_csv("calibration"),
        md="results/analyses/calibration/{pair}.md",
        png=analysis_png("calibration"),
        pdf="results/figures/calibration-{pair}.pdf",
        caption="results/figures/calibration-{pair}.md",
    log:
        "logs/calibration/{pair}.log",
    benchmark:
        "logs/calibration/{pair}.tsv"
    localrule: True
    conda:
        "../../envs/onesun.yaml"
    params:
        code=code("analyse_calibration:show"),
        settings=analysis_shown("calibration"),
    message:
        "Showing the calibration map: {wildcards.pair}"
    shell:
        "onesun analyse-calibration show --pair {wildcards.pair:q} --settings {params.settings:q}"
        " --out {output.csv:q} --figure {output.png:q} {input:q} 2>&1 | tee {log:q}"
