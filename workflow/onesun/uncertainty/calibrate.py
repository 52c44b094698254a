"""Errors made honest: the factors that bring readings within them, bin by bin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from onesun.errors import OneSunError
from onesun.training.error_scale import ErrorScale
from onesun.uncertainty.residuals import Residuals

NARROW, WIDE = 0.6827, 0.95  # shares of the readings within the two half-widths
_SWEEPS = 8  # bins of field and of radius in turn


def calibrate(by_sun: Sequence[Residuals], settings: Mapping[str, Any]) -> ErrorScale:
    """The factors that make a standard deviation of the error, and its half-widths.

    In a bin of predicted field the factor is the one that makes the standard deviation the root
    mean square of the residuals; the half-widths are the quantiles of their size. Factors of bins
    of radius take turns with them, and bring 68 % of a bin's pixels within their half-width: unlike
    a mean square, a quantile does not hang on the few strongest pixels of a ring. All Suns weigh
    the same in a bin, as if the next Sun were one of them drawn at random: the most active one has
    most of the strong pixels. A knot stands at the median of its bin; a Sun with too few pixels in
    a bin does not count there, a bin without a Sun is left out. The target's noise is not the same
    in every epoch, and no user knows that of the next one: a standard deviation over all Suns is
    one for the root mean square of their noises.

    Parameters
    ----------
    by_sun : of each Sun, which is a month.
    settings : the configuration's section ``errors``.

    Raises OneSunError when no bin has enough pixels.
    """
    found = Residuals.joined(by_sun)
    fields, radii = _field_bins(by_sun, settings), _radius_bins(by_sun, settings)
    for what, bins in (("field_edges", fields), ("radius_edges", radii)):
        if not bins:
            raise OneSunError(
                f"{found.field.size} pixels to calibrate the error by, expected at least "
                f"{settings['fewest']} of a month (errors.fewest) in some bin of errors.{what}"
            )
    ones = np.ones(len(fields))
    start = ErrorScale(
        field_knots=[float(np.median(np.abs(found.field[each.pixels]))) for each in fields],
        field_factors=ones,
        radius_knots=[float(np.median(found.radius[each.pixels])) for each in radii],
        radius_factors=np.ones(len(radii)),
        half_widths_68=ones,
        half_widths_95=ones,
        target_noise=float(np.sqrt(np.mean([np.square(part.noise).mean() for part in by_sun]))),
    )
    return _fitted(start, found, fields, radii)


def _fitted(
    scale: ErrorScale, found: Residuals, fields: Sequence[_Members], radii: Sequence[_Members]
) -> ErrorScale:
    """Factors from those of ``scale``, which are 1."""
    for _ in range(_SWEEPS):
        ratio = found.misfit / scale.half_68(_deviation(scale, found), found.field)
        more = np.array([members.quantile(ratio, NARROW) for members in radii])
        # Only the product counts; what all radii share belongs to the field's factors.
        more /= np.exp(np.log(scale.radius_factors * more).mean())
        scale = replace(scale, radius_factors=scale.radius_factors * more)
        ratio = found.misfit / _deviation(scale, found)
        more = np.array([members.root_mean_square(ratio) for members in fields])
        narrow = np.array([members.quantile(ratio, NARROW) for members in fields]) / more
        scale = replace(scale, field_factors=scale.field_factors * more, half_widths_68=narrow)
    ratio = found.misfit / _deviation(scale, found)
    return replace(
        scale,
        field_factors=scale.field_factors.tolist(),
        radius_factors=scale.radius_factors.tolist(),
        half_widths_68=scale.half_widths_68.tolist(),
        half_widths_95=[members.quantile(ratio, WIDE) for members in fields],
    )


def widened(
    scale: ErrorScale, by_sun: Sequence[Residuals], settings: Mapping[str, Any]
) -> ErrorScale:
    """Factors raised until tiles that trained nothing have their coverage, too.

    A network knows the tiles that it was trained on better than others, also in frames that it has
    not seen. What such tiles ask for is found in bins of predicted field as in :func:`calibrate`,
    and holds at the bin's knot; between and beyond the bins that have enough pixels it is
    interpolated. Nothing becomes smaller.

    Parameters
    ----------
    by_sun : of each Sun, in tiles that trained nothing.
    settings : the configuration's section ``errors``.
    """
    found = Residuals.joined(by_sun)
    bins = _field_bins(by_sun, settings)
    if not bins:
        return scale
    places = [float(np.median(np.abs(found.field[each.pixels]))) for each in bins]

    def raised(factors: Sequence[float], more: Sequence[float]) -> np.ndarray:
        at_knots = np.interp(np.log1p(scale.field_knots), np.log1p(places), np.maximum(more, 1))
        return np.asarray(factors) * at_knots

    narrow = np.multiply(scale.field_factors, scale.half_widths_68)
    wide = np.multiply(scale.field_factors, scale.half_widths_95)
    for _ in range(_SWEEPS):
        deviation = _deviation(scale, found)
        more = [each.root_mean_square(found.misfit / deviation) for each in bins]
        factors = raised(scale.field_factors, more)
        ratio = found.misfit / scale.half_68(deviation, found.field)
        narrow = raised(narrow, [each.quantile(ratio, NARROW) for each in bins])
        ratio = found.misfit / scale.half_95(deviation, found.field)
        wide = raised(wide, [each.quantile(ratio, WIDE) for each in bins])
        scale = replace(
            scale,
            field_factors=factors.tolist(),
            half_widths_68=(narrow / factors).tolist(),
            half_widths_95=(wide / factors).tolist(),
        )
    return scale


def _deviation(scale: ErrorScale, found: Residuals) -> np.ndarray:
    return scale.deviation(found.error, found.field, found.radius)


@dataclass(frozen=True)
class _Members:
    """Pixels of a bin, by their numbers, and how much each weighs."""

    pixels: np.ndarray
    weights: np.ndarray

    def quantile(self, values: np.ndarray, share: float) -> float:
        """Weighted quantile over the bin."""
        own = values[self.pixels]
        order = np.argsort(own)
        heap = np.cumsum(self.weights[order], dtype=np.float64)
        return float(own[order[np.searchsorted(heap, share * heap[-1])]])

    def root_mean_square(self, values: np.ndarray) -> float:
        """Weighted root mean square over the bin."""
        own = np.square(values[self.pixels], dtype=np.float64)
        return float(np.sqrt(np.average(own, weights=self.weights)))


def _field_bins(by_sun: Sequence[Residuals], settings: Mapping[str, Any]) -> list[_Members]:
    place = np.abs(np.concatenate([part.field for part in by_sun]))
    edges = (*settings["field_edges"], np.inf)
    return _bins(place, _suns(by_sun), edges, settings["fewest"])


def _radius_bins(by_sun: Sequence[Residuals], settings: Mapping[str, Any]) -> list[_Members]:
    place = np.concatenate([part.radius for part in by_sun])
    return _bins(place, _suns(by_sun), settings["radius_edges"], settings["fewest"])


def _suns(by_sun: Sequence[Residuals]) -> np.ndarray:
    """The number of each pixel's Sun."""
    return np.repeat(np.arange(len(by_sun), dtype=np.int16), [each.field.size for each in by_sun])


def _bins(
    place: np.ndarray, sun: np.ndarray, edges: Sequence[float], fewest: int
) -> list[_Members]:
    """The members of each bin in which a Sun has at least ``fewest`` pixels."""
    which, bins = np.digitize(place, edges) - 1, []
    for i in range(len(edges) - 1):
        pixels = np.flatnonzero(which == i).astype(np.int32)
        counts = np.bincount(sun[pixels], minlength=1)
        by_sun = np.where(counts >= fewest, 1 / np.maximum(counts, 1), 0).astype(np.float32)
        weights = by_sun[sun[pixels]]
        if weights.any():
            kept = weights > 0
            bins.append(_Members(pixels[kept], weights[kept]))
    return bins
