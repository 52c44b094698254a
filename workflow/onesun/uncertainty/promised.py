"""What is promised of a frame's pixels, and the bins in which promises are kept or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onesun.errors import ConfigError
from onesun.statistics import limits
from onesun.statistics.coverage import Promised
from onesun.training.error_scale import ErrorScale
from onesun.uncertainty.residuals import Residuals


def promised(stamp: str, found: Residuals, scale: ErrorScale) -> Promised:
    """A frame's pixels with their calibrated errors, for :class:`Coverage`."""
    error = scale.calibrated(found.error, found.field, found.radius)
    return Promised(
        stamp=stamp,
        field=found.field,
        target=found.target,
        radius=found.radius,
        error=error,
        error_with_noise=scale.for_noise(error, found.noise),
        wide=scale.wide(found.field),
    )


def check_bins(section: Mapping[str, Any]) -> None:
    """Raise ConfigError when the section ``errors`` has bins that do not rise."""
    for sentence in limits.not_rising("errors", section):
        raise ConfigError(sentence)
