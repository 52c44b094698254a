"""Whether the errors of networks hold in other epochs.

Goes in: a month's aligned frames and a network with a calibrated error.
Comes out: results/analyses/epochs/{pair}/{method}/{month}.npz, sums by tile of the disk, with its
manifest .json; the analysis's table and figure, see analyses.smk.
"""

from onesun.methods.own import is_for_pair

EPOCHS = {
    pair: [
        name for name in CONFIG["analyses"]["epochs"]["methods"] if is_for_pair(METHODS[name], pair)
    ]
    for pair in PAIRS
}
ANALYSES["epochs"] = [pair for pair, methods in EPOCHS.items() if methods]


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
        code=code("analyse_epochs:measure"),
        settings=settings("errors", "grid", analyses=analysis_section("epochs")),
        records=lambda wildcards: records("analyse_epochs", PAIRS[wildcards.pair]["input"]),
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
        pair=any_of(pair for pair, methods in EPOCHS.items() if methods),
    localrule: True
    conda:
        "../../envs/onesun.yaml"
    params:
        code=code("analyse_epochs:show"),
        settings=analysis_shown("epochs"),
    message:
        "Showing errors in other epochs: {wildcards.pair}"
    shell:
        "onesun analyse-epochs show --pair {wildcards.pair:q} --settings {params.settings:q}"
        " --out {output.csv:q} --figure {output.png:q} {input:q} 2>&1 | tee {log:q}"
