"""What the rules of figures share.

Goes in: the configuration.
Comes out: no file, but functions: a figure's settings, its PNG as the report shows it, what it is made
of.
"""

import yaml

from onesun.io import locations
from onesun.config import series_month, shown_month


def figure_settings(figure, *sections, **parts):
    """As `settings`, with what every figure and this one are drawn by."""
    section = {name: CONFIG["figures"][name] for name in ("style", figure)}
    return settings(*sections, figures=section, **parts)


def figure_png(name, title):
    """A figure, which the report shows with a caption of its own."""
    caption = f"../report/{name.partition('-')[0]}.rst"
    path, labels = f"results/figures/{name}.png", {"figure": title}
    return report(path, caption=caption, category="Figures", labels=labels)


def measures_of(methods, *pairs):
    """The measures of methods on pairs in the test months."""
    pattern = "results/measures/{pair}/{method}/{month}.json"
    months = [path for pair in pairs for path in monthly(pattern, pair, "test")]
    return expand(months, method=methods)


def ablation():
    """The methods that the ablation compares."""
    if not CONFIG["ablation"]["methods"]:
        raise WorkflowError("ablation.methods: found an empty list, expected methods to compare")
    return CONFIG["ablation"]["methods"]


def shown(figure, pattern, methods=("",)):
    """``pattern`` for each pair and method, and the month of the frame that a figure shows."""
    frame = CONFIG["figures"][figure]["frame"]
    return [
        pattern.format(pair=pair, method=method, month=shown_month(CONFIG, frame, pair))
        for pair in PAIRS
        for method in methods
    ]


def followed(pair):
    """The series of a pair that figures are drawn of."""
    try:
        month = series_month(CONFIG)
    except ConfigError as error:
        raise WorkflowError(str(error)) from None
    method = CONFIG["series"]["method"] or CONFIG["table1"]["columns"][-1]["method"]
    return f"results/series/{pair}/{method}/{month}.json"


def resource(name):
    """The content of a YAML file of resources/, so that a change in it reruns what reads it."""
    return canonical(yaml.safe_load(locations.resource(name).read_text("utf-8")))
