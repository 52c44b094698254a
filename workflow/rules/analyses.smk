"""Analyses: what limits a conversion, and whether what comes out can be joined to the target.

Goes in: a month's aligned frames, the record of the input, what a method needs, and the target's
noise (continuity). The null test uses only targets, of test months; the others every set of the split.
Comes out, in results/:
  analyses/null/         the target degraded to an input and brought back ({pair}/{method}/{month}),
                         and against itself some time later ({pair}/{month})
  analyses/calibration/  slope and offset of input against target, by what they may depend on
  analyses/continuity/   input, prediction and target through the months of the overlap: fluxes by
                         region and by frame
Sums of a month, by tile of the disk, are .npz with a manifest .json; {analysis}/{pair}.csv and .md is
the table, results/figures/{analysis}-{pair}.png and .pdf the figure, .md its caption.
"""


rule analyses:
    """Stage: every analysis of every pair, its table and its figure."""
    input:
        lambda wildcards: [
            path
            for analysis, pairs in ANALYSES.items()
            for pair in pairs
            for path in (
                f"results/analyses/{analysis}/{pair}.csv",
                f"results/figures/{analysis}-{pair}.png",
            )
        ],


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
    threads: by_network(16, 1)
    resources:
        mem_mb=4000,
        gpu=by_network(1, 0),
    params:
        code=method_code("analyses:null_restored"),
        settings=lambda wildcards: analysis_method_settings("null_test", wildcards),
        records=pair_records("analyse_degraded", "input"),
        split=month_row,
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
        code=code("analyses:null_repeated"),
        settings=analysis_settings("null_test"),
        records=pair_records("analyse_repeated", "target"),
        split=month_row,
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
        code=code("analyses:null_show"),
        settings=analysis_shown("null_test"),
    message:
        "Showing the null test: {wildcards.pair}"
    shell:
        "onesun analyse-null show --pair {wildcards.pair:q} --settings {params.settings:q}"
        " --out {output.csv:q} --figure {output.png:q} {input:q} 2>&1 | tee {log:q}"


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
        code=code("analyses:calibration_measure"),
        settings=analysis_settings("calibration"),
        records=pair_records("analyse_calibration", "input"),
        split=month_row,
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
        code=code("analyses:calibration_show"),
        settings=analysis_shown("calibration"),
    message:
        "Showing the calibration map: {wildcards.pair}"
    shell:
        "onesun analyse-calibration show --pair {wildcards.pair:q} --settings {params.settings:q}"
        " --out {output.csv:q} --figure {output.png:q} {input:q} 2>&1 | tee {log:q}"


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
    threads: by_network(16, 1)
    resources:
        mem_mb=3000,
        gpu=by_network(1, 0),
    params:
        code=method_code("analyses:continuity_measure"),
        settings=lambda wildcards: analysis_method_settings("continuity", wildcards),
        records=pair_records("analyse_continuity", "target"),
        split=month_row,
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
        code=code("analyses:continuity_show"),
        settings=analysis_shown("continuity"),
    message:
        "Showing the continuity of flux: {wildcards.pair}"
    shell:
        "onesun analyse-continuity show --pair {wildcards.pair:q} --settings {params.settings:q}"
        " --out {output.csv:q} --figure {output.png:q} {input:q} 2>&1 | tee {log:q}"
