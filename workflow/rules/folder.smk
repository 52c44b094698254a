"""Raw frames from the user's own files.

Goes in: {source.folder}/{instrument}/{month}/ with FITS files, which are read where they are.
Comes out: results/raw/{instrument}/{month}.json, their manifest.
"""

OWN = str(Path(CONFIG["source"]["folder"], "{instrument}", "{month}"))
MISSING = [place for place in every_month(OWN) if not Path(place).is_dir()]

# Snakemake would say only that input files of a rule are missing.
if MISSING:
    others = f" and {len(MISSING) - 1} more" if len(MISSING) > 1 else ""
    raise WorkflowError(
        f"source.folder: {MISSING[0]}{others} not found, expected a folder of FITS files for each "
        "instrument and month of pairs"
    )


rule raw:
    """Stage: the raw frames of every instrument and month."""
    input:
        every_month("results/raw/{instrument}/{month}.json"),


rule index:
    input:
        # Where it is, also if a workflow that uses this one as a module gives all paths a prefix.
        local(OWN),
    output:
        manifest="results/raw/{instrument}/{month}.json",
    log:
        "logs/index/{instrument}/{month}.log",
    benchmark:
        "logs/index/{instrument}/{month}.tsv"
    localrule: True
    conda:
        "../../envs/onesun.yaml"
    params:
        code=code("index"),
        folder=CONFIG["source"]["folder"],
        out=subpath(output.manifest, strip_suffix=".json"),
    message:
        "Listing raw frames: {wildcards.instrument}, {wildcards.month}"
    shell:
        "onesun index --folder {params.folder:q} --instrument {wildcards.instrument:q}"
        " --month {wildcards.month:q} --out {params.out:q} 2>&1 | tee {log:q}"
