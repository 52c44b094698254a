"""How a network's errors hold, month by month: what the table and the figure of epochs show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from onesun.analyses.intervals import Value
from onesun.analyses.product import years


@dataclass(frozen=True)
class Kind:
    """What pixels, or blocks of them, have in common.

    Parameters
    ----------
    by : all, field, radius, mask or block.
    name : of the mask's bit; empty for other kinds.
    low, high : edges of the strength of the predicted field (gauss; of a block, of its mean
        strength) or of the radius (limb radii); None is open.
    size : side of the blocks, target pixels; 1 for pixels.
    """

    by: str
    name: str = ""
    low: float | None = None
    high: float | None = None
    size: int = 1

    @property
    def is_whole(self) -> bool:
        """Whether it is all pixels, or all blocks of a size."""
        return self.by in ("all", "block") and self.low is None


@dataclass(frozen=True)
class Bin:
    """Pixels, or blocks of pixels, of one kind.

    Parameters
    ----------
    kind : which.
    count : pixels or blocks.
    share : of the month's pixels, or of its blocks of that size.
    scores : by name. ``within_68``, ``within_95``: per cent within the half-widths, blocks within
        1 and 1.96 standard deviations of the mean of independent pixels. ``rms_normalised``: root
        mean square of misfits over their standard deviations. ``bias``, ``actual``, ``expected``:
        mean misfit, root mean square misfit and root mean square standard deviation, gauss.
    """

    kind: Kind
    count: int
    share: float
    scores: Mapping[str, Value]


@dataclass(frozen=True)
class Judgement:
    """One method in one month.

    Parameters
    ----------
    method, month : what was judged.
    set : how the method uses the month: validation or test.
    train, validation : the method's months.
    frames : how many.
    units : what intervals are drawn of, in words; ``independent``, as how many independent ones.
    bins : all pixels, by field, by radius, by mask, then blocks by size.
    """

    method: str
    month: str
    set: str
    train: Sequence[str]
    validation: Sequence[str]
    frames: int
    units: str
    independent: float
    bins: Sequence[Bin]

    @property
    def gap(self) -> float:
        """Years to the nearest month that was trained on."""
        return min(abs(years(self.month) - years(each)) for each in self.train)

    def of(self, by: str) -> list[Bin]:
        return [each for each in self.bins if each.kind.by == by]


@dataclass(frozen=True)
class Epochs:
    """All methods of a pair in all months; methods in the order of the configuration."""

    pair: str
    simulated: bool
    fewest: int
    confidence: float
    judgements: Sequence[Judgement]

    @property
    def methods(self) -> list[str]:
        return list(dict.fromkeys(each.method for each in self.judgements))


def whole_blocks(each: Judgement) -> list[Bin]:
    """Blocks of any field, by size."""
    return [part for part in each.of("block") if part.kind.low is None]


def span(months: Sequence[str]) -> str:
    """Months in few words."""
    return ", ".join(months) if len(months) <= 4 else f"{months[0]} … {months[-1]} ({len(months)})"
