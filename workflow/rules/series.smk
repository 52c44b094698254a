"""Series: a region through time, and HMI's daily variability in it.

Goes in: the aligned frames of one test month (series.month); of the embedded sample a longer series
of that month, which is made here and kept only until the region is cut out of it; the target's noise,
the calibration, the line of matched, and what the method needs.
Comes out, in results/:
  series/{pair}/{month}/             the region's FITS files, inputs with a margin; their manifest .json
  series/{pair}/{method}/{month}.json  totals of each frame; .npz, the fields of the last
  variability/{pair}.json            the fitted amplitudes
"""

LONGER = (
    {"sample": CONFIG["sample"], "series": {"sample": CONFIG["series"]["sample"]}}
    if SAMPLED
    else {}
)
MADE_BY = [entry_of("sample:series"), entry_of("align")] if SAMPLED else []
WHOLE = "results/series/aligned" if SAMPLED else "results/aligned"
# What the sample is given, to be found again.
PUT_IN = CONFIG["series"]["sample"]["hmi_modulation"] if SAMPLED else {}


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
        settings=settings("grid", series=part("series", "region", "margin")),
        made_with=canonical(LONGER | {"align": CONFIG["align"]}) if SAMPLED else "",
    message:
        "Cutting out the region: {wildcards.pair}, {wildcards.month}"
    shell:
        "onesun crop --pair {wildcards.pair:q} --month {wildcards.month:q} --aligned {input.aligned:q}"
        " --settings {params.settings:q} --out {output.folder:q} 2>&1 | tee {log:q}"


rule series:
    input:
        unpack(method_needs),
        region="results/series/{pair}/{month}.json",
        noise="results/noise/{pair}.json",
        calibration="results/calibration/{pair}.json",
        line="results/calibration/{pair}.line.json",
    output:
        numbers="results/series/{pair}/{method}/{month}.json",
        fields="results/series/{pair}/{method}/{month}.npz",
    log:
        "logs/series/{pair}/{method}/{month}.log",
    benchmark:
        "logs/series/{pair}/{method}/{month}.tsv"
    conda:
        "../../envs/onesun.yaml"
    threads: by_network(4, 1)
    resources:
        mem_mb=2000,
        gpu=by_network(1, 0),
    params:
        code=method_code("series"),
        settings=lambda wildcards: settings(
            method=method_sections(CONFIG, wildcards.pair, wildcards.method)["method"]
        ),
        needs=lambda wildcards, input: options(
            {
                name: [input[name]]
                for name in {"calibration": None, "line": None} | method_needs(wildcards)
            }
        ),
    message:
        "Following the region: {wildcards.pair} by {wildcards.method}, {wildcards.month}"
    shell:
        "onesun series --pair {wildcards.pair:q} --method {wildcards.method:q}"
        " --month {wildcards.month:q} --region {input.region:q} --noise {input.noise:q}"
        " {params.needs:q} --settings {params.settings:q} --out {output.numbers:q}"
        " 2>&1 | tee {log:q}"


rule variability:
    input:
        lambda wildcards: followed(wildcards.pair),
    output:
        "results/variability/{pair}.json",
    log:
        "logs/variability/{pair}.log",
    benchmark:
        "logs/variability/{pair}.tsv"
    localrule: True
    conda:
        "../../envs/onesun.yaml"
    params:
        code=code("variability"),
        settings=settings("variability"),
        put_in=" ".join(
            f"--put-in-{name.split('_')[1]} {fraction}" for name, fraction in PUT_IN.items()
        ),
    message:
        "Fitting HMI's daily variability: {wildcards.pair}"
    shell:
        "onesun variability --series {input:q} --settings {params.settings:q} {params.put_in}"
        " --out {output:q} 2>&1 | tee {log:q}"
