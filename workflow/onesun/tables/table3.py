"""Table 3: the split as it was used, month by month, as CSV and as Markdown."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import numpy as np

from onesun.errors import ConfigError
from onesun.geometry.grid import Grid
from onesun.io.files import read_json
from onesun.products import aligned, split
from onesun.products.selection import day, within
from onesun.products.split import SplitRow
from onesun.store.patches import places
from onesun.tables.text import SIMULATED, csv_text, line, write_both

_PAPERS = (
    "The paper's Table 3: MDI to HMI, trained and validated on April 2010 to April 2011 and tested "
    "on June 2010 and March 2011; GONG to HMI, trained and validated on 2012, 2014, 2016 and 2018 "
    "and tested on March 2011, April 2012, December 2014, February 2016 and November 2018 (its "
    "text has 2010 among GONG's years)."
)


@dataclass(frozen=True)
class MonthUsed:
    """One month of one pair in one set.

    Parameters
    ----------
    pair, month, set, start, end : the split's row; ``end`` is the first day no longer used.
    first, last : T_REC of the first and last frame used; empty without a frame.
    aligned : pairs of frames that were aligned; ``used`` of them lie within ``start`` and ``end``.
    refused : files that were refused, with the reason in the month's table of refusals.
    patches : of the frames used, all that the grid has.
    trained : those of them that enter training or validation; 0 in a test month.
    simulated : True where frames are simulated.
    days_left_out : days of the month before ``start`` and from ``end`` on.
    """

    pair: str
    month: str
    set: str
    start: str
    end: str
    first: str
    last: str
    aligned: int
    used: int
    refused: int
    patches: int
    trained: int
    simulated: bool
    days_left_out: int


def write_table3(
    splits: Sequence[Path],
    manifests: Sequence[Path],
    grid: Grid,
    min_on_disk: float,
    out: Path,
) -> None:
    """Write the table as ``out`` (CSV, a line per pair and month) and beside it as Markdown.

    Parameters
    ----------
    splits : tables that ``onesun split`` wrote, in any order.
    manifests : of aligned frames, one for each month of the splits, in any order.
    grid : the common grid.
    min_on_disk : share of a patch's target pixels on the disk from which on it is trained on.
    out : CSV file to write.

    Raises ConfigError when a month has no manifest, or a manifest no month.
    """
    rows = sorted(
        (row for path in splits for row in split.read(path)),
        key=lambda row: (row.pair, split.SETS.index(row.set), row.month),
    )
    by_month = {_key(path): path for path in manifests}
    unknown = sorted(by_month.keys() - {(row.pair, row.month) for row in rows})
    if unknown:
        raise ConfigError(f"{by_month[unknown[0]]}: {' '.join(unknown[0])} is in no split given")
    share = places(grid).on_disk
    trained = int(np.count_nonzero(share >= min_on_disk))
    used = [_month(row, by_month, grid.patches, trained) for row in rows]
    write_both(out, csv_text([asdict(month) for month in used]), _page(used, min_on_disk))


def _key(manifest: Path) -> tuple[str, str]:
    month = aligned.read_month(manifest)
    return month.pair, month.month


def _month(
    row: SplitRow, manifests: Mapping[tuple[str, str], Path], patches: int, trained: int
) -> MonthUsed:
    path = manifests.get((row.pair, row.month))
    if path is None:
        raise ConfigError(f"no aligned frames of {row.pair} {row.month} ({row.set}) given")
    month = aligned.read_month(path)
    frames = within(month, row)
    stamps = sorted(frame.stamp for frame in frames)
    return MonthUsed(
        **asdict(row),
        first=stamps[0] if stamps else "",
        last=stamps[-1] if stamps else "",
        aligned=len(month.frames),
        used=len(frames),
        refused=int(read_json(path).get("refused", 0)),
        patches=patches * len(frames),
        trained=0 if row.set == "test" else trained * len(frames),
        simulated=month.simulated,
        days_left_out=_days_left_out(row),
    )


def _days_left_out(row: SplitRow) -> int:
    days = date.fromisoformat(row.end) - date.fromisoformat(row.start)
    return monthrange(*map(int, row.month.split("-")))[1] - days.days


def _page(months: Sequence[MonthUsed], min_on_disk: float) -> str:
    caption = " ".join(_caption(months, min_on_disk))
    return "\n\n".join(["# Table 3", "\n".join(_table(months)), caption, _PAPERS]) + "\n"


def _table(months: Sequence[MonthUsed]) -> Iterator[str]:
    yield line(["Pair", "Set", "Months", "Frames", "Refused files", "Patches", "Trained on"])
    yield line([":---", ":---", ":---", "---:", "---:", "---:", "---:"])
    for pair, name in dict.fromkeys((month.pair, month.set) for month in months):
        chosen = [month for month in months if (month.pair, month.set) == (pair, name)]
        frames, aligned_ = (sum(getattr(m, key) for m in chosen) for key in ("used", "aligned"))
        trained = sum(month.trained for month in chosen)
        yield line(
            [
                pair,
                name,
                ", ".join(_dates(month) for month in chosen),
                f"{frames:,}" if frames == aligned_ else f"{frames:,} of {aligned_:,}",
                f"{sum(month.refused for month in chosen):,}",
                f"{sum(month.patches for month in chosen):,}",
                "" if name == "test" else f"{trained:,}",
            ]
        )


def _dates(month: MonthUsed) -> str:
    """The month, and the days its frames are from."""
    if not month.first:
        return f"{month.month} (no frame)"
    first, last = (day(stamp)[8:] for stamp in (month.first, month.last))
    return f"{month.month} (day {first})" if first == last else f"{month.month} ({first} to {last})"


def _caption(months: Sequence[MonthUsed], min_on_disk: float) -> Iterator[str]:
    yield "The split as it was used, by the target's T_REC (TAI)."
    yield "Frames: pairs of aligned frames within the split's days. Refused files: of either"
    yield "instrument, listed with the reason in results/aligned/{pair}/{month}.refused.csv."
    yield f"Trained on: patches with at least {100 * min_on_disk:g} % of their pixels on the disk."
    yield from _left_out(months)
    pairs = list(dict.fromkeys(month.pair for month in months))
    simulated = [pair for pair in pairs if any(m.simulated for m in months if m.pair == pair)]
    if simulated == pairs:
        yield f"All frames are {SIMULATED}."
    elif simulated:
        yield f"The frames of {', '.join(simulated)} are {SIMULATED}."


def _left_out(months: Sequence[MonthUsed]) -> Iterator[str]:
    """What the days between sets cost; nothing where there are none."""
    cost: dict[tuple[str, str], int] = {}
    for month in months:
        key = month.pair, month.set
        cost[key] = cost.get(key, 0) + month.days_left_out
    parts = [f"{days} of {' '.join(key)}" for key, days in cost.items() if days]
    if parts:
        yield f"Days left out between sets (split.buffer_days): {', '.join(parts)}."
