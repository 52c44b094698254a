"""Patch stores: what networks are trained from.

Goes in: a month of aligned frames.
Comes out: results/patches/{pair}/{month}.zarr/, one Zarr store of input and target patches, and its
manifest {month}.json.
"""


rule patches:
    """Stage: the patch stores of every pair and month."""
    input:
        every_month("results/patches/{pair}/{month}.json"),


rule store:
    input:
        aligned="results/aligned/{pair}/{month}.json",
    output:
        folder=directory("results/patches/{pair}/{month}.zarr"),
        manifest="results/patches/{pair}/{month}.json",
    log:
        "logs/store/{pair}/{month}.log",
    benchmark:
        "logs/store/{pair}/{month}.tsv"
    conda:
        "../../envs/onesun.yaml"
    resources:
        mem_mb=2000,
    params:
        code=code("store"),
        settings=settings("store", "grid"),
    message:
        "Cutting patches: {wildcards.pair}, {wildcards.month}"
    shell:
        "onesun store --aligned {input.aligned:q} --settings {params.settings:q}"
        " --out {output.folder:q} 2>&1 | tee {log:q}"
