"""Errors, shown: how many readings lie within them, as a table and as a figure.

Goes in: the coverage of every network with an error in Table 1 and the ladder, a file per test month.
Comes out: results/errors.csv and, to be read by people, the same as .md; results/figures/errors.png, the
same as .pdf, and its caption .md.
"""

# The networks that the table and the figure show; neither is made where there are none.
STATING = with_error("table1", "ladder")
COVERAGE = [
    path.format(method=method)
    for pair, method in STATING
    for path in expand(
        "results/coverage/{pair}/{method}/{month}.json",
        pair=pair,
        month=tabled_months(CONFIG, pair),
        allow_missing=True,
    )
]


rule table_errors:
    input:
        COVERAGE,
    output:
        csv=report(
            "results/errors.csv",
            caption="../report/errors.rst",
            category="Tables",
            labels={"table": "Errors"},
        ),
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


rule fig_errors:
    input:
        COVERAGE,
    output:
        png=figure_png("errors", "Errors"),
        pdf="results/figures/errors.pdf",
        md="results/figures/errors.md",
    log:
        "logs/fig_errors.log",
    benchmark:
        "logs/fig_errors.tsv"
    localrule: True
    conda:
        "../../envs/onesun.yaml"
    params:
        code=code("fig_errors"),
        settings=settings(figures={"style": CONFIG["figures"]["style"]}),
    message:
        "Drawing the figure of errors"
    shell:
        "onesun fig-errors --settings {params.settings:q} --out {output.png:q} {input:q}"
        " 2>&1 | tee {log:q}"
