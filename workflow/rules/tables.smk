"""Tables.

Goes in: the statistics of every column's pair and method, a file per test month.
Comes out: results/table1.csv and, to be read by people, results/table1.md.
"""


localrules:
    table1,


rule table1:
    input:
        every_column("results/statistics/{pair}/{method}/{month}.json"),
    output:
        csv="results/table1.csv",
        md="results/table1.md",
    log:
        "logs/table1.log",
    benchmark:
        "logs/table1.tsv"
    conda:
        "../../envs/onesun.yaml"
    params:
        settings=settings("table1"),
    message:
        "Writing Table 1"
    shell:
        "onesun table1 --settings {params.settings:q} --out {output.csv:q} {input:q}"
        " 2>&1 | tee {log:q}"
