"""Before a release: fingerprints of a benchmark's frames, its line, and the input's noise."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from onesun.benchmark.definition import Definition, Fingerprint, Frame, Line, load, write
from onesun.calibration.product import read_line
from onesun.errors import ConfigError
from onesun.products.cards import check_pair
from onesun.products.selection import open_month


def seal(given: str | Path, aligned: Sequence[Path], line: Path, out: Path) -> Definition:
    """Take what identifies a benchmark's frames from aligned months; write and return it.

    Parameters
    ----------
    given : name or file of a benchmark that is not released.
    aligned : manifests of its test months.
    line : what ``onesun line`` wrote of its training months.
    out : file to write (YAML).

    Raises ConfigError for a benchmark that is released, or other months or another pair.
    """
    definition = load(given)
    if definition.released:
        raise ConfigError(
            f"benchmark {definition.title}: released, so that it does not change, expected a new "
            "version of it with released: false"
        )
    check_pair(line, definition.pair)
    months = [open_month(path, definition.pair) for path in aligned]
    found = sorted(month.month for month in months)
    if found != sorted(definition.months):
        raise ConfigError(
            f"--aligned: months {', '.join(found)}, expected {', '.join(definition.months)}"
        )
    fitted = read_line(line)
    frames = [
        Frame(
            stamp=frame.stamp,
            input=Fingerprint.of(month.input(frame)),
            target=Fingerprint.of(month.target(frame)),
        )
        for month in months
        for frame in month.frames
    ]
    noises = [
        frame.input_noise
        for month in months
        for frame in month.frames
        if frame.input_noise is not None
    ]
    sealed = definition.model_copy(
        update={
            "released": True,
            "simulated": any(month.simulated for month in months),
            "line": Line(a=fitted.a, b=fitted.b),
            "noise": float(np.median(noises)) if noises else definition.noise,
            "frames": sorted(frames, key=lambda frame: frame.stamp),
        }
    )
    write(out, sealed)
    return sealed
