"""Pointing: what predictions score by the header's pointing, and after registration to the target.

Goes in: the raw frames of the test months, to be aligned by their headers alone; what each method needs.
Comes out: results/pointing/{aligned,predictions}, as everywhere; results/pointing/statistics, what registration
found and statistics by pointing; results/pointing.csv, the same as .md, and pointing.frames.csv.
"""

POINTINGS = ["header", *CONFIG["pointing"]["models"]]
BY_HEADER = (
    "results/aligned" if CONFIG["align"]["registration"] == "header" else "results/pointing/aligned"
)
POINTED = every_column("results/pointing/statistics/{pair}/{method}/{month}.json", table="pointing")


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


rule pointing:
    input:
        aligned=f"{BY_HEADER}/{{pair}}/{{month}}.json",
        predictions="results/pointing/predictions/{pair}/{method}/{month}.json",
    output:
        manifest="results/pointing/statistics/{pair}/{method}/{month}.json",
        statistics=expand(
            "results/pointing/statistics/{pair}/{method}/{month}.{pointing}.{kind}",
            pointing=POINTINGS,
            kind=["json", "npz"],
            allow_missing=True,
        ),
    log:
        "logs/pointing/{pair}/{method}/{month}.log",
    benchmark:
        "logs/pointing/{pair}/{method}/{month}.tsv"
    conda:
        "../../envs/onesun.yaml"
    resources:
        mem_mb=2000,
    params:
        code=code("pointing"),
        settings=settings(
            "grid",
            align={key: value for key, value in CONFIG["align"].items() if key != "registration"},
            pointing={"models": CONFIG["pointing"]["models"]},
            table1={"rows": CONFIG["table1"]["rows"]},
            measure={"tiles": {"size": CONFIG["measure"]["tiles"]["size"]}},
        ),
        split=lambda wildcards: split_rows(wildcards.pair, month=wildcards.month),
    message:
        "Scoring the pointing of {wildcards.pair} by {wildcards.method}, {wildcards.month}"
    shell:
        "onesun pointing --pair {wildcards.pair:q} --method {wildcards.method:q}"
        " --month {wildcards.month:q} --aligned {input.aligned:q}"
        " --predictions {input.predictions:q} --split {params.split:q}"
        " --settings {params.settings:q} --out {output.manifest:q} 2>&1 | tee {log:q}"


rule table_pointing:
    input:
        manifests=POINTED,
        statistics=[
            path.removesuffix("json") + f"{pointing}.json"
            for path in POINTED
            for pointing in POINTINGS
        ],
    output:
        csv=report(
            "results/pointing.csv",
            caption="../report/pointing.rst",
            category="Tables",
            labels={"table": "Pointing"},
        ),
        md="results/pointing.md",
        frames="results/pointing.frames.csv",
    log:
        "logs/table_pointing.log",
    benchmark:
        "logs/table_pointing.tsv"
    localrule: True
    conda:
        "../../envs/onesun.yaml"
    params:
        code=code("table_pointing"),
        settings=settings(
            table1={key: CONFIG["table1"][key] for key in ("rows", "bootstrap")},
        ),
    message:
        "Writing the table of pointing"
    shell:
        "onesun table-pointing --settings {params.settings:q} --out {output.csv:q}"
        " {input.manifests:q} 2>&1 | tee {log:q}"
