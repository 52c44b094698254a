"""Functions about what is shown: settings, files and captions of tables, figures and analyses."""

from dataclasses import replace

import yaml

from onesun.config import series_month, shown_month
from onesun.methods.own import is_for_pair
from onesun.report import titles

# The networks with an error that the table and the figure of errors show; neither is made where
# there are none.
STATING = with_error("table1", "ladder")
COVERAGE = [
    path.format(method=method)
    for pair, method in STATING
    for path in tested_months("results/coverage/{pair}/{method}/{month}.json", pair)
]
# As the report shows them; errors only where a network has one, pointing only where it is asked for.
UNSHOWN = {"pointing"} if STATING else {"pointing", "errors"}
TABLES = [name for name in titles.TABLES if name not in UNSHOWN]
FIGURES = [name for name in titles.FIGURES if name not in UNSHOWN]
# The networks whose errors are judged in other epochs, by pair.
EPOCHS = {
    pair: [
        name for name in CONFIG["analyses"]["epochs"]["methods"] if is_for_pair(METHODS[name], pair)
    ]
    for pair in PAIRS
}
# The analyses that `snakemake analyses` makes, and of which pairs.
ANALYSES = {name: list(PAIRS) for name in ("null", "calibration", "continuity")} | {
    "resolution": list(PAIRS) if CONFIG["analyses"]["resolution"]["methods"] else [],
    "epochs": [pair for pair, methods in EPOCHS.items() if methods],
}
# What changes nothing in the sums of a month.
ONLY_SHOWN = ("methods", "months", "fewest")


def figure_settings(figure, *sections, **parts):
    """As `settings`, with what every figure and this one are drawn by."""
    own = [name for name in ("style", figure) if name in CONFIG["figures"]]
    return settings(*sections, figures=part("figures", *own), **parts)


def figure_png(name):
    """A figure, which Snakemake's report shows with the caption that is written beside it."""
    return report(
        f"results/figures/{name}.png",
        caption="../report/figure.rst",
        category="Figures",
        labels={"figure": titles.label(name, titles.FIGURES)},
    )


def figure_caption(wildcards, output):
    """The caption beside a figure as HTML; made of more than wildcards, and so no reason to rerun."""
    from onesun.report.markdown import caption_html

    file = Path(output.md)
    return caption_html(file.read_text("utf-8")) if file.is_file() else ""


def table_csv(name):
    """A table, which Snakemake's report shows with a caption of the table's name."""
    return report(
        f"results/{name}.csv",
        caption=f"../report/{name}.rst",
        category="Tables",
        labels={"table": titles.label(name, titles.TABLES)},
    )


def measures_of(methods, *pairs):
    """The measures of methods on pairs in the test months."""
    pattern = "results/measures/{pair}/{method}/{month}.json"
    months = [path for pair in pairs for path in monthly(pattern, pair, "test")]
    return expand(months, method=methods)


def shown_methods(names):
    """The sections "methods" and "losses" of what is shown of these methods."""
    losses = {METHODS[name]["loss"] for name in names if METHODS[name]["kind"] == "network"}
    return {"methods": part("methods", *names), "losses": part("losses", *losses)}


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


def analysis_section(name):
    """What the months of an analysis are measured by."""
    own = CONFIG["analyses"][name].items()
    section = {key: value for key, value in own if key not in ONLY_SHOWN}
    return {"tile": CONFIG["analyses"]["tile"], name: section}


def analysis_settings(name):
    """As `settings`, for a month of an analysis."""
    return settings("grid", analyses=analysis_section(name))


def analysis_shown(name):
    """Settings of an analysis's table and figure: how intervals are drawn and figures look."""
    return settings(
        analyses={name: CONFIG["analyses"][name]},
        table1=part("table1", "bootstrap"),
        figures=part("figures", "style"),
    )


def analysis_csv(analysis):
    """The table of an analysis, which the report shows."""
    return report(
        f"results/analyses/{analysis}/{{pair}}.csv",
        caption="../report/analysis.rst",
        category="Analyses",
        labels={"analysis": analysis, "pair": "{pair}", "shown": "table"},
    )


def analysis_png(analysis):
    """The figure of an analysis, which the report shows."""
    return report(
        f"results/figures/{analysis}-{{pair}}.png",
        caption="../report/analysis.rst",
        category="Analyses",
        labels={"analysis": analysis, "pair": "{pair}", "shown": "figure"},
    )


def analysis_method_settings(name, wildcards):
    """As `analysis_settings`, with the method."""
    section = method_sections(CONFIG, wildcards.pair, wildcards.method)["method"]
    return settings("grid", analyses=analysis_section(name), method=section)


def analysis_needs(wildcards, input):
    """Options with the files that a method needs."""
    return options({name: [input[name]] for name in method_needs(wildcards)})


def judged_months(pair, method):
    """Months that a network is judged in: its validation months and some that it has not seen."""
    sets = () if CONFIG["analyses"]["epochs"]["months"] == "all" else ("test",)
    trained, validated = (
        {row.month for row in trained_rows(CONFIG, pair, method, name)}
        for name in ("train", "validation")
    )
    return sorted((validated | set(months(CONFIG, pair, *sets))) - trained)


def judged_split(pair, method, month):
    """The row of a month for --split, its set being how the method uses the month."""
    own = trained_rows(CONFIG, pair, method)
    rows = [row for row in own if row.month == month] or [
        replace(row, set="test") for row in assign(pair, PAIRS[pair]["split"]) if row.month == month
    ]
    return canonical([vars(row) for row in rows])
