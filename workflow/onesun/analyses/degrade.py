"""A target degraded to what the input's instrument would have recorded of it."""

from __future__ import annotations

import numpy as np

from onesun.alignment.mapping import input_mapping
from onesun.alignment.resample import resample
from onesun.geometry.grid import ARCSEC_PER_RADIAN, RSUN_AT_1AU, Grid
from onesun.geometry.pointing import Pointing
from onesun.instruments import Instrument
from onesun.products.aligned import AlignedFrame
from onesun.sample.carry import Observer
from onesun.sample.forward import Sun, expose, noise_level, seen_from


def on_grid(grid: Grid, frame: AlignedFrame) -> Pointing:
    """The pointing of an aligned target: solar north up, centred, as large as from 1 AU."""
    centre = (grid.target_size - 1) / 2
    return Pointing(
        centre, centre, grid.target_scale, 0.0, RSUN_AT_1AU, frame.dsun, frame.b0, frame.l0
    )


def degraded(
    target: np.ndarray,
    frame: AlignedFrame,
    record: Instrument,
    grid: Grid,
    rng: np.random.Generator,
) -> dict[str, np.ndarray]:
    """What the input would have recorded of a target at the same moment, brought to its grid.

    The Sun is the target's field, seen from the target's direction and the input's distance; it
    is scaled by the record's gain, blurred, integrated over the detector's pixels, given noise
    and resampled once, as in the alignment. The detector points true: what registration leaves is
    not in it.

    Parameters
    ----------
    target : (N, N) gauss, NaN where there is no value.
    frame : its observers, and the input's integration time.
    record : of the input.
    rng : where the disk centre lies within a pixel, and the noise.

    Returns (n, n) gauss by ``optics``, without offset and noise, and ``noise``, with both.
    """
    seen = on_grid(grid, frame)
    observer = Observer(frame.b0, frame.l0, frame.input_dsun)
    detector = Pointing(
        x0=(record.detector.width - 1) / 2 + rng.uniform(-0.5, 0.5),
        y0=(record.detector.height - 1) / 2 + rng.uniform(-0.5, 0.5),
        scale=record.detector.plate_scale,
        roll=0.0,
        rsun=ARCSEC_PER_RADIAN * observer.rsun,
        dsun=observer.dsun,
        b0=observer.b0,
        l0=observer.l0,
    )
    clean = expose(seen_from(Sun(target, seen), observer, 0.0), record, detector, stretch=0.0)
    radius = detector.radius(clean.shape)
    sigma = noise_level(
        radius, detector.rsun_radians, record.response.noise, _interval(record, frame.interval)
    )
    offset = np.float32(record.response.zero_point * rng.standard_normal())
    noise = sigma.astype(np.float32) * rng.standard_normal(clean.shape, dtype=np.float32)
    mapping = input_mapping(grid, seen, detector, 0.0)
    found = {"optics": clean, "noise": clean + offset + noise}
    for image in found.values():
        image[radius >= 1] = np.nan
    return {name: resample(image, detector, mapping) for name, image in found.items()}


def _interval(record: Instrument, interval: float | None) -> int:
    """The integration time, s, whose noise the record has and that is nearest to the frame's."""
    known = sorted(record.response.noise.by_interval)
    return known[0] if interval is None else min(known, key=lambda each: abs(each - interval))
