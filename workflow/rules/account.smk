"""An account of what was used: which frames and patches (Table 3), which weights (Table 4).

Goes in: the splits and the aligned frames of every month; the configuration.
Comes out: results/table3.csv and results/table4.csv and, to be read by people, the same as .md.
"""

# The methods that Table 4 may show, and the losses of those that are networks.
SHOWN = {column["method"]: METHODS[column["method"]] for column in columns("table1")}
LOSSES = {
    section["loss"]: CONFIG["losses"][section["loss"]]
    for section in SHOWN.values()
    if section["kind"] == "network"
}


localrules:
    tables,
    table3,
    table4,


rule tables:
    """Stage: the paper's four tables."""
    input:
        expand("results/table{number}.csv", number=range(1, 5)),


rule table3:
    input:
        split=expand("results/split/{pair}.csv", pair=PAIRS),
        aligned=every_month("results/aligned/{pair}/{month}.json"),
    output:
        csv="results/table3.csv",
        md="results/table3.md",
    log:
        "logs/table3.log",
    benchmark:
        "logs/table3.tsv"
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
    output:
        csv="results/table4.csv",
        md="results/table4.md",
    log:
        "logs/table4.log",
    benchmark:
        "logs/table4.tsv"
    conda:
        "../../envs/onesun.yaml"
    params:
        code=code("table4"),
        settings=settings(methods=SHOWN, losses=LOSSES, table1={"columns": columns("table1")}),
        inputs=options(
            {"pair": PAIRS, "input-instrument": [pair["input"] for pair in PAIRS.values()]}
        ),
    message:
        "Writing Table 4"
    shell:
        "onesun table4 {params.inputs:q} --settings {params.settings:q} --out {output.csv:q}"
        " 2>&1 | tee {log:q}"
