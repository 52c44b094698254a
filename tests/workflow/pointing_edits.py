"""Edits over a finished table of pointing, and what each reruns."""

from __future__ import annotations

from functools import partial

from edits import Edit, code, config, nothing

TARGETS_OF_POINTING = {"pointing": ["results/pointing.csv"]}
Edit = partial(Edit, over="pointing")

SCORED = "pointing 4, table_pointing"
BY_HEADER = f"predict_by_header 4, {SCORED}"

POINTING_EDITS = [
    Edit("nothing, of pointing", nothing),
    Edit("the models of registration to the target", config("pointing.models", ["shift"]), SCORED),
    Edit(
        "the tiles of registration",
        config("align.tile", 64),
        ("align 4, align_by_header 2, store 4, calibrate 2, line 2, train 2, " + BY_HEADER),
    ),
    Edit(
        "how inputs are registered",
        config("align.registration", "shift"),
        f"align 4, store 4, calibrate 2, line 2, train 2, {BY_HEADER}",
    ),
    Edit(
        "the seed of a network, of pointing",
        config("methods.onesun.seed", 2),
        "train 2, predict_by_header 2, pointing 2, table_pointing",
    ),
    Edit(
        "a bound of field in Table 1, of pointing",
        config("table1.rows.6.field", [500, None]),
        SCORED,
    ),
    Edit(
        "resamples for intervals, of pointing",
        config("table1.bootstrap.resamples", 500),
        "table_pointing",
    ),
    Edit(
        "how a prediction is registered: metrics/pointing/register.py",
        code("metrics/pointing/register.py"),
        SCORED,
    ),
    Edit("the table of pointing: tables/pointing.py", code("tables/pointing.py"), "table_pointing"),
]
