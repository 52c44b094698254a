"""An account of what was used: which frames and patches (Table 3), which weights (Table 4).

Goes in: the splits and the aligned frames of every month; the configuration and the grid search.
Comes out: results/table3.csv and results/table4.csv and, to be read by people, the same as .md.
"""

# The methods that Table 4 may show, and the losses of those that are networks.
TABLE4 = {"methods": {column["method"]: METHODS[column["method"]] for column in columns("table1")}}
TABLE4["losses"] = {
    section["loss"]: CONFIG["losses"][section["loss"]]
    for section in TABLE4["methods"].values()
    if section["kind"] == "network"
}


rule tables:
    """Stage: the paper's four tables."""
    input:
        expand("results/table{number}.csv", number=range(1, 5)),


rule table3:
    input:
        split=expand("results/split/{pair}.csv", pair=PAIRS),
        aligned=every_month("results/aligned/{pair}/{month}.json"),
    output:
        csv=report(
            "results/table3.csv",
            caption="../report/table3.rst",
            category="Tables",
            labels={"table": "3 Months, frames and patches"},
        ),
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
        settings=settings("grid", training={"min_on_disk": CONFIG["training"]["min_on_disk"]}),
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
        csv=report(
            "results/table4.csv",
            caption="../report/table4.rst",
            category="Tables",
            labels={"table": "4 Weights of the losses"},
        ),
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
        settings=settings(**TABLE4, table1={"columns": columns("table1")}),
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
