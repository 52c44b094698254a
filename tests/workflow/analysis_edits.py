"""Edits over a finished run of the analyses of fluxes and calibration, and what each reruns."""

from __future__ import annotations

from functools import partial

from edits import Edit, code, config, nothing

TARGETS_OF_ANALYSES = {
    "analyses": [
        f"results/analyses/{analysis}/{pair}.csv"
        for analysis in ("null", "calibration", "continuity")
        for pair in ("mdi-hmi", "gong-hmi")
    ]
}
Edit = partial(Edit, over="analyses")
SHOWN = "null 2, calibration 2, continuity 2"
# Of four methods in the test month, of two in every month.
MEASURED = "null_restored 8, null_repeated 2, calibration_month 6, continuity_month 12"

ANALYSIS_EDITS = [
    Edit("nothing, of the analyses", nothing),
    Edit("resamples of intervals", config("table1.bootstrap.resamples", 100), SHOWN),
    Edit("intervals of tables: metrics/bootstrap.py", code("metrics/bootstrap.py"), SHOWN),
    Edit("intervals of analyses: analyses/intervals.py", code("analyses/intervals.py"), SHOWN),
    Edit(
        "tiles that analyses add up by",
        config("analyses.tile", 256),
        f"{MEASURED}, {SHOWN}",
    ),
    Edit(
        "bins of the null test",
        config("analyses.null_test.field_edges", [0, 100]),
        "null_restored 8, null_repeated 2, null 2",
    ),
    Edit(
        "a method less in the null test",
        config("analyses.null_test.methods", ["bicubic", "matched", "ridge"]),
        "null 2",
    ),
    Edit(
        "pixels that a bin of the calibration map must have",
        config("analyses.calibration.fewest", 500),
        "calibration 2",
    ),
    Edit(
        "where active regions begin",
        config("analyses.continuity.active", 40),
        "continuity_month 12, continuity 2",
    ),
    Edit("tests for steps: analyses/changes.py", code("analyses/changes.py"), "continuity 2"),
    Edit(
        "where the target's noise is measured, for fluxes",
        config("noise.within_radius", 0.4),
        "noise 2, continuity_month 12, continuity 2",
    ),
    Edit(
        "a fitted method, in the null test: methods/ridge.py",
        code("methods/ridge.py"),
        "null_restored 2, null 2",
    ),
]
