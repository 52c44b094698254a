"""What methods resolve, against the target's own spectrum and elements.

Goes in: a test month's aligned frames and a method's predictions.
Comes out: results/analyses/resolution/{pair}/{method}/{month}.npz, sums by tile of the disk, with its
manifest .json; the analysis's table and figure, see analyses.smk.
"""

ANALYSES["resolution"] = list(PAIRS) if CONFIG["analyses"]["resolution"]["methods"] else []


rule resolution_month:
    input:
        aligned="results/aligned/{pair}/{month}.json",
        predictions="results/predictions/{pair}/{method}/{month}.json",
    output:
        arrays="results/analyses/resolution/{pair}/{method}/{month}.npz",
        manifest="results/analyses/resolution/{pair}/{method}/{month}.json",
    log:
        "logs/resolution_month/{pair}/{method}/{month}.log",
    benchmark:
        "logs/resolution_month/{pair}/{method}/{month}.tsv"
    conda:
        "../../envs/onesun.yaml"
    resources:
        mem_mb=2500,
    params:
        code=code("analyse_resolution:measure"),
        settings=analysis_settings("resolution"),
        records=lambda wildcards: records("analyse_resolution", PAIRS[wildcards.pair]["input"]),
        split=lambda wildcards: split_rows(wildcards.pair, month=wildcards.month),
    message:
        "Resolution: {wildcards.pair} by {wildcards.method}, {wildcards.month}"
    shell:
        "onesun analyse-resolution measure --pair {wildcards.pair:q}"
        " --method {wildcards.method:q} --month {wildcards.month:q} --aligned {input.aligned:q}"
        " --predictions {input.predictions:q} --split {params.split:q}"
        " --settings {params.settings:q} --out {output.arrays:q} 2>&1 | tee {log:q}"


rule resolution:
    input:
        lambda wildcards: expand(
            monthly(
                "results/analyses/resolution/{pair}/{method}/{month}.json", wildcards.pair, "test"
            ),
            method=CONFIG["analyses"]["resolution"]["methods"],
        ),
    output:
        csv=analysis_csv("resolution"),
        md="results/analyses/resolution/{pair}.md",
        png=analysis_png("resolution"),
        pdf="results/figures/resolution-{pair}.pdf",
        caption="results/figures/resolution-{pair}.md",
    log:
        "logs/resolution/{pair}.log",
    benchmark:
        "logs/resolution/{pair}.tsv"
    localrule: True
    conda:
        "../../envs/onesun.yaml"
    params:
        code=code("analyse_resolution:show"),
        settings=analysis_shown("resolution"),
    message:
        "Showing the resolution: {wildcards.pair}"
    shell:
        "onesun analyse-resolution show --pair {wildcards.pair:q} --settings {params.settings:q}"
        " --out {output.csv:q} --figure {output.png:q} {input:q} 2>&1 | tee {log:q}"
