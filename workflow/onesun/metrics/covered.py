"""Coverage as files: one pair, method and month each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from onesun.errors import DamagedProductError
from onesun.io.files import read_json, write_json
from onesun.metrics.coverage import Coverage

PRODUCT = "coverage"
_TYPES = {"counts": np.int64, "sums": np.float64}


@dataclass(frozen=True)
class CoveredMonth:
    """What ``onesun coverage`` writes.

    Parameters
    ----------
    pair, method, month, set : what was judged, and in which set of the split.
    simulated : True where frames are simulated.
    weights_sha256 : of the network's weights.
    noise : of the month's target, gauss, and ``promised_noise``, that which errors are for.
    fewest : pixels that a bin must have, to be shown.
    coverage : the statistic of the month's frames.
    """

    pair: str
    method: str
    month: str
    set: str
    simulated: bool
    weights_sha256: str
    noise: float
    promised_noise: float
    fewest: int
    coverage: Coverage


def write(path: Path, month: CoveredMonth) -> None:
    """Write a month's coverage as JSON, whole or not at all."""
    about = {name: each for name, each in vars(month).items() if name != "coverage"}
    coverage = month.coverage
    content = {
        "product": PRODUCT,
        **about,
        "frames": sorted(coverage.frames),
        "settings": coverage.settings(),
        "arrays": {name: entry.tolist() for name, entry in coverage.arrays().items()},
        "rows": [row.as_dict() for row in coverage.result()],
    }
    write_json(path, content)


def read(path: Path) -> CoveredMonth:
    """Read what :func:`write` wrote.

    Raises DamagedProductError when the file is missing or is no such product.
    """
    content = read_json(path)
    if not isinstance(content, dict) or content.get("product") != PRODUCT:
        raise DamagedProductError(f"{path}: no coverage of a month")
    names = CoveredMonth.__dataclass_fields__.keys() - {"coverage"}
    try:
        coverage = Coverage(**content["settings"])
        coverage.restore(content["frames"], _arrays(content, coverage))
        return CoveredMonth(**{name: content[name] for name in names}, coverage=coverage)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise DamagedProductError(f"{path}: no coverage of a month ({error})") from None


def _arrays(content: dict[str, Any], coverage: Coverage) -> dict[str, np.ndarray]:
    """Raises ValueError for arrays of another shape than the settings and frames say."""
    bins, frames = len(coverage.bins()), len(content["frames"])
    shapes = {
        "counts/pixels": (bins,),
        "counts/within": (bins, 2, 3),
        "sums/all": (frames, 7),
        "sums/squares": (frames, bins, 2),
    }
    found = {}
    for name, shape in shapes.items():
        kind, key = name.split("/")[0], f"{coverage.name}/{name}"
        found[key] = np.array(content["arrays"][key], dtype=_TYPES[kind])
        if found[key].shape != shape:
            raise ValueError(f"{key} of shape {found[key].shape}")
    return found
