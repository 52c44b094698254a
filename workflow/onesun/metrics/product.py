"""Statistics as files: one pair, method and month each."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from onesun.errors import DamagedProductError
from onesun.io.files import open_product, sha256, whole_file, write_json
from onesun.metrics.regions import RegionStatistics

PRODUCT = "statistics"


@dataclass(frozen=True)
class MonthStatistics:
    """What ``onesun evaluate`` writes.

    Parameters
    ----------
    pair, method, month, set : what was evaluated, and in which set of the split.
    simulated : True where frames are simulated.
    statistics : by region and frame, x the target and y the prediction, gauss.
    """

    pair: str
    method: str
    month: str
    set: str
    simulated: bool
    statistics: RegionStatistics

    def as_dict(self) -> dict[str, Any]:
        """Everything but the sums by tile."""
        regions = self.statistics.regions
        results = self.statistics.result()
        return {
            "product": PRODUCT,
            "pair": self.pair,
            "method": self.method,
            "month": self.month,
            "set": self.set,
            "simulated": self.simulated,
            "x": "target, gauss",
            "y": "prediction, gauss",
            **self.statistics.as_dict(),
            "summary": [
                {"name": region.name, **asdict(moments.result())}
                for region, moments in zip(regions, results, strict=True)
            ],
        }


def write(path: Path, month: MonthStatistics) -> None:
    """Write a month's statistics as ``path`` (JSON) and its sums by tile beside it (NPZ).

    Either is whole or absent, and the same month gives the same bytes.
    """
    out = path.with_suffix(".npz")
    path.unlink(missing_ok=True)  # an old one must not describe new arrays
    with whole_file(out) as part:
        arrays: dict[str, Any] = month.statistics.tiles.arrays()
        np.savez_compressed(part, **arrays)
    listed = {out.name: {"bytes": out.stat().st_size, "sha256": sha256(out)}}
    write_json(path, month.as_dict() | {"folder": ".", "files": listed})


def read(path: Path) -> MonthStatistics:
    """Read what :func:`write` wrote.

    Raises DamagedProductError when a file is missing, has changed or is no such product.
    """
    folder, content = open_product(path, PRODUCT, contents=True)
    try:
        (name,) = content["files"]
        with np.load(folder / name) as kept:
            statistics = RegionStatistics.from_dict(content, dict(kept))
        about = {key: content[key] for key in ("pair", "method", "month", "set", "simulated")}
        return MonthStatistics(**about, statistics=statistics)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, BadZipFile) as error:
        raise DamagedProductError(f"{path}: no statistics of a month ({error})") from None
