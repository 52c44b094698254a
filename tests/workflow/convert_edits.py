"""Edits over a finished run that converts with a network of its own, and what each reruns.

Tables, the coverage of errors, and every month converted by `onesun`, a network with an error.
"""

from __future__ import annotations

from functools import partial

from edits import TABLES, Edit, code, config, nothing

MONTHS = [
    f"results/converted/{pair}/{month}.json"
    for pair in ("mdi-hmi", "gong-hmi")
    for month in ("2011-12", "2016-07", "2019-06")
]
TARGETS_OF_CONVERSION = {"converted": [*TABLES, "results/errors.csv", *MONTHS]}
Edit = partial(Edit, over="converted")

CONVERT_EDITS = [
    Edit("nothing, with converted months", nothing),
    Edit(
        "months are converted with the package's weights",
        config("convert.weights", "package"),
        "convert 6",
    ),
    Edit(
        "months are converted with a network without an error",
        config("convert.weights", "full"),
        "train 2, convert 6",
    ),
    Edit(
        "the weight of the likelihood, for one pair",
        config("losses.with-error.mdi-hmi.likelihood", 3e-5),
        "train, errors, coverage, predict, evaluate, measure, table1, table2, table4, "
        "table_errors, ladder, convert 3",
    ),
    Edit("the mask of an output: conversion/flags.py", code("conversion/flags.py"), "convert 6"),
    Edit(
        "the fluxes of an output: conversion/fluxes.py", code("conversion/fluxes.py"), "convert 6"
    ),
]
