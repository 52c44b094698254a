"""What is promised of a frame's pixels, and the bins in which promises are kept or not."""

from __future__ import annotations

import numpy as np

from onesun.errors import ConfigError
from onesun.metrics import limits
from onesun.metrics.coverage import Promised, Uncertainty
from onesun.training.error_scale import ErrorScale
from onesun.uncertainty.residuals import Residuals
from onesun.uncertainty.settings import Errors


def promised(stamp: str, found: Residuals, scale: ErrorScale) -> Promised:
    """A frame's pixels with their calibrated errors, for :class:`Coverage`."""
    deviation = scale.deviation(found.error, found.field, found.radius)
    return Promised(
        stamp=stamp,
        field=found.field,
        target=found.target,
        radius=found.radius,
        delivered=_uncertainty(deviation, found, scale),
        with_noise=_uncertainty(found.deviation(scale), found, scale),
    )


def _uncertainty(deviation: np.ndarray, found: Residuals, scale: ErrorScale) -> Uncertainty:
    return Uncertainty(
        deviation=deviation,
        half_68=scale.half_68(deviation, found.field),
        half_95=scale.half_95(deviation, found.field),
    )


def check_bins(settings: Errors) -> None:
    """Raise ConfigError when the section ``errors`` has bins that do not rise."""
    for sentence in limits.not_rising("errors", settings.model_dump()):
        raise ConfigError(sentence)
