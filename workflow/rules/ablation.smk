"""The ablation: what each term of the loss does.

Goes in: measures of every method of the ablation, by every seed, on every pair, a file per test
month.
Comes out: results/ablation.csv (Table 2 for all of them), results/ablation_terms.csv (medians, skew,
correlation, gradient, flux) and, to be read by people, results/ablation.md.
"""

# The sections of the configuration that say which methods are compared and how each is called; the
# figures show the first seed's.
ABLATION = {
    "ablation": {"methods": CONFIG["ablation"]["methods"]},
    "methods": {name: METHODS[name] for name in CONFIG["ablation"]["methods"]},
    "losses": {
        METHODS[name]["loss"]: CONFIG["losses"][METHODS[name]["loss"]]
        for name in CONFIG["ablation"]["methods"]
        if METHODS[name]["kind"] == "network"
    },
}


rule ablation:
    input:
        every_column("results/measures/{pair}/{method}/{month}.json", table="ablation"),
    output:
        csv=report(
            "results/ablation.csv",
            caption="../report/ablation.rst",
            category="Tables",
            labels={"table": "Ablation"},
        ),
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
            **ABLATION
            | {
                "ablation": CONFIG["ablation"],
                "methods": {name: METHODS[name] for name in seeded(CONFIG)},
                "table1": {"bootstrap": CONFIG["table1"]["bootstrap"]},
            }
        ),
    message:
        "Writing the ablation's tables"
    shell:
        "onesun ablation {params.pairs:q} --settings {params.settings:q} --out {output.csv:q}"
        " {input:q} 2>&1 | tee {log:q}"
