"""Evaluate: how far predictions are from targets, as sums that add up over months.

Goes in: a test month's aligned frames and a method's predictions, or the network itself and what
calibrates its error; the month's days by the split.
Comes out, in results/:
  statistics/{pair}/{method}/{month}.json  moments; by tile of the disk, .npz
  measures/{pair}/{method}/{month}.npz     extreme values, gradients, fluxes and correlations patch by
                                           patch and pixel by pixel; their manifest .json
  coverage/{pair}/{method}/{month}.json    how many of a month's readings lie within the errors
  pointing/statistics/{pair}/{method}/{month}.json  what registration of predictions to the target
                                           found; statistics by each pointing beside it
"""


rule statistics:
    """Stage: the statistics of every column of Table 1 in the test months."""
    input:
        every_column("results/statistics/{pair}/{method}/{month}.json"),


rule evaluate:
    input:
        aligned="results/aligned/{pair}/{month}.json",
        predictions="results/predictions/{pair}/{method}/{month}.json",
    output:
        statistics="results/statistics/{pair}/{method}/{month}.json",
        tiles="results/statistics/{pair}/{method}/{month}.npz",
    log:
        "logs/evaluate/{pair}/{method}/{month}.log",
    benchmark:
        "logs/evaluate/{pair}/{method}/{month}.tsv"
    conda:
        "../../envs/onesun.yaml"
    resources:
        mem_mb=2000,
    params:
        code=code("evaluate"),
        settings=settings(
            "grid",
            table1=part("table1", "rows"),
            measure={"tiles": {"size": CONFIG["measure"]["tiles"]["size"]}},
        ),
        split=month_row,
    message:
        "Evaluating {wildcards.pair} by {wildcards.method}, {wildcards.month}"
    shell:
        "onesun evaluate --pair {wildcards.pair:q} --method {wildcards.method:q}"
        " --month {wildcards.month:q} --aligned {input.aligned:q}"
        " --predictions {input.predictions:q} --split {params.split:q}"
        " --settings {params.settings:q} --out {output.statistics:q} 2>&1 | tee {log:q}"


rule measures:
    """Stage: the measures of every column of Table 2 in the test months."""
    input:
        every_column("results/measures/{pair}/{method}/{month}.json", table="table2"),


rule measure:
    input:
        aligned="results/aligned/{pair}/{month}.json",
        predictions="results/predictions/{pair}/{method}/{month}.json",
    output:
        arrays="results/measures/{pair}/{method}/{month}.npz",
        manifest="results/measures/{pair}/{method}/{month}.json",
    log:
        "logs/measure/{pair}/{method}/{month}.log",
    benchmark:
        "logs/measure/{pair}/{method}/{month}.tsv"
    conda:
        "../../envs/onesun.yaml"
    resources:
        mem_mb=2000,
    params:
        code=code("measure"),
        settings=settings("grid", "measure"),
        split=month_row,
    message:
        "Measuring {wildcards.pair} by {wildcards.method}, {wildcards.month}"
    shell:
        "onesun measure --pair {wildcards.pair:q} --method {wildcards.method:q}"
        " --month {wildcards.month:q} --aligned {input.aligned:q}"
        " --predictions {input.predictions:q} --split {params.split:q}"
        " --settings {params.settings:q} --out {output.arrays:q} 2>&1 | tee {log:q}"


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
        split=month_row,
    message:
        "Judging the error of {wildcards.method} on {wildcards.pair}, {wildcards.month}"
    shell:
        "onesun coverage --pair {wildcards.pair:q} --method {wildcards.method:q}"
        " --month {wildcards.month:q} --aligned {input.aligned:q} --weights {input.weights:q}"
        " --errors {input.errors:q} --split {params.split:q} --settings {params.settings:q}"
        " --out {output:q} 2>&1 | tee {log:q}"


rule pointing:
    input:
        aligned=f"{BY_HEADER}/{{pair}}/{{month}}.json",
        predictions="results/pointing/predictions/{pair}/{method}/{month}.json",
    output:
        manifest="results/pointing/statistics/{pair}/{method}/{month}.json",
        statistics=expand(
            "results/pointing/statistics/{pair}/{method}/{month}.{pointing}.{kind}",
            pointing=POINTINGS,
            kind=["json", "npz"],
            allow_missing=True,
        ),
    log:
        "logs/pointing/{pair}/{method}/{month}.log",
    benchmark:
        "logs/pointing/{pair}/{method}/{month}.tsv"
    conda:
        "../../envs/onesun.yaml"
    resources:
        mem_mb=2000,
    params:
        code=code("pointing"),
        settings=settings(
            "grid",
            align={key: value for key, value in CONFIG["align"].items() if key != "registration"},
            pointing=part("pointing", "models"),
            table1=part("table1", "rows"),
            measure={"tiles": {"size": CONFIG["measure"]["tiles"]["size"]}},
        ),
        split=month_row,
    message:
        "Scoring the pointing of {wildcards.pair} by {wildcards.method}, {wildcards.month}"
    shell:
        "onesun pointing --pair {wildcards.pair:q} --method {wildcards.method:q}"
        " --month {wildcards.month:q} --aligned {input.aligned:q}"
        " --predictions {input.predictions:q} --split {params.split:q}"
        " --settings {params.settings:q} --out {output.manifest:q} 2>&1 | tee {log:q}"
