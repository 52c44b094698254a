"""The measures of a benchmark's table: what each follows from, its unit, and what is best."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from onesun.benchmark import quantities
from onesun.benchmark.definition import Definition
from onesun.benchmark.forecasts import PIT_BINS
from onesun.benchmark.forecasts import SUMS as FORECAST_SUMS
from onesun.benchmark.judgement import Judgement
from onesun.benchmark.regions import NAMES as REGION_NAMES
from onesun.metrics import bootstrap
from onesun.metrics.scores import SCORES, Score

FAMILIES = {
    "paper": "the paper's measures",
    "consistency": "seen through the input again",
    "synthesis": "structure by scale",
    "correctness": "what was added",
    "errors": "errors as forecasts",
    "use": "what users compute",
}
LOW, HIGH = "low", "high"  # what is best; or a number
_BANDS = {"coarse": (3, 8), "middle": (8, 24), "fine": (24, 65)}  # rings of power spectra
_EACH = 4  # rings to a band of the log-spectral distance

Table = Callable[[Judgement], np.ndarray]


@dataclass(frozen=True)
class Measured:
    """One column of the table.

    Parameters
    ----------
    key, family, title, unit : names it; unit "" is none.
    best : "low", "high", or the value of a perfect submission.
    table : sums by day and tile, (days, tiles, k), that it follows from; None where it has no
        interval.
    score : what follows from them; None likewise.
    plain : the value itself, where there is no table.
    """

    key: str
    family: str
    title: str
    unit: str
    best: str | float
    table: Table | None = None
    score: Score | None = None
    plain: Callable[[Judgement], float | None] | None = None

    def loss(self, value: float) -> float:
        """How far from the best; less is better."""
        if self.best == LOW:
            return value
        return -value if self.best == HIGH else abs(value - float(self.best))

    def direction(self, value: float) -> float:
        """By what the loss changes with the value: 1 or -1."""
        if self.best in (LOW, HIGH):
            return 1.0 if self.best == LOW else -1.0
        return 1.0 if value >= float(self.best) else -1.0


def measures(definition: Definition) -> list[Measured]:
    """Every measure of a benchmark, in the order of the table."""
    return [
        *_paper(definition),
        *_consistency(),
        *_synthesis(),
        *_correctness(),
        *_errors(definition),
        *_use(),
    ]


def _ratio(top: int, bottom: int, by: float = 1.0) -> Score:
    """by * sums[top] / sums[bottom], of what is at least 0."""
    return Score(
        lambda sums: by * sums[..., top] / sums[..., bottom],
        bootstrap.PLAIN,
        lambda sums: sums[..., bottom],
    )


def _root(top: int, bottom: int) -> Score:
    return Score(
        lambda sums: np.sqrt(sums[..., top] / sums[..., bottom]),
        bootstrap.LOGARITHM,
        lambda sums: sums[..., bottom],
    )


def _paper(definition: Definition) -> Iterator[Measured]:
    correlation = SCORES["correlation"]
    for index, row in enumerate(definition.rows):
        yield Measured(
            f"correlation[{row.name}]", "paper", f"correlation, {row.name}", "", HIGH,
            partial(_row, index), correlation,
        )  # fmt: skip
    tiles: Table = lambda each: each.measures.tiles.tiles.table("sums")  # noqa: E731
    for key, title, unit in (
        ("rmse", "RMSE", "G"),
        ("gradient", "gradient of the difference", "G/px"),
        ("extremes", "extremes of patches", "G"),
        ("strong_extremes", "extremes of strong patches", "G"),
    ):
        yield Measured(key, "paper", title, unit, LOW, tiles, SCORES[key])
    yield Measured(
        "slope", "paper", "slope of prediction on target", "", 1.0, tiles,
        Score(lambda sums: _slope(sums[..., :6]), bootstrap.PLAIN, bootstrap.variation),
    )  # fmt: skip
    kernel = definition.measure.kernels.index(4) if 4 in definition.measure.kernels else 0
    side = definition.measure.kernels[kernel]
    blocks: Table = lambda each: each.measures.kernels.tiles.table("blocks")[..., kernel, :]  # noqa: E731
    yield Measured(
        "table2_gradient", "paper", f"Table 2, gradient, {side} px", "G/px", LOW, blocks,
        _ratio(5, 0),
    )  # fmt: skip
    yield Measured(
        "table2_extremes", "paper", f"Table 2, extremes, {side} px", "G", LOW, blocks,
        Score(lambda s: (s[..., 1] + s[..., 2]) / 2 / s[..., 0], bootstrap.LOGARITHM,
              lambda s: s[..., 0]),
    )  # fmt: skip
    patch = f"{min(definition.measure.patches)}/within/all"
    yield Measured(
        "patch_correlation", "paper", "mean correlation of patches", "", HIGH,
        lambda each: each.measures.patches.tiles.table(patch), _ratio(2, 1),
    )  # fmt: skip
    for place, size in enumerate(sorted(definition.measure.flux_blocks)):
        if size in (1, max(definition.measure.flux_blocks)):
            yield Measured(
                f"signed_flux_{size}", "paper", f"signed flux of {size} px, RMS error", "Mx", LOW,
                plain=partial(_flux, place),
            )  # fmt: skip


def _row(index: int, judgement: Judgement) -> np.ndarray:
    table: np.ndarray = judgement.table1.tiles.table("rows")[:, :, index]
    return table


def _flux(place: int, judgement: Judgement) -> float | None:
    return _known(judgement.measures.flux.result().rms[place])


def _slope(sums: np.ndarray) -> np.ndarray:
    """Regression of y on x from sums of 1, x, y, xx, yy, xy; (..., 6) to (...)."""
    n, x, y, xx, _, xy = np.moveaxis(sums, -1, 0)
    slope: np.ndarray = (xy - x * y / n) / (xx - x * x / n)
    return slope


def _consistency() -> Iterator[Measured]:
    table: Table = lambda each: each.consistency.tiles.table("sums")  # noqa: E731
    variation = bootstrap.variation
    yield Measured(
        "consistency_slope", "consistency", "slope of the input on it", "", 1.0, table,
        Score(lambda sums: _slope(sums[..., :6]), bootstrap.PLAIN, variation),
    )  # fmt: skip
    yield Measured(
        "consistency_offset", "consistency", "offset", "G", 0.0, table,
        Score(lambda s: (s[..., 2] - _slope(s[..., :6]) * s[..., 1]) / s[..., 0], bootstrap.PLAIN,
              lambda s: s[..., 0]),
    )  # fmt: skip
    yield Measured(
        "consistency_residual", "consistency", "residual", "G", LOW, table,
        Score(lambda s: np.sqrt((s[..., 3] + s[..., 4] - 2 * s[..., 5]) / s[..., 0]),
              bootstrap.LOGARITHM, lambda s: s[..., 0]),
    )  # fmt: skip
    yield Measured(
        "consistency_noise", "consistency", "residual over the input's noise", "", LOW, table,
        _root(6, 7),
    )  # fmt: skip


def _banded(judgement: Judgement) -> np.ndarray:
    """Windows, then powers xx, yy, xy of bands of rings; (days, tiles, 1 + 3 bands)."""
    sums = judgement.spectra_by_tile()
    rings = sums[:, :, 1:, 1:]  # without the mean
    count = rings.shape[2] // _EACH
    bands = rings[:, :, : count * _EACH].reshape(*rings.shape[:2], count, _EACH, 3).sum(axis=3)
    flat = np.moveaxis(bands, -1, 2).reshape(*rings.shape[:2], 3 * count)
    return np.concatenate([sums[:, :, :1, 0], flat], axis=-1)


def _powers(low: int, high: int, judgement: Judgement) -> np.ndarray:
    """Windows, then powers xx, yy, xy of some rings; (days, tiles, 4)."""
    sums = judgement.spectra_by_tile()
    rings = sums[:, :, low : min(high, sums.shape[2]), 1:].sum(axis=2)
    return np.concatenate([sums[:, :, :1, 0], rings], axis=-1)


def _distance(sums: np.ndarray) -> np.ndarray:
    """Root mean square over bands of 10 log10 of the ratio of powers, decibels."""
    xx, yy, _ = np.moveaxis(sums[..., 1:].reshape(*sums.shape[:-1], 3, -1), -2, 0)
    ratio = 10 / np.log(10) * np.log(yy / xx)
    distance: np.ndarray = np.sqrt((ratio**2).mean(axis=-1))
    return distance


def _synthesis() -> Iterator[Measured]:
    decides: bootstrap.Statistic = lambda sums: sums[..., 0]  # noqa: E731
    yield Measured(
        "spectral_distance", "synthesis", "log-spectral distance", "dB", LOW, _banded,
        Score(_distance, bootstrap.PLAIN, decides),
    )  # fmt: skip
    for name, bounds in _BANDS.items():
        table = partial(_powers, *bounds)
        power = Score(lambda s: s[..., 2] / s[..., 1], bootstrap.LOGARITHM, decides)
        yield Measured(
            f"power_{name}", "synthesis", f"power over the target's, {name}", "", 1.0, table, power
        )
    for name, bounds in _BANDS.items():
        table = partial(_powers, *bounds)
        coherence = Score(
            lambda s: s[..., 3] / np.sqrt(s[..., 1] * s[..., 2]), bootstrap.FISHER, decides
        )
        yield Measured(
            f"coherence_{name}", "synthesis", f"coherence with the target, {name}", "", HIGH,
            table, coherence,
        )  # fmt: skip


def _correctness() -> Iterator[Measured]:
    table: Table = lambda each: each.correctness.tiles.table("sums")  # noqa: E731
    for place, key, title, best in (
        (1, "improvement", "improvement", HIGH),
        (2, "omission", "omission", LOW),
        (3, "hallucination", "hallucination", LOW),
        (4, "improvement_near", "improvement, 1 px apart", HIGH),
        (5, "hallucination_near", "hallucination, 1 px apart", LOW),
    ):
        yield Measured(key, "correctness", title, "%", best, table, _ratio(place, 0, 100))


def _errors(definition: Definition) -> Iterator[Measured]:
    table: Table = lambda each: each.forecasts.tiles.table("sums")  # noqa: E731
    at = FORECAST_SUMS.index
    yield Measured("crps", "errors", "CRPS", "G", LOW, table, _ratio(at("crps"), at("n")))
    yield Measured(
        "interval_score", "errors", "interval score at 95 %", "G", LOW, table,
        _ratio(at("score"), at("en")),
    )  # fmt: skip
    yield Measured(
        "spread_skill", "errors", "spread over skill", "", 1.0, table,
        Score(lambda s: np.sqrt(s[..., at("ee")] / s[..., at("dd")] * s[..., at("n")]
                                / s[..., at("en")]), bootstrap.LOGARITHM, lambda s: s[..., 0]),
    )  # fmt: skip
    for level, promised in ((50, 50.0), (68, 68.27), (95, 95.0)):
        yield Measured(
            f"coverage_{level}", "errors", f"coverage of {level} %", "%", promised, table,
            _ratio(at(f"within_{level}"), at("en"), 100),
        )  # fmt: skip
    yield Measured(
        "pit", "errors", "unevenness of the PIT", "", LOW, table,
        Score(_unevenness, bootstrap.PLAIN, lambda s: s[..., at("en")]),
    )  # fmt: skip
    for size in definition.blocks:
        for level, promised in ((68, 68.27), (95, 95.0)):
            yield Measured(
                f"block_{size}_{level}", "errors", f"{level} % of means of {size} px", "%",
                promised, plain=partial(_of_blocks, size, f"within_{level}"),
            )  # fmt: skip
        yield Measured(
            f"block_{size}_inflation", "errors", f"errors of means of {size} px too small by", "",
            1.0, plain=partial(_of_blocks, size, "inflation"),
        )  # fmt: skip
    stated: Table = lambda each: each.quantities.tiles.table("stated")  # noqa: E731
    yield Measured(
        "region_95", "errors", "95 % of fluxes of active regions", "%", 95.0, stated,
        _ratio(2, 0, 100),
    )  # fmt: skip
    yield Measured(
        "region_inflation", "errors", "errors of their fluxes too small by", "", 1.0, stated,
        _root(1, 0),
    )  # fmt: skip


def _unevenness(sums: np.ndarray) -> np.ndarray:
    """Root mean square of the PIT's densities less 1."""
    counts = sums[..., len(FORECAST_SUMS) :]
    density = counts * PIT_BINS / counts.sum(axis=-1)[..., None]
    uneven: np.ndarray = np.sqrt(((density - 1) ** 2).mean(axis=-1))
    return uneven


def _of_blocks(size: int, name: str, judgement: Judgement) -> float | None:
    if not judgement.has_error:
        return None
    for row in judgement.blocks.result():
        if row.size == size and row.low is None:
            value: float | None = getattr(row, name)
            return value
    return None


def _use() -> Iterator[Measured]:
    titles = {
        "flux": "unsigned flux of regions",
        "area_weak": "area > 50 G of regions",
        "area_strong": "area > 500 G of regions",
        "pil_length": "length of inversion lines",
        "pil_gradient": "gradient on inversion lines",
        "schrijver_r": "Schrijver's R",
    }
    for index, name in enumerate(REGION_NAMES):
        table = partial(_region, index)
        error = Score(
            lambda s: 100 * s[..., 3] / s[..., 1], bootstrap.LOGARITHM, lambda s: s[..., 0]
        )
        bias = Score(
            lambda s: 100 * (s[..., 2] / s[..., 1] - 1), bootstrap.PLAIN, lambda s: s[..., 0]
        )
        yield Measured(f"{name}_error", "use", f"{titles[name]}, error", "%", LOW, table, error)
        yield Measured(f"{name}_bias", "use", f"{titles[name]}, bias", "%", 0.0, table, bias)
    disk: Table = lambda each: each.quantities.tiles.table("disk")  # noqa: E731
    at = quantities.DISK_SUMS.index
    for name, title in (
        ("flux", "unsigned flux"),
        ("weak", "area > 50 G"),
        ("strong", "area > 500 G"),
    ):
        x, y = at(f"{name}_x"), at(f"{name}_y")
        of = partial(_relative, x, y)
        decides = partial(_part, x)
        yield Measured(
            f"disk_{name}_bias", "use", f"{title} of the disk, bias", "%", 0.0, disk,
            Score(of, bootstrap.PLAIN, decides),
        )  # fmt: skip
    for cap in ("north", "south"):
        n, x, y = (at(f"{cap}_{part}") for part in "nxy")
        yield Measured(
            f"cap_{cap}", "use", f"mean field of the {cap} polar cap, error", "G", 0.0, disk,
            Score(partial(_mean_error, n, x, y), bootstrap.PLAIN, partial(_part, n)),
        )  # fmt: skip


def _region(index: int, judgement: Judgement) -> np.ndarray:
    table: np.ndarray = judgement.quantities.tiles.table("regions")[:, :, index]
    return table


def _part(place: int, sums: np.ndarray) -> np.ndarray:
    part: np.ndarray = sums[..., place]
    return part


def _relative(x: int, y: int, sums: np.ndarray) -> np.ndarray:
    bias: np.ndarray = 100 * (sums[..., y] / sums[..., x] - 1)
    return bias


def _mean_error(n: int, x: int, y: int, sums: np.ndarray) -> np.ndarray:
    error: np.ndarray = (sums[..., y] - sums[..., x]) / sums[..., n]
    return error


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
