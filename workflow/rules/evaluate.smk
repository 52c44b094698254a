"""Statistics: how far a method's frames are from the target's, as sums that add up over months.

Goes in: a test month's aligned frames and a method's predictions; its days by the split.
Comes out: results/statistics/{pair}/{method}/{month}.json and, by tile of the disk, {month}.npz.
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
            table1={"rows": CONFIG["table1"]["rows"]},
            measure={"tiles": {"size": CONFIG["measure"]["tiles"]["size"]}},
        ),
        split=lambda wildcards: split_rows(wildcards.pair, month=wildcards.month),
    message:
        "Evaluating {wildcards.pair} by {wildcards.method}, {wildcards.month}"
    shell:
        "onesun evaluate --pair {wildcards.pair:q} --method {wildcards.method:q}"
        " --month {wildcards.month:q} --aligned {input.aligned:q}"
        " --predictions {input.predictions:q} --split {params.split:q}"
        " --settings {params.settings:q} --out {output.statistics:q} 2>&1 | tee {log:q}"
