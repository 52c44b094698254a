"""Measures: extreme values, gradients, fluxes and correlations patch by patch and pixel by pixel.

Goes in: a test month's aligned frames and a method's predictions; its days by the split.
Comes out: results/measures/{pair}/{method}/{month}.npz, statistics that add up over months, and their
manifest {month}.json.
"""


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
        split=lambda wildcards: split_rows(wildcards.pair, month=wildcards.month),
    message:
        "Measuring {wildcards.pair} by {wildcards.method}, {wildcards.month}"
    shell:
        "onesun measure --pair {wildcards.pair:q} --method {wildcards.method:q}"
        " --month {wildcards.month:q} --aligned {input.aligned:q}"
        " --predictions {input.predictions:q} --split {params.split:q}"
        " --settings {params.settings:q} --out {output.arrays:q} 2>&1 | tee {log:q}"
