"""What the rules of analyses share.

Goes in: the configuration.
Comes out: no file, but functions: an analysis's settings, its table and figure as the report shows them,
the months that a network is judged in.
"""

from dataclasses import replace

# What changes nothing in the sums of a month.
ONLY_SHOWN = ("methods", "months", "fewest")


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
        table1={"bootstrap": CONFIG["table1"]["bootstrap"]},
        figures={"style": CONFIG["figures"]["style"]},
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
