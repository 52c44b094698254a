"""What each term of the loss did: numbers of every method of the ablation, and words from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.special import stdtrit

from onesun.metrics import bootstrap
from onesun.metrics.bootstrap import Interval
from onesun.metrics.measures import Measures
from onesun.metrics.patches import ALL
from onesun.metrics.units import make_units
from onesun.tables.text import line

# A distance to the ideal that changes by a smaller share counts as hardly changed; so is a skew,
# a ratio already, that changes by less.
HARDLY = 0.05


@dataclass(frozen=True)
class Errors:
    """How one method errs on a pair; NaN where it is not determined.

    Parameters
    ----------
    label : its loss, or its name where it has none.
    patches : how many, wholly within the limit.
    maximum, minimum : medians over patches of E_max and of E_min, target less prediction, gauss.
    middle : median of both together, gauss.
    skew : of both together, (q95 + q5 - 2 q50) / (q95 - q5), from -1 to 1.
    beyond : share of both together that lies beyond the bins of the histogram.
    correlation, correlation_median : mean and median over patches.
    gain : of the mean correlation over the method before; NaN in the first.
    gain_interval : of resampled units, both methods drawn together.
    gradient : mean of g(prediction - target) over pixels, gauss per pixel.
    flux_bias, flux_error : mean of the signed flux's error and of its size, Mx per pixel.
    unsigned : unsigned flux of the prediction over that of the target, all frames together.
    """

    pair: str
    method: str
    label: str
    patches: int
    maximum: float
    minimum: float
    middle: float
    skew: float
    beyond: float
    correlation: float
    correlation_median: float
    gain: float
    gain_interval: Interval
    gradient: float
    flux_bias: float
    flux_error: float
    unsigned: float


def errors_of(
    pair: str,
    method: str,
    label: str,
    measures: Measures,
    before: Measures | None,
    draws: Mapping[str, Any],
) -> Errors:
    """A method's errors.

    Parameters
    ----------
    measures : its own; patches are the smallest of ``measure.patches``.
    before : those of the method before it in the ablation; None in the first.
    draws : the configuration's ``table1.bootstrap``.
    """
    size = measures.patches.sizes[0]
    found = measures.patches.result()[size, "within", ALL]
    extreme, correlation = (measures.patches.bins[name] for name in ("maximum", "correlation"))
    both = found.maximum + found.minimum
    low, middle, high = extreme.quantiles(both, [0.05, 0.5, 0.95])
    flux = measures.flux.result()
    pixel = flux.sizes.index(min(flux.sizes))
    gain, gain_interval = _gain(measures, before, size, draws)
    with np.errstate(invalid="ignore", divide="ignore"):
        return Errors(
            pair=pair,
            method=method,
            label=label,
            patches=found.n,
            maximum=float(extreme.quantiles(found.maximum, [0.5])[0]),
            minimum=float(extreme.quantiles(found.minimum, [0.5])[0]),
            middle=float(middle),
            skew=float((high + low - 2 * middle) / (high - low)),
            beyond=float((both[0] + both[-1]) / both.sum()),
            correlation=found.mean_correlation,
            correlation_median=float(correlation.quantiles(found.correlation, [0.5])[0]),
            gain=gain,
            gain_interval=gain_interval,
            gradient=measures.gradients.result().mean,
            flux_bias=float(flux.bias[pixel]) / flux.sizes[pixel] ** 2,
            flux_error=float(flux.mean_absolute[pixel]) / flux.sizes[pixel] ** 2,
            unsigned=float(np.divide(*flux.unsigned.sum(axis=0)[::-1])),
        )


def _gain(
    measures: Measures, before: Measures | None, size: int, draws: Mapping[str, Any]
) -> tuple[float, Interval]:
    """Of the mean correlation over patches, and its interval from resampled units."""
    if before is None:
        return float("nan"), None
    key, both = f"{size}/within/{ALL}", [each.patches for each in (measures, before)]
    with np.errstate(invalid="ignore", divide="ignore"):
        gain = _mean_gain(np.concatenate([each.total(key) for each in both]))
    units = make_units(sorted(measures.patches.tiles.days), measures.tiling, draws)
    sums = units.sums(np.concatenate([each.tiles.table(key) for each in both], axis=-1))
    return float(gain), bootstrap.spread(_mean_gain, sums, sums[:, 1], units, draws).interval


def _mean_gain(sums: np.ndarray) -> np.ndarray:
    """Of the mean correlation, from sums (..., 10) over patches by a method and the one before."""
    gain: np.ndarray = sums[..., 2] / sums[..., 1] - sums[..., 7] / sums[..., 6]
    return gain


@dataclass(frozen=True)
class Trained:
    """A method of the ablation, trained once or by several seeds.

    Parameters
    ----------
    runs : errors of each training, the first seed's first; one for what is not trained.
    terms : of its loss; empty where it has none.
    """

    runs: Sequence[Errors]
    terms: frozenset[str]

    @property
    def label(self) -> str:
        return self.runs[0].label

    def mean(self, name: str) -> float:
        """Of an attribute of :class:`Errors`, over seeds."""
        return float(np.mean([getattr(run, name) for run in self.runs]))

    def between_seeds(self, name: str) -> float | None:
        """Standard deviation of an attribute between seeds; None of a single training."""
        values = [getattr(run, name) for run in self.runs]
        return float(np.std(values, ddof=1)) if len(values) > 1 else None


# Titles of the columns, each with what it shows of a method.
_COLUMNS: tuple[tuple[str, Callable[[Trained], str]], ...] = (
    ("Method", lambda each: each.label),
    ("E_max, median, G", lambda each: f"{each.mean('maximum'):+.1f}"),
    ("E_min, median, G", lambda each: f"{each.mean('minimum'):+.1f}"),
    ("Both, median, G", lambda each: f"{each.mean('middle'):+.2f}"),
    ("Both, skew", lambda each: f"{each.mean('skew'):+.3f}"),
    ("Patch correlation", lambda each: f"{each.mean('correlation'):.4f}"),
    ("Gain over the line above", lambda each: _gain_cell(each)),
    ("Gain, between seeds", lambda each: _between(each)),
    ("Gradient, G per pixel", lambda each: f"{each.mean('gradient'):.3f}"),
    ("Flux bias, Mx per pixel", lambda each: f"{each.mean('flux_bias'):+.2e}"),
    ("Flux error, Mx per pixel", lambda each: f"{each.mean('flux_error'):.2e}"),
    ("Unsigned flux, ratio", lambda each: f"{each.mean('unsigned'):.3f}"),
)


def table(methods: Sequence[Trained]) -> str:
    """One pair's methods, Markdown."""
    titles = line([title for title, _ in _COLUMNS])
    rule = line([":---", *("---:" for _ in _COLUMNS[1:])])
    rows = [line([cell(each) for _, cell in _COLUMNS]) for each in methods]
    return "\n".join([titles, rule, *rows])


def _gain_cell(method: Trained) -> str:
    """The mean gain over seeds, and the first seed's interval from resampled units."""
    if not np.isfinite(method.mean("gain")):
        return ""
    bounds, gain = method.runs[0].gain_interval, f"{method.mean('gain'):+.4f}"
    return f"{gain} [{bounds[0]:+.4f}, {bounds[1]:+.4f}]" if bounds else gain


def _between(method: Trained) -> str:
    if not np.isfinite(method.mean("gain")):
        return ""
    spread = method.between_seeds("gain")
    return "one seed" if spread is None else f"± {spread:.4f}"


def words(methods: Sequence[Trained]) -> Iterator[str]:
    """What each term did to what the paper says it does, a sentence for each step.

    Of one training of each loss they say what is seen, and that it shows no effect of the term.
    """
    for before, after in pairwise(methods):
        had, has = before.terms, after.terms
        added = has - had if had <= has else frozenset()
        claims = [_CLAIMS[term](before, after) for term in _CLAIMS if had and term in added]
        if claims:
            yield f"- **{after.label}**: " + " ".join(claims)
        else:
            yield f"- **{after.label}**, after {before.label}: {_centres(before, after)}"


def _centres(before: Trained, after: Trained) -> str:
    return (
        f"The median of E_max goes from {before.mean('maximum'):+.1f} to "
        f"{after.mean('maximum'):+.1f} G, that of E_min from {before.mean('minimum'):+.1f} to "
        f"{after.mean('minimum'):+.1f} G: the two peaks {_towards(before, after)} 0."
    )


def _gradient(before: Trained, after: Trained) -> str:
    return (
        f"{_centres(before, after)} The paper says that Grad centres them: "
        f"{_seen(before, after, off_centre)}. The gradient's error goes from "
        f"{before.mean('gradient'):.3f} to {after.mean('gradient'):.3f} G per pixel."
    )


def _histogram(before: Trained, after: Trained) -> str:
    return (
        f"The skew of E_max and E_min together goes from {before.mean('skew'):+.3f} to "
        f"{after.mean('skew'):+.3f}, their median from {before.mean('middle'):+.2f} to "
        f"{after.mean('middle'):+.2f} G. The paper says that Hist mostly removes the skew: "
        f"{_seen(before, after, lambda run: abs(run.skew), 1)}. {_centres(before, after)} The "
        f"unsigned flux goes from {before.mean('unsigned'):.3f} to {after.mean('unsigned'):.3f} of "
        "the target's."
    )


def _structure(before: Trained, after: Trained) -> str:
    spread = after.between_seeds("gain")
    between = "" if spread is None else f" (± {spread:.4f} between seeds)"
    return (
        f"The mean correlation of patches goes from {before.mean('correlation'):.4f} to "
        f"{after.mean('correlation'):.4f}, by {_gain_cell(after)}{between}. The paper says that "
        f"SSIM helps structure: {_seen(before, after, lambda run: 1 - run.correlation)}. "
        f"{_centres(before, after)}"
    )


_CLAIMS = {"gradient": _gradient, "histogram": _histogram, "ssim": _structure}


def off_centre(run: Errors) -> float:
    """Mean distance of the two peaks, the medians of E_max and E_min, from 0; gauss."""
    return (abs(run.maximum) + abs(run.minimum)) / 2


@dataclass(frozen=True)
class _Change:
    """Of a distance to the ideal: -1 nearer, 1 farther, 0 hardly changed or unknown.

    ``clear`` is False where the seeds differ by as much, None where there is one seed.
    """

    sign: int
    clear: bool | None


def _change(
    before: Trained,
    after: Trained,
    distance: Callable[[Errors], float],
    unit: float | None = None,
) -> _Change:
    """Changes are measured by ``unit``, or else by the distance before."""
    old, new = (np.array([distance(run) for run in each.runs]) for each in (before, after))
    moved = new.mean() - old.mean()
    if not np.isfinite(moved) or abs(moved) < HARDLY * (unit or abs(old.mean())):
        return _Change(0, None)
    sign = 1 if moved > 0 else -1
    if len(new) < 2:
        return _Change(sign, None)
    variances = [each.var(ddof=1) / len(each) for each in (old, new) if len(each) > 1]
    width = stdtrit(len(new) - 1, 0.975) * np.sqrt(sum(variances))
    return _Change(sign, bool(abs(moved) > width))


def _in_words(change: _Change, words: Mapping[int, str], seeds: int) -> str:
    if change.sign == 0:
        return words[0]
    if change.clear is None:
        return f"{words[change.sign]}, in one training of each"
    if not change.clear:
        return f"not beyond what the {seeds} seeds differ by"
    return f"{words[change.sign]}, over {seeds} seeds"


def _seen(
    before: Trained,
    after: Trained,
    distance: Callable[[Errors], float],
    unit: float | None = None,
) -> str:
    words = {-1: "so it is here", 1: "the opposite is the case here", 0: "hardly so here"}
    return _in_words(_change(before, after, distance, unit), words, len(after.runs))


def _towards(before: Trained, after: Trained) -> str:
    words = {-1: "move towards", 1: "move away from", 0: "hardly move towards or away from"}
    return words[_change(before, after, off_centre).sign]
