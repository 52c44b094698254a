"""Raw frames from the user's own files.

Goes in: {source.folder}/{instrument}/{month}/ with FITS files, which are read where they are.
Comes out: results/raw/{instrument}/{month}.json, their manifest.
"""


localrules:
    index,
    raw,


rule raw:
    """Stage: the raw frames of every instrument and month."""
    input:
        every_month("results/raw/{instrument}/{month}.json"),


rule index:
    input:
        str(Path(CONFIG["source"]["folder"], "{instrument}", "{month}")),
    output:
        manifest="results/raw/{instrument}/{month}.json",
    log:
        "logs/index/{instrument}/{month}.log",
    benchmark:
        "logs/index/{instrument}/{month}.tsv"
    conda:
        "../../envs/onesun.yaml"
    params:
        folder=CONFIG["source"]["folder"],
        out=subpath(output.manifest, strip_suffix=".json"),
    message:
        "Listing raw frames: {wildcards.instrument}, {wildcards.month}"
    shell:
        "onesun index --folder {params.folder:q} --instrument {wildcards.instrument:q}"
        " --month {wildcards.month:q} --out {params.out:q} 2>&1 | tee {log:q}"
