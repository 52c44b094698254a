"""A prediction moved to where the target's features are."""

from __future__ import annotations

import numpy as np

from onesun.alignment.on_grid import GridField
from onesun.alignment.registration import Registrar, Registration
from onesun.alignment.resample import resample
from onesun.alignment.settings import Align
from onesun.geometry.grid import RSUN_AT_1AU, Grid
from onesun.geometry.upsample import fill_nearest
from onesun.metrics.pointing.product import Found


class PredictionRegistrar:
    """Registers one prediction on its target, by features at the input's resolution.

    Both are averaged over the pixels of the input grid, where the noise of a single target pixel
    no longer matters; the prediction is then moved on the target grid in one interpolation.

    Parameters
    ----------
    prediction, target : (N, N) on the target grid, float32, gauss, NaN off the disk.
    grid : the common grid.
    settings : the configuration's section ``align``: tiles, radius and what a registration is
        judged by are those of the input's.
    """

    def __init__(
        self, prediction: np.ndarray, target: np.ndarray, grid: Grid, settings: Align
    ) -> None:
        # Up to the limb: an interpolation must not mix in the dark beyond.
        self._field = GridField(fill_nearest(prediction), grid)
        known = GridField(target, grid)
        self._reference = resample(known.field, known.pointing, known.mapping("input"))
        self._grid, self._settings = grid, settings

    def run(self, model: str) -> tuple[Registration, np.ndarray]:
        """What registration by ``model`` finds, and the prediction moved by it.

        The latter is (N, N) float32, gauss, NaN exactly where r >= 1.

        Raises UntrustedFrameError as :class:`onesun.alignment.registration.Registrar` does.
        """
        registration = Registrar(
            self._field,
            self._reference,
            self._field.mapping("input"),
            self._grid,
            self._settings.model_copy(update={"registration": model}),
        ).run()
        mapping = self._field.mapping("target").corrected(registration.correction)
        moved = resample(self._field.field, self._field.pointing, mapping)
        # A large correction may reach beyond the frame's edge, where there is nothing.
        gaps = np.isnan(moved) & (self._grid.radius("target") < 1)
        return registration, np.where(gaps, fill_nearest(moved), moved) if gaps.any() else moved


def found(registration: Registration, grid: Grid) -> Found:
    """What registration found, from limb radii and input pixels to arcsec."""
    moved, pixel = registration.correction, grid.input_scale
    return Found(
        shift_x=round(moved.shift_x * RSUN_AT_1AU, 5),
        shift_y=round(moved.shift_y * RSUN_AT_1AU, 5),
        roll=moved.roll,
        scale=moved.scale,
        stretch=moved.stretch,
        residual_x=round(registration.residual_x * pixel, 5),
        residual_y=round(registration.residual_y * pixel, 5),
        scatter=round(registration.tile_scatter * pixel, 5),
        tiles=registration.tiles,
        correlation_before=round(registration.correlation_before, 6),
        correlation_after=round(registration.correlation_after, 6),
    )
