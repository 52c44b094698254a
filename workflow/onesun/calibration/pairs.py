"""Values of target and input at the resolutions at which they are compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from onesun import instruments
from onesun.geometry import psf
from onesun.geometry.grid import Grid
from onesun.geometry.upsample import bicubic, fill_nearest

RESOLUTIONS = ("native", "block", "matched")
_KERNEL = 256  # target pixels; the side of a field that holds the input's point spread function


class Pairs:
    """Values of target and input at each resolution, one frame after the other.

    Parameters
    ----------
    grid : the common grid.
    input_instrument : record of the input, whose optics ``matched`` imitates.
    within_radius : pixels farther from the disk centre are left out; limb radii.
    resolutions : those wanted.
    """

    def __init__(
        self,
        grid: Grid,
        input_instrument: str,
        within_radius: float,
        resolutions: Sequence[str] = RESOLUTIONS,
    ) -> None:
        self._grid = grid
        self._record = instruments.load(input_instrument)
        self._wanted = tuple(resolutions)
        limit = min(within_radius, float(np.nextafter(1.0, 0.0)))
        self._inside = {
            name: grid.radius("target" if name == "native" else "input") <= np.float64(limit)
            for name in self._wanted
        }

    def scale(self, resolution: str) -> int:
        """Pixels of a resolution to an input pixel, along an axis."""
        return self._grid.factor if resolution == "native" else 1

    def fields(
        self, target: np.ndarray, field: np.ndarray, input_dsun: float
    ) -> Iterator[tuple[str, np.ndarray, np.ndarray, np.ndarray]]:
        """Yield resolution, target, input and which pixels count: inside, and both have a value.

        Parameters
        ----------
        target : (N, N) gauss, NaN where there is no value.
        field : (n, n) the input's field, gauss, NaN where there is no value.
        input_dsun : distance of the input's observer, m.
        """
        for resolution in self._wanted:
            x, y = self._compared(resolution, target, field, input_dsun)
            yield resolution, x, y, self._inside[resolution] & np.isfinite(x) & np.isfinite(y)

    def __call__(
        self, target: np.ndarray, field: np.ndarray, input_dsun: float
    ) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
        """Yield resolution and the values of target and input that count; see :meth:`fields`."""
        for resolution, x, y, use in self.fields(target, field, input_dsun):
            yield resolution, x[use], y[use]

    def noise(self, resolution: str, noise: float) -> float:
        """What is left of the target's white noise at a resolution, gauss.

        Parameters
        ----------
        noise : standard deviation in a target pixel, gauss.
        """
        if resolution == "native":
            return noise
        if resolution == "block":
            return noise / self._grid.factor
        point = np.zeros((_KERNEL, _KERNEL), np.float32)
        point[_KERNEL // 2, _KERNEL // 2] = 1
        scale = self._grid.target_scale
        kernel = psf.blur(
            point, self._record.optics.fwhm / scale, self._record.detector.plate_scale / scale
        )
        return noise * float(np.sqrt(np.square(kernel, dtype=np.float64).sum()))

    def _compared(
        self, resolution: str, target: np.ndarray, field: np.ndarray, input_dsun: float
    ) -> tuple[np.ndarray, np.ndarray]:
        factor = self._grid.factor
        if resolution == "native":
            upsampled = bicubic(fill_nearest(field), factor)
            gaps = np.isnan(field) & (self._grid.radius("input") < 1)
            if gaps.any():
                upsampled[np.repeat(np.repeat(gaps, factor, axis=0), factor, axis=1)] = np.nan
            return target, upsampled
        block = psf.block_mean(target, factor)
        if resolution == "block":
            return block, field
        seen = psf.matched(
            target,
            self._grid,
            fwhm=self._record.optics.fwhm,
            pixel=self._record.detector.plate_scale,
            dsun=input_dsun,
        )
        seen[np.isnan(block)] = np.nan  # zeros have been blurred into these
        return seen, field
