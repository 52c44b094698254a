"""What the rules of methods share.

Goes in: the configuration.
Comes out: no file, but functions: which methods are of a kind, and what each needs.
"""


def method_of(*kinds):
    """A wildcard's constraint: the methods of these kinds."""
    return "|".join(name for name, each in METHODS.items() if each["kind"] in kinds) or "(?!)"


def method_needs(wildcards):
    """The files that `onesun predict` needs to carry out a method, by the names of options."""
    calibration = {"calibration": "results/calibration/{pair}.json"}
    fit = {"fit": "results/models/{pair}/{method}/fit.safetensors"}
    needs = {
        "bicubic": calibration,
        "matched": calibration,
        "equated": fit,
        "ridge": fit,
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
