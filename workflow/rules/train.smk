"""Training: one network of one pair.

Goes in: the patch stores of a pair's training and validation months, their days by the split, the
calibration; the grid search, where the loss takes weights from it.
Comes out: results/models/{pair}/{method}/ with the weights of the best epoch, a card that says how
they came about, and the learning curve.

An interrupted training goes on from its last checkpoint, which is no output of the rule: Snakemake
removes a failed job's outputs.
"""

from onesun.search.candidates import asked


rule models:
    """Stage: the networks that Table 1 shows, ready for `onesun convert`: weights and errors."""
    input:
        every_column("results/models/{pair}/{method}/weights.safetensors", "network"),
        errors_of(with_error("table1")),


rule train:
    input:
        patches=lambda wildcards: trained_months(
            "results/patches/{pair}/{month}.json", wildcards.pair, wildcards.method
        ),
        calibration="results/calibration/{pair}.json",
        search=lambda wildcards: (
            f"results/search/{wildcards.pair}.csv"
            if asked(method_sections(CONFIG, wildcards.pair, wildcards.method)["loss"])
            else []
        ),
    output:
        weights="results/models/{pair}/{method}/weights.safetensors",
        card="results/models/{pair}/{method}/card.json",
        curve="results/models/{pair}/{method}/learning_curve.csv",
    log:
        "logs/train/{pair}/{method}.log",
    benchmark:
        "logs/train/{pair}/{method}.tsv"
    wildcard_constraints:
        method=method_of("network"),
    conda:
        "../../envs/onesun.yaml"
    threads: 16
    resources:
        mem_mb=4000,
        gpu=1,
    params:
        code=code("train"),
        settings=lambda wildcards: settings(
            **learning(method_sections(CONFIG, wildcards.pair, wildcards.method)),
        ),
        split=lambda wildcards: trained_split(wildcards.pair, wildcards.method),
        patches=lambda wildcards, input: options(
            {"patches": input.patches, "search": [input.search] if input.get("search") else []}
        ),
        out=subpath(output.weights, parent=True),
        # Snakemake counts no params that take resources. Neither checkpoints more often nor another
        # number of GPUs is a reason to train again; there is one process for each GPU of the job.
        checkpoint_minutes=lambda wildcards, resources: CONFIG["training"]["checkpoint_minutes"],
        onesun=lambda wildcards, resources: (
            f"torchrun --standalone --no-python --nproc-per-node={resources.gpu} onesun".split()
            if resources.get("gpu", 1) > 1
            else ["onesun"]
        ),
    message:
        "Training {wildcards.method} on {wildcards.pair}"
    shell:
        # SIGTERM, by which SLURM ends a job, is for the training, which saves: bash and tee would die
        # of it at once, and SLURM then kill the rest.
        "trap '' TERM; {params.onesun:q} train --pair {wildcards.pair:q}"
        " --method {wildcards.method:q} {params.patches:q} --split {params.split:q}"
        " --calibration {input.calibration:q}"
        " --checkpoint-minutes {params.checkpoint_minutes}"
        " --settings {params.settings:q} --out {params.out:q} 2>&1 | tee {log:q}"
