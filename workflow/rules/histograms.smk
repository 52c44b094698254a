"""Figures 4, 5 and 9: histograms of the errors.

Goes in: measures of the methods that a figure shows, a file per pair and test month.
Comes out: results/figures/fig4.png (of any pair: fig4-{pair}.png), fig5.png, fig9.png; .pdf and .md.
"""

DRAWN = CONFIG["figures"]
ABLATED = CONFIG["ablation"]["methods"]
HISTOGRAM_PAIR = {name: DRAWN[name]["pair"] or next(iter(PAIRS)) for name in ("fig4", "fig9")}
ENDS = (ABLATED or list(METHODS))[0], (ABLATED or list(METHODS))[-1]
FIG5 = {name: DRAWN["fig5"][name] or end for name, end in zip(("baseline", "method"), ENDS)}


rule fig4:
    input:
        measures_of(ABLATED, HISTOGRAM_PAIR["fig4"]),
    output:
        png=figure_png("fig4", "4 Errors by loss"),
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
        png=figure_png("fig4-{pair}", "4 Errors by loss, {pair}"),
        pdf="results/figures/fig4-{pair}.pdf",
        md="results/figures/fig4-{pair}.md",
    log:
        "logs/fig4-{pair}.log",
    benchmark:
        "logs/fig4-{pair}.tsv"
    params:
        pair=lambda wildcards: wildcards.pair,
        settings=figure_settings("fig4", **ABLATION),
    message:
        "Drawing Figure 4 of {wildcards.pair}"


rule fig5:
    input:
        measures_of(list(FIG5.values()), *PAIRS),
    output:
        png=figure_png("fig5", "5 Output against target"),
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
        code=code("fig5"),
        words=options({"pair": PAIRS} | {name: [each] for name, each in FIG5.items()}),
        settings=figure_settings("fig5"),
    message:
        "Drawing Figure 5"
    shell:
        "onesun fig5 {params.words:q} --settings {params.settings:q} --out {output.png:q} {input:q}"
        " 2>&1 | tee {log:q}"


rule fig9:
    input:
        measures_of(ABLATED, HISTOGRAM_PAIR["fig9"]),
    output:
        png=figure_png("fig9", "9 Correlation by patch"),
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
        code=code("fig9"),
        pair=HISTOGRAM_PAIR["fig9"],
        settings=figure_settings("fig9", **ABLATION),
    message:
        "Drawing Figure 9"
    shell:
        "onesun fig9 --pair {params.pair:q} --settings {params.settings:q} --out {output.png:q}"
        " {input:q} 2>&1 | tee {log:q}"
