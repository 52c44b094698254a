"""Edits over a finished run of the analyses of resolution and epochs, and what each reruns."""

from __future__ import annotations

from functools import partial

from edits import Edit, code, config, nothing

TARGETS_OF_NETWORK_ANALYSES = {
    "network analyses": [
        f"results/analyses/{analysis}/{pair}.csv"
        for analysis in ("resolution", "epochs")
        for pair in ("mdi-hmi", "gong-hmi")
    ]
}
Edit = partial(Edit, over="network analyses")

NETWORK_ANALYSIS_EDITS = [
    Edit("nothing, of resolution and epochs", nothing),
    Edit(
        "resamples of intervals, of resolution and epochs",
        config("table1.bootstrap.resamples", 100),
        "resolution 2, epochs 2",
    ),
    Edit(
        "a method less in the resolution",
        config("analyses.resolution.methods", ["bicubic", "onesun"]),
        "resolution 2",
    ),
    Edit(
        "windows of the spectra",
        config("analyses.resolution.window", 128),
        "resolution_month 6, resolution 2",
    ),
    Edit(
        "how the resolution is drawn: analyses/resolution_figure.py",
        code("analyses/resolution_figure.py"),
        "resolution 2",
    ),
    Edit(
        "blocks whose means are judged",
        config("analyses.epochs.block_sizes", [1, 8]),
        "epochs_month 4, epochs 2",
    ),
    Edit(
        "bins of an error, of epochs",
        config("errors.field_edges", [0, 100]),
        "errors 2, epochs_month 4, epochs 2",
    ),
    Edit(
        "the mask that epochs read: conversion/flags.py",
        code("conversion/flags.py"),
        "epochs_month 4, epochs 2",
    ),
]
