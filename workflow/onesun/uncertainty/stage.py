"""The stage ``errors``: a trained network's error calibrated on validation months."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from onesun.geometry.grid import Grid
from onesun.geometry.upsample import repeat
from onesun.io.files import sha256, write_json
from onesun.io.progress import track
from onesun.metrics.block_coverage import BlockCoverage, Judged
from onesun.metrics.coverage import Coverage
from onesun.products.aligned import AlignedFrame, AlignedMonth
from onesun.products.selection import evenly, of_sets, open_month
from onesun.training.error_scale import ErrorScale
from onesun.training.held_out import held_out
from onesun.training.product import ERRORS_PRODUCT
from onesun.training.settings import HeldOutTiles
from onesun.uncertainty.calibrate import calibrate, widened
from onesun.uncertainty.noise import target_noise
from onesun.uncertainty.promised import check_bins, promised
from onesun.uncertainty.residuals import KEPT, Judge, Residuals
from onesun.uncertainty.settings import Errors

BLOCKS = (2, 4, 8, 16, 32, 64)  # target pixels on a side
_WHOLE = 0.5  # share of the disk that is known, from which on a month stands for all of the disk


@dataclass(frozen=True)
class Sun:
    """A validation month.

    Parameters
    ----------
    month : YYYY-MM.
    stamps : of its frames that are used.
    noise : of its target, gauss.
    known : share of the disk where the target has a value, over these frames.
    residuals : of all its frames, one after the other.
    sizes : how many of them are of each frame.
    """

    month: str
    stamps: tuple[str, ...]
    noise: float
    known: float
    residuals: Residuals
    sizes: tuple[int, ...]

    def by_frame(self) -> Iterator[tuple[str, Residuals]]:
        """Each frame's stamp and residuals."""
        ends = np.cumsum(self.sizes)
        for stamp, size, end in zip(self.stamps, self.sizes, ends, strict=True):
            yield stamp, self.residuals.only(slice(end - size, end))


def calibrate_errors(
    pair: str,
    method: str,
    weights: Path,
    manifests: Sequence[Path],
    split: str | Path,
    settings: Errors,
    grid: Grid,
    out: Path,
) -> None:
    """Fit what calibrates a network's error to validation frames; write ``out`` (JSON).

    Factors are fitted to all pixels. A month that knows less than half of the disk, such as a few
    active regions, is no measure of all pixels: it counts in bins of the field alone, unless no
    month knows more. Where some tiles of the disk trained nothing, validation may share its Sun
    with training: then factors are raised to what these tiles ask for, in months that know more.
    How much more uncertain means over blocks of pixels are than if their errors were independent
    is measured on a frame of each month.

    Parameters
    ----------
    pair, method : whose network it is.
    weights : of a network with an error, its card beside it.
    manifests : manifests of aligned months, all of them validation months.
    split : table of months.
    settings : the configuration's section ``errors``.
    grid : the common grid.

    Raises ConfigError for a network of another pair or without an error, and for a month of another
    set; OneSunError when no bin has enough pixels.
    """
    check_bins(settings)
    judge = Judge(weights, pair, grid)
    chosen = of_sets(pair, manifests, split, "validation")["validation"]
    blocks = _blocks(grid)
    suns = _suns(judge, chosen, grid, settings, blocks)
    scale = replace(_scale(suns, settings), **_inflation(blocks))
    by_month = {open_month(path, pair).month: path for path in manifests}
    content = {
        "product": ERRORS_PRODUCT,
        "pair": pair,
        "method": method,
        "weights_sha256": judge.network.model.digest,
        "error_scale": scale.for_card(),
        "months": {
            sun.month: {
                "frames": list(sun.stamps),
                "manifest_sha256": sha256(by_month[sun.month]),
                "target_noise": sun.noise,
                "known": sun.known,
            }
            for sun in suns
        },
        "simulated": any(frame.simulated for _, frame in chosen),
        "settings": settings.model_dump(),
        "coverage": [row.as_dict() for row in _coverage(suns, scale, settings).result()],
    }
    write_json(out, content)


def _suns(
    judge: Judge,
    chosen: Sequence[tuple[AlignedMonth, AlignedFrame]],
    grid: Grid,
    settings: Errors,
    blocks: BlockCoverage,
) -> list[Sun]:
    """Each month's Sun; see :func:`_sun`."""
    tiles = judge.network.model.card.get("training", {}).get("held_out_tiles")
    tiles = HeldOutTiles.model_validate(tiles) if tiles else None
    unseen = repeat(held_out(tiles, grid.input_size, grid.patch), grid.factor)
    groups = [list(group) for _, group in groupby(chosen, key=lambda entry: entry[0].month)]
    return [
        _sun(judge, group[0][0], [frame for _, frame in group], unseen, settings, blocks)
        for group in groups
    ]


def _sun(
    judge: Judge,
    month: AlignedMonth,
    frames: Sequence[AlignedFrame],
    unseen: np.ndarray,
    settings: Errors,
    blocks: BlockCoverage,
) -> Sun:
    """A month's residuals; the middle one of its frames is added to ``blocks``, which is slow."""
    used = evenly(frames, settings.frames_per_month)
    noise = target_noise(month, used, settings.weak)
    found = []
    for frame in track(used, f"errors of {month.pair} {month.month}"):
        answer = judge.answer(month, frame)
        found.append(judge.residuals(answer, noise, unseen))
        if frame is used[len(used) // 2]:
            blocks.update(Judged(frame.stamp, answer.field, answer.target, answer.error))
    whole = len(found) * np.count_nonzero(judge.on_disk)
    known = sum(each.field.size for each in found) * KEPT / whole
    return Sun(
        month=month.month,
        stamps=tuple(frame.stamp for frame in used),
        noise=noise,
        known=min(1.0, known),
        residuals=Residuals.joined(found),
        sizes=tuple(each.field.size for each in found),
    )


def _scale(suns: Sequence[Sun], settings: Errors) -> ErrorScale:
    """Fitted to all pixels, then raised to what tiles ask for that trained nothing."""
    whole = [sun for sun in suns if sun.known >= _WHOLE] or suns
    months = {sun.month for sun in whole}
    partial = [sun.residuals for sun in suns if sun.month not in months]
    scale = calibrate([sun.residuals for sun in whole], partial, settings)
    return _raised(scale, whole, settings)


def _raised(scale: ErrorScale, suns: Sequence[Sun], settings: Errors) -> ErrorScale:
    """By what tiles ask for that trained nothing; unchanged where there are none."""
    parts = [sun.residuals for sun in suns]
    held = [part.only(part.unseen) for part in parts if part.unseen.any()]
    return widened(scale, held, settings) if held else scale


def _blocks(grid: Grid) -> BlockCoverage:
    size = grid.shape("target")[0]
    return BlockCoverage([side for side in (1, *BLOCKS) if size % side == 0], [0.0])


def _inflation(blocks: BlockCoverage) -> dict[str, Any]:
    """By how much the error of a block's mean exceeds that of independent pixels, by its side.

    Only what blocks add to single pixels counts, for which the errors are not calibrated yet.
    """
    rows = [row for row in blocks.result() if row.low is None]
    known = [(row.size, row.inflation) for row in rows if row.inflation is not None]
    return {
        "block_sizes": [size for size, _ in known[1:]],
        "block_inflation": [inflation / known[0][1] for _, inflation in known[1:]],
    }


def _coverage(suns: Sequence[Sun], scale: ErrorScale, settings: Errors) -> Coverage:
    """Of the frames that the factors were fitted to."""
    coverage = Coverage(settings.field_edges, settings.radius_edges)
    for sun in suns:
        for stamp, part in sun.by_frame():
            coverage.update(promised(stamp, part, scale))
    return coverage
