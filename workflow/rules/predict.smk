"""Predictions: what a method makes of a month of input frames.

Goes in: the aligned frames of a month, and what the method needs: a network's weights, a fit, the
calibration, the line, or the record of the input.
Comes out: results/predictions/{pair}/{method}/{month}/ with a FITS file per frame on the target
grid, and their manifest {month}.json.
"""


rule predictions:
    """Stage: the predictions of every column of Table 1 in the test months."""
    input:
        every_column("results/predictions/{pair}/{method}/{month}.json"),


rule predict:
    input:
        unpack(method_needs),
        aligned="results/aligned/{pair}/{month}.json",
    output:
        folder=directory("results/predictions/{pair}/{method}/{month}"),
        manifest="results/predictions/{pair}/{method}/{month}.json",
    log:
        "logs/predict/{pair}/{method}/{month}.log",
    benchmark:
        "logs/predict/{pair}/{method}/{month}.tsv"
    conda:
        "../../envs/onesun.yaml"
    threads: lambda wildcards: 16 if "weights" in method_needs(wildcards) else 1
    resources:
        mem_mb=lambda wildcards: 3000 if "weights" in method_needs(wildcards) else 2000,
        gpu=lambda wildcards: int("weights" in method_needs(wildcards)),
    params:
        # Of all kinds of methods, the code of the one at hand.
        code=lambda wildcards: code(
            "predict", f"onesun.methods:_{METHODS[wildcards.method]['kind']}"
        ),
        settings=lambda wildcards: settings(
            "grid", method=method_sections(CONFIG, wildcards.pair, wildcards.method)["method"]
        ),
        needs=method_words,
        records=lambda wildcards: (
            records("predict", PAIRS[wildcards.pair]["input"])
            if METHODS[wildcards.method]["kind"] == "ceiling"
            else ""
        ),
    message:
        "Predicting {wildcards.pair} by {wildcards.method}, {wildcards.month}"
    shell:
        "onesun predict --pair {wildcards.pair:q} --method {wildcards.method:q}"
        " --month {wildcards.month:q} --aligned {input.aligned:q} {params.needs:q}"
        " --settings {params.settings:q} --out {output.folder:q} 2>&1 | tee {log:q}"
