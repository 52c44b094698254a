"""Continuity of flux: input, prediction and target through the months of the overlap.

Goes in: a month's aligned frames, in every set of the split; what a method needs; the target's noise.
Comes out: results/analyses/continuity/{pair}/{method}/{month}.npz, fluxes by region, by frame and by
tile of the disk, with its manifest .json. Table and figure: analyses.smk.
"""


rule continuity_month:
    input:
        unpack(method_needs),
        aligned="results/aligned/{pair}/{month}.json",
        noise="results/noise/{pair}.json",
    output:
        arrays="results/analyses/continuity/{pair}/{method}/{month}.npz",
        manifest="results/analyses/continuity/{pair}/{method}/{month}.json",
    log:
        "logs/continuity_month/{pair}/{method}/{month}.log",
    benchmark:
        "logs/continuity_month/{pair}/{method}/{month}.tsv"
    conda:
        "../../envs/onesun.yaml"
    threads: lambda wildcards: 16 if "weights" in method_needs(wildcards) else 1
    resources:
        mem_mb=3000,
        gpu=lambda wildcards: int("weights" in method_needs(wildcards)),
    params:
        code=lambda wildcards: code(
            "analyse_continuity:measure", f"onesun.methods:_{METHODS[wildcards.method]['kind']}"
        ),
        settings=lambda wildcards: analysis_method_settings("continuity", wildcards),
        records=lambda wildcards: records("analyse_continuity", PAIRS[wildcards.pair]["target"]),
        split=lambda wildcards: split_rows(wildcards.pair, month=wildcards.month),
        needs=analysis_needs,
    message:
        "Fluxes: {wildcards.pair} by {wildcards.method}, {wildcards.month}"
    shell:
        "onesun analyse-continuity measure --pair {wildcards.pair:q} --method {wildcards.method:q}"
        " --month {wildcards.month:q} --aligned {input.aligned:q} --noise {input.noise:q}"
        " {params.needs:q} --split {params.split:q} --settings {params.settings:q}"
        " --out {output.arrays:q} 2>&1 | tee {log:q}"


rule continuity:
    input:
        lambda wildcards: expand(
            monthly("results/analyses/continuity/{pair}/{method}/{month}.json", wildcards.pair),
            pair=wildcards.pair,
            method=CONFIG["analyses"]["continuity"]["methods"],
        ),
    output:
        csv=analysis_csv("continuity"),
        md="results/analyses/continuity/{pair}.md",
        png=analysis_png("continuity"),
        pdf="results/figures/continuity-{pair}.pdf",
        caption="results/figures/continuity-{pair}.md",
    log:
        "logs/continuity/{pair}.log",
    benchmark:
        "logs/continuity/{pair}.tsv"
    localrule: True
    conda:
        "../../envs/onesun.yaml"
    params:
        code=code("analyse_continuity:show"),
        settings=analysis_shown("continuity"),
    message:
        "Showing the continuity of flux: {wildcards.pair}"
    shell:
        "onesun analyse-continuity show --pair {wildcards.pair:q} --settings {params.settings:q}"
        " --out {output.csv:q} --figure {output.png:q} {input:q} 2>&1 | tee {log:q}"
