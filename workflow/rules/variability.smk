"""What is made of a region's frames: its totals through time, and HMI's daily variability.

Goes in: the region's frames, the target's noise, the calibration, the line of matched, and what the
method needs.
Comes out: results/series/{pair}/{method}/{month}.json, totals of each frame, and .npz, the fields of
the last; results/variability/{pair}.json, the fitted amplitudes.
"""

# What the sample is given, to be found again.
PUT_IN = CONFIG["series"]["sample"]["hmi_modulation"] if SAMPLED else {}


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
    threads: lambda wildcards: 4 if "weights" in method_needs(wildcards) else 1
    resources:
        mem_mb=2000,
        gpu=lambda wildcards: int("weights" in method_needs(wildcards)),
    params:
        code=lambda wildcards: code(
            "series", f"onesun.methods:_{METHODS[wildcards.method]['kind']}"
        ),
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
