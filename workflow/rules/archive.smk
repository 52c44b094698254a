"""Raw frames from the archives of JSOC (MDI, HMI) and NSO (GONG).

Goes in: nothing; what is missing of a month is downloaded, checked and kept in {archive.folder}
until the month is complete, so that a broken run goes on where it was.
Comes out: results/raw/{instrument}/{month}/ with a month's files, and their manifest {month}.json,
which also lists what cannot be had. Without `archive.keep` the files go once they are aligned.
"""

TARGETS = {pair["target"] for pair in PAIRS.values()}
INPUTS = {pair["input"] for pair in PAIRS.values()} - TARGETS


rule raw:
    """Stage: the raw frames of every instrument and month."""
    input:
        every_month("results/raw/{instrument}/{month}.json"),


rule download:
    output:
        folder=passing(directory("results/raw/{instrument}/{month}")),
        manifest="results/raw/{instrument}/{month}.json",
    log:
        "logs/download/{instrument}/{month}.log",
    benchmark:
        "logs/download/{instrument}/{month}.tsv"
    wildcard_constraints:
        instrument="|".join(sorted(TARGETS)),
    # Compute nodes have no internet.
    localrule: True
    conda:
        "../../envs/onesun.yaml"
    resources:
        jsoc=downloads("jsoc"),
        nso=downloads("nso"),
    params:
        code=code("archive:fetch"),
        records=lambda wildcards: records("archive", wildcards.instrument),
        # Compared in place of the settings, which are not, as they depend on more than wildcards:
        # another address or more patience are no reason to download again.
        wanted=lambda wildcards: canonical(request(wildcards)),
        chosen=lambda wildcards: canonical(chosen(wildcards)),
        settings=lambda wildcards, threads: settings("archive", **request(wildcards)),
    message:
        "Downloading raw frames: {wildcards.instrument}, {wildcards.month}"
    shell:
        "onesun archive fetch --instrument {wildcards.instrument:q} --month {wildcards.month:q}"
        " --settings {params.settings:q} --out {output.folder:q} 2>&1 | tee {log:q}"


# The few bytes of the inputs come first, so that no month of the target waits for its partner.
use rule download as download_input with:
    wildcard_constraints:
        instrument="|".join(sorted(INPUTS)) or "none",
    priority: 1
