"""How far predictions are from their targets, from sums that add up."""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Scores:
    """Root-mean-square error and correlation over pixels, mergeable.

    Attributes
    ----------
    sums : (6,) float64: count, and the sums of x, y, x², y² and x y in gauss, where x is the
        prediction and y the target.
    """

    sums: torch.Tensor

    @classmethod
    def none(cls, device: torch.device) -> Scores:
        return cls(torch.zeros(6, dtype=torch.float64, device=device))

    @classmethod
    def of(cls, prediction: torch.Tensor, target: torch.Tensor, field_scale: float) -> Scores:
        """Sums over the pixels where the target is not NaN; both in field over field_scale."""
        valid = torch.isfinite(target)
        x = prediction[valid].double() * field_scale
        y = target[valid].double() * field_scale
        count = torch.tensor(float(x.numel()), dtype=torch.float64, device=x.device)
        return cls(torch.stack([count, x.sum(), y.sum(), x @ x, y @ y, x @ y]))

    def __add__(self, other: Scores) -> Scores:
        return Scores(self.sums + other.sums)

    @property
    def rmse(self) -> float:
        """Root-mean-square error, gauss; NaN over no pixels."""
        n, _, _, xx, yy, xy = self.sums.tolist()
        return (max(xx - 2 * xy + yy, 0.0) / n) ** 0.5 if n else float("nan")

    @property
    def correlation(self) -> float:
        """Pearson's, over all pixels together (paper, equation 1); NaN where a field is flat."""
        n, x, y, xx, yy, xy = self.sums.tolist()
        if not n:
            return float("nan")
        spread = (xx - x * x / n) * (yy - y * y / n)
        return (xy - x * y / n) / spread**0.5 if spread > 0 else float("nan")
