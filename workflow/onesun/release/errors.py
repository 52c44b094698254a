"""Errors made honest: their calibration on held-out tiles, and their coverage anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
from onesun.release.tiles import held_out

LEVELS = {"68": (0.6827, 1.0), "95": (0.95, 1.96)}  # share, and how many standard errors hold it
_SWEEPS = 6
_KEPT = 4  # of so many pixels, one is kept: neighbours share their errors


@dataclass(frozen=True)
class Residuals:
    """Pixels of frames that a network has not seen; (m,) float32 each.

    Parameters
    ----------
    field, error : predicted, gauss; the error as the network itself gives it.
    target : gauss.
    radius : limb radii.
    """

    field: np.ndarray
    error: np.ndarray
    target: np.ndarray
    radius: np.ndarray

    @classmethod
    def joined(cls, parts: Sequence[Residuals]) -> Residuals:
        """Of several frames or windows, one after the other."""
        names = ("field", "error", "target", "radius")
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))

    def scaled(self, scale: ErrorScale) -> np.ndarray:
        """The calibrated error, gauss."""
        return self.error * scale.by_field(self.field) * scale.by_radius(self.radius)


def residuals(
    network: UncertainNetwork, suns: Sequence[Sun], recipe: Recipe, what: str
) -> Residuals:
    """Held-out frames in held-out tiles."""
    grid = recipe.common_grid()
    windows = held_out(recipe.held_out_tiles, grid)
    first = recipe.inputs.frames - recipe.inputs.held_out
    jobs = [(sun, i) for sun in suns for i in range(first, recipe.inputs.frames)]
    parts = [
        part
        for sun, number in track(jobs, what)
        for part in _of_frame(network, sun, number, windows, recipe.field_scale, grid)
    ]
    return Residuals.joined(parts)


def _of_frame(
    network: UncertainNetwork,
    sun: Sun,
    number: int,
    windows: Sequence[Window],
    field_scale: float,
    grid: Grid,
) -> Iterator[Residuals]:
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
        radii = window.radius("target")[used][::_KEPT]
        target = window.of_field(sun.target, "target")[used][::_KEPT]
        yield Residuals(mean[used][::_KEPT], error[used][::_KEPT], target, radii)


@torch.inference_mode()
def _answer(
    network: UncertainNetwork, given: np.ndarray, field_scale: float
) -> tuple[np.ndarray, np.ndarray]:
    """Field and error, gauss, of a window given with its halo."""
    cut = network.halo * network.factor
    batch = torch.from_numpy(np.ascontiguousarray(given))[None]
    answer = network(batch.to(memory_format=torch.channels_last))[0, :, cut:-cut, cut:-cut]
    return (answer[0] * field_scale).numpy(), torch.exp(answer[1]).numpy()


def calibrate(found: Residuals, settings: Errors) -> ErrorScale:
    """The factors that give errors their coverage in every bin of predicted field and of radius.

    In a bin, the factor lies halfway between the one that would bring 68 % of the pixels within
    one standard error and the one that would bring 95 % within 1.96: tails are longer than a
    normal distribution's. Bins of field and of radius take turns. A knot stands at the median of
    its bin; a bin with too few pixels is left out.

    Raises OneSunError when no bin has enough pixels.
    """
    scale = ErrorScale.none()
    place = np.abs(found.field)
    fields = _bins(place, (*settings.field_edges, np.inf), settings.fewest)
    radii = _bins(found.radius, settings.radius_edges, settings.fewest)
    if not fields or not radii:
        raise OneSunError(
            f"{found.field.size} held-out pixels, expected at least {settings.fewest} a bin"
        )
    knots = [float(np.median(place[members])) for members in fields]
    circles = [float(np.median(found.radius[members])) for members in radii]
    by_field, by_radius = np.ones(len(fields)), np.ones(len(radii))
    misfit = np.abs(found.target - found.field)
    for _ in range(_SWEEPS):
        for factors, bins in ((by_field, fields), (by_radius, radii)):
            scale = ErrorScale(knots, by_field.tolist(), circles, by_radius.tolist())
            ratio = misfit / found.scaled(scale)
            factors *= [_factor(ratio[members]) for members in bins]
        by_field *= (level := float(np.exp(np.log(by_radius).mean())))
        by_radius /= level
    return ErrorScale(knots, by_field.tolist(), circles, by_radius.tolist())


def _bins(place: np.ndarray, edges: Sequence[float], fewest: int) -> list[np.ndarray]:
    """Numbers of the pixels in each bin that has enough of them."""
    which = np.digitize(place, edges) - 1
    members = (np.flatnonzero(which == i) for i in range(len(edges) - 1))
    return [each for each in members if each.size >= fewest]


def _factor(ratio: np.ndarray) -> float:
    wanted = [np.quantile(ratio, share) / width for share, width in LEVELS.values()]
    return float(np.sqrt(np.prod(wanted)))


def coverage(found: Residuals, error: np.ndarray, settings: Errors) -> list[dict[str, object]]:
    """The share of pixels within 1 and 1.96 standard errors, over all and bin by bin.

    Rows: ``by`` (all, field, target or radius: of |prediction|, of |target|, of r), the bin's
    edges ``low`` and ``high`` (None is open), ``pixels``, and the per cents ``68`` and ``95``.
    An error can hold its promise only over what is known when it is given, which the prediction
    is and the target is not.
    """
    ratio = np.abs(found.target - found.field) / error
    rows = [_row("all", None, None, ratio)]
    places = {
        "field": (np.abs(found.field), (*settings.field_edges, np.inf)),
        "radius": (found.radius, settings.radius_edges),
        "target": (np.abs(found.target), (*settings.field_edges, np.inf)),
    }
    for by, (place, edges) in places.items():
        which = np.digitize(place, edges) - 1
        for i, (low, high) in enumerate(pairwise(edges)):
            rows.append(_row(by, low, None if np.isinf(high) else high, ratio[which == i]))
    return rows


def _row(by: str, low: float | None, high: float | None, ratio: np.ndarray) -> dict[str, object]:
    shares = {
        name: 100 * float(np.mean(ratio <= width)) if ratio.size else None
        for name, (_, width) in LEVELS.items()
    }
    return {"by": by, "low": low, "high": high, "pixels": int(ratio.size), **shares}
