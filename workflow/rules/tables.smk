"""Tables of how far predictions are from targets.

Goes in: statistics (Table 1, the ladder) and measures (Table 2) of every column's pair and method,
a file per test month.
Comes out: results/table1.csv, results/table2.csv and results/ladder.csv and, to be read by people,
the same as .md.
"""


rule table1:
    input:
        every_column("results/statistics/{pair}/{method}/{month}.json"),
    output:
        csv=report(
            "results/table1.csv",
            caption="../report/table1.rst",
            category="Tables",
            labels={"table": "1 Correlations"},
        ),
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
        csv=report(
            "results/table2.csv",
            caption="../report/table2.rst",
            category="Tables",
            labels={"table": "2 Gradients and extreme values"},
        ),
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


rule ladder:
    input:
        every_column("results/statistics/{pair}/{method}/{month}.json", table="ladder"),
    output:
        csv=report(
            "results/ladder.csv",
            caption="../report/ladder.rst",
            category="Tables",
            labels={"table": "Ladder of baselines"},
        ),
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
            methods={name: METHODS[name] for name in CONFIG["ladder"]["methods"]},
            table1={key: CONFIG["table1"][key] for key in ("rows", "bootstrap")},
        ),
    message:
        "Writing the ladder of baselines"
    shell:
        "onesun ladder --settings {params.settings:q} --out {output.csv:q} {input:q}"
        " 2>&1 | tee {log:q}"
