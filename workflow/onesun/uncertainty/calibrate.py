"""Errors made honest: the factors that bring readings within them, bin by bin."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import stdtrit

from onesun.errors import OneSunError
from onesun.metrics.coverage import PROMISED
from onesun.training.error_scale import ErrorScale
from onesun.uncertainty.residuals import Residuals
from onesun.uncertainty.settings import Errors

NARROW, WIDE = (share / 100 for share in PROMISED.values())
_SWEEPS = 8  # bins of field and of radius in turn
_MOST = 200_000  # pixels of a Sun in a bin, evenly spread over all it has there; more add nothing
_UPPER = 0.8413  # of a normal distribution, one standard deviation above its mean


def calibrate(
    whole: Sequence[Residuals], partial: Sequence[Residuals], settings: Errors
) -> ErrorScale:
    """The factors that make a standard deviation of the error, and its half-widths.

    In a bin of predicted field a Sun asks for a standard deviation, the root mean square of its
    residuals, and for half-widths, quantiles of their size. Suns differ in this by more than their
    many pixels suggest. So the bin gets what a next Sun asks for at most, by one standard deviation
    of the predictive distribution over the Suns at hand: the fewer they are and the more they
    differ, the more. A bin that one Sun alone fills gets no less than the bin below it. Bins of
    radius take turns with them: their factors bring 68 % of a bin's pixels within their half-width,
    with all Suns weighing the same. A knot stands at the median of its bin; a Sun with too few
    pixels in a bin does not count there, a bin without a Sun is left out. The target's noise is not
    the same in every epoch: each Sun is judged with its own, and errors are for their root mean
    square.

    Parameters
    ----------
    whole : of each Sun, which is a month, most of whose disk is known.
    partial : of Suns of which only parts are known, such as active regions. They count in bins of
        the field, not in those of radius nor for the noise.
    settings : the configuration's section ``errors``.

    Raises OneSunError when no bin has enough pixels.
    """
    fields = _bins(
        [np.abs(part.field) for part in (*whole, *partial)],
        (*settings.field_edges, np.inf),
        settings.fewest,
    )
    radii = _bins([part.radius for part in whole], settings.radius_edges, settings.fewest)
    for what, bins in (("field_edges", fields), ("radius_edges", radii)):
        if not bins:
            raise OneSunError(
                f"{sum(part.field.size for part in whole)} pixels to calibrate the error by, "
                f"expected at least {settings.fewest} of a month (errors.fewest) in some bin "
                f"of errors.{what}"
            )
    suns, fields, radii = _only_members([*whole, *partial], fields, radii)
    ones = [1.0] * len(fields)
    start = ErrorScale(
        field_knots=[each.knot for each in fields],
        field_factors=ones,
        radius_knots=[each.knot for each in radii],
        radius_factors=[1.0] * len(radii),
        half_widths_68=ones,
        half_widths_95=ones,
        target_noise=float(np.sqrt(np.mean([np.square(part.noise).mean() for part in whole]))),
    )
    return _fitted(start, suns, fields, radii)


def _fitted(
    scale: ErrorScale, suns: Sequence[Residuals], fields: Sequence[_Bin], radii: Sequence[_Bin]
) -> ErrorScale:
    """Factors from those of ``scale``, which are 1; the Suns of ``radii`` come first."""
    for _ in range(_SWEEPS):
        ratios = [sun.misfit / scale.half_68(sun.deviation(scale), sun.field) for sun in suns]
        more = np.array([each.common_quantile(ratios, NARROW) for each in radii])
        # Only the product counts; what all radii share belongs to the field's factors.
        factors = np.array(scale.radius_factors)
        more /= np.exp(np.log(factors * more).mean())
        scale = replace(scale, radius_factors=(factors * more).tolist())
        ratios = [sun.misfit / sun.deviation(scale) for sun in suns]
        widths = np.array(scale.field_factors) * _asked(ratios, fields)
        for i, each in enumerate(fields[1:], start=1):
            if len(each.members) == 1:
                widths[:, i] = widths[:, i - 1 : i + 1].max(axis=1)
        scale = _with_widths(scale, widths)
    return scale


def widened(scale: ErrorScale, by_sun: Sequence[Residuals], settings: Errors) -> ErrorScale:
    """Factors raised until tiles that trained nothing have their coverage, too.

    A network may know the tiles that it was trained on better than others, also in frames that it
    has not seen. What such tiles ask for is found in bins of predicted field as in
    :func:`calibrate`, and holds at the bin's knot; between and beyond the bins that have enough
    pixels it is interpolated. Nothing becomes smaller.

    Parameters
    ----------
    by_sun : of each Sun, in tiles that trained nothing.
    settings : the configuration's section ``errors``.
    """
    edges = (*settings.field_edges, np.inf)
    bins = _bins([np.abs(part.field) for part in by_sun], edges, settings.fewest)
    if not bins:
        return scale
    places, knots = np.log1p([each.knot for each in bins]), np.log1p(scale.field_knots)
    for _ in range(_SWEEPS):
        ratios = [sun.misfit / sun.deviation(scale) for sun in by_sun]
        now = np.stack([np.ones(len(knots)), scale.half_widths_68, scale.half_widths_95])
        given = np.stack([np.interp(places, knots, row) for row in now])
        more = np.maximum(_asked(ratios, bins) / given, 1)
        raised = now * np.stack([np.interp(knots, places, row) for row in more])
        scale = _with_widths(scale, np.array(scale.field_factors) * raised)
    return scale


def _asked(ratios: Sequence[np.ndarray], bins: Sequence[_Bin]) -> np.ndarray:
    """Standard deviation and half-widths that the bins ask for, in present deviations; (3, bins).

    ``ratios`` are residuals over their standard deviation, of each Sun.
    """
    measures: tuple[Callable[[np.ndarray], float], ...] = (
        lambda values: float(np.sqrt(np.mean(np.square(values, dtype=np.float64)))),
        lambda values: float(np.quantile(values, NARROW)),
        lambda values: float(np.quantile(values, WIDE)),
    )
    return np.array([[each.for_next(ratios, measure) for each in bins] for measure in measures])


def _with_widths(scale: ErrorScale, widths: np.ndarray) -> ErrorScale:
    """``widths``: standard deviation and half-widths at each knot of the field; (3, F)."""
    deviation, narrow, wide = widths
    return replace(
        scale,
        field_factors=deviation.tolist(),
        half_widths_68=(narrow / deviation).tolist(),
        half_widths_95=(wide / deviation).tolist(),
    )


@dataclass(frozen=True)
class _Bin:
    """Pixels of a bin.

    Attributes
    ----------
    knot : median of what the bin is of.
    members : the numbers of the pixels of each Sun that has enough of them, by the Sun's number.
    """

    knot: float
    members: Mapping[int, np.ndarray]

    def for_next(
        self, values: Sequence[np.ndarray], measure: Callable[[np.ndarray], float]
    ) -> float:
        """What the measure of a next Sun exceeds with a probability of 16 %.

        One standard deviation of the predictive distribution (Student's) if its logarithm is
        normally distributed over Suns; the measure itself where there is one Sun.
        """
        found = np.log([measure(values[sun][pixels]) for sun, pixels in self.members.items()])
        if found.size == 1:
            return float(np.exp(found[0]))
        scatter = found.std(ddof=1) * np.sqrt(1 + 1 / found.size)
        return float(np.exp(found.mean() + stdtrit(found.size - 1, _UPPER) * scatter))

    def common_quantile(self, values: Sequence[np.ndarray], share: float) -> float:
        """Quantile over all Suns, which weigh the same."""
        own = np.concatenate([values[sun][pixels] for sun, pixels in self.members.items()])
        sizes = [pixels.size for pixels in self.members.values()]
        weights = np.repeat(1 / np.array(sizes, dtype=np.float64), sizes)
        order = np.argsort(own)
        heap = np.cumsum(weights[order])
        return float(own[order[np.searchsorted(heap, share * heap[-1])]])


def _only_members(
    suns: Sequence[Residuals], fields: Sequence[_Bin], radii: Sequence[_Bin]
) -> tuple[list[Residuals], list[_Bin], list[_Bin]]:
    """The pixels that count in some bin, and the bins with these pixels' numbers."""
    kept = []
    for sun in range(len(suns)):
        parts = [each.members[sun] for each in (*fields, *radii) if sun in each.members]
        kept.append(np.unique(np.concatenate(parts)) if parts else np.zeros(0, dtype=np.int64))

    def renumbered(bins: Sequence[_Bin]) -> list[_Bin]:
        return [
            _Bin(
                each.knot,
                {sun: np.searchsorted(kept[sun], old) for sun, old in each.members.items()},
            )
            for each in bins
        ]

    only = [sun.only(pixels) for sun, pixels in zip(suns, kept, strict=True)]
    return only, renumbered(fields), renumbered(radii)


def _bins(places: Sequence[np.ndarray], edges: Sequence[float], fewest: int) -> list[_Bin]:
    """Bins in which a Sun has ``fewest`` pixels or more; ``places`` is what they are of, by Sun."""
    which = [np.digitize(place, edges) - 1 for place in places]
    found = []
    for i in range(len(edges) - 1):
        members = {sun: np.flatnonzero(each == i) for sun, each in enumerate(which)}
        members = {
            sun: pixels[:: -(-pixels.size // _MOST)]
            for sun, pixels in members.items()
            if pixels.size >= fewest
        }
        if members:
            inside = [places[sun][pixels] for sun, pixels in members.items()]
            found.append(_Bin(float(np.median(np.concatenate(inside))), members))
    return found
