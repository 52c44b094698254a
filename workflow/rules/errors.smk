"""Errors: what a network's error is worth, calibrated on validation months, judged on test months.

Goes in: the weights and the card of a network with an error; aligned frames of the method's validation
months, and of a test month.
Comes out: results/models/{pair}/{method}/errors.json, factors by predicted field and by radius, without
which `onesun convert` delivers no error; results/coverage/{pair}/{method}/{month}.json, how many of a
month's readings lie within the errors, as counts that add up over months.
"""


rule errors:
    input:
        weights="results/models/{pair}/{method}/weights.safetensors",
        card="results/models/{pair}/{method}/card.json",
        aligned=lambda wildcards: trained_months(
            "results/aligned/{pair}/{month}.json", wildcards.pair, wildcards.method, "validation"
        ),
    output:
        "results/models/{pair}/{method}/errors.json",
    log:
        "logs/errors/{pair}/{method}.log",
    benchmark:
        "logs/errors/{pair}/{method}.tsv"
    wildcard_constraints:
        method=any_of(filter(has_error, METHODS)),
    conda:
        "../../envs/onesun.yaml"
    threads: 16
    resources:
        # Pixels of all frames at once, 120 bytes each; 24 frames of a month have twenty million.
        mem_mb=lambda wildcards, input: 1500 + 2500 * len(input.aligned),
        gpu=1,
    params:
        code=code("errors"),
        settings=settings("errors", "grid"),
        split=lambda wildcards: trained_split(wildcards.pair, wildcards.method, "validation"),
        aligned=lambda wildcards, input: options({"aligned": input.aligned}),
    message:
        "Calibrating the error of {wildcards.method} on {wildcards.pair}"
    shell:
        "onesun errors --pair {wildcards.pair:q} --method {wildcards.method:q}"
        " --weights {input.weights:q} {params.aligned:q} --split {params.split:q}"
        " --settings {params.settings:q} --out {output:q} 2>&1 | tee {log:q}"


rule coverage:
    input:
        weights="results/models/{pair}/{method}/weights.safetensors",
        card="results/models/{pair}/{method}/card.json",
        errors="results/models/{pair}/{method}/errors.json",
        aligned="results/aligned/{pair}/{month}.json",
    output:
        "results/coverage/{pair}/{method}/{month}.json",
    log:
        "logs/coverage/{pair}/{method}/{month}.log",
    benchmark:
        "logs/coverage/{pair}/{method}/{month}.tsv"
    wildcard_constraints:
        method=any_of(filter(has_error, METHODS)),
    conda:
        "../../envs/onesun.yaml"
    threads: 16
    resources:
        mem_mb=3000,
        gpu=1,
    params:
        code=code("coverage"),
        settings=settings("errors", "grid"),
        split=lambda wildcards: split_rows(wildcards.pair, month=wildcards.month),
    message:
        "Judging the error of {wildcards.method} on {wildcards.pair}, {wildcards.month}"
    shell:
        "onesun coverage --pair {wildcards.pair:q} --method {wildcards.method:q}"
        " --month {wildcards.month:q} --aligned {input.aligned:q} --weights {input.weights:q}"
        " --errors {input.errors:q} --split {params.split:q} --settings {params.settings:q}"
        " --out {output:q} 2>&1 | tee {log:q}"
