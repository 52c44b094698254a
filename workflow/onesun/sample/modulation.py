"""HMI's error that follows its orbit, put into the sample: on the signal, not on the noise."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from onesun.metrics.signal import noise_of, signal
from onesun.sample.observers import SDO_SPEED
from onesun.sample.series import HmiFrame, RealFrame

# Limb radii; the noise grows towards the limb, and each ring has its own.
_RINGS = (0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 1.0)


@dataclass(frozen=True)
class Modulation:
    """By how much HMI's signal follows OBS_VR.

    With OBS_VR = V cos(angle), the daily part goes with cos(angle) and the half-daily one with
    cos(2 angle).

    Parameters
    ----------
    amplitude_24h, amplitude_12h : fractions of the signal.
    """

    amplitude_24h: float
    amplitude_12h: float

    def __call__(self, real: RealFrame, frame: HmiFrame) -> HmiFrame:
        """The frame with its signal scaled as OBS_VR is another than in the real frame.

        The real frame holds HMI's own error, so that frames are scaled by the ratio to that.
        What counts as noise is the width of weak fields, ring by ring
        (:mod:`onesun.metrics.signal`). Beyond the limb nothing changes.

        Raises OneSunError where a ring has too few weak fields to show a noise.
        """
        factor = self._scale(frame.orbit.velocity[0]) / self._scale(real.velocity)
        if factor == 1.0:
            return frame
        field = frame.field.copy()
        radius = frame.pointing.radius(field.shape)
        for low, high in pairwise(_RINGS):
            ring = (radius >= low) & (radius < high) & np.isfinite(field)
            if ring.any():
                readings = field[ring]
                found = signal(readings, noise_of(readings).sigma)
                field[ring] = readings + np.float32(factor - 1) * found
        return replace(frame, field=field, signal_factor=factor)

    def _scale(self, velocity: float) -> float:
        swing = velocity / SDO_SPEED
        return 1 + self.amplitude_24h * swing + self.amplitude_12h * (2 * swing * swing - 1)
