"""Benchmark: submissions, anybody's and the run's own methods, by the same frames and measures.

Goes in: aligned frames of the benchmark's months; predictions of the run's own methods, and what
calibrates the error of a network; folders with a submission.yaml.
Comes out, in results/:
  benchmark/inputs/               what a stranger needs to answer: inputs, training pairs, no test target
  benchmark/submissions/{method}/ the run's own methods, as a stranger would hand them in
  benchmark/scores/{submission}.json  what was measured of each, .npz beside it, or why it was refused
  benchmark.csv, .md and .html    the table, and a page with it and the fields
"""


rule benchmark:
    """Stage: the benchmark's table and page."""
    input:
        "results/benchmark.csv",


rule benchmark_inputs:
    input:
        aligned=benchmark_aligned,
        training=benchmark_training,
    output:
        directory("results/benchmark/inputs"),
    log:
        "logs/benchmark_inputs.log",
    benchmark:
        "logs/benchmark_inputs.tsv"
    conda:
        "../../envs/onesun.yaml"
    resources:
        mem_mb=2000,
    params:
        code=code("benchmark:inputs"),
        name=benchmark_name(),
        words=lambda wildcards, input: options(
            {"aligned": input.aligned, "training": input.training}
        ),
    message:
        "Inputs of the benchmark"
    shell:
        "onesun benchmark inputs {params.name:q} {params.words:q} --out {output:q} 2>&1 | tee {log:q}"


rule benchmark_submit:
    input:
        unpack(benchmark_errors),
        aligned=benchmark_aligned,
        predictions=benchmark_predictions,
    output:
        directory("results/benchmark/submissions/{method}"),
    log:
        "logs/benchmark_submit/{method}.log",
    benchmark:
        "logs/benchmark_submit/{method}.tsv"
    conda:
        "../../envs/onesun.yaml"
    threads: 4
    resources:
        mem_mb=3000,
    params:
        code=code("benchmark:submit"),
        name=benchmark_name(),
        kind=lambda wildcards: METHODS[wildcards.method]["kind"],
        words=benchmark_words,
        # What a prediction took is no reason to submit it again.
        cost=lambda wildcards, resources: benchmark_cost(wildcards),
    message:
        "Submitting {wildcards.method} to the benchmark"
    shell:
        "onesun benchmark submit --method {wildcards.method:q} --kind {params.kind:q}"
        " --benchmark {params.name:q} {params.words:q} --cost {params.cost:q} --out {output:q}"
        " 2>&1 | tee {log:q}"


rule benchmark_score:
    input:
        aligned=benchmark_aligned,
        files=submitted,
    output:
        "results/benchmark/scores/{submission}.json",
    log:
        "logs/benchmark_score/{submission}.log",
    benchmark:
        "logs/benchmark_score/{submission}.tsv"
    conda:
        "../../envs/onesun.yaml"
    resources:
        mem_mb=4000,
    params:
        code=code("benchmark:score"),
        name=benchmark_name(),
        folder=submitted_folder,
        aligned=lambda wildcards, input: options({"aligned": input.aligned}),
    message:
        "Scoring {wildcards.submission}"
    shell:
        "onesun benchmark score {params.folder:q} --benchmark {params.name:q} {params.aligned:q}"
        " --listed --out {output:q} 2>&1 | tee {log:q}"


rule benchmark_table:
    input:
        scores=expand("results/benchmark/scores/{submission}.json", submission=SUBMISSIONS),
    output:
        csv="results/benchmark.csv",
        md="results/benchmark.md",
        html="results/benchmark.html",
    log:
        "logs/benchmark_table.log",
    benchmark:
        "logs/benchmark_table.tsv"
    localrule: True
    conda:
        "../../envs/onesun.yaml"
    params:
        code=code("benchmark:table"),
        name=benchmark_name(),
        reference=CONFIG["benchmark"]["reference"],
    message:
        "Writing the benchmark's table and page"
    shell:
        "onesun benchmark table --benchmark {params.name:q} --reference {params.reference:q}"
        " --out {output.csv:q} {input.scores:q} 2>&1 | tee {log:q}"
