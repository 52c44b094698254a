"""Functions about the benchmark: which it is, who submits, and what each submission is made of."""

import re
from pathlib import Path

from onesun.benchmark.settings import WORDS
from onesun.config import read, trained_rows
from onesun.io import locations

BENCHMARKED = Path(CONFIG["benchmark"]["name"])
STRANGERS = {
    path.parent.name: path.parent
    for path in sorted(Path(CONFIG["benchmark"]["submissions"]).glob(f"*/{WORDS}"))
}
# A stranger's folder of the name of one of the run's methods would be taken for it.
SUBMISSIONS = [
    *CONFIG["benchmark"]["methods"],
    *(name for name in STRANGERS if name not in CONFIG["benchmark"]["methods"]),
]


wildcard_constraints:
    submission="|".join(map(re.escape, SUBMISSIONS)) or "(?!)",


def benchmark_name():
    """The benchmark's name, or its file where it is one's own."""
    return str(BENCHMARKED)


def benchmark_content(key):
    """What the benchmark's file says of one thing; read when a job asks for it."""
    if BENCHMARKED.suffix in (".yaml", ".yml"):
        path = BENCHMARKED
    else:
        path = locations.resource("benchmarks") / f"{BENCHMARKED}.yaml"
    return read(path)[key]


def benchmark_aligned(wildcards):
    """Aligned frames of its test months."""
    pair, tested = benchmark_content("pair"), benchmark_content("months")
    return expand("results/aligned/{pair}/{month}.json", pair=pair, month=tested)


def benchmark_training(wildcards):
    """Aligned frames of the training months that it allows and this run has."""
    pair, allowed = benchmark_content("pair"), benchmark_content("training_months")
    found = [month for month in months(CONFIG, pair, "train", "validation") if month in allowed]
    return expand("results/aligned/{pair}/{month}.json", pair=pair, month=found)


def benchmark_predictions(wildcards):
    """A method's predictions of its test months."""
    return expand(
        "results/predictions/{pair}/{method}/{month}.json",
        pair=benchmark_content("pair"),
        method=wildcards.method,
        month=benchmark_content("months"),
    )


def benchmark_errors(wildcards):
    """The network and what calibrates its error, of a method that states one."""
    if not has_error(wildcards.method):
        return {}
    model = f"results/models/{benchmark_content('pair')}/{wildcards.method}"
    return {"weights": f"{model}/weights.safetensors", "errors": f"{model}/errors.json"}


def benchmark_words(wildcards, input):
    """Options of a submission of one's own: its files, and the months that it learned from."""
    pair = benchmark_content("pair")
    learned = METHODS[wildcards.method]["kind"] not in ("raw", "bicubic", "ceiling")
    rows = trained_rows(CONFIG, pair, wildcards.method) if learned else []
    named = {"aligned": input.aligned, "predictions": input.predictions}
    named |= {name: [input[name]] for name in benchmark_errors(wildcards)}
    return options(named | {"training-month": sorted(row.month for row in rows)})


def benchmark_cost(wildcards):
    """What Snakemake measured of the method's prediction of the first test month."""
    pair, month = benchmark_content("pair"), benchmark_content("months")[0]
    return f"logs/predict/{pair}/{wildcards.method}/{month}.tsv"


def submitted_folder(wildcards):
    """The folder of a submission."""
    if wildcards.submission in CONFIG["benchmark"]["methods"]:
        return f"results/benchmark/submissions/{wildcards.submission}"
    return str(STRANGERS[wildcards.submission])


def submitted(wildcards):
    """What a submission is known to have changed by: the folder of one's own, a stranger's files."""
    folder = submitted_folder(wildcards)
    if wildcards.submission in CONFIG["benchmark"]["methods"]:
        return [folder]
    return sorted(str(path) for path in Path(folder).rglob("*") if path.is_file())
