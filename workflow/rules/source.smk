"""Raw frames: from the embedded sample, from the user's own files, or from the archives.

Goes in, by source.kind:
  sample   nothing; three real HMI full disks, and active regions where they are asked for, are
           downloaded once and kept in the user's cache
  folder   {source.folder}/{instrument}/{month}/ with FITS files, which are read where they are
  archive  nothing; what is missing of a month is downloaded, checked and kept in {archive.folder}
           until the month is complete, so that an interrupted run resumes
Comes out: results/raw/{instrument}/{month}.json, a month's manifest, which also lists what is not
available. Beside it, but for files of one's own, the folder {month}/ with the FITS files; those of an
archive go once they are aligned, without archive.keep. Of the sample also data/sample/, and what the
frames were made with (.truth.json), which no later stage reads.
"""


rule raw:
    """Stage: the raw frames of every instrument and month."""
    input:
        every_month("results/raw/{instrument}/{month}.json"),


if SAMPLED:

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
            settings=canonical({"sample": part("sample", "regions")}),
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


if CONFIG["source"]["kind"] == "folder":

    OWN = str(Path(CONFIG["source"]["folder"], "{instrument}", "{month}"))
    MISSING = [place for place in every_month(OWN) if not Path(place).is_dir()]

    # Snakemake would say only that input files of a rule are missing.
    if MISSING:
        others = f" and {len(MISSING) - 1} more" if len(MISSING) > 1 else ""
        raise WorkflowError(
            f"source.folder: {MISSING[0]}{others} not found, expected a folder of FITS files for "
            "each instrument and month of pairs"
        )

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


if CONFIG["source"]["kind"] == "archive":

    TARGETS = {pair["target"] for pair in PAIRS.values()}
    INPUTS = {pair["input"] for pair in PAIRS.values()} - TARGETS

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
