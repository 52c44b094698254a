"""What a run will download, before a byte moves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from rich.table import Table

from onesun.archive import disk, wanted
from onesun.archive.holdings import COMPLETE, NOT_BEGUN, Holding
from onesun.products import split

_GB = 1e9


def table(config: dict[str, Any], holdings: Sequence[Holding]) -> Table:
    """A line for each month and instrument, and the totals."""
    found = Table(title="Raw frames from the archives")
    for name in ("Month", "Instrument"):
        found.add_column(name)
    for name in ("Files", "GB", "Hours"):
        found.add_column(name, justify="right")
    found.add_column("Here already")
    for each in holdings:
        found.add_row(each.month, each.instrument, *_amounts(config, [each]), _here(each))
    found.add_section()
    for instrument in sorted({each.instrument for each in holdings}):
        own = [each for each in holdings if each.instrument == instrument]
        found.add_row(f"{len(own)} months", instrument, *_amounts(config, own), _all_here(own))
    found.add_row("all", "", *_amounts(config, holdings), _all_here(holdings))
    return found


def notes(config: dict[str, Any], holdings: Sequence[Holding], cores: int) -> Iterator[str]:
    """What the table rests on, what is still to come, and the disk that all of it takes."""
    rates = _rates(config)
    yield (
        "Sizes: a file of each instrument as its record has it (file_size). Hours: at "
        + ", ".join(f"{rate:g} MB/s from {name}" for name, rate in rates.items())
        + " (archive.*.expected_rate), one month after the other. Exports from tape take longer."
    )
    yield to_come(config, holdings)
    yield from buffers(config)
    made = disk.products(config)
    listed = ", ".join(f"{name} {size / _GB:,.0f} GB" for name, size in made.items())
    yield f"Made of them: {listed} (of what Table 1 shows)."
    peaks = disk.raw_peak(config, holdings, cores)
    several = f"{cores} core" + ("s" if cores > 1 else "")
    for keep, words in (
        (True, "all raw files stay"),
        (False, f"of the target no more than {cores + 1} months at a time, with {several}"),
    ):
        set_so = " (as configured)" if config["archive"]["keep"] == keep else ""
        yield (
            f"Disk with archive.keep: {str(keep).lower()}{set_so}: at most "
            f"{(peaks[keep] + sum(made.values())) / _GB:,.0f} GB, {peaks[keep] / _GB:,.0f} GB of "
            f"them raw ({words})."
        )


def to_come(config: dict[str, Any], holdings: Sequence[Holding]) -> str:
    """A sentence on what is to be downloaded, and how long it takes."""
    left = {name: 0.0 for name in _rates(config)}
    for each in holdings:
        left[each.archive] += each.to_come
    if not any(left.values()):
        return "Nothing is left to download."
    parts = ", ".join(
        f"{size / _GB:,.1f} GB or {size / 1e6 / _rates(config)[name] / 3600:,.1f} hours from {name}"
        for name, size in left.items()
        if size
    )
    return f"Still to come: {parts}; the two archives are read in parallel."


def buffers(config: dict[str, Any]) -> Iterator[str]:
    """What the days between sets cost each pair that has some, a sentence each."""
    for name, pair in config["pairs"].items():
        if not pair["split"]["buffer_days"]:
            continue
        whole = pair | {"split": pair["split"] | {"buffer_days": 0}}
        without = config | {"pairs": config["pairs"] | {name: whole}}
        asked, kept = _frames(without, name), _frames(config, name)
        parts = ", ".join(
            f"{asked[each] - kept[each]:,} of {asked[each]:,} {each} frames"
            for each in ("train", "validation")
        )
        yield (
            f"Days between sets (pairs.{name}.split.buffer_days: {pair['split']['buffer_days']}) "
            f"leave out {parts}."
        )


def _frames(config: dict[str, Any], name: str) -> Counter[str]:
    """Frames of a pair's input that the archives are asked for, by set."""
    pair = config["pairs"][name]
    found: Counter[str] = Counter()
    for row in split.assign(name, pair["split"]):
        asked = wanted.requests(config, pair["input"], row.month, name)
        found[row.set] += len(wanted.times(asked, pair["input"]))
    return found


def _rates(config: dict[str, Any]) -> dict[str, float]:
    return {name: config["archive"][name]["expected_rate"] for name in ("jsoc", "nso")}


def _amounts(config: dict[str, Any], holdings: Sequence[Holding]) -> tuple[str, str, str]:
    files = sum(each.frames for each in holdings)
    size = sum(each.size for each in holdings)
    hours = sum(each.size / 1e6 / _rates(config)[each.archive] / 3600 for each in holdings)
    return f"{files:,}", f"{size / _GB:,.1f}", f"{hours:,.1f}"


def _here(each: Holding) -> str:
    if each.state == NOT_BEGUN:
        return "—"
    missing = f", {each.missing:,} missing" if each.missing else ""
    gone = "" if each.on_disk or not each.files else "; used and removed"
    all_ = "" if each.state == COMPLETE else f" of {each.frames:,}"
    return f"{each.files:,}{all_} files, {each.here / _GB:.1f} GB{missing}{gone}"


def _all_here(holdings: Sequence[Holding]) -> str:
    complete = sum(each.state == COMPLETE for each in holdings)
    here = sum(each.here for each in holdings) / _GB
    return f"{complete} of {len(holdings)} months, {here:,.1f} GB"
