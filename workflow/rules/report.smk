"""What people read: one page with everything that was made, and what making it cost.

Goes in: tables and figures; aligned frames and predictions of a test month; the whole configuration.
Comes out: results/report.html, a page that needs nothing else; results/cost.csv and, to be read by
people, the same as .md. `snakemake --report` makes another page of what rules mark with report().
"""

from importlib.metadata import version

# What is under the page's slider: the columns of Table 1, in one month of each pair.
SHOWN = {
    column["pair"]: shown_month(CONFIG, CONFIG["report"]["frame"], column["pair"])
    for column in columns("table1")
}


rule cost:
    input:
        # Not read: what is counted has to be over.
        expand("results/{name}.csv", name=TABLES),
        expand("results/figures/{name}.png", name=FIGURES),
    output:
        csv=report(
            "results/cost.csv",
            caption="../report/cost.rst",
            category="Run",
            labels={"table": "Cost by stage"},
        ),
        md="results/cost.md",
    log:
        "logs/cost.log",
    benchmark:
        "logs/cost.tsv"
    localrule: True
    conda:
        "../../envs/onesun.yaml"
    params:
        code=code("cost"),
    message:
        "Adding up what the run cost"
    shell:
        'onesun cost "$(dirname {log:q})" --without cost --without report --out {output.csv:q}'
        " 2>&1 | tee {log:q}"


rule report:
    input:
        table=expand("results/{name}.csv", name=TABLES),
        tables_text=expand("results/{name}.md", name=TABLES),
        figure=expand("results/figures/{name}.png", name=FIGURES),
        captions=expand("results/figures/{name}.md", name=FIGURES),
        cost="results/cost.csv",
        cost_text="results/cost.md",
        aligned=[f"results/aligned/{pair}/{month}.json" for pair, month in SHOWN.items()],
        predictions=[
            f"results/predictions/{column['pair']}/{column['method']}/{SHOWN[column['pair']]}.json"
            for column in columns("table1")
        ],
    output:
        "results/report.html",
    log:
        "logs/report.log",
    benchmark:
        "logs/report.tsv"
    conda:
        "../../envs/onesun.yaml"
    resources:
        mem_mb=2000,
    params:
        code=code("report"),
        settings=settings(*CONFIG),
        inputs=lambda wildcards, input: options(
            {name: input[name] for name in ("table", "figure", "aligned", "predictions")}
        ),
        snakemake=version("snakemake"),
    message:
        "Writing the report"
    shell:
        "onesun report {params.inputs:q} --cost {input.cost:q} --settings {params.settings:q}"
        " --snakemake {params.snakemake:q} --out {output:q} 2>&1 | tee {log:q}"
