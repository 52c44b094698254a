"""The null test: what noise, optics and evolution leave at best.

Goes in: a test month's aligned frames, of which only targets are used; what a method needs; the
record of the input.
Comes out: results/analyses/null/{pair}/{method}/{month}.npz, the target degraded to an input and
brought back; results/analyses/null/{pair}/{month}.npz, the target against itself some time later;
each with its manifest .json. Table and figure: analyses.smk.
"""


rule null_restored:
    input:
        unpack(method_needs),
        aligned="results/aligned/{pair}/{month}.json",
    output:
        arrays="results/analyses/null/{pair}/{method}/{month}.npz",
        manifest="results/analyses/null/{pair}/{method}/{month}.json",
    log:
        "logs/null_restored/{pair}/{method}/{month}.log",
    benchmark:
        "logs/null_restored/{pair}/{method}/{month}.tsv"
    conda:
        "../../envs/onesun.yaml"
    threads: lambda wildcards: 16 if "weights" in method_needs(wildcards) else 1
    resources:
        mem_mb=4000,
        gpu=lambda wildcards: int("weights" in method_needs(wildcards)),
    params:
        code=lambda wildcards: code(
            "analyse_null:restored", f"onesun.methods:_{METHODS[wildcards.method]['kind']}"
        ),
        settings=lambda wildcards: analysis_method_settings("null_test", wildcards),
        records=lambda wildcards: records("analyse_degraded", PAIRS[wildcards.pair]["input"]),
        split=lambda wildcards: split_rows(wildcards.pair, month=wildcards.month),
        needs=analysis_needs,
    message:
        "Null test: {wildcards.pair} by {wildcards.method}, {wildcards.month}"
    shell:
        "onesun analyse-null restored --pair {wildcards.pair:q} --method {wildcards.method:q}"
        " --month {wildcards.month:q} --aligned {input.aligned:q} {params.needs:q}"
        " --split {params.split:q} --settings {params.settings:q} --out {output.arrays:q}"
        " 2>&1 | tee {log:q}"


rule null_repeated:
    input:
        aligned="results/aligned/{pair}/{month}.json",
    output:
        arrays="results/analyses/null/{pair}/{month}.npz",
        manifest="results/analyses/null/{pair}/{month}.json",
    log:
        "logs/null_repeated/{pair}/{month}.log",
    benchmark:
        "logs/null_repeated/{pair}/{month}.tsv"
    conda:
        "../../envs/onesun.yaml"
    resources:
        mem_mb=3000,
    params:
        code=code("analyse_null:repeated"),
        settings=analysis_settings("null_test"),
        records=lambda wildcards: records("analyse_repeated", PAIRS[wildcards.pair]["target"]),
        split=lambda wildcards: split_rows(wildcards.pair, month=wildcards.month),
    message:
        "Target against itself: {wildcards.pair}, {wildcards.month}"
    shell:
        "onesun analyse-null repeated --pair {wildcards.pair:q} --month {wildcards.month:q}"
        " --aligned {input.aligned:q} --split {params.split:q} --settings {params.settings:q}"
        " --out {output.arrays:q} 2>&1 | tee {log:q}"


rule null:
    input:
        restored=lambda wildcards: expand(
            monthly("results/analyses/null/{pair}/{method}/{month}.json", wildcards.pair, "test"),
            pair=wildcards.pair,
            method=CONFIG["analyses"]["null_test"]["methods"],
        ),
        repeated=lambda wildcards: monthly(
            "results/analyses/null/{pair}/{month}.json", wildcards.pair, "test"
        ),
    output:
        csv=analysis_csv("null"),
        md="results/analyses/null/{pair}.md",
        png=analysis_png("null"),
        pdf="results/figures/null-{pair}.pdf",
        caption="results/figures/null-{pair}.md",
    log:
        "logs/null/{pair}.log",
    benchmark:
        "logs/null/{pair}.tsv"
    localrule: True
    conda:
        "../../envs/onesun.yaml"
    params:
        code=code("analyse_null:show"),
        settings=analysis_shown("null_test"),
    message:
        "Showing the null test: {wildcards.pair}"
    shell:
        "onesun analyse-null show --pair {wildcards.pair:q} --settings {params.settings:q}"
        " --out {output.csv:q} --figure {output.png:q} {input:q} 2>&1 | tee {log:q}"
