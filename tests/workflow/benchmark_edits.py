"""Edits over a finished benchmark, and what each reruns."""

from __future__ import annotations

from functools import partial

from edits import Edit, code, config, nothing

TARGETS_OF_BENCHMARK = {"benchmark": ["results/benchmark.csv"]}
Edit = partial(Edit, over="benchmark")

SCORED = "benchmark_score 7, benchmark_table"

BENCHMARK_EDITS = [
    Edit("nothing, of the benchmark", nothing),
    Edit(
        "what differences are taken from",
        config("benchmark.reference", "ridge"),
        "benchmark_table",
    ),
    Edit("a row of Table 1, of the benchmark", config("table1.rows.6.field", [500, None])),
    Edit("resamples for intervals, of the benchmark", config("table1.bootstrap.resamples", 500)),
    Edit(
        "the seed of a network, of the benchmark",
        config("methods.onesun.seed", 2),
        "train, errors, predict, benchmark_submit, benchmark_score, benchmark_table",
    ),
    Edit("how errors are judged: benchmark/forecasts.py", code("benchmark/forecasts.py"), SCORED),
    Edit("a gate: benchmark/gates.py", code("benchmark/gates.py"), SCORED),
    Edit("ranks: benchmark/compare.py", code("benchmark/compare.py"), "benchmark_table"),
    Edit("the page: report/benchmark.py", code("report/benchmark.py"), "benchmark_table"),
    Edit(
        "how a method submits: benchmark/own.py",
        code("benchmark/own.py"),
        f"benchmark_submit 7, {SCORED}",
    ),
]
