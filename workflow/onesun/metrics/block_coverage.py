"""How wrong means over blocks of pixels are, against what their errors promise if independent.

Neighbouring pixels share much of their misfit. The error of a mean over k x k pixels, taken as if
they did not, is therefore too small, and by more the larger the block.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from onesun.metrics import blocks
from onesun.metrics.bins import Bins
from onesun.metrics.coverage import NORMAL, PROMISED
from onesun.metrics.statistic import Contribution, Statistic

# Of log10 |mean misfit| / independent error; steps of 2.3 %.
_RATIOS = Bins(-4.0, 3.0, 700)


@dataclass(frozen=True)
class Judged:
    """One frame's prediction with its error, and what the target reads; (N, N) each.

    Parameters
    ----------
    stamp : names the frame.
    field, target : predicted and read, gauss; NaN where there is no value.
    error : standard deviation of a pixel's misfit, gauss; above 0 where ``field`` has a value.
    draws : (D, N, N) possible fields, gauss; the spread of their means is then the error of a
        mean. None takes pixels as independent.
    """

    stamp: str
    field: np.ndarray
    target: np.ndarray
    error: np.ndarray
    draws: np.ndarray | None = None


@dataclass(frozen=True)
class Row:
    """Blocks of one size whose mean |predicted field| lies in one bin; None without blocks.

    Parameters
    ----------
    size : side of a block, target pixels.
    low, high : of the bin, gauss; both None for all blocks, high None for the last bin.
    count : blocks.
    within_68, within_95 : per cent of them whose mean misfit (target less prediction) is within one
        and within 1.96 times the error of the mean as it is for independent pixels; 68.27 and 95
        where pixels are independent and normal.
    inflation : root mean square of the mean misfit over that error: the factor by which the error
        of a mean has to be larger than for independent pixels. An error of single pixels that is
        too small or too large is a part of it, and is all of it where ``size`` is 1.
    inflation_68, inflation_95 : the factors that bring 68.27 % and 95 % of the blocks within one
        and within 1.96 times the error; less moved by a few far-off blocks.
    bias : mean misfit, gauss.
    actual, expected : root mean squares of the mean misfit and of the error for independent
        pixels, gauss.
    """

    size: int
    low: float | None
    high: float | None
    count: int
    within_68: float | None
    within_95: float | None
    inflation: float | None
    inflation_68: float | None
    inflation_95: float | None
    bias: float | None
    actual: float | None
    expected: float | None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class BlockCoverage(Statistic[Judged]):
    """Mean misfits of blocks against their errors as of independent pixels, by size and field.

    With e the error of a pixel, the mean over a block of k x k independent pixels has the error
    sqrt(sum of e²) / k²; where possible fields are given, the error is the standard deviation of
    their means. A block counts when all its pixels have a value. Blocks do not overlap.

    Parameters
    ----------
    sizes : sides of the blocks, target pixels, rising; divisors of the frame's side.
    field_edges : gauss, rising; bins of a block's mean |predicted field|, the last open.
    """

    name = "block_coverage"

    def __init__(self, sizes: Sequence[int], field_edges: Sequence[float]) -> None:
        super().__init__()
        self.sizes = tuple(int(size) for size in sizes)
        self.field_edges = tuple(float(edge) for edge in field_edges)

    def settings(self) -> dict[str, list[Any]]:
        """See :meth:`Statistic.settings`."""
        return {"sizes": list(self.sizes), "field_edges": list(self.field_edges)}

    def of(self, comparison: Judged) -> Contribution:
        """What a frame adds, by size and bin of the field (the first: all blocks).

        Counts: blocks and those within one and 1.96 errors, (sizes, bins, 3); how many have which
        ratio, (sizes, bins, ratios). Sums: of ones, of the squared ratio, of the misfit, of its
        square and of the squared error, (sizes, bins, 5).
        """
        judged = comparison
        valid = np.isfinite(judged.target) & np.isfinite(judged.field)
        misfit = np.where(valid, judged.target - judged.field, 0)
        strength = np.where(valid, np.abs(judged.field), 0)
        error = np.where(valid, judged.error, 0)
        planes = (valid, misfit, strength, error)
        found = [self._of_size(size, *planes, judged.draws) for size in self.sizes]
        counts, ratios, sums = (np.stack(part) for part in zip(*found, strict=True))
        return Contribution({"blocks": counts, "ratios": ratios}, {"sums": sums})

    def _of_size(
        self,
        size: int,
        valid: np.ndarray,
        misfit: np.ndarray,
        strength: np.ndarray,
        error: np.ndarray,
        draws: np.ndarray | None,
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        whole = blocks.reduce(valid, size, np.logical_and)
        area = size**2
        mean = blocks.sums(size, misfit)[whole] / area
        if draws is None:
            expected = np.sqrt(blocks.sums(size, error, error)[whole]) / area
        else:
            sums = [blocks.sums(size, np.where(valid, draw, 0))[whole] for draw in draws]
            expected = np.std(sums, axis=0, ddof=1) / area
        field = np.digitize(blocks.sums(size, strength)[whole] / area, self.field_edges)
        ratio = np.abs(mean) / expected
        with np.errstate(divide="ignore"):
            place = _RATIOS.number(np.log10(ratio))
        terms = np.stack([np.ones(ratio.shape), ratio**2, mean, mean**2, expected**2])
        within = np.stack([np.ones(ratio.shape, bool), ratio <= 1, ratio <= NORMAL])
        bins = len(self.field_edges)
        counts = _by_bin(field, within.astype(np.int64), bins)
        shape = (bins + 1, _RATIOS.size)
        ratios = np.bincount(field * _RATIOS.size + place, minlength=shape[0] * shape[1])
        ratios = ratios.reshape(shape)
        # A field below the first edge is in no bin, but among all blocks.
        ratios[0] = ratios.sum(axis=0)
        return counts, ratios, _by_bin(field, terms, bins)

    def result(self) -> list[Row]:
        """A row for each size and bin, all blocks of a size before those by field."""
        totals = self.total("sums")
        bounds = [(None, None), *pairwise((*self.field_edges, None))]
        return [
            _row(
                size, bound, self.counts["blocks"][i, j], self.counts["ratios"][i, j], totals[i, j]
            )
            for i, size in enumerate(self.sizes)
            for j, bound in enumerate(bounds)
        ]

    def by_frame(self) -> np.ndarray:
        """Inflation of each frame by size, all blocks; (frames, sizes), stamps ascending."""
        n, normalised = np.moveaxis(self.table("sums")[:, :, 0, :2], -1, 0)
        rms: np.ndarray = np.sqrt(normalised / np.maximum(n, 1))
        return rms


def _by_bin(field: np.ndarray, terms: np.ndarray, bins: int) -> np.ndarray:
    """Sums of terms (t, blocks) over all blocks and over those of each bin; (1 + bins, t)."""
    found = np.stack([np.bincount(field, term, bins + 1) for term in terms], axis=1)
    found[0] = found.sum(axis=0)
    return found.astype(terms.dtype)


def _row(
    size: int,
    bound: tuple[float | None, float | None],
    counts: np.ndarray,
    ratios: np.ndarray,
    totals: np.ndarray,
) -> Row:
    n, *within = (int(count) for count in counts)
    if not n:
        return Row(size, *bound, 0, *[None] * 8)
    normalised, misfit, squares, expected = (float(total) / n for total in totals[1:])
    half, nearly_all = 10 ** _RATIOS.quantiles(ratios, [share / 100 for share in PROMISED.values()])
    within_68, within_95 = (100 * inside / n for inside in within)
    return Row(
        size,
        *bound,
        n,
        within_68,
        within_95,
        float(np.sqrt(normalised)),
        float(half),
        float(nearly_all / NORMAL),
        misfit,
        float(np.sqrt(squares)),
        float(np.sqrt(expected)),
    )
