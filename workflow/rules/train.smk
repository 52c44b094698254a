"""Train: networks, the grid search for the weights of their loss, fits, and errors of networks.

Goes in: the patch stores and aligned frames of a pair's training and validation months, their days by
the split, the calibration; for the bound of linear filters, the aligned frames of the test months.
Comes out, in results/:
  models/{pair}/{method}/  of a network: the weights of the best epoch, the learning curve and, if it
                           states an error, errors.json, factors by predicted field and by radius,
                           without which `onesun convert` delivers none; of a fit: fit.safetensors;
                           and a card that says how they came about
  search/{pair}/mse/ and search/{pair}/{term}/{weight}/  short trainings by MSE and by MSE + weight *
                           term (paper, section 6.3); search/{pair}.csv and .md, which are best

An interrupted training resumes from its last checkpoint, which is no output of the rule: Snakemake
removes a failed job's outputs.
"""

import re

from onesun.search import candidates

CANDIDATES = candidates.losses(CONFIG["search"])


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
            if candidates.asked(method_sections(CONFIG, wildcards.pair, wildcards.method)["loss"])
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


rule searches:
    """Stage: the grid search for every pair's weights."""
    input:
        expand("results/search/{pair}.csv", pair=PAIRS if CANDIDATES else []),


# A candidate, such as gradient/5, takes the place of the method.
use rule train as train_candidate with:
    input:
        patches=lambda wildcards: monthly(
            "results/patches/{pair}/{month}.json", wildcards.pair, "train", "validation"
        ),
        calibration="results/calibration/{pair}.json",
    output:
        weights="results/search/{pair}/{method}/weights.safetensors",
        card="results/search/{pair}/{method}/card.json",
        curve="results/search/{pair}/{method}/learning_curve.csv",
    log:
        "logs/search/{pair}/{method}.log",
    benchmark:
        "logs/search/{pair}/{method}.tsv"
    wildcard_constraints:
        method="|".join(map(re.escape, CANDIDATES)) or "(?!)",
    params:
        settings=lambda wildcards: settings(
            **learning(
                candidates.sections(
                    CONFIG["search"],
                    method_sections(CONFIG, wildcards.pair, CONFIG["search"]["method"]),
                    wildcards.method,
                )
            ),
        ),
        split=lambda wildcards: split_rows(wildcards.pair, "train", "validation"),
    message:
        "Searching: training {wildcards.method} on {wildcards.pair}"


rule search:
    input:
        expand("results/search/{{pair}}/{candidate}/card.json", candidate=CANDIDATES),
    output:
        csv="results/search/{pair}.csv",
        md="results/search/{pair}.md",
    log:
        "logs/search/{pair}.log",
    benchmark:
        "logs/search/{pair}.tsv"
    localrule: True
    conda:
        "../../envs/onesun.yaml"
    params:
        code=code("search"),
        cards=lambda wildcards, input: options({"card": input}),
    message:
        "Choosing weights for {wildcards.pair}"
    shell:
        "onesun search --pair {wildcards.pair:q} {params.cards:q} --out {output.csv:q}"
        " 2>&1 | tee {log:q}"


rule fits:
    """Stage: the fits of every method of the ladder."""
    input:
        every_column(
            "results/models/{pair}/{method}/fit.safetensors",
            "equated",
            "ridge",
            "wiener",
            table="ladder",
        ),


rule fit:
    input:
        aligned=lambda wildcards: trained_months(
            "results/aligned/{pair}/{month}.json", wildcards.pair, wildcards.method
        ),
        calibration="results/calibration/{pair}.json",
    output:
        fit="results/models/{pair}/{method}/fit.safetensors",
        card="results/models/{pair}/{method}/card.json",
    log:
        "logs/fit/{pair}/{method}.log",
    benchmark:
        "logs/fit/{pair}/{method}.tsv"
    wildcard_constraints:
        method=method_of("equated", "ridge"),
    conda:
        "../../envs/onesun.yaml"
    threads: 4
    resources:
        mem_mb=2000,
    params:
        code=code("fit"),
        settings=lambda wildcards: settings(
            "grid",
            calibration=part("calibration", "within_radius"),
            method={"kind": METHODS[wildcards.method]["kind"]},
            fitting=part("fitting", "frames_per_month", METHODS[wildcards.method]["kind"]),
        ),
        split=lambda wildcards: trained_split(wildcards.pair, wildcards.method),
        inputs=lambda wildcards, input: options(
            {"aligned": input.aligned, "calibration": [input.calibration]}
        ),
        out=subpath(output.fit, parent=True),
    message:
        "Fitting {wildcards.method} on {wildcards.pair}"
    shell:
        "onesun fit --pair {wildcards.pair:q} --method {wildcards.method:q} {params.inputs:q}"
        " --split {params.split:q} --settings {params.settings:q} --out {params.out:q}"
        " 2>&1 | tee {log:q}"


# A bound: fitted to the months that it is judged by.
use rule fit as fit_bound with:
    input:
        aligned=lambda wildcards: tested_months(
            "results/aligned/{pair}/{month}.json", wildcards.pair
        ),
    log:
        "logs/fit_bound/{pair}/{method}.log",
    benchmark:
        "logs/fit_bound/{pair}/{method}.tsv"
    wildcard_constraints:
        method=method_of("wiener"),
    params:
        split=lambda wildcards: tested_split(wildcards.pair),
        inputs=lambda wildcards, input: options({"aligned": input.aligned}),
    message:
        "Fitting the bound {wildcards.method} on {wildcards.pair}"


rule errors:
    input:
        weights="results/models/{pair}/{method}/weights.safetensors",
        card="results/models/{pair}/{method}/card.json",
        aligned=lambda wildcards: trained_months(
            "results/aligned/{pair}/{month}.json", wildcards.pair, wildcards.method, "validation"
        ),
    output:
        "results/models/{pair}/{method}/errors.json",
    log:
        "logs/errors/{pair}/{method}.log",
    benchmark:
        "logs/errors/{pair}/{method}.tsv"
    wildcard_constraints:
        method=any_of(filter(has_error, METHODS)),
    conda:
        "../../envs/onesun.yaml"
    threads: 16
    resources:
        # Pixels of all frames at once, 120 bytes each; 24 frames of a month have twenty million.
        mem_mb=lambda wildcards, input: 1500 + 2500 * len(input.aligned),
        gpu=1,
    params:
        code=code("errors"),
        settings=settings("errors", "grid"),
        split=lambda wildcards: trained_split(wildcards.pair, wildcards.method, "validation"),
        aligned=lambda wildcards, input: options({"aligned": input.aligned}),
    message:
        "Calibrating the error of {wildcards.method} on {wildcards.pair}"
    shell:
        "onesun errors --pair {wildcards.pair:q} --method {wildcards.method:q}"
        " --weights {input.weights:q} {params.aligned:q} --split {params.split:q}"
        " --settings {params.settings:q} --out {output:q} 2>&1 | tee {log:q}"
