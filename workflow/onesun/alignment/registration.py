"""Registration: what a header's pointing lacks, from features seen in both frames."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import cv2
import numpy as np
from skimage.registration import phase_cross_correlation

from onesun.alignment.mapping import Correction
from onesun.alignment.resample import Mapping as PixelMapping
from onesun.alignment.resample import resample
from onesun.alignment.settings import Align
from onesun.alignment.tiles import TileShifts, measure
from onesun.errors import ConfigError, UntrustedFrameError
from onesun.geometry.grid import Grid
from onesun.geometry.pointing import Pointing

# How many of (shift x, shift y, roll, scale, stretch) each model fits.
MODELS = {"shift": 2, "similarity": 4, "stretched": 5}
HEADER = "header"  # no model: what the header says is believed
_SMOOTH = (4.0, 2.0, 1.0, 0.5)  # pixels; from far off to exact
_COARSE_SMOOTH = 2.0  # pixels, before the phase correlation
_TAPER = 0.1  # limb radii over which features fade out before within_radius
_LEAST_TILES = 6
# Local flows and evolution move features by about this much; no tile is surer than that.
_TILE_ERROR = 0.02  # pixels
_OUTLIER = 2.5  # sigma beyond which a tile's weight falls (Huber)


class Image(Protocol):
    """What is registered: a field (gauss, NaN off the disk) and how it was pointed."""

    @property
    def field(self) -> np.ndarray: ...

    @property
    def pointing(self) -> Pointing: ...


class CorrectableMapping(PixelMapping, Protocol):
    """A mapping whose pointing a registration can correct."""

    def corrected(self, correction: Correction) -> CorrectableMapping:
        """The same mapping with another correction."""
        ...


@dataclass(frozen=True)
class Registration:
    """What registration found, in pixels of the input grid.

    Parameters
    ----------
    model : name of the choice that was fitted.
    correction : applied to the header's pointing.
    residual_x, residual_y : mean shift left after it, pixels; NaN where none was measured.
    tile_scatter : root mean square of what is left in a tile, per axis, pixels; NaN likewise.
    tiles : number of tiles that hold features.
    correlation_before, correlation_after : with the target at matched resolution.
    """

    model: str
    correction: Correction
    residual_x: float
    residual_y: float
    tile_scatter: float
    tiles: int
    correlation_before: float
    correlation_after: float


def check(settings: Align, grid: Grid) -> None:
    """Raise ConfigError when the section ``align`` does not fit the grid."""
    if settings.tile * 4 > grid.input_size:
        raise ConfigError(
            f"align.tile: {settings.tile} found, expected at most a quarter of the input "
            f"grid's {grid.input_size} pixels"
        )


class Registrar:
    """Registers one input frame on one target.

    Parameters
    ----------
    frame : what is registered, such as a raw input.
    reference : (n, n) the target at the input's resolution, gauss, NaN off the disk.
    mapping : from the input grid to the frame, uncorrected.
    grid : the common grid.
    settings : the configuration's section ``align``.
    """

    def __init__(
        self,
        frame: Image,
        reference: np.ndarray,
        mapping: CorrectableMapping,
        grid: Grid,
        settings: Align,
    ) -> None:
        self._frame, self._reference, self._mapping = frame, reference, mapping
        self._settings = settings
        self._unit = grid.limb_radius("input")
        self._centre = (grid.input_size - 1) / 2
        self._radius = grid.radius("input")

    def run(self) -> Registration:
        """Fit the model that ``align.registration`` names, or believe the header.

        Raises UntrustedFrameError when too few tiles hold features, the correction exceeds
        ``align.max_shift``, or the correlation stays below ``align.min_correlation``.
        """
        model = self._settings.registration
        found = self._believed() if model == HEADER else self._fitted(model)
        self._judge(found)
        return found

    def _believed(self) -> Registration:
        correlation = self._correlation(Correction())
        nothing = float("nan")
        return Registration(
            HEADER, Correction(), nothing, nothing, nothing, 0, correlation, correlation
        )

    def _fitted(self, model: str) -> Registration:
        before = self._correlation(Correction())
        correction = self._by_phase(self._by_phase(Correction()))
        if model != "shift":
            for smooth in _SMOOTH:
                step = self._fit(self._tiles(correction, smooth), MODELS[model])
                correction = _minus(correction, step)
        correction = _rounded(correction)
        left = self._tiles(correction, _SMOOTH[-1])
        mean_x, mean_y = self._fit(left, MODELS["shift"])[:2] * self._unit
        return Registration(
            model=model,
            correction=correction,
            residual_x=float(mean_x),
            residual_y=float(mean_y),
            tile_scatter=_scatter(left),
            tiles=len(left),
            correlation_before=before,
            correlation_after=self._correlation(correction),
        )

    def _judge(self, found: Registration) -> None:
        largest = found.correction.largest(self._settings.within_radius) * self._unit
        if largest > self._settings.max_shift:
            raise UntrustedFrameError(
                f"registration moves it by {largest:.1f} input pixels, "
                f"expected at most {self._settings.max_shift}"
            )
        if not found.correlation_after >= self._settings.min_correlation:
            raise UntrustedFrameError(
                f"correlation with the target is {found.correlation_after:.2f} after registration, "
                f"expected at least {self._settings.min_correlation}"
            )

    def _warped(self, correction: Correction) -> tuple[np.ndarray, np.ndarray]:
        """The frame on the input grid and the pixels, within the radius, that both frames have."""
        warped = resample(
            self._frame.field, self._frame.pointing, self._mapping.corrected(correction)
        )
        usable = np.isfinite(warped) & np.isfinite(self._reference)
        return warped, usable & (self._radius < self._settings.within_radius)

    def _correlation(self, correction: Correction) -> float:
        warped, usable = self._warped(correction)
        if not usable.any():
            return 0.0
        return _pearson(warped[usable], self._reference[usable])

    def _by_phase(self, correction: Correction) -> Correction:
        """The paper's x-y shift: phase correlation of the whole disk, faded out to its edge."""
        warped, usable = self._warped(correction)
        end = self._settings.within_radius
        fade = np.clip((end - self._radius) / _TAPER, 0, 1)
        fade = np.where(usable, 0.5 - 0.5 * np.cos(np.pi * fade), 0)
        pair = [
            cv2.GaussianBlur(np.where(usable, field, np.float32(0)), (0, 0), _COARSE_SMOOTH) * fade
            for field in (self._reference, warped)
        ]
        if not all(field.any() for field in pair):
            raise UntrustedFrameError("it holds no features to register by")
        # Whitening the phases would weigh the noise of every frequency like the signal's.
        shift, _, _ = phase_cross_correlation(*pair, upsample_factor=100, normalization=None)
        y, x = shift / self._unit
        return replace(
            correction,
            shift_x=correction.shift_x - float(x),
            shift_y=correction.shift_y - float(y),
        )

    def _tiles(self, correction: Correction, smooth: float) -> TileShifts:
        warped, usable = self._warped(correction)
        tiles = measure(warped, self._reference, usable, self._settings.tile, smooth)
        if len(tiles) < _LEAST_TILES:
            raise UntrustedFrameError(
                f"{len(tiles)} tiles hold features to register by, expected at least {_LEAST_TILES}"
            )
        return tiles

    def _fit(self, tiles: TileShifts, terms: int) -> np.ndarray:
        """Weighted least squares of the first ``terms`` parameters on tile shifts, robustly.

        Returns (5,): shift x, shift y (limb radii), roll (radians), scale, stretch.
        """
        x, y = (tiles.column - self._centre) / self._unit, (tiles.row - self._centre) / self._unit
        one, none, bend = np.ones_like(x), np.zeros_like(x), x * x + y * y - 1
        basis = np.array([[one, none], [none, one], [y, -x], [x, y], [bend * x, bend * y]])
        basis = basis[:terms].transpose(2, 1, 0)  # (T, 2, terms)
        shift = tiles.shift / self._unit
        floor = np.eye(2) * (_TILE_ERROR**2)
        inverse = np.linalg.inv(np.linalg.inv(tiles.information) + floor) * self._unit**2
        trust = np.ones(len(tiles))
        for _ in range(20):
            weighted = basis.swapaxes(1, 2) @ (inverse * trust[:, None, None])
            normal = (weighted @ basis).sum(axis=0)
            right = (weighted @ shift[:, :, None]).sum(axis=0)[:, 0]
            found = np.linalg.lstsq(normal, right, rcond=1e-12)[0]
            left = shift - basis @ found
            sigmas = np.sqrt(np.einsum("ti,tij,tj->t", left, inverse, left) / 2)
            trust = np.minimum(1, _OUTLIER / np.maximum(sigmas, 1e-9))
        return np.pad(found, (0, 5 - terms))


def _minus(correction: Correction, step: np.ndarray) -> Correction:
    return Correction(
        shift_x=correction.shift_x - float(step[0]),
        shift_y=correction.shift_y - float(step[1]),
        roll=correction.roll - float(np.rad2deg(step[2])),
        scale=correction.scale - float(step[3]),
        stretch=correction.stretch - float(step[4]),
    )


def _rounded(correction: Correction) -> Correction:
    """Far below what can be measured, and the same digits whatever the number of threads."""
    return Correction(
        shift_x=round(correction.shift_x, 8),
        shift_y=round(correction.shift_y, 8),
        roll=round(correction.roll, 6),
        scale=round(correction.scale, 8),
        stretch=round(correction.stretch, 8),
    )


def _scatter(tiles: TileShifts) -> float:
    """Root mean square shift per axis, each tile counted by its information."""
    left = np.einsum("ti,tij,tj->", tiles.shift, tiles.information, tiles.shift)
    return float(np.sqrt(left / np.einsum("tii->", tiles.information)))


def _pearson(one: np.ndarray, other: np.ndarray) -> float:
    one = one.astype(np.float64) - one.mean(dtype=np.float64)
    other = other.astype(np.float64) - other.mean(dtype=np.float64)
    power = float(np.sqrt((one * one).sum() * (other * other).sum()))
    return float((one * other).sum()) / power if power > 0 else 0.0
