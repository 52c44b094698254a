"""The split: which months train, validate and test.

Goes in: the configuration only.
Comes out: results/split/{pair}.csv, a row per month with its set and its first and last day.
"""


rule splits:
    """Stage: the split of every pair."""
    input:
        expand("results/split/{pair}.csv", pair=PAIRS),


rule split:
    output:
        "results/split/{pair}.csv",
    log:
        "logs/split/{pair}.log",
    benchmark:
        "logs/split/{pair}.tsv"
    localrule: True
    conda:
        "../../envs/onesun.yaml"
    params:
        code=code("split"),
        settings=lambda wildcards: settings(split=PAIRS[wildcards.pair]["split"]),
    message:
        "Splitting {wildcards.pair} by month"
    shell:
        "onesun split --pair {wildcards.pair:q} --settings {params.settings:q} --out {output:q}"
        " 2>&1 | tee {log:q}"
