"""The mask: for each pixel of the output, why it should not be trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntFlag
from typing import Any

import numpy as np
from scipy import ndimage

from onesun import instruments
from onesun.conversion.view import View
from onesun.geometry.upsample import REACH, repeat
from onesun.reading.magnetogram import Magnetogram
from onesun.reading.pixel_noise import pixel_noise

# An integration time counts as trained on within this factor of the shortest and the longest.
_INTERVAL_FACTOR = 1.5
# The noise of a frame is an estimate, good to this factor where the Sun is active.
_NOISE_FACTOR = 1.25
# A field this close below the onset of saturation may have come down from beyond it.
_SATURATION_SHARE = 0.9


class Flag(IntFlag):
    """Bits of the mask. Those from NOISE on are of a whole frame, and set on its disk."""

    OFF_DISK = 1
    MISSING = 2
    FIELD = 4
    SATURATED = 8
    RADIUS = 16
    NOISE = 32
    INSTRUMENT = 64
    FORCED = 128


MEANINGS = {
    Flag.OFF_DISK: "off the disk",
    Flag.MISSING: "input missing here or beside it",
    Flag.FIELD: "field beyond the training range",
    Flag.SATURATED: "input may be saturated",
    Flag.RADIUS: "radius beyond the training range",
    Flag.NOISE: "frame: noise beyond the training range",
    Flag.INSTRUMENT: "frame: integration time not trained on",
    Flag.FORCED: "frame: converted in spite of doubts",
}
WHOLE_FRAME = Flag.NOISE | Flag.INSTRUMENT | Flag.FORCED


@dataclass(frozen=True)
class Ranges:
    """What the weights were trained on, from their card.

    Parameters
    ----------
    field : largest \\|field\\| of the input, gauss.
    noise : least and most noise of an input pixel at the disk centre, gauss; None if that was not
        recorded, and no frame's noise is then flagged.
    radius : innermost and outermost, limb radii.
    interval : integration times, s; empty if they were not recorded, and none is then flagged.
    """

    field: float
    noise: tuple[float, float] | None
    radius: tuple[float, float]
    interval: tuple[float, ...]

    @classmethod
    def of_card(cls, card: Mapping[str, Any]) -> Ranges:
        card_ranges = card["ranges"]
        noise = card_ranges["noise"] and tuple(card_ranges["noise"])
        return cls(
            float(card_ranges["field"]),
            noise,
            tuple(card_ranges["radius"]),
            tuple(card_ranges["interval"]),
        )


def frame_flags(frame: Magnetogram, ranges: Ranges, *, forced: bool) -> Flag:
    """The bits that hold for the whole frame."""
    noise = pixel_noise(frame) if ranges.noise else None
    found = range_flags(noise, frame.interval, ranges)
    return found | (Flag.FORCED if forced else Flag(0))


def range_flags(noise: float | None, interval: float, ranges: Ranges) -> Flag:
    """Of the bits that hold for the whole frame, those of what was not trained on.

    Parameters
    ----------
    noise : of a raw pixel at the disk centre, gauss; None, never flagged, where nobody measured it.
    interval : integration time, s; NaN where it is unknown.
    """
    found = Flag(0)
    if ranges.noise and noise is not None and not _within(noise, ranges.noise, _NOISE_FACTOR):
        found |= Flag.NOISE
    if ranges.interval and not _within(interval, ranges.interval, _INTERVAL_FACTOR):
        found |= Flag.INSTRUMENT
    return found


def _within(value: float, trained: Sequence[float], factor: float) -> bool:
    """Whether a value is within ``factor`` of those trained on; an unknown one (NaN) is not."""
    return min(trained) / factor <= value <= max(trained) * factor


def input_flags(given: np.ndarray, view: View, instrument: str, ranges: Ranges) -> np.ndarray:
    """The bits that follow from the input, on its own pixels.

    Parameters
    ----------
    given : the frame resampled to ``view``, gauss, NaN off the disk and where it is missing.
    view : the low-resolution view.

    Returns what :func:`pixel_flags` does.
    """
    return pixel_flags(given, view.radius(), instrument, ranges)


def pixel_flags(
    given: np.ndarray, radius: np.ndarray, instrument: str, ranges: Ranges
) -> np.ndarray:
    """The bits that follow from the input, wherever its pixels lie.

    Parameters
    ----------
    given : the resampled input, gauss, NaN off the disk and where it is missing.
    radius : of its pixels, limb radii.

    Returns uint8 of the same shape. A bit reaches as far as an interpolation of the input would
    carry what is wrong.
    """
    on_disk = radius < 1
    nothing = np.isnan(given)
    strength = np.abs(np.nan_to_num(given))
    # The sky beside the limb is no gap; but some output pixels there lie on the disk.
    found: np.ndarray = _bits(nothing | _spread(nothing & on_disk), Flag.MISSING)
    found |= _bits(_spread(strength > ranges.field), Flag.FIELD)
    saturation = instruments.load(instrument).response.saturation
    if saturation is not None:
        close = strength > _SATURATION_SHARE * saturation.onset
        found |= _bits(_spread(close), Flag.SATURATED)
    innermost, outermost = ranges.radius
    found |= _bits(on_disk & ((radius < innermost) | (radius > outermost)), Flag.RADIUS)
    return found


def output_flags(by_input: np.ndarray, of_frame: Flag, view: View, factor: int) -> np.ndarray:
    """The mask of the output; uint8 (factor * h, factor * w).

    Parameters
    ----------
    by_input : (h, w) from :func:`input_flags`.
    of_frame : from :func:`frame_flags`.
    view : of the output.
    """
    off_disk = view.radius() >= 1
    mask = repeat(by_input, factor)
    mask |= np.uint8(of_frame)
    mask[off_disk] = Flag.OFF_DISK
    return mask


def _spread(where: np.ndarray) -> np.ndarray:
    return ndimage.maximum_filter(where, size=2 * REACH + 1) if where.any() else where


def _bits(where: np.ndarray, flag: Flag) -> np.ndarray:
    return np.where(where, np.uint8(flag), np.uint8(0))
