"""Errors made honest: their calibration on held-out frames, and their coverage anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise

import numpy as np
import torch

from onesun.convert.error_scale import ErrorScale
from onesun.errors import OneSunError
from onesun.geometry.grid import Grid
from onesun.geometry.window import Window
from onesun.networks.uncertain import UncertainNetwork
from onesun.progress import track
from onesun.release.realisations import Sun
from onesun.release.recipe import Errors, Recipe
from onesun.release.target_noise import target_noise

_STANDARD, _WIDE = 0.6827, 0.95  # shares within one standard error and within the wide interval
_NORMAL = 1.96
_SWEEPS = 8  # the noise is no factor: it takes some more to settle
KEPT = 16  # of so many pixels, one is kept: neighbours share their errors


@dataclass(frozen=True)
class Residuals:
    """Pixels of frames that a network has not seen; (m,) float32 each.

    Parameters
    ----------
    field, error : predicted, gauss; the error as the network itself gives it.
    target : gauss.
    radius : limb radii.
    noise : of the target's readings, from :func:`onesun.release.target_noise.target_noise`, gauss.
    """

    field: np.ndarray
    error: np.ndarray
    target: np.ndarray
    radius: np.ndarray
    noise: np.ndarray

    @classmethod
    def joined(cls, parts: Sequence[Residuals]) -> Residuals:
        """Of several frames or windows, one after the other."""
        names = [each.name for each in fields(cls)]
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))

    def scaled(self, scale: ErrorScale) -> np.ndarray:
        """The calibrated error, against readings of the target's noise; gauss."""
        error = self.error * scale.by_field(self.field) * scale.by_radius(self.radius)
        return scale.for_noise(error, self.noise)


def residuals(
    network: UncertainNetwork, sun: Sun, windows: Sequence[Window], recipe: Recipe, what: str
) -> Residuals:
    """The held-out frames of a Sun in some windows."""
    first = recipe.inputs.frames - recipe.inputs.held_out
    numbers = range(first, recipe.inputs.frames)
    grid, noise = recipe.common_grid(), target_noise(sun, recipe.errors.weak)
    parts = [
        Residuals(*seen, np.full(seen[0].shape, noise, dtype=np.float32))
        for number in track(numbers, f"{what} {sun.name}")
        for seen in _of_frame(network, sun, number, windows, recipe.field_scale, grid)
    ]
    return Residuals.joined(parts)


def _of_frame(
    network: UncertainNetwork,
    sun: Sun,
    number: int,
    windows: Sequence[Window],
    field_scale: float,
    grid: Grid,
) -> Iterator[tuple[np.ndarray, ...]]:
    """Field, error, target and radius of the pixels kept, window by window."""
    radius = grid.radius("input")
    location = np.where(radius < 1, radius, 0)
    halo = network.halo
    frame = np.pad(
        np.stack([np.nan_to_num(sun.inputs[number]) / field_scale, location]),
        ((0, 0), (halo, halo), (halo, halo)),
    ).astype(np.float32)
    for window in windows:
        used = window.of_field(sun.judged, "target")
        if not used.any():
            continue
        rows, columns = (
            slice(low, high + 2 * halo)
            for low, high in ((window.bottom, window.top), (window.left, window.right))
        )
        mean, error = _answer(network, frame[:, rows, columns], field_scale)
        radii = window.radius("target")[used][::KEPT]
        target = window.of_field(sun.target, "target")[used][::KEPT]
        yield mean[used][::KEPT], error[used][::KEPT], target, radii


@torch.inference_mode()
def _answer(
    network: UncertainNetwork, given: np.ndarray, field_scale: float
) -> tuple[np.ndarray, np.ndarray]:
    """Field and error, gauss, of a window given with its halo."""
    cut = network.halo * network.factor
    batch = torch.from_numpy(np.ascontiguousarray(given))[None]
    answer = network(batch.to(memory_format=torch.channels_last))[0, :, cut:-cut, cut:-cut]
    return (answer[0] * field_scale).numpy(), torch.exp(answer[1]).numpy()


def calibrate(by_sun: Sequence[Residuals], settings: Errors) -> ErrorScale:
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
    by_sun : of each Sun.

    Raises OneSunError when no bin has enough pixels.
    """
    found = Residuals.joined(by_sun)
    sun = np.repeat(np.arange(len(by_sun)), [part.field.size for part in by_sun])
    place, misfit = np.abs(found.field), np.abs(found.target - found.field)
    fields = _bins(place, sun, (*settings.field_edges, np.inf), settings.fewest)
    radii = _bins(found.radius, sun, settings.radius_edges, settings.fewest)
    if not fields or not radii:
        raise OneSunError(
            f"{found.field.size} held-out pixels, expected at least {settings.fewest} in a bin"
        )
    knots = [float(np.median(place[members.pixels])) for members in fields]
    circles = [float(np.median(found.radius[members.pixels])) for members in radii]
    by_field, by_radius, wide = np.ones(len(fields)), np.ones(len(radii)), np.ones(len(fields))
    noise = float(np.sqrt(np.mean([np.square(part.noise).mean() for part in by_sun])))

    def scale() -> ErrorScale:
        lists = (each.tolist() for each in (by_field, by_radius, wide))
        field_factors, radius_factors, wide_factors = lists
        return ErrorScale(knots, field_factors, circles, radius_factors, wide_factors, noise)

    for _ in range(_SWEEPS):
        for factors, bins in ((by_radius, radii), (by_field, fields)):
            ratio = misfit / found.scaled(scale())
            factors *= [members.quantile(ratio, _STANDARD) for members in bins]
        # Only the product counts; what all radii share is told by the field's factors.
        shared = np.exp(np.log(by_radius).mean())
        by_radius /= shared
        by_field *= shared
    ratio = misfit / found.scaled(scale())
    wide *= [members.quantile(ratio, _WIDE) for members in fields]
    return scale()


def widened(scale: ErrorScale, by_sun: Sequence[Residuals]) -> ErrorScale:
    """Factors raised alike until tiles that trained nothing have their coverage, too.

    A network knows the tiles that it was trained on a little better than others, also in frames
    that it has not seen. Factors never become smaller.

    Parameters
    ----------
    by_sun : of each Sun, in tiles that trained nothing.
    """
    found = Residuals.joined(by_sun)
    weights = np.concatenate([np.full(part.field.size, 1 / part.field.size) for part in by_sun])
    everywhere = _Members(np.arange(found.field.size), weights)
    misfit = np.abs(found.target - found.field)
    for _ in range(_SWEEPS):
        more = max(1.0, everywhere.quantile(misfit / found.scaled(scale), _STANDARD))
        scale = replace(scale, field_factors=[more * factor for factor in scale.field_factors])
    ratio = misfit / (found.scaled(scale) * scale.wide(found.field))
    more = max(1.0, everywhere.quantile(ratio, _WIDE))
    return replace(scale, wide_factors=[more * factor for factor in scale.wide_factors])


@dataclass(frozen=True)
class _Members:
    """Pixels of a bin and how much each weighs."""

    pixels: np.ndarray
    weights: np.ndarray

    def quantile(self, values: np.ndarray, share: float) -> float:
        """Weighted quantile over the bin."""
        own = values[self.pixels]
        order = np.argsort(own)
        heap = np.cumsum(self.weights[order])
        return float(own[order[np.searchsorted(heap, share * heap[-1])]])


def _bins(
    place: np.ndarray, sun: np.ndarray, edges: Sequence[float], fewest: int
) -> list[_Members]:
    """The members of each bin in which a Sun has at least ``fewest`` pixels."""
    which, bins = np.digitize(place, edges) - 1, []
    for i in range(len(edges) - 1):
        pixels = np.flatnonzero(which == i)
        counts = np.bincount(sun[pixels], minlength=1)
        weights = np.where(counts >= fewest, 1 / np.maximum(counts, 1), 0)[sun[pixels]]
        if weights.any():
            kept = weights > 0
            bins.append(_Members(pixels[kept], weights[kept]))
    return bins


def coverage(
    found: Residuals, error: np.ndarray, wide: np.ndarray, settings: Errors
) -> list[dict[str, object]]:
    """The share of readings within the intervals, over all and bin by bin.

    Parameters
    ----------
    error : calibrated, gauss.
    wide : how many errors are promised to hold 95 %.

    Rows: ``by`` (all, field, target or radius: of |prediction|, of |target|, of r), the bin's
    edges ``low`` and ``high`` (None is open), ``pixels``, and the per cents ``68`` (within one
    error), ``95`` (within ``wide`` errors) and ``normal`` (within 1.96, a normal distribution's
    95 %). An error can hold its promise only over what is known when it is given, which the
    prediction is and the target is not.
    """
    ratio = np.abs(found.target - found.field) / error
    within = {"68": ratio <= 1, "95": ratio <= wide, "normal": ratio <= _NORMAL}
    rows = [_row("all", None, None, within, np.ones(ratio.shape, dtype=bool))]
    places = {
        "field": (np.abs(found.field), (*settings.field_edges, np.inf)),
        "radius": (found.radius, settings.radius_edges),
        "target": (np.abs(found.target), (*settings.field_edges, np.inf)),
    }
    for by, (place, edges) in places.items():
        which = np.digitize(place, edges) - 1
        for i, (low, high) in enumerate(pairwise(edges)):
            rows.append(_row(by, low, None if np.isinf(high) else high, within, which == i))
    return rows


def _row(
    by: str,
    low: float | None,
    high: float | None,
    within: dict[str, np.ndarray],
    chosen: np.ndarray,
) -> dict[str, object]:
    pixels = int(np.count_nonzero(chosen))
    shares = {
        name: 100 * float(np.mean(each[chosen])) if pixels else None
        for name, each in within.items()
    }
    return {"by": by, "low": low, "high": high, "pixels": pixels, **shares}
