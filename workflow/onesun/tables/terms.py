"""What each term of the loss did: numbers of every method of the ablation, and words from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from onesun.statistics import bootstrap
from onesun.statistics.bootstrap import Interval
from onesun.statistics.measures import Measures
from onesun.statistics.patches import ALL
from onesun.statistics.units import make_units
from onesun.tables.text import line

# A distance to the ideal that changes by a smaller share is told as hardly changed; so is a skew,
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

    @property
    def off_centre(self) -> float:
        """Mean distance of the two peaks, the medians of E_max and E_min, from 0; gauss."""
        return (abs(self.maximum) + abs(self.minimum)) / 2


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
    return sums[..., 2] / sums[..., 1] - sums[..., 7] / sums[..., 6]


def table(errors: Sequence[Errors]) -> str:
    """One pair's methods, Markdown."""
    lines = [
        line([
            "Method", "E_max, median, G", "E_min, median, G", "Both, median, G", "Both, skew",
            "Patch correlation", "Gradient, G per pixel", "Flux bias, Mx per pixel",
            "Flux error, Mx per pixel", "Unsigned flux, ratio",
        ]),
        line([":---", *("---:" for _ in range(9))]),
    ]  # fmt: skip
    for each in errors:
        lines.append(
            line([
                each.label, f"{each.maximum:+.1f}", f"{each.minimum:+.1f}", f"{each.middle:+.2f}",
                f"{each.skew:+.3f}", f"{each.correlation:.4f}", f"{each.gradient:.3f}",
                f"{each.flux_bias:+.2e}", f"{each.flux_error:.2e}", f"{each.unsigned:.3f}",
            ])
        )  # fmt: skip
    return "\n".join(lines)


def words(errors: Sequence[Errors], terms: Sequence[frozenset[str]]) -> Iterator[str]:
    """What each term did to what the paper says it does, a sentence for each step.

    Parameters
    ----------
    errors : one pair's methods, in the order of the ablation.
    terms : of each method's loss; empty where it has none.
    """
    for (before, after), (had, has) in zip(pairwise(errors), pairwise(terms), strict=True):
        added = has - had if had <= has else frozenset()
        told = [_CLAIMS[term](before, after) for term in _CLAIMS if had and term in added]
        if told:
            yield f"- **{after.label}**: " + " ".join(told)
        else:
            yield f"- **{after.label}**, after {before.label}: {_centres(before, after)}"


def _centres(before: Errors, after: Errors) -> str:
    return (
        f"The median of E_max goes from {before.maximum:+.1f} to {after.maximum:+.1f} G, that of "
        f"E_min from {before.minimum:+.1f} to {after.minimum:+.1f} G: the two peaks "
        f"{_towards(before.off_centre, after.off_centre)} 0."
    )


def _gradient(before: Errors, after: Errors) -> str:
    return (
        f"{_centres(before, after)} The paper says that Grad centres them: "
        f"{_seen(before.off_centre, after.off_centre)}. The gradient's error goes from "
        f"{before.gradient:.3f} to {after.gradient:.3f} G per pixel."
    )


def _histogram(before: Errors, after: Errors) -> str:
    return (
        f"The skew of E_max and E_min together goes from {before.skew:+.3f} to {after.skew:+.3f}, "
        f"their median from {before.middle:+.2f} to {after.middle:+.2f} G. The paper says that "
        f"Hist mostly removes the skew: {_seen(before.skew, after.skew, 1)}. "
        f"{_centres(before, after)} The unsigned flux goes from {before.unsigned:.3f} to "
        f"{after.unsigned:.3f} of the target's."
    )


def _structure(before: Errors, after: Errors) -> str:
    bounds = after.gain_interval
    spread = f" [{bounds[0]:+.4f}, {bounds[1]:+.4f}]" if bounds else ""
    return (
        f"The mean correlation of patches goes from {before.correlation:.4f} to "
        f"{after.correlation:.4f}, by {after.gain:+.4f}{spread}. The paper says that SSIM helps "
        f"structure: {_seen(1 - before.correlation, 1 - after.correlation)}. "
        f"{_centres(before, after)}"
    )


_CLAIMS = {"gradient": _gradient, "histogram": _histogram, "ssim": _structure}


def _change(before: float, after: float, unit: float | None = None) -> int:
    """Of a distance to the ideal: -1 nearer, 1 farther, 0 hardly changed or unknown.

    Changes are measured by ``unit``, or else by the distance before.
    """
    before, after = abs(before), abs(after)
    if not np.isfinite(after - before) or abs(after - before) < HARDLY * (unit or before):
        return 0
    return 1 if after > before else -1


def _seen(before: float, after: float, unit: float | None = None) -> str:
    words = {-1: "so it is here", 1: "the opposite is the case here", 0: "hardly so here"}
    return words[_change(before, after, unit)]


def _towards(before: float, after: float) -> str:
    words = {-1: "move towards", 1: "move away from", 0: "hardly move towards or away from"}
    return words[_change(before, after)]
