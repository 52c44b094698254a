"""Analyses of named methods: what they resolve, and whether the errors of networks hold in other epochs.

Goes in: a test month's aligned frames and a method's predictions (resolution); a month's aligned
frames and a network with a calibrated error (epochs).
Comes out: results/analyses/resolution/ and results/analyses/epochs/, the months' sums by tile of the
disk ({pair}/{method}/{month}.npz, .json), tables and figures, as in analyses.smk.
"""


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
        code=code("analyses:resolution_measure"),
        settings=analysis_settings("resolution"),
        records=pair_records("analyse_resolution", "input"),
        split=month_row,
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
        code=code("analyses:resolution_show"),
        settings=analysis_shown("resolution"),
    message:
        "Showing the resolution: {wildcards.pair}"
    shell:
        "onesun analyse-resolution show --pair {wildcards.pair:q} --settings {params.settings:q}"
        " --out {output.csv:q} --figure {output.png:q} {input:q} 2>&1 | tee {log:q}"


rule epochs_month:
    input:
        weights="results/models/{pair}/{method}/weights.safetensors",
        card="results/models/{pair}/{method}/card.json",
        errors="results/models/{pair}/{method}/errors.json",
        aligned="results/aligned/{pair}/{month}.json",
    output:
        arrays="results/analyses/epochs/{pair}/{method}/{month}.npz",
        manifest="results/analyses/epochs/{pair}/{method}/{month}.json",
    log:
        "logs/epochs_month/{pair}/{method}/{month}.log",
    benchmark:
        "logs/epochs_month/{pair}/{method}/{month}.tsv"
    wildcard_constraints:
        method=any_of(filter(has_error, METHODS)),
    conda:
        "../../envs/onesun.yaml"
    threads: 16
    resources:
        mem_mb=4000,
        gpu=1,
    params:
        code=code("analyses:epochs_measure"),
        settings=settings("errors", "grid", analyses=analysis_section("epochs")),
        records=pair_records("analyse_epochs", "input"),
        split=lambda wildcards: judged_split(wildcards.pair, wildcards.method, wildcards.month),
    message:
        "Errors of {wildcards.method} on {wildcards.pair} in {wildcards.month}"
    shell:
        "onesun analyse-epochs measure --pair {wildcards.pair:q} --method {wildcards.method:q}"
        " --month {wildcards.month:q} --aligned {input.aligned:q} --weights {input.weights:q}"
        " --errors {input.errors:q} --split {params.split:q} --settings {params.settings:q}"
        " --out {output.arrays:q} 2>&1 | tee {log:q}"


rule epochs:
    input:
        lambda wildcards: [
            f"results/analyses/epochs/{wildcards.pair}/{method}/{month}.json"
            for method in EPOCHS[wildcards.pair]
            for month in judged_months(wildcards.pair, method)
        ],
    output:
        csv=analysis_csv("epochs"),
        md="results/analyses/epochs/{pair}.md",
        png=analysis_png("epochs"),
        pdf="results/figures/epochs-{pair}.pdf",
        caption="results/figures/epochs-{pair}.md",
    log:
        "logs/epochs/{pair}.log",
    benchmark:
        "logs/epochs/{pair}.tsv"
    wildcard_constraints:
        pair=any_of(ANALYSES["epochs"]),
    localrule: True
    conda:
        "../../envs/onesun.yaml"
    params:
        code=code("analyses:epochs_show"),
        settings=analysis_shown("epochs"),
    message:
        "Showing errors in other epochs: {wildcards.pair}"
    shell:
        "onesun analyse-epochs show --pair {wildcards.pair:q} --settings {params.settings:q}"
        " --out {output.csv:q} --figure {output.png:q} {input:q} 2>&1 | tee {log:q}"
