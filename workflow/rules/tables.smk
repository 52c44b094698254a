"""Tables: the paper's four, the ladder of baselines, the ablation, errors and pointing.

Goes in: statistics, measures and coverage, a file per column's pair and method and per test month
(Tables 1 and 2, the others); the splits and aligned frames of every month (Table 3); the configuration
and the grid search (Table 4).
Comes out: results/table1.csv to table4.csv, ladder.csv, ablation.csv (Table 2 for every method of the
ablation) with ablation_terms.csv (what each term of the loss does), errors.csv, pointing.csv with
pointing.frames.csv; and, to be read by people, the same as .md.
"""

POINTED = every_column("results/pointing/statistics/{pair}/{method}/{month}.json", table="pointing")


rule tables:
    """Stage: the paper's four tables."""
    input:
        [f"results/{name}.csv" for name in TABLES if name.startswith("table")],


rule table1:
    input:
        every_column("results/statistics/{pair}/{method}/{month}.json"),
    output:
        csv=table_csv("table1"),
        md="results/table1.md",
    log:
        "logs/table1.log",
    benchmark:
        "logs/table1.tsv"
    localrule: True
    conda:
        "../../envs/onesun.yaml"
    params:
        code=code("table1"),
        settings=settings("table1"),
    message:
        "Writing Table 1"
    shell:
        "onesun table1 --settings {params.settings:q} --out {output.csv:q} {input:q}"
        " 2>&1 | tee {log:q}"


rule table2:
    input:
        every_column("results/measures/{pair}/{method}/{month}.json", table="table2"),
    output:
        csv=table_csv("table2"),
        md="results/table2.md",
    log:
        "logs/table2.log",
    benchmark:
        "logs/table2.tsv"
    localrule: True
    conda:
        "../../envs/onesun.yaml"
    params:
        code=code("table2"),
        settings=settings(
            "table2",
            table1={"columns": columns("table2"), "bootstrap": CONFIG["table1"]["bootstrap"]},
        ),
    message:
        "Writing Table 2"
    shell:
        "onesun table2 --settings {params.settings:q} --out {output.csv:q} {input:q}"
        " 2>&1 | tee {log:q}"


rule table3:
    input:
        split=expand("results/split/{pair}.csv", pair=PAIRS),
        aligned=every_month("results/aligned/{pair}/{month}.json"),
    output:
        csv=table_csv("table3"),
        md="results/table3.md",
    log:
        "logs/table3.log",
    benchmark:
        "logs/table3.tsv"
    localrule: True
    conda:
        "../../envs/onesun.yaml"
    params:
        code=code("table3"),
        settings=settings("grid", training=part("training", "min_on_disk")),
        inputs=lambda wildcards, input: options({"split": input.split, "aligned": input.aligned}),
    message:
        "Writing Table 3"
    shell:
        "onesun table3 {params.inputs:q} --settings {params.settings:q} --out {output.csv:q}"
        " 2>&1 | tee {log:q}"


rule table4:
    input:
        rules.searches.input,
    output:
        csv=table_csv("table4"),
        md="results/table4.md",
    log:
        "logs/table4.log",
    benchmark:
        "logs/table4.tsv"
    localrule: True
    conda:
        "../../envs/onesun.yaml"
    params:
        code=code("table4"),
        settings=settings(
            table1={"columns": columns("table1")},
            **shown_methods([column["method"] for column in columns("table1")]),
        ),
        inputs=lambda wildcards, input: options(
            {
                "pair": PAIRS,
                "input-instrument": [pair["input"] for pair in PAIRS.values()],
                "search": input,
            }
        ),
    message:
        "Writing Table 4"
    shell:
        "onesun table4 {params.inputs:q} --settings {params.settings:q} --out {output.csv:q}"
        " 2>&1 | tee {log:q}"


rule ladder:
    input:
        every_column("results/statistics/{pair}/{method}/{month}.json", table="ladder"),
    output:
        csv=table_csv("ladder"),
        md="results/ladder.md",
    log:
        "logs/ladder.log",
    benchmark:
        "logs/ladder.tsv"
    localrule: True
    conda:
        "../../envs/onesun.yaml"
    params:
        code=code("ladder"),
        settings=settings(
            "ladder",
            methods=part("methods", *CONFIG["ladder"]["methods"]),
            table1=part("table1", "rows", "bootstrap"),
        ),
    message:
        "Writing the ladder of baselines"
    shell:
        "onesun ladder --settings {params.settings:q} --out {output.csv:q} {input:q}"
        " 2>&1 | tee {log:q}"


rule ablation:
    input:
        every_column("results/measures/{pair}/{method}/{month}.json", table="ablation"),
    output:
        csv=table_csv("ablation"),
        terms="results/ablation_terms.csv",
        md="results/ablation.md",
    log:
        "logs/ablation.log",
    benchmark:
        "logs/ablation.tsv"
    localrule: True
    conda:
        "../../envs/onesun.yaml"
    params:
        code=code("ablation"),
        pairs=options({"pair": PAIRS}),
        settings=settings(
            "ablation", table1=part("table1", "bootstrap"), **shown_methods(seeded(CONFIG))
        ),
    message:
        "Writing the ablation's tables"
    shell:
        "onesun ablation {params.pairs:q} --settings {params.settings:q} --out {output.csv:q}"
        " {input:q} 2>&1 | tee {log:q}"


rule table_errors:
    input:
        COVERAGE,
    output:
        csv=table_csv("errors"),
        md="results/errors.md",
    log:
        "logs/table_errors.log",
    benchmark:
        "logs/table_errors.tsv"
    localrule: True
    conda:
        "../../envs/onesun.yaml"
    params:
        code=code("table_errors"),
    message:
        "Writing the table of errors"
    shell:
        "onesun table-errors --out {output.csv:q} {input:q} 2>&1 | tee {log:q}"


rule table_pointing:
    input:
        manifests=POINTED,
        statistics=[
            path.removesuffix("json") + f"{pointing}.json"
            for path in POINTED
            for pointing in POINTINGS
        ],
    output:
        csv=table_csv("pointing"),
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
            table1=part("table1", "rows", "bootstrap"),
        ),
    message:
        "Writing the table of pointing"
    shell:
        "onesun table-pointing --settings {params.settings:q} --out {output.csv:q}"
        " {input.manifests:q} 2>&1 | tee {log:q}"
