"""Figures 2 and 3: one frame's disks, and a region of it.

Goes in: the aligned frames of the month that is shown, of every pair, and predictions of it: of one
method (Figure 2), or of each that the ablation compares (Figure 3).
Comes out: results/figures/fig2.png and fig3.png, the same as .pdf, and their captions .md.
"""


rule fig2:
    input:
        aligned=shown("fig2", "results/aligned/{pair}/{month}.json"),
        predictions=lambda wildcards: shown(
            "fig2",
            "results/predictions/{pair}/{method}/{month}.json",
            [CONFIG["figures"]["fig2"]["method"] or ablation()[-1]],
        ),
    output:
        png=figure_png("fig2", "2 Full disks"),
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
        png=figure_png("fig3", "3 One region by each loss"),
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
        code=code("fig3"),
        settings=lambda wildcards: figure_settings(
            "fig3",
            "grid",
            ablation={"methods": ablation()},
            methods={name: METHODS[name] for name in ablation()},
            losses={
                METHODS[name]["loss"]: CONFIG["losses"][METHODS[name]["loss"]]
                for name in ablation()
                if METHODS[name]["kind"] == "network"
            },
        ),
        inputs=lambda wildcards, input: options(
            {"aligned": input.aligned, "predictions": input.predictions}
        ),
    message:
        "Drawing Figure 3"
    shell:
        "onesun fig3 {params.inputs:q} --settings {params.settings:q} --out {output.png:q}"
        " 2>&1 | tee {log:q}"
