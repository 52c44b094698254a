"""Figures of a region through time.

Goes in: the series of each pair's region and, for Figure 8, the amplitudes fitted to one.
Comes out: results/figures/fig6 and fig8 as .png and .pdf, with a caption, .md.
"""

FIG6_PAIRS = CONFIG["figures"]["fig6"]["pairs"] or list(PAIRS)
FIG8_PAIR = CONFIG["figures"]["fig8"]["pair"] or list(PAIRS)[0]


rule fig6:
    input:
        lambda wildcards: [followed(pair) for pair in FIG6_PAIRS],
    output:
        png=figure_png("fig6", "6 A region through time"),
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
        code=code("fig6"),
        settings=figure_settings("fig6"),
        series=lambda wildcards, input: options({"series": input}),
    message:
        "Drawing Figure 6"
    shell:
        "onesun fig6 {params.series:q} --settings {params.settings:q} --out {output.png:q}"
        " 2>&1 | tee {log:q}"


rule fig8:
    input:
        series=lambda wildcards: followed(FIG8_PAIR),
        variability=f"results/variability/{FIG8_PAIR}.json",
    output:
        png=figure_png("fig8", "8 HMI's daily variability"),
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
        code=code("fig8"),
        settings=figure_settings("fig8"),
    message:
        "Drawing Figure 8"
    shell:
        "onesun fig8 --series {input.series:q} --variability {input.variability:q}"
        " --settings {params.settings:q} --out {output.png:q} 2>&1 | tee {log:q}"
