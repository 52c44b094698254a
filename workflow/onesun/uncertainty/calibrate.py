"""Errors made honest: the factors that bring readings within them, bin by bin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from onesun.errors import OneSunError
from onesun.training.error_scale import ErrorScale
from onesun.uncertainty.residuals import Residuals

STANDARD, WIDE = 0.6827, 0.95  # shares within one standard error and within the wide interval
_SWEEPS = 8  # the noise is no factor: it takes some more to settle


def calibrate(by_sun: Sequence[Residuals], settings: Mapping[str, Any]) -> ErrorScale:
    """The factors that give errors their coverage in every bin of predicted field and of radius.

    In a bin the factor is the one that brings 68 % of the pixels within one standard error, and the
    wide factor the one that brings 95 % within so many of them. All Suns weigh the same in a bin,
    as if the next Sun were one of them drawn at random: the most active one has most of the strong
    pixels. Bins of field and of radius take turns. A knot stands at the median of its bin; a Sun
    with too few pixels in a bin does not count there, a bin without a Sun is left out. The target's
    noise is not the same in every epoch: each Sun is judged with its own, and errors are promised
    for the root mean square of them.

    Parameters
    ----------
    by_sun : of each Sun, which is a month.
    settings : the configuration's section ``errors``.

    Raises OneSunError when no bin has enough pixels.
    """
    found = Residuals.joined(by_sun)
    sun = np.repeat(np.arange(len(by_sun), dtype=np.int16), [part.field.size for part in by_sun])
    place, fewest = np.abs(found.field), settings["fewest"]
    fields = _bins(place, sun, (*settings["field_edges"], np.inf), fewest)
    radii = _bins(found.radius, sun, settings["radius_edges"], fewest)
    for what, bins in (("field_edges", fields), ("radius_edges", radii)):
        if not bins:
            raise OneSunError(
                f"{found.field.size} pixels to calibrate the error by, expected at least {fewest} "
                f"of a month (errors.fewest) in some bin of errors.{what}"
            )
    start = ErrorScale(
        field_knots=[float(np.median(place[members.pixels])) for members in fields],
        field_factors=np.ones(len(fields)),
        radius_knots=[float(np.median(found.radius[members.pixels])) for members in radii],
        radius_factors=np.ones(len(radii)),
        wide_factors=np.ones(len(fields)),
        target_noise=float(np.sqrt(np.mean([np.square(part.noise).mean() for part in by_sun]))),
    )
    return _fitted(start, found, fields, radii)


def _fitted(
    scale: ErrorScale, found: Residuals, fields: Sequence[_Members], radii: Sequence[_Members]
) -> ErrorScale:
    """Factors from those of ``scale``, which are 1."""
    misfit = found.misfit
    for _ in range(_SWEEPS):
        for name, bins in (("radius_factors", radii), ("field_factors", fields)):
            ratio = misfit / found.scaled(scale)
            more = [members.quantile(ratio, STANDARD) for members in bins]
            scale = replace(scale, **{name: np.multiply(getattr(scale, name), more)})
        # Only the product counts; what all radii share belongs to the field's factors.
        shared = np.exp(np.log(scale.radius_factors).mean())
        scale = replace(
            scale,
            radius_factors=scale.radius_factors / shared,
            field_factors=scale.field_factors * shared,
        )
    ratio = misfit / found.scaled(scale)
    wide = np.array([members.quantile(ratio, WIDE) for members in fields])
    lists = {name: getattr(scale, name).tolist() for name in ("field_factors", "radius_factors")}
    return replace(scale, **lists, wide_factors=wide.tolist())


def widened(scale: ErrorScale, by_sun: Sequence[Residuals]) -> ErrorScale:
    """Factors raised alike until tiles that trained nothing have their coverage, too.

    A network knows the tiles that it was trained on a little better than others, also in frames
    that it has not seen. Factors never become smaller.

    Parameters
    ----------
    by_sun : of each Sun, in tiles that trained nothing; at least one pixel each.
    """
    found = Residuals.joined(by_sun)
    sizes = [part.field.size for part in by_sun]
    weights = np.repeat(np.float32(1) / np.array(sizes, dtype=np.float32), sizes)
    everywhere = _Members(np.arange(found.field.size), weights)
    misfit = found.misfit
    for _ in range(_SWEEPS):
        more = max(1.0, everywhere.quantile(misfit / found.scaled(scale), STANDARD))
        scale = replace(scale, field_factors=[more * factor for factor in scale.field_factors])
    ratio = misfit / (found.scaled(scale) * scale.wide(found.field))
    more = max(1.0, everywhere.quantile(ratio, WIDE))
    return replace(scale, wide_factors=[more * factor for factor in scale.wide_factors])


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
