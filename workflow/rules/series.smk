"""The frames of a region.

Goes in: the aligned frames of one test month (`series.month`); of the embedded sample, a longer
series of that month, which is made here and kept only until the region has been cut out of it.
Comes out: results/series/{pair}/{month}/ with the region's FITS files, inputs with a margin, and
their manifest {month}.json.
"""

SAMPLED = CONFIG["source"]["kind"] == "sample"
LONGER = (
    {"sample": CONFIG["sample"], "series": {"sample": CONFIG["series"]["sample"]}}
    if SAMPLED
    else {}
)
MADE_BY = ["onesun.cli.sample:series", "onesun.cli.align"] if SAMPLED else []
WHOLE = "results/series/aligned" if SAMPLED else "results/aligned"


if SAMPLED:

    rule simulate_series:
        input:
            frames="data/sample.json",
        output:
            folder=temp(directory("results/series/raw/{instrument}/{month}")),
            manifest=temp("results/series/raw/{instrument}/{month}.json"),
            truth=temp("results/series/raw/{instrument}/{month}.truth.json"),
        log:
            "logs/simulate_series/{instrument}/{month}.log",
        benchmark:
            "logs/simulate_series/{instrument}/{month}.tsv"
        conda:
            "../../envs/onesun.yaml"
        resources:
            mem_mb=2000,
        params:
            code=code("sample:series"),
            settings=canonical(LONGER),
            records=lambda wildcards: records("simulate", "hmi", wildcards.instrument),
            slots=records("slots", "mdi"),
        message:
            "Simulating the longer series: {wildcards.instrument}, {wildcards.month}"
        shell:
            "onesun sample series --instrument {wildcards.instrument:q}"
            " --month {wildcards.month:q} --frames {input.frames:q}"
            " --settings {params.settings:q} --out {output.folder:q} 2>&1 | tee {log:q}"

    use rule align as align_series with:
        input:
            # The folders too, or they would be taken for no longer needed.
            of_pair("input", "results/series/raw/{instrument}/{month}"),
            of_pair("target", "results/series/raw/{instrument}/{month}"),
            input=of_pair("input", "results/series/raw/{instrument}/{month}.json"),
            target=of_pair("target", "results/series/raw/{instrument}/{month}.json"),
        output:
            folder=temp(directory("results/series/aligned/{pair}/{month}")),
            manifest=temp("results/series/aligned/{pair}/{month}.json"),
            frames=temp("results/series/aligned/{pair}/{month}.frames.csv"),
        log:
            "logs/align_series/{pair}/{month}.log",
        benchmark:
            "logs/align_series/{pair}/{month}.tsv"
        message:
            "Aligning the longer series of {wildcards.pair}, {wildcards.month}"


rule crop:
    input:
        folder=f"{WHOLE}/{{pair}}/{{month}}",
        aligned=f"{WHOLE}/{{pair}}/{{month}}.json",
    output:
        folder=directory("results/series/{pair}/{month}"),
        manifest="results/series/{pair}/{month}.json",
    log:
        "logs/crop/{pair}/{month}.log",
    benchmark:
        "logs/crop/{pair}/{month}.tsv"
    conda:
        "../../envs/onesun.yaml"
    resources:
        mem_mb=1000,
    params:
        # The longer series is gone by the time that what it was made with changes.
        code=code("crop", *MADE_BY),
        records=lambda wildcards: (
            records("simulate", "mdi", *(PAIRS[wildcards.pair][role] for role in ROLES))
            if SAMPLED
            else ""
        ),
        settings=settings(
            "grid", series={key: CONFIG["series"][key] for key in ("region", "margin")}
        ),
        made_with=canonical(LONGER | {"align": CONFIG["align"]}) if SAMPLED else "",
    message:
        "Cutting out the region: {wildcards.pair}, {wildcards.month}"
    shell:
        "onesun crop --pair {wildcards.pair:q} --month {wildcards.month:q} --aligned {input.aligned:q}"
        " --settings {params.settings:q} --out {output.folder:q} 2>&1 | tee {log:q}"
