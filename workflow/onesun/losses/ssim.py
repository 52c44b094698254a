"""Structural dissimilarity (paper, equation 8, L_ssim)."""

from __future__ import annotations

import torch

from onesun.errors import ConfigError
from onesun.losses.base import Term, mean, total_and_count, whole_windows


class StructuralDissimilarity(Term):
    """1 - mean of SSIM, from 0 (alike) to 2; no unit.

    SSIM is that of Wang et al. (2004, doi 10.1109/TIP.2003.819861) with a Gaussian window of
    ``sigma`` pixels cut to ``window`` x ``window`` and normalised::

        SSIM = (2 m_x m_y + C1) (2 s_xy + C2) / ((m_x² + m_y² + C1) (s_x² + s_y² + C2))

    m, s² and s_xy are the window's weighted means, variances and covariance (the biased ones),
    C1 = (0.01 L)² and C2 = (0.03 L)². L is the range of the data. Where a window's contrast is
    well below 0.03 L, 1 - SSIM is a squared error over C1 and C2 and says nothing of structure: at
    7000 G (fields from -3500 to 3500 G) that is so below 210 G, at 200 G below 6 G, about HMI's
    noise. The mean is over windows that lie wholly inside the patch and on valid pixels.

    Parameters
    ----------
    field_scale : gauss per unit of prediction and target.
    window, sigma : of the window, target pixels.
    data_range : L, gauss.

    Raises ConfigError for a window that is even, and for a sigma or a data range not above 0.
    """

    def __init__(self, field_scale: float, window: int, sigma: float, data_range: float) -> None:
        super().__init__()
        if window < 1 or window % 2 == 0:
            raise ConfigError(f"loss_terms.ssim.window: {window} found, expected an odd number")
        if not sigma > 0:
            raise ConfigError(f"loss_terms.ssim.sigma: {sigma} found, expected above 0")
        if not data_range > 0:
            raise ConfigError(f"loss_terms.ssim.data_range: {data_range} found, expected above 0")
        self._c1, self._c2 = ((k * (data_range / field_scale)) ** 2 for k in (0.01, 0.03))
        offset = torch.arange(window, dtype=torch.float64) - window // 2
        weights = torch.exp(-0.5 * (offset / sigma) ** 2)
        self.window = window
        self._weights = weights / weights.sum()
        self._bands: dict[tuple[object, ...], torch.Tensor] = {}

    def sums(
        self, prediction: torch.Tensor, target: torch.Tensor, valid: torch.Tensor
    ) -> torch.Tensor:
        if min(target.shape[-2:]) < self.window:
            raise ConfigError(
                f"loss_terms.ssim.window: {self.window} found, expected at most the target "
                f"patch's {min(target.shape[-2:])} pixels"
            )
        x, y = torch.where(valid, prediction, 0.0), target
        mean_x, mean_y = self._average(x), self._average(y)
        power = self._average(x.square() + y.square())
        product = self._average(x * y)
        cross = mean_x * mean_y
        squares = mean_x.square() + mean_y.square()
        similarity = ((2 * cross + self._c1) * (2 * (product - cross) + self._c2)) / (
            (squares + self._c1) * (power - squares + self._c2)
        )
        return total_and_count(1.0 - similarity, whole_windows(valid, self.window))

    def value(self, sums: torch.Tensor) -> torch.Tensor:
        return mean(sums)

    def _average(self, x: torch.Tensor) -> torch.Tensor:
        """Weighted mean over each whole window; (n, 1, h - window + 1, w - window + 1).

        Two products with banded matrices: on one channel far quicker than a convolution.
        """
        rows, columns = self._band(x.shape[-2], x), self._band(x.shape[-1], x)
        return rows.T @ (x @ columns)

    def _band(self, size: int, like: torch.Tensor) -> torch.Tensor:
        """Matrix (size, size - window + 1) whose column j weighs pixels j to j + window - 1."""
        key = (size, like.dtype, like.device)
        if key not in self._bands:
            steps = size - self.window + 1
            band = torch.zeros(size, steps, dtype=torch.float64)
            for offset, weight in enumerate(self._weights):
                band[torch.arange(steps) + offset, torch.arange(steps)] = weight
            self._bands[key] = band.to(like)
        return self._bands[key]
