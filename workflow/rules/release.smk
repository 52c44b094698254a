"""The weights that come with the package, with their scores on Suns that were left out.

Goes in: the network of the release with its card and its calibrated error; measures and coverage of the
methods that have not seen a Sun, in that Sun's test month; what training months were simulated with.
Comes out: results/weights/ with {pair}.safetensors, {pair}.card.json and {pair}.scores.json of each
pair, and weights.md, the page about them.
"""


rule weights:
    """Stage: the files that the package carries, and the page about them."""
    input:
        "results/weights/weights.md",


rule collect_weights:
    input:
        weights=f"results/models/{{pair}}/{RELEASE['method']}/weights.safetensors",
        card=f"results/models/{{pair}}/{RELEASE['method']}/card.json",
        errors=f"results/models/{{pair}}/{RELEASE['method']}/errors.json",
        measures=left_out("results/measures/{pair}/{method}/{month}.json"),
        coverage=left_out("results/coverage/{pair}/{method}/{month}.json", "network"),
        truths=truths,
    output:
        weights="results/weights/{pair}.safetensors",
        card="results/weights/{pair}.card.json",
        scores="results/weights/{pair}.scores.json",
    log:
        "logs/weights/{pair}.log",
    benchmark:
        "logs/weights/{pair}.tsv"
    localrule: True
    conda:
        "../../envs/onesun.yaml"
    params:
        code=code("weights:collect"),
        settings=settings("release", table1=part("table1", "bootstrap")),
        files=lambda wildcards, input: options(
            {"measures": input.measures, "coverage": input.coverage, "truth": input.truths}
        ),
        out=subpath(output.weights, parent=True),
    message:
        "Collecting the weights of {wildcards.pair}"
    shell:
        "onesun weights collect --pair {wildcards.pair:q} --weights {input.weights:q}"
        " {params.files:q} --settings {params.settings:q} --out {params.out:q} 2>&1 | tee {log:q}"


rule weights_page:
    input:
        expand("results/weights/{pair}.card.json", pair=PAIRS),
    output:
        "results/weights/weights.md",
    log:
        "logs/weights/page.log",
    benchmark:
        "logs/weights/page.tsv"
    localrule: True
    conda:
        "../../envs/onesun.yaml"
    params:
        code=code("weights:page"),
        folder=subpath(input[0], parent=True),
    message:
        "Describing the weights"
    shell:
        "onesun weights page --weights {params.folder:q} --out {output:q} 2>&1 | tee {log:q}"
