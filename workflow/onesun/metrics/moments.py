"""Moments of pairs of values (x, y) that merge, and what follows from them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Agreement:
    """How well y follows x; None where the pairs do not determine it.

    Parameters
    ----------
    n : pairs.
    correlation : Pearson's coefficient (paper, equation 1).
    slope, intercept : least squares of y = intercept + slope * x; the intercept in y's unit.
    rmse : root of the mean of (y - x)^2.
    bias : mean of y - x.
    """

    n: int
    correlation: float | None
    slope: float | None
    intercept: float | None
    rmse: float | None
    bias: float | None


@dataclass
class Moments:
    """Count, means and centred second moments of pairs (x, y), in float64.

    Parameters
    ----------
    n : pairs.
    mean_x, mean_y : means.
    m2_x, m2_y : sums of (x - mean_x)^2 and of (y - mean_y)^2.
    c_xy : sum of (x - mean_x) (y - mean_y).
    """

    n: int = 0
    mean_x: float = 0.0
    mean_y: float = 0.0
    m2_x: float = 0.0
    m2_y: float = 0.0
    c_xy: float = 0.0

    @classmethod
    def from_sums(cls, n: float, x: float, y: float, xx: float, yy: float, xy: float) -> Moments:
        """Moments from the plain sums of 1, x, y, x^2, y^2 and xy.

        Centring loses about (mean / standard deviation)^2 of float64's relative precision.
        """
        if n == 0:
            return cls()
        mean_x, mean_y = float(x / n), float(y / n)
        return cls(
            n=int(n),
            mean_x=mean_x,
            mean_y=mean_y,
            m2_x=max(float(xx - x * mean_x), 0.0),
            m2_y=max(float(yy - y * mean_y), 0.0),
            c_xy=float(xy - x * mean_y),
        )

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Moments:
        return cls(**content)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def update(self, x: np.ndarray, y: np.ndarray) -> Moments:
        """Add pairs, finite, of equal shape; returns self."""
        x = np.asarray(x, dtype=np.float64).ravel()
        y = np.asarray(y, dtype=np.float64).ravel()
        if x.size != y.size:
            raise ValueError(f"{x.size} values of x and {y.size} of y, expected as many")
        if x.size == 0:
            return self
        mean_x, mean_y = float(x.mean()), float(y.mean())
        dx, dy = x - mean_x, y - mean_y
        sums = (float((dx * dx).sum()), float((dy * dy).sum()), float((dx * dy).sum()))
        return self.merge(Moments(x.size, mean_x, mean_y, *sums))

    def merge(self, other: Moments) -> Moments:
        """Add another's pairs (pairwise update of Chan, Golub and LeVeque 1979); returns self."""
        if other.n == 0:
            return self
        n = self.n + other.n
        dx, dy = other.mean_x - self.mean_x, other.mean_y - self.mean_y
        between = self.n * other.n / n
        self.m2_x += other.m2_x + dx * dx * between
        self.m2_y += other.m2_y + dy * dy * between
        self.c_xy += other.c_xy + dx * dy * between
        self.mean_x += dx * other.n / n
        self.mean_y += dy * other.n / n
        self.n = n
        return self

    def result(self) -> Agreement:
        """Correlation, regression and differences of the pairs so far."""
        if self.n == 0:
            return Agreement(0, None, None, None, None, None)
        bias = self.mean_y - self.mean_x
        spread = max(self.m2_x + self.m2_y - 2 * self.c_xy, 0.0) / self.n
        rmse = math.sqrt(spread + bias * bias)
        slope = self.c_xy / self.m2_x if self.m2_x > 0 else None
        intercept = None if slope is None else self.mean_y - slope * self.mean_x
        return Agreement(self.n, self._correlation(), slope, intercept, rmse, bias)

    def _correlation(self) -> float | None:
        norm = math.sqrt(self.m2_x) * math.sqrt(self.m2_y)
        if norm == 0:
            return None
        return min(max(self.c_xy / norm, -1.0), 1.0)
