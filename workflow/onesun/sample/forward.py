"""What an instrument would have recorded of a Sun that is known: one forward model for all.

The order is that of the light: the Sun turns to the time of observation; the unresolved field is
scaled and saturates; the optics blur it on the sky; the plate stretches it; pixels integrate; the
offset and the noise of the exposure are added. Cropping and scaling to integers come when the file
is written, because instruments differ in them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from onesun.geometry.pointing import Pointing
from onesun.geometry.psf import blur
from onesun.geometry.sphere import cosine_to_vertical
from onesun.instruments import Instrument, Noise, Response
from onesun.sample.carry import Observer, carry
from onesun.sample.series import sample, strips

_DISK_SHARE = 0.48  # limb radius over the side of the sky image; the rest is room for the blur


@dataclass(frozen=True)
class Sun:
    """A field known over the disk.

    Parameters
    ----------
    field : (ny, nx) float32, gauss; what lies beyond the limb is not used.
    pointing : its geometry; its observer is where it was seen from.
    """

    field: np.ndarray
    pointing: Pointing


@dataclass(frozen=True)
class Sky:
    """The Sun as one observer sees it: solar north up, centred in a square.

    Parameters
    ----------
    field : (N, N) float32, gauss, zero off the disk.
    limb_radius : pixels.
    observer : who sees it.
    drawn_from : the distance from which ``field`` shows the Sun, m; None is the observer's own.
    """

    field: np.ndarray
    limb_radius: float
    observer: Observer
    drawn_from: float | None = None

    @property
    def centre(self) -> float:
        return (len(self.field) - 1) / 2

    def pixels(self, arcsec: float) -> float:
        """An angle on the sky in pixels of this image."""
        return float(arcsec / (np.rad2deg(self.observer.rsun) * 3600) * self.limb_radius)

    def from_distance(self, dsun: float) -> Sky:
        """The same Sun seen from another distance, m, in the same direction."""
        drawn_from = self.drawn_from or self.observer.dsun
        return replace(self, observer=replace(self.observer, dsun=dsun), drawn_from=drawn_from)

    def place(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Pixels (column, row) of points of the observer's disk, limb radii."""
        if self.drawn_from is not None:
            nearer = _perspective(np.hypot(x, y), self.observer.dsun, self.drawn_from)
            x, y = x * nearer, y * nearer
        return self.centre + self.limb_radius * x, self.centre + self.limb_radius * y


def _perspective(radius: np.ndarray, dsun: float, drawn_from: float) -> np.ndarray:
    """Radius at which a point appears from ``drawn_from`` over that from ``dsun``; distances in m.

    The nearer the observer, the smaller the cap that fills the disk: up to 0.04 MDI pixels within
    the range of the Earth's orbit.
    """
    nodes = np.linspace(0, 1, 1025)[1:-1]
    seen, source = (Observer(0.0, 0.0, distance) for distance in (dsun, drawn_from))
    there, _ = carry(nodes, np.zeros_like(nodes), seen, source, 0.0)
    known = np.isfinite(there)
    ratio: np.ndarray = np.interp(radius, nodes[known], there[known] / nodes[known])
    return ratio


def seen_from(sun: Sun, observer: Observer, seconds: float) -> Sky:
    """The Sun turned by ``seconds`` of differential rotation and seen by ``observer``.

    One Lanczos resampling; the image is about as fine as the Sun's own. What was behind the limb
    is zero.
    """
    size = sun.field.shape[0]
    limb = _DISK_SHARE * size
    inside = sun.pointing.radius(sun.field.shape) < 1
    known = np.where(inside & np.isfinite(sun.field), sun.field, np.float32(0))
    source = Observer.of(sun.pointing)
    straight = Pointing((size - 1) / 2, (size - 1) / 2, 1.0, 0.0, limb, 1.0, 0.0, 0.0)
    field = np.empty((size, size), dtype=np.float32)
    for rows, x, y in strips(straight, field.shape):
        then_x, then_y = carry(x, y, observer, source, seconds)
        field[rows] = sample(known, *sun.pointing.to_pixel(then_x, then_y))
    return Sky(field, limb, observer)


def respond(field: np.ndarray, response: Response) -> np.ndarray:
    """Scale by the gain; above the saturation's onset the signal falls. Same shape, gauss."""
    signal = field * np.float32(response.gain)
    if response.saturation is None:
        return signal
    onset, fall = np.float32(response.saturation.onset), np.float32(response.saturation.fall)
    saturated = np.abs(signal) > onset
    excess = np.abs(signal[saturated]) - onset
    signal[saturated] = np.copysign(np.maximum(onset - fall * excess, 0), signal[saturated])
    return signal


def expose(sky: Sky, record: Instrument, pointing: Pointing, stretch: float) -> np.ndarray:
    """The detector's image of the sky, without offset and noise.

    Parameters
    ----------
    record : gives the response, the point spread function and the detector.
    pointing : the true one.
    stretch : radial stretch of the plate, as in the record.

    Returns (height, width) float32, gauss; zero well off the disk.
    """
    # The square pixel is integrated along the sky's axes: turning it by a few degrees changes
    # only its fourth moments.
    blurred = blur(
        respond(sky.field, record.response),
        sky.pixels(record.optics.fwhm),
        sky.pixels(pointing.scale),
    )
    x, y = disk_positions((record.detector.height, record.detector.width), pointing, stretch)
    return sample(blurred, *sky.place(x, y))


def disk_positions(
    shape: tuple[int, int], pointing: Pointing, stretch: float
) -> tuple[np.ndarray, np.ndarray]:
    """Where on the disk, in limb radii, each pixel of a stretched plate looks; float64."""
    rows, columns = np.arange(shape[0], dtype=float), np.arange(shape[1], dtype=float)
    x, y = pointing.to_disk(columns[None, :], rows[:, None])
    shrink = unstretched(np.hypot(x, y), stretch)
    return x * shrink, y * shrink


def unstretched(plate_radius: np.ndarray, stretch: float) -> np.ndarray:
    """Radius on the sky over that on the plate, where r lands at ``r (1 + stretch (r^2 - 1))``.

    Fixed-point iteration: each turn gains a factor of twice the stretch, a few thousandths.
    """
    shrink = np.ones_like(plate_radius)
    for _ in range(5):
        shrink = 1 / (1 + stretch * ((shrink * plate_radius) ** 2 - 1))
    return shrink


def noise_level(radius: np.ndarray, rsun: float, noise: Noise, interval: int) -> np.ndarray:
    """Standard deviation of the noise, gauss; at the limb's level beyond the limb.

    Parameters
    ----------
    radius : distance from the disk centre, limb radii.
    rsun : angular radius of the Sun, radians.
    interval : integration time, s; a key of the record's ``by_interval``.
    """
    mu = np.nan_to_num(cosine_to_vertical(radius, rsun))
    return noise.sigma(mu, interval)


def record_exposure(
    sky: Sky,
    record: Instrument,
    pointing: Pointing,
    *,
    stretch: float,
    interval: int,
    rng: np.random.Generator,
) -> tuple[np.ndarray, float]:
    """One exposure, with its offset and noise.

    Returns the image, (height, width) float32 in gauss, and the zero-point offset, gauss.
    """
    image = expose(sky, record, pointing, stretch)
    offset = record.response.zero_point * float(rng.standard_normal())
    sigma = noise_level(
        pointing.radius(image.shape), pointing.rsun_radians, record.response.noise, interval
    )
    image += np.float32(offset)
    image += sigma.astype(np.float32) * rng.standard_normal(image.shape, dtype=np.float32)
    return image, offset
