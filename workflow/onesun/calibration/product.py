"""The calibration as a file, and the one line of it that other stages need."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from onesun.errors import DamagedProductError
from onesun.files import read_json


@dataclass(frozen=True)
class Baseline:
    """input = a + b * target; a in gauss."""

    a: float
    b: float


def read_baseline(path: Path) -> Baseline:
    """The a and b with which the baseline is scaled.

    Raises DamagedProductError when the file is not a calibration.
    """
    content = read_json(path)
    try:
        baseline = Baseline(float(content["baseline"]["a"]), float(content["baseline"]["b"]))
    except (KeyError, TypeError, ValueError):
        raise DamagedProductError(
            f"{path}: no numbers baseline.a and baseline.b, expected a calibration"
        ) from None
    return baseline
