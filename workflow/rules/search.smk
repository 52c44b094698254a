"""The partial grid search (paper, section 6.3): which weight of the loss suits which pair.

Goes in: what a training needs; `search` in the configuration.
Comes out: results/search/{pair}/mse/ and results/search/{pair}/{term}/{weight}/, short trainings by
MSE and by MSE + weight * term; results/search/{pair}.csv, which weights are best, and the same as
.md.
"""

import re

from onesun.search import candidates

CANDIDATES = candidates.losses(CONFIG["search"])


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
