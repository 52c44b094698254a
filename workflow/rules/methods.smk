"""Functions about methods: which are of a kind, what each needs, is trained on and converts with."""

from onesun.config import trained_rows
from onesun.config.checks import PACKAGE
from onesun.io import locations

OF_PACKAGE = CONFIG["convert"]["weights"] == PACKAGE
RELEASE = CONFIG["release"]
# How predictions are registered to the target, and where frames aligned by their headers are.
POINTINGS = ["header", *CONFIG["pointing"]["models"]]
BY_HEADER = (
    "results/aligned" if CONFIG["align"]["registration"] == "header" else "results/pointing/aligned"
)


def method_of(*kinds):
    """A wildcard's constraint: the methods of these kinds."""
    return any_of(name for name, each in METHODS.items() if each["kind"] in kinds)


def any_of(names):
    """A wildcard's constraint: these names; nothing where there are none."""
    return "|".join(names) or "(?!)"


def method_needs(wildcards):
    """The files that `onesun predict` needs to carry out a method, by the names of options."""
    fit = {"fit": "results/models/{pair}/{method}/fit.safetensors"}
    needs = {
        "bicubic": {"calibration": "results/calibration/{pair}.json"},
        "matched": {"line": "results/calibration/{pair}.line.json"},
        "equated": fit,
        "ridge": fit,
        "wiener": fit,
        "network": {"weights": "results/models/{pair}/{method}/weights.safetensors"},
    }
    kind = METHODS[wildcards.method]["kind"]
    return {name: [path.format(**wildcards)] for name, path in needs.get(kind, {}).items()}


def by_network(if_network, otherwise):
    """Function of wildcards: one of two values, by whether the method is a network."""
    return lambda wildcards: (
        if_network if METHODS[wildcards.method]["kind"] == "network" else otherwise
    )


def method_code(command):
    """Function of wildcards: `code` of a command with, of all kinds of methods, the one at hand."""
    return lambda wildcards: code(command, f"onesun.methods:_{METHODS[wildcards.method]['kind']}")


def method_words(wildcards, input):
    """The words of `onesun predict` with what a method needs: files, the input's record."""
    words = options({name: [input[name]] for name in method_needs(wildcards)})
    if METHODS[wildcards.method]["kind"] == "ceiling":
        words += ["--input-instrument", PAIRS[wildcards.pair]["input"]]
    return words


def tested_months(pattern, pair):
    """``pattern`` for each test month of a pair that tables are made of."""
    tested = tabled_months(CONFIG, pair)
    return expand(pattern, pair=pair, month=tested, allow_missing=True)


def tested_split(pair):
    """Rows of the split of these months, for --split."""
    tested = tabled_months(CONFIG, pair)
    rows = assign(pair, PAIRS[pair]["split"])
    return canonical([vars(row) for row in rows if row.month in tested])


def trained_months(pattern, pair, method, *sets):
    """``pattern`` for each month that a method is trained or validated on; of ``sets``, if any."""
    rows = trained_rows(CONFIG, pair, method, *sets)
    found = sorted(row.month for row in rows)
    return expand(pattern, pair=pair, month=found, allow_missing=True)


def trained_split(pair, method, *sets):
    """Rows of the split that a method is trained or validated on, for --split; as above."""
    return canonical([vars(row) for row in trained_rows(CONFIG, pair, method, *sets)])


def has_error(method):
    """Whether a method is a network with an error."""
    section = METHODS[method]
    return section["kind"] == "network" and CONFIG["networks"][section["network"]]["error"]


def with_error(*tables):
    """Pairs and methods that these tables show and whose network has an error; each once."""
    shown = {(column["pair"], column["method"]) for name in tables for column in columns(name)}
    return sorted(each for each in shown if has_error(each[1]))


def errors_of(pairs_and_methods):
    """What calibrates the errors of these networks."""
    return [f"results/models/{pair}/{method}/errors.json" for pair, method in pairs_and_methods]


def left_out(pattern, *rows):
    """Function of wildcards: ``pattern`` for each method of ``rows`` (all if none) and its Sun's month."""
    return lambda wildcards: [
        pattern.format(pair=wildcards.pair, method=method, month=entry["month"])
        for entry in RELEASE["suns"].values()
        for row, method in [
            *((name, name) for name in RELEASE["baselines"]),
            *entry["methods"].items(),
        ]
        if not rows or row in rows
    ]


def truths(wildcards):
    """What the training months of the release's network were simulated with."""
    if not SAMPLED:
        return []
    pattern = "results/raw/{instrument}/{month}.truth.json"
    rows = trained_rows(CONFIG, wildcards.pair, RELEASE["method"])
    instrument = PAIRS[wildcards.pair]["input"]
    return [
        pattern.format(instrument=instrument, month=row.month) for row in rows if row.set == "train"
    ]


def converted_by():
    """The files of the network that converts, by what they are; of an error if it states one."""
    if OF_PACKAGE:
        path = str(locations.resource("weights") / "{pair}")
        # Where they are, also if a workflow that uses this one as a module gives all paths a prefix.
        return {"weights": local(f"{path}.safetensors"), "card": local(f"{path}.card.json")}
    method = CONFIG["convert"]["weights"]
    model = f"results/models/{{pair}}/{method}"
    files = {"weights": f"{model}/weights.safetensors", "card": f"{model}/card.json"}
    return files | ({"errors": f"{model}/errors.json"} if has_error(method) else {})
