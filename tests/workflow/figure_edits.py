"""Edits over a finished run of everything, `all`, and what each reruns; see edits.py.

The page report.html shows every table and figure, after the cost of making them was counted: both
come last whenever one of those is made again.
"""

from __future__ import annotations

from functools import partial

from edits import Edit, code, config, nothing, prose, text

Edit = partial(Edit, over="all")
LAST = "cost, report"
EVERY_FIGURE = "fig1, fig2, fig3, fig4, fig5, fig6, fig7, fig8, fig9, fig_errors"
JUDGED = f"coverage 2, table_errors, fig_errors, {LAST}"
# What is made of a region's frames.
FOLLOWED = f"series 2, variability, fig6, fig8, {LAST}"
REGION = f"simulate_series 3, align_series 2, crop 2, {FOLLOWED}"

FIGURE_EDITS = [
    Edit("nothing, of everything", nothing),
    Edit(
        "size of the figures' text",
        config("figures.style.size", 9),
        f"{EVERY_FIGURE}, {LAST}",
    ),
    Edit(
        "resamples for intervals, of everything",
        config("table1.bootstrap.resamples", 500),
        f"table1, table2, ladder, ablation, {LAST}",
    ),
    Edit(
        "a second seed for the ablation",
        config("ablation.seeds", 2),
        f"train 8, predict 8, measure 8, ablation, {LAST}",
    ),
    Edit("what Figure 4 shows", config("figures.fig4.shown", 0.9), f"fig4, {LAST}"),
    Edit(
        "where Figure 1 has the sunspot number from",
        config("figures.fig1.sunspots", "observatory"),
        f"sunspots, fig1, {LAST}",
    ),
    Edit(
        "an additional network in Figure 7",
        config("figures.fig7.networks", ["onesun"]),
        f"fig7, {LAST}",
    ),
    Edit(
        "the caption of Table 1 in Snakemake's report",
        text("workflow/report/table1.rst", "Pearson correlation", "Correlation"),
    ),
    Edit("the region that is followed", config("series.region.centre", [0, 300]), REGION),
    Edit(
        "the daily variability that is put in",
        config("series.sample.hmi_modulation.amplitude_24h", 0.03),
        REGION,
    ),
    Edit(
        "how it is put in: sample/modulation.py",
        code("sample/modulation.py"),
        REGION,
    ),
    Edit(
        "the response of the unsigned field: metrics/signal.py",
        code("metrics/signal.py"),
        REGION,
    ),
    Edit(
        "where the target's noise is measured",
        config("noise.within_radius", 0.4),
        f"noise 2, {FOLLOWED}",
    ),
    Edit(
        "the trend beside the variability",
        config("variability.degree", 2),
        f"variability, fig8, {LAST}",
    ),
    Edit(
        "the bins of an error",
        config("errors.field_edges", [0, 50, 500]),
        f"errors 2, {JUDGED}",
    ),
    Edit(
        "the likelihood's weight of one pair, of everything",
        config("losses.with-error.mdi-hmi.likelihood", 2e-5),
        "train, errors, coverage, predict, evaluate, measure, series, variability, table1, table2, "
        f"table4, ladder, table_errors, fig5, fig6, fig8, fig_errors, {LAST}",
    ),
    Edit(
        "how the line of matched is fitted, of everything",
        config("calibration.line.estimator", "orthogonal"),
        "line 2, predict 2, evaluate 2, measure 2, series 2, variability, table1, table2, ladder, "
        f"ablation, fig3, fig4, fig6, fig8, fig9, {LAST}",
    ),
    Edit(
        "how an error is calibrated: uncertainty/calibrate.py",
        code("uncertainty/calibrate.py"),
        f"errors 2, {JUDGED}",
    ),
    Edit(
        "what is counted of errors: metrics/coverage.py",
        code("metrics/coverage.py"),
        f"errors 2, {JUDGED}",
    ),
    Edit(
        "the table of errors: tables/errors.py",
        code("tables/errors.py"),
        f"table_errors, fig_errors, {LAST}",
    ),
    Edit("the report's region", config("report.region.size", [256, 256]), "report"),
    Edit(
        "a weight of the ablation's loss",
        config("losses.mse-grad.gradient", 6),
        f"train 2, predict 2, measure 2, ablation, fig3, fig4, fig9, {LAST}",
    ),
    Edit(
        "Figure 9: figures/fig9_correlation.py",
        code("figures/fig9_correlation.py"),
        f"fig9, {LAST}",
    ),
    Edit(
        "how figures are drawn: figures/style.py",
        code("figures/style.py"),
        f"{EVERY_FIGURE}, {LAST}",
    ),
    Edit("docstring, comment, blank lines: figures/style.py", prose("figures/style.py")),
    Edit(
        "the report's page: report/page.html",
        text("workflow/onesun/report/page.html", "<p>", "<p >"),
        "report",
    ),
]
