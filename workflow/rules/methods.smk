"""What the rules of methods share.

Goes in: the configuration.
Comes out: no file, but functions: which methods are of a kind, what each needs and is trained on.
"""

from onesun.config import trained_rows


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
