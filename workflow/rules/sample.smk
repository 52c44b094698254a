"""Raw frames from the embedded sample.

Goes in: nothing; three real HMI full disks, and active regions where they are asked for, are
downloaded once (and kept in the user's cache).
Comes out: data/sample/, and results/raw/{instrument}/{month}/ with the FITS files of a month as the
instrument would have written them, each with a manifest of the same name ending in .json; and what
the frames were made with (.truth.json), which no later stage reads.
"""


rule raw:
    """Stage: the raw frames of every instrument and month."""
    input:
        every_month("results/raw/{instrument}/{month}.json"),


rule fetch:
    output:
        folder=directory("data/sample"),
        manifest="data/sample.json",
    log:
        "logs/fetch.log",
    benchmark:
        "logs/fetch.tsv"
    localrule: True
    conda:
        "../../envs/onesun.yaml"
    params:
        code=code("sample:fetch"),
        settings=canonical({"sample": {"regions": CONFIG["sample"]["regions"]}}),
        records=lambda wildcards: records("fetch", "hmi"),
    message:
        "Fetching the sample"
    shell:
        "onesun sample fetch --settings {params.settings:q} --out {output.folder:q}"
        " 2>&1 | tee {log:q}"


rule simulate:
    input:
        frames="data/sample.json",
    output:
        folder=directory("results/raw/{instrument}/{month}"),
        manifest="results/raw/{instrument}/{month}.json",
        truth="results/raw/{instrument}/{month}.truth.json",
    log:
        "logs/simulate/{instrument}/{month}.log",
    benchmark:
        "logs/simulate/{instrument}/{month}.tsv"
    conda:
        "../../envs/onesun.yaml"
    resources:
        mem_mb=2000,
    params:
        code=code("sample:simulate"),
        settings=settings("sample"),
        records=lambda wildcards: records("simulate", "hmi", wildcards.instrument),
        slots=records("slots", "mdi"),
    message:
        "Simulating raw frames: {wildcards.instrument}, {wildcards.month}"
    shell:
        "onesun sample simulate --instrument {wildcards.instrument:q} --month {wildcards.month:q}"
        " --frames {input.frames:q} --settings {params.settings:q} --out {output.folder:q}"
        " 2>&1 | tee {log:q}"
