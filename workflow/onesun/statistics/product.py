"""Statistics as files: one pair, method and month each."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from onesun.errors import DamagedProductError
from onesun.files import read_json, write_json
from onesun.statistics.regions import RegionStatistics

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


def write(path: Path, statistics: MonthStatistics) -> None:
    """Write a month's statistics as JSON, whole or not at all."""
    write_json(path, statistics.as_dict())


def read(path: Path) -> MonthStatistics:
    """Read what :func:`write` wrote.

    Raises DamagedProductError when the file is missing or is no such product.
    """
    content = read_json(path)
    if not isinstance(content, dict) or content.get("product") != PRODUCT:
        raise DamagedProductError(f"{path}: no statistics of a month")
    try:
        return MonthStatistics(
            pair=content["pair"],
            method=content["method"],
            month=content["month"],
            set=content["set"],
            simulated=content["simulated"],
            statistics=RegionStatistics.from_dict(content),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise DamagedProductError(f"{path}: no statistics of a month ({error})") from None
