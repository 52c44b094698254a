"""A series of monthly sunspot numbers, and how it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from onesun.errors import DamagedProductError, OneSunError
from onesun.io.files import open_product, read_unchanged, sha256, whole_file, write_json

PRODUCT = "sunspot numbers"
_HEADER = "month,sunspot_number"


class SunspotError(OneSunError):
    """The series is unavailable, or is not whole."""


@dataclass(frozen=True)
class Series:
    """Monthly mean total sunspot numbers (version 2.0).

    Parameters
    ----------
    months : YYYY-MM, one after the other without a gap.
    numbers : (n,) float64, one a month, to 0.1.
    source : where they come from, as captions say it.
    """

    months: tuple[str, ...]
    numbers: np.ndarray
    source: str

    @property
    def years(self) -> np.ndarray:
        """The middle of each month; (n,) float64, years."""
        return np.array([int(month[:4]) + (int(month[5:]) - 0.5) / 12 for month in self.months])


def following(month: str) -> str:
    """The month after YYYY-MM."""
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12:04}-{number % 12 + 1:02}"


def write(out: Path, series: Series) -> None:
    """Write ``out`` (CSV) and its manifest ``out`` with .json: both or neither."""
    rows = [
        f"{month},{number:.1f}" for month, number in zip(series.months, series.numbers, strict=True)
    ]
    with whole_file(out.with_suffix(".json")) as listing, whole_file(out) as part:
        part.write_text("\n".join([_HEADER, *rows]) + "\n", encoding="utf-8")
        files = {out.name: {"bytes": part.stat().st_size, "sha256": sha256(part)}}
        content = {"product": PRODUCT, "folder": ".", "files": files, "source": series.source}
        write_json(listing, content)


def read(manifest: Path) -> Series:
    """Read a series by its manifest; raises DamagedProductError when it is not as written."""
    folder, content = open_product(manifest, PRODUCT)
    try:
        (name,) = content["files"]
        text = read_unchanged(folder / name, content["files"][name]).decode("utf-8")
        header, *rows = text.splitlines()
        months, numbers = zip(*(row.split(",") for row in rows), strict=True)
        if header != _HEADER:
            raise ValueError(f"header {header!r}")
        return Series(months, np.array(numbers, dtype=float), content["source"])
    except (KeyError, ValueError) as error:
        raise DamagedProductError(f"{manifest}: no manifest of {PRODUCT} ({error})") from None
