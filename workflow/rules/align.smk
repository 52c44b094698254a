"""Aligned frames: two instruments on one grid.

Goes in: the raw frames of a pair's two instruments in a month.
Comes out: results/aligned/{pair}/{month}/ with an input and a target FITS file per frame, their
manifest (.json), and the frames taken (.frames.csv) and refused (.refused.csv) beside it. The
latter is no output of the rule: Snakemake would remove it just when every frame was refused.
"""


rule aligned:
    """Stage: the aligned frames of every pair and month."""
    input:
        every_month("results/aligned/{pair}/{month}.json"),


rule align:
    input:
        folder_of("input"),
        folder_of("target"),
        input=of_pair("input", "results/raw/{instrument}/{month}.json"),
        target=of_pair("target", "results/raw/{instrument}/{month}.json"),
    output:
        folder=directory("results/aligned/{pair}/{month}"),
        manifest="results/aligned/{pair}/{month}.json",
        frames="results/aligned/{pair}/{month}.frames.csv",
    log:
        "logs/align/{pair}/{month}.log",
    benchmark:
        "logs/align/{pair}/{month}.tsv"
    # Before further downloads: raw files may go afterwards.
    priority: 2
    conda:
        "../../envs/onesun.yaml"
    resources:
        mem_mb=2000,
    params:
        code=code("align"),
        settings=settings("align", "grid"),
        input_instrument=of_pair("input"),
        target_instrument=of_pair("target"),
        records=lambda wildcards: records("align", *(PAIRS[wildcards.pair][role] for role in ROLES)),
    message:
        "Aligning {wildcards.pair}, {wildcards.month}"
    shell:
        "onesun align --pair {wildcards.pair:q} --input-instrument {params.input_instrument:q}"
        " --target-instrument {params.target_instrument:q} --month {wildcards.month:q}"
        " --input {input.input:q} --target {input.target:q} --settings {params.settings:q}"
        " --out {output.folder:q} 2>&1 | tee {log:q}"
