"""Figures 1 and 7, which show no frame: the magnetographs of 50 years, and the networks.

Goes in: records of instruments, the sunspot number (from a package or its observatory); the
configuration of the networks.
Comes out: data/sunspots.csv with its manifest .json; results/figures/fig1.png and fig7.png, the same as
.pdf, and their captions .md.
"""


rule sunspots:
    output:
        csv="data/sunspots.csv",
        manifest="data/sunspots.json",
    log:
        "logs/sunspots.log",
    benchmark:
        "logs/sunspots.tsv"
    localrule: True
    conda:
        "../../envs/onesun.yaml"
    params:
        code=code("sunspots"),
        settings=settings(figures={"fig1": CONFIG["figures"]["fig1"]}),
        record=resource("sunspots.yaml"),
    message:
        "Getting the sunspot number"
    shell:
        "onesun sunspots --settings {params.settings:q} --out {output.csv:q} 2>&1 | tee {log:q}"


rule fig1:
    input:
        sunspots="data/sunspots.json",
    output:
        png=figure_png("fig1", "1 Magnetographs of 50 years"),
        pdf="results/figures/fig1.pdf",
        md="results/figures/fig1.md",
    log:
        "logs/fig1.log",
    benchmark:
        "logs/fig1.tsv"
    localrule: True
    conda:
        "../../envs/onesun.yaml"
    params:
        code=code("fig1"),
        settings=figure_settings("fig1"),
        record=resource("observatories.yaml"),
    message:
        "Drawing Figure 1"
    shell:
        "onesun fig1 --sunspots {input.sunspots:q} --settings {params.settings:q}"
        " --out {output.png:q} 2>&1 | tee {log:q}"


rule fig7:
    output:
        png=figure_png("fig7", "7 Networks"),
        pdf="results/figures/fig7.pdf",
        md="results/figures/fig7.md",
    log:
        "logs/fig7.log",
    benchmark:
        "logs/fig7.tsv"
    localrule: True
    conda:
        "../../envs/onesun.yaml"
    params:
        code=code("fig7"),
        settings=figure_settings(
            "fig7",
            "grid",
            networks={
                name: CONFIG["networks"][name]
                for name in CONFIG["figures"]["fig7"]["networks"] or CONFIG["networks"]
            },
            training={"field_scale": CONFIG["training"]["field_scale"]},
        ),
    message:
        "Drawing Figure 7"
    shell:
        "onesun fig7 --settings {params.settings:q} --out {output.png:q} 2>&1 | tee {log:q}"
