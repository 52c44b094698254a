"""Figures: the paper's nine, and that of errors.

Goes in: records of instruments and the sunspot number, from a package or its observatory (1); aligned
frames and predictions of the month that is shown (2, 3); measures in the test months (4, 5, 9); the
series of each pair's region (6, 8); the configuration of the networks (7); coverage (errors).
Comes out: data/sunspots.csv with its manifest .json; results/figures/fig1.png to fig9.png and
errors.png (of Figure 4 for any pair: fig4-{pair}.png), the same as .pdf, and their captions .md.
"""

DRAWN = CONFIG["figures"]
ABLATED = CONFIG["ablation"]["methods"]
# How the figures of the ablation call its methods, each by its first seed.
ABLATION = {"ablation": {"methods": ABLATED}} | shown_methods(ABLATED)
HISTOGRAM_PAIR = {name: DRAWN[name]["pair"] or next(iter(PAIRS)) for name in ("fig4", "fig9")}
ENDS = (ABLATED or list(METHODS))[0], (ABLATED or list(METHODS))[-1]
FIG5 = {name: DRAWN["fig5"][name] or end for name, end in zip(("baseline", "method"), ENDS)}
FIG6_PAIRS = DRAWN["fig6"]["pairs"] or list(PAIRS)
FIG8_PAIR = DRAWN["fig8"]["pair"] or list(PAIRS)[0]


rule figures:
    """Stage: the paper's figures and that of errors, as PNG and as PDF."""
    input:
        expand("results/figures/{name}.{kind}", name=FIGURES, kind=["png", "pdf"]),


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
        settings=settings(figures=part("figures", "fig1")),
        record=resource("sunspots.yaml"),
    message:
        "Getting the sunspot number"
    shell:
        "onesun sunspots --settings {params.settings:q} --out {output.csv:q} 2>&1 | tee {log:q}"


rule fig1:
    input:
        sunspots="data/sunspots.json",
    output:
        png=figure_png("fig1"),
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
        caption=figure_caption,
        code=code("fig1"),
        settings=figure_settings("fig1"),
        record=resource("observatories.yaml"),
    message:
        "Drawing Figure 1"
    shell:
        "onesun fig1 --sunspots {input.sunspots:q} --settings {params.settings:q}"
        " --out {output.png:q} 2>&1 | tee {log:q}"


rule fig2:
    input:
        aligned=shown("fig2", "results/aligned/{pair}/{month}.json"),
        predictions=lambda wildcards: shown(
            "fig2",
            "results/predictions/{pair}/{method}/{month}.json",
            [DRAWN["fig2"]["method"] or ablation()[-1]],
        ),
    output:
        png=figure_png("fig2"),
        pdf="results/figures/fig2.pdf",
        md="results/figures/fig2.md",
    log:
        "logs/fig2.log",
    benchmark:
        "logs/fig2.tsv"
    localrule: True
    conda:
        "../../envs/onesun.yaml"
    resources:
        mem_mb=2000,
    params:
        caption=figure_caption,
        code=code("fig2"),
        settings=lambda wildcards: figure_settings(
            "fig2", "grid", ablation={"methods": CONFIG["ablation"]["methods"][-1:]}
        ),
        inputs=lambda wildcards, input: options(
            {"aligned": input.aligned, "predictions": input.predictions}
        ),
    message:
        "Drawing Figure 2"
    shell:
        "onesun fig2 {params.inputs:q} --settings {params.settings:q} --out {output.png:q}"
        " 2>&1 | tee {log:q}"


rule fig3:
    input:
        aligned=shown("fig3", "results/aligned/{pair}/{month}.json"),
        predictions=lambda wildcards: shown(
            "fig3", "results/predictions/{pair}/{method}/{month}.json", ablation()
        ),
    output:
        png=figure_png("fig3"),
        pdf="results/figures/fig3.pdf",
        md="results/figures/fig3.md",
    log:
        "logs/fig3.log",
    benchmark:
        "logs/fig3.tsv"
    localrule: True
    conda:
        "../../envs/onesun.yaml"
    resources:
        mem_mb=2000,
    params:
        caption=figure_caption,
        code=code("fig3"),
        settings=lambda wildcards: figure_settings(
            "fig3",
            "grid",
            ablation={"methods": ablation()},
            **shown_methods(ablation()),
        ),
        inputs=lambda wildcards, input: options(
            {"aligned": input.aligned, "predictions": input.predictions}
        ),
    message:
        "Drawing Figure 3"
    shell:
        "onesun fig3 {params.inputs:q} --settings {params.settings:q} --out {output.png:q}"
        " 2>&1 | tee {log:q}"


rule fig4:
    input:
        measures_of(ABLATED, HISTOGRAM_PAIR["fig4"]),
    output:
        png=figure_png("fig4"),
        pdf="results/figures/fig4.pdf",
        md="results/figures/fig4.md",
    log:
        "logs/fig4.log",
    benchmark:
        "logs/fig4.tsv"
    localrule: True
    conda:
        "../../envs/onesun.yaml"
    params:
        caption=figure_caption,
        code=code("fig4"),
        pair=HISTOGRAM_PAIR["fig4"],
        settings=figure_settings("fig4", **ABLATION),
    message:
        "Drawing Figure 4"
    shell:
        "onesun fig4 --pair {params.pair:q} --settings {params.settings:q} --out {output.png:q}"
        " {input:q} 2>&1 | tee {log:q}"


use rule fig4 as fig4_of_pair with:
    input:
        lambda wildcards: measures_of(ABLATED, wildcards.pair),
    output:
        png=figure_png("fig4-{pair}"),
        pdf="results/figures/fig4-{pair}.pdf",
        md="results/figures/fig4-{pair}.md",
    log:
        "logs/fig4-{pair}.log",
    benchmark:
        "logs/fig4-{pair}.tsv"
    params:
        caption=figure_caption,
        pair=lambda wildcards: wildcards.pair,
        settings=figure_settings("fig4", **ABLATION),
    message:
        "Drawing Figure 4 of {wildcards.pair}"


rule fig5:
    input:
        measures_of(list(FIG5.values()), *PAIRS),
    output:
        png=figure_png("fig5"),
        pdf="results/figures/fig5.pdf",
        md="results/figures/fig5.md",
    log:
        "logs/fig5.log",
    benchmark:
        "logs/fig5.tsv"
    localrule: True
    conda:
        "../../envs/onesun.yaml"
    params:
        caption=figure_caption,
        code=code("fig5"),
        words=options({"pair": PAIRS} | {name: [each] for name, each in FIG5.items()}),
        settings=figure_settings("fig5"),
    message:
        "Drawing Figure 5"
    shell:
        "onesun fig5 {params.words:q} --settings {params.settings:q} --out {output.png:q} {input:q}"
        " 2>&1 | tee {log:q}"


rule fig6:
    input:
        lambda wildcards: [followed(pair) for pair in FIG6_PAIRS],
    output:
        png=figure_png("fig6"),
        pdf="results/figures/fig6.pdf",
        md="results/figures/fig6.md",
    log:
        "logs/fig6.log",
    benchmark:
        "logs/fig6.tsv"
    localrule: True
    conda:
        "../../envs/onesun.yaml"
    params:
        caption=figure_caption,
        code=code("fig6"),
        settings=figure_settings("fig6"),
        series=lambda wildcards, input: options({"series": input}),
    message:
        "Drawing Figure 6"
    shell:
        "onesun fig6 {params.series:q} --settings {params.settings:q} --out {output.png:q}"
        " 2>&1 | tee {log:q}"


rule fig7:
    output:
        png=figure_png("fig7"),
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
        caption=figure_caption,
        code=code("fig7"),
        settings=figure_settings(
            "fig7",
            "grid",
            networks=part("networks", *(DRAWN["fig7"]["networks"] or CONFIG["networks"])),
            training=part("training", "field_scale"),
        ),
    message:
        "Drawing Figure 7"
    shell:
        "onesun fig7 --settings {params.settings:q} --out {output.png:q} 2>&1 | tee {log:q}"


rule fig8:
    input:
        series=lambda wildcards: followed(FIG8_PAIR),
        variability=f"results/variability/{FIG8_PAIR}.json",
    output:
        png=figure_png("fig8"),
        pdf="results/figures/fig8.pdf",
        md="results/figures/fig8.md",
    log:
        "logs/fig8.log",
    benchmark:
        "logs/fig8.tsv"
    localrule: True
    conda:
        "../../envs/onesun.yaml"
    params:
        caption=figure_caption,
        code=code("fig8"),
        settings=figure_settings("fig8"),
    message:
        "Drawing Figure 8"
    shell:
        "onesun fig8 --series {input.series:q} --variability {input.variability:q}"
        " --settings {params.settings:q} --out {output.png:q} 2>&1 | tee {log:q}"


rule fig9:
    input:
        measures_of(ABLATED, HISTOGRAM_PAIR["fig9"]),
    output:
        png=figure_png("fig9"),
        pdf="results/figures/fig9.pdf",
        md="results/figures/fig9.md",
    log:
        "logs/fig9.log",
    benchmark:
        "logs/fig9.tsv"
    localrule: True
    conda:
        "../../envs/onesun.yaml"
    params:
        caption=figure_caption,
        code=code("fig9"),
        pair=HISTOGRAM_PAIR["fig9"],
        settings=figure_settings("fig9", **ABLATION),
    message:
        "Drawing Figure 9"
    shell:
        "onesun fig9 --pair {params.pair:q} --settings {params.settings:q} --out {output.png:q}"
        " {input:q} 2>&1 | tee {log:q}"


rule fig_errors:
    input:
        COVERAGE,
    output:
        png=figure_png("errors"),
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
        caption=figure_caption,
        code=code("fig_errors"),
        settings=settings(figures=part("figures", "style")),
    message:
        "Drawing the figure of errors"
    shell:
        "onesun fig-errors --settings {params.settings:q} --out {output.png:q} {input:q}"
        " 2>&1 | tee {log:q}"
