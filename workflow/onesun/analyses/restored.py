"""The null test: a month's targets degraded to inputs and brought back by a method."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from onesun import instruments
from onesun.analyses import product
from onesun.analyses.by_field import FieldSums
from onesun.analyses.degrade import degraded
from onesun.analyses.draws import generator
from onesun.errors import ConfigError
from onesun.geometry.grid import Grid
from onesun.io.progress import track
from onesun.methods.base import Method
from onesun.products.selection import choose

ANALYSIS = "null test, restored"
KINDS = ("optics", "noise", "observed")


def measure_restored(
    pair: str,
    name: str,
    month: str,
    manifest: Path,
    split: str | Path,
    method: Method,
    analyses: Mapping[str, Any],
    grid: Grid,
    out: Path,
) -> None:
    """Compare what a method makes of degraded targets with these; write the sums as ``out`` (NPZ).

    Three inputs: the target degraded by ``optics`` alone, by optics and ``noise``, and the input
    that was ``observed``.

    Parameters
    ----------
    pair, name, month : what is measured; the method's name in the configuration.
    manifest : of the month's aligned frames.
    split : table of months; frames outside the month's days there are left out.
    method : what brings the degraded target back.
    analyses : the configuration's section.
    grid : the common grid.

    Raises ConfigError when the method is made of the target, and what
    :func:`onesun.products.selection.choose` raises.
    """
    if method.reads != "input":
        raise ConfigError(
            f'analyses.null_test.methods: found "{name}", which is made of the target, expected a '
            "method that predicts"
        )
    settings = analyses["null_test"]
    chosen = choose(manifest, pair, month, split, settings["frames_per_month"])
    opened = chosen.month
    record = instruments.load(opened.input_instrument)
    sums = FieldSums(grid, analyses["tile"], settings)
    for frame in track(chosen.frames, f"null test of {pair} by {name}, {month}"):
        target, field = opened.target(frame), opened.input(frame)
        # The same draws for every method.
        rng = generator(settings["seed"], pair, frame.stamp)
        given = degraded(target, frame, record, grid, rng) | {"observed": field}
        for kind in KINDS:
            sums.update(kind, frame.stamp[:8], target, method.predict(given[kind], frame))
    product.write_sums(
        out,
        ANALYSIS,
        chosen,
        arrays=sums.arrays(product.days_of(chosen.frames)),
        settings=sums.settings,
        method=name,
    )
