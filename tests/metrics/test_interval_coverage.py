"""Simulated Suns of known correlation: how often an interval holds it.

Fields are Gaussian, neighbouring pixels are correlated, and frames are copies of a Sun with noise
of their own. Seeds are fixed: nothing fails by chance. 1,000 Suns tell a coverage to 0.7 %.
"""

from __future__ import annotations

import numpy as np
import pytest

from onesun.metrics import bootstrap
from onesun.metrics.tiled import Tiling
from onesun.metrics.units import SYNODIC_DEGREES_PER_DAY, Units, make_units

SUNS = 1000
DRAWS = {"resamples": 199, "confidence": 0.95, "seed": 1, "days": 27, "fewest_rotations": 10}
# Variances of what two methods miss: of the Sun itself in all frames alike, and of noise by frame.
MISSED, NOISE = (0.30, 0.45), 0.10
TRUTH = [1 / np.sqrt(1 + missed + NOISE) for missed in MISSED]
WIDTH = 0.5  # of the Gaussian that smooths white noise, pixels: neighbours correlate by 0.37


class Sky:
    """Smooth random fields of variance 1."""

    def __init__(self, rows: int, columns: int, seed: int, width: float = WIDTH) -> None:
        self.shape, self.draw = (rows, columns), np.random.default_rng(seed)
        along = [np.exp(-2 * (np.pi * width * np.fft.fftfreq(n)) ** 2) for n in self.shape]
        smooth = np.outer(*along)
        smooth /= np.sqrt((smooth**2).mean())
        self.smooth = smooth[:, : columns // 2 + 1].astype(np.float32)

    def __call__(self, count: int) -> np.ndarray:
        white = self.draw.standard_normal((count, *self.shape), dtype=np.float32)
        return np.fft.irfft2(np.fft.rfft2(white) * self.smooth, s=self.shape).astype(np.float32)


def disk(tiling: Tiling) -> np.ndarray:
    middle = np.arange(tiling.side) - (tiling.side - 1) / 2
    return np.hypot(middle, middle[:, None]) < tiling.limb


def by_tile(x: np.ndarray, y: np.ndarray, tiling: Tiling) -> np.ndarray:
    """The six sums over tiles of the disk, of fields (suns, N, N); (suns, tiles, 6)."""
    across, size, on_disk = tiling.across, tiling.size, disk(tiling).astype(np.float32)
    x, y, parts = x * on_disk, y * on_disk, []
    for product in (np.broadcast_to(on_disk, x.shape), x, y, x * x, y * y, x * y):
        cut = product.reshape(len(x), across, size, across, size)
        parts.append(np.einsum("sijkl->sik", cut).reshape(len(x), -1))
    return np.stack(parts, axis=-1).astype(np.float64)


def seen(sun: np.ndarray, missed: np.ndarray, noise: np.ndarray, tiling: Tiling) -> np.ndarray:
    """A frame by both methods; (suns, tiles, 12)."""
    guesses = [sun + np.sqrt(np.float32(m)) * missed + noise for m in MISSED]
    return np.concatenate([by_tile(sun, guess, tiling) for guess in guesses], axis=-1)


def correlation(sums: np.ndarray) -> np.ndarray:
    return bootstrap.correlation(sums[..., :6])


def gain(sums: np.ndarray) -> np.ndarray:
    return bootstrap.correlation(sums[..., :6]) - bootstrap.correlation(sums[..., 6:])


def covered(tables: np.ndarray, units: Units) -> tuple[float, float]:
    """Per cent of intervals that hold the correlation and the gain; tables (suns, units, 12)."""
    held = []
    for sums in tables:
        share = bootstrap.variation(sums)
        asked = ((correlation, bootstrap.FISHER, TRUTH[0]),
                 (gain, bootstrap.PLAIN, TRUTH[0] - TRUTH[1]))  # fmt: skip
        found = [(bootstrap.spread(what, sums, share, units, DRAWS, scale).interval, truth)
                 for what, scale, truth in asked]  # fmt: skip
        held.append([low <= truth <= high for (low, high), truth in found])
    return tuple((100 * np.mean(held, axis=0)).tolist())


def in_batches(make, suns: int = SUNS, batch: int = 100) -> np.ndarray:
    return np.concatenate([make(batch) for _ in range(suns // batch)])


@pytest.fixture(scope="module")
def tiling() -> Tiling:
    return Tiling(side=64, size=8, limb=0.47 * 64)


@pytest.fixture(scope="module")
def one_sun_each(tiling: Tiling) -> np.ndarray:
    """Three frames of each Sun; (suns, frames, tiles, 12)."""
    sky = Sky(64, 64, seed=1)

    def make(count: int) -> np.ndarray:
        sun, missed = sky(count), sky(count)
        noises = (np.sqrt(np.float32(NOISE)) * sky(count) for _ in range(3))
        return np.stack([seen(sun, missed, noise, tiling) for noise in noises], axis=1)

    return in_batches(make)


def test_tiles_of_one_sun_cover_as_they_say(one_sun_each, tiling) -> None:
    units = make_units(["20111217"], tiling, DRAWS | {"tile": 8})
    tables = np.stack([units.sums(sun[None]) for sun in one_sun_each.sum(axis=1)])
    assert covered(tables, units) == pytest.approx((95, 95), abs=2)


def test_frames_of_one_sun_do_not(one_sun_each) -> None:
    """Percentiles of resampled frames, which agree with each other and not with the truth."""
    weights = np.random.default_rng(1).multinomial(3, np.full(3, 1 / 3), size=199)
    drawn = correlation(weights @ one_sun_each.sum(axis=2))
    low, high = np.quantile(drawn, [0.025, 0.975], axis=1)
    assert 100 * np.mean((low <= TRUTH[0]) & (TRUTH[0] <= high)) < 40


def test_active_regions_across_tiles_are_seen_by_neighbours(tiling) -> None:
    """Where the Sun's amplitude varies twofold over a tile's width, neighbours share it."""
    sky, activity = Sky(64, 64, seed=4), Sky(64, 64, seed=5, width=8 / 3)
    strength = np.float32(0.35)

    def make(count: int) -> np.ndarray:
        sun = sky(count) * np.exp(strength * activity(count) - strength**2)  # of variance 1
        return seen(sun, sky(count), np.sqrt(np.float32(NOISE)) * sky(count), tiling)

    units = make_units(["20111217"], tiling, DRAWS | {"tile": 8})
    tables = np.stack([units.sums(sun[None]) for sun in in_batches(make, suns=600)])
    alone = Units(units.labels, 2 * units.places, "")
    assert min(covered(tables, units)) > 90
    assert max(covered(tables[:300], alone)) < 90


def test_rotations_of_an_archive_cover_as_they_say() -> None:
    """Frames of one day in each of 12 months: another Sun every time."""
    small = Tiling(side=24, size=24, limb=0.47 * 24)
    days = [f"2011{month:02}15" for month in range(1, 13)]
    units = make_units(days, small, DRAWS | {"tile": 24})
    assert (len(units.places), units.what) == (12, "all frames of about 27 days")
    sky = Sky(24, 24, seed=2)

    def make(count: int) -> np.ndarray:
        sun, missed, noise = (sky(12 * count) for _ in range(3))
        found = seen(sun, missed, np.sqrt(np.float32(NOISE)) * noise, small)
        return found.reshape(count, 12, 1, 12)

    tables = np.stack([units.sums(table) for table in in_batches(make)])
    assert covered(tables, units) == pytest.approx((95, 95), abs=2)


class Turning:
    """Maps of the Sun by latitude and longitude, seen on a disk day after day."""

    days = range(0, 27, 3)

    def __init__(self, tiling: Tiling, seed: int) -> None:
        self.tiling = tiling
        # As many steps to a radian as pixels to the limb's radius: pixels at the disk's centre.
        self.per_degree = np.radians(tiling.limb)
        columns = int(np.ceil((180 + SYNODIC_DEGREES_PER_DAY * max(self.days)) * self.per_degree))
        self.sky = Sky(int(180 * self.per_degree) + 1, columns + 2, seed)
        middle = (np.arange(tiling.side) - (tiling.side - 1) / 2) / tiling.limb
        latitude = np.arcsin(np.clip(middle, -1, 1))[:, None]
        west = np.arcsin(np.clip(middle / np.maximum(np.cos(latitude), 1e-3), -1, 1))
        self.row = ((90 + np.degrees(latitude)) * self.per_degree).astype(int)
        self.west = np.degrees(west)

    def frame(self, maps: np.ndarray, day: int) -> np.ndarray:
        """A day's view of maps (suns, latitudes, longitudes); (suns, N, N)."""
        # What is west today was farther east the days before.
        east = 90 + SYNODIC_DEGREES_PER_DAY * (max(self.days) - day) + self.west
        return maps[:, self.row, (east * self.per_degree).astype(int)]

    def __call__(self, count: int) -> np.ndarray:
        """(suns, days, tiles, 12)."""
        sun, missed = self.sky(count), self.sky(count)
        noise = Sky(self.tiling.side, self.tiling.side, seed=int(self.sky.draw.integers(2**31)))
        return np.stack(
            [
                seen(self.frame(sun, day), self.frame(missed, day),
                     np.sqrt(np.float32(NOISE)) * noise(count), self.tiling)
                for day in self.days
            ],
            axis=1,
        )  # fmt: skip


def test_tiles_follow_the_rotation() -> None:
    """A month of frames: tiles that stay on the disk would share the Sun with their neighbours."""
    tiling = Tiling(side=48, size=6, limb=0.47 * 48)
    turning = Turning(tiling, seed=3)
    days = [f"201103{day + 1:02}" for day in turning.days]
    moving = make_units(days, tiling, DRAWS | {"tile": 6})
    count = tiling.count
    places = np.indices((tiling.across,) * 2).reshape(2, -1).T
    staying = Units(np.tile(np.arange(count), (len(days), 1)), places, "")
    suns = in_batches(turning, suns=500)
    tables = np.stack([moving.sums(sun) for sun in suns])
    assert covered(tables, moving) == pytest.approx((95, 95), abs=2)
    assert max(covered(np.stack([staying.sums(sun) for sun in suns[:200]]), staying)) < 87
