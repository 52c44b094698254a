"""Predict: what a method makes of a month of input frames.

Goes in: the aligned frames of a month, and what the method needs: a network's weights, a fit, the
calibration, the line, or the record of the input.
Comes out: results/predictions/{pair}/{method}/{month}/ with a FITS file per frame on the target grid,
and their manifest {month}.json; the same in results/pointing/, from frames that are aligned by their
headers alone (results/pointing/aligned).
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
    threads: by_network(16, 1)
    resources:
        mem_mb=by_network(3000, 2000),
        gpu=by_network(1, 0),
    params:
        # Of all kinds of methods, the code of the one at hand.
        code=method_code("predict"),
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


if BY_HEADER != "results/aligned":

    use rule align as align_by_header with:
        output:
            folder=directory("results/pointing/aligned/{pair}/{month}"),
            manifest="results/pointing/aligned/{pair}/{month}.json",
            frames="results/pointing/aligned/{pair}/{month}.frames.csv",
        log:
            "logs/align_by_header/{pair}/{month}.log",
        benchmark:
            "logs/align_by_header/{pair}/{month}.tsv"
        params:
            settings=settings("grid", align=CONFIG["align"] | {"registration": "header"}),
        message:
            "Aligning {wildcards.pair} by headers, {wildcards.month}"


use rule predict as predict_by_header with:
    input:
        unpack(method_needs),
        aligned=f"{BY_HEADER}/{{pair}}/{{month}}.json",
    output:
        folder=directory("results/pointing/predictions/{pair}/{method}/{month}"),
        manifest="results/pointing/predictions/{pair}/{method}/{month}.json",
    log:
        "logs/predict_by_header/{pair}/{method}/{month}.log",
    benchmark:
        "logs/predict_by_header/{pair}/{method}/{month}.tsv"
    message:
        "Predicting {wildcards.pair} by {wildcards.method} from headers' pointing, {wildcards.month}"
