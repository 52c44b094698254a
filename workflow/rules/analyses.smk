"""Analyses: what limits a conversion, and whether what comes out can be joined to the target.

Goes in: what each analysis ends with, see the rule files analyses_*.smk.
Comes out: results/analyses/{analysis}/{pair}.csv and, to be read by people, the same as .md;
results/figures/{analysis}-{pair}.png, the same as .pdf, and its caption .md.
"""

# The analyses that `snakemake analyses` makes, and of which pairs. Rule files that are included after
# this one add theirs.
ANALYSES = {name: list(PAIRS) for name in ("null", "calibration", "continuity")}


rule analyses:
    """Stage: every analysis of every pair, its table and its figure."""
    input:
        lambda wildcards: [
            path
            for analysis, pairs in ANALYSES.items()
            for pair in pairs
            for path in (
                f"results/analyses/{analysis}/{pair}.csv",
                f"results/figures/{analysis}-{pair}.png",
            )
        ],


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
