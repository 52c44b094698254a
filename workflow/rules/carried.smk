"""What converts frames, and what the package carries: asked by the rules of both.

Goes in: the configuration.
Comes out: no file, but functions: the files of the network that converts months, and those that the
package's weights are collected from.
"""

from onesun.io import locations
from onesun.config.checks import PACKAGE

OF_PACKAGE = CONFIG["convert"]["weights"] == PACKAGE
RELEASE = CONFIG["release"]


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
    if CONFIG["source"]["kind"] != "sample":
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
