"""Raw frames from the archives of JSOC (MDI, HMI) and NSO (GONG).

Goes in: nothing; what is missing of a month is downloaded, checked and kept in {archive.folder}
until the month is complete, so that a broken run goes on where it was.
Comes out: results/raw/{instrument}/{month}/ with a month's files, and their manifest {month}.json,
which also lists what cannot be had. Without `archive.keep` the files go once they are aligned.
"""

from onesun.archive import wanted

ARCHIVE = CONFIG["archive"]
# Of the section, what decides which files come; the rest is about reaching the archives.
CHOSEN = canonical({"nso": {key: ARCHIVE["nso"][key] for key in ("products", "sites")}})


def request(wildcards):
    return {"request": wanted.requests(CONFIG, wildcards.instrument, wildcards.month)}


rule raw:
    """Stage: the raw frames of every instrument and month."""
    input:
        every_month("results/raw/{instrument}/{month}.json"),


rule download:
    output:
        folder=directory("results/raw/{instrument}/{month}"),
        manifest="results/raw/{instrument}/{month}.json",
    log:
        "logs/download/{instrument}/{month}.log",
    benchmark:
        "logs/download/{instrument}/{month}.tsv"
    # Compute nodes have no internet.
    localrule: True
    conda:
        "../../envs/onesun.yaml"
    resources:
        jsoc=lambda wildcards: int(keeper(wildcards) == "jsoc"),
        nso=lambda wildcards: int(keeper(wildcards) == "nso"),
    params:
        code=code("archive:fetch"),
        records=lambda wildcards: records("archive", wildcards.instrument),
        # In place of the settings, which Snakemake does not compare because they are derived from
        # more than wildcards: another address or more patience are no reason to download again.
        wanted=lambda wildcards: canonical(request(wildcards)),
        chosen=CHOSEN,
        settings=lambda wildcards, threads: settings("archive", **request(wildcards)),
    message:
        "Downloading raw frames: {wildcards.instrument}, {wildcards.month}"
    shell:
        "onesun archive fetch --instrument {wildcards.instrument:q} --month {wildcards.month:q}"
        " --settings {params.settings:q} --out {output.folder:q} 2>&1 | tee {log:q}"
