"""What is drawn when an interval is made by resampling: tiles of the Sun, or rotations of it.

Neighbouring pixels share structure, noise and registration, and frames of the same days share the
Sun. Where frames are of few rotations, a unit is a tile of the Sun with all frames that show it;
where they are of many, a unit is all frames of about a rotation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np

from onesun.errors import ConfigError
from onesun.metrics.tiled import Tiling

SYNODIC_DEGREES_PER_DAY = 360 / 27.2753  # Carrington's rotation, as seen from the Earth
_APART = 2  # between the places of units that are no neighbours


@dataclass(frozen=True)
class Units:
    """The units, and to which of them each tile of each day belongs.

    Parameters
    ----------
    labels : (days, tiles) int64, numbers of units.
    places : (units, 2) int64; units that lie next to each other differ by at most 1 in both.
    what : what a unit is, in words.
    """

    labels: np.ndarray
    places: np.ndarray
    what: str

    def sums(self, table: np.ndarray) -> np.ndarray:
        """Sums over each unit of a table by day and tile, (days, tiles, ...); (units, ...)."""
        total = np.zeros((len(self.places), *table.shape[2:]))
        np.add.at(total, self.labels, table)
        return total

    @cached_property
    def neighbours(self) -> np.ndarray:
        """Which units lie next to each other; (units, units) bool, False on the diagonal."""
        apart = np.abs(self.places[:, None] - self.places).max(axis=2)
        neighbours: np.ndarray = apart == 1
        return neighbours


def make_units(days: Sequence[str], tiling: Tiling, settings: Mapping[str, Any]) -> Units:
    """The units of a set of frames.

    Parameters
    ----------
    days : YYYYMMDD, ascending, with frames.
    tiling : of the sums by day and tile.
    settings : of the configuration's ``table1.bootstrap``, ``tile`` (target pixels), ``days``
        (length of a rotation) and ``fewest_rotations``, from which on these are the units.

    Raises ConfigError when a unit's tile is not made of whole tiles.
    """
    if settings["tile"] % tiling.size:
        raise ConfigError(
            f"table1.bootstrap.tile: found {settings['tile']}, expected a multiple of "
            f"measure.tiles.size {tiling.size}"
        )
    numbers = np.array([date(int(d[:4]), int(d[4:6]), int(d[6:])).toordinal() for d in days])
    runs = np.split(numbers, np.flatnonzero(np.diff(numbers) > settings["days"]) + 1)
    rotations = _rotations(runs, settings["days"])
    if rotations.max() + 1 >= settings["fewest_rotations"]:
        labels = np.repeat(rotations[:, None], tiling.count, axis=1)
        run = np.repeat(np.arange(len(runs)), [len(each) for each in runs])
        first = np.unique(rotations, return_index=True)[1]
        along = np.arange(len(first)) + _APART * run[first]
        places = np.stack([np.zeros_like(along), along], axis=1)
        return Units(labels, places, f"all frames of about {settings['days']:g} days")
    what = f"a tile of {settings['tile']} target pixels with all frames that show it"
    return _tiles(runs, tiling, settings["tile"], what)


def _rotations(runs: Sequence[np.ndarray], length: float) -> np.ndarray:
    """The rotation of each day: each run of days is cut into equal parts of at least a rotation."""
    found, count = [], 0
    for run in runs:
        span = run[-1] - run[0] + 1
        parts = max(1, int(span // length))
        of_run = (run - run[0]) * parts // span
        # A part may be without frames: numbers have no gaps.
        found.append(count + np.unique(of_run, return_inverse=True)[1])
        count = found[-1].max() + 1
    return np.concatenate(found)


def _tiles(runs: Sequence[np.ndarray], tiling: Tiling, size: int, what: str) -> Units:
    """Tiles of the Sun; over more than two days they move with its rotation.

    A unit is then a row of tiles and a step in heliographic longitude twice as wide as a tile at
    the disk's centre, or as a day's rotation where that is more: a tile may lie across two steps.
    """
    across = -(-tiling.side // size)
    middle = ((np.arange(across) + 0.5) * size - tiling.side / 2) / tiling.limb
    longitude = _longitude(middle)
    step = 2 * max(np.degrees(size / tiling.limb), SYNODIC_DEGREES_PER_DAY)
    coarse = np.arange(tiling.across) * tiling.size // size
    rows = np.broadcast_to(np.arange(across)[:, None], (across, across))
    places, offset = [], 0
    for run in runs:
        for day in run - run[0]:
            if run[-1] - run[0] < 2:
                columns = np.broadcast_to(np.arange(across), (across, across))
            else:
                turned = longitude - SYNODIC_DEGREES_PER_DAY * day
                columns = np.floor(turned / step).astype(np.int64)
            at = np.stack([rows, columns + offset], axis=-1)
            places.append(at[np.ix_(coarse, coarse)].reshape(-1, 2))
        # Places of another run are far from all of this one.
        offset += 10 * across + int(SYNODIC_DEGREES_PER_DAY * (run[-1] - run[0]) / step) + 400
    found, labels = np.unique(np.concatenate(places), axis=0, return_inverse=True)
    return Units(labels.reshape(len(places), tiling.count), found, what)


def _longitude(middle: np.ndarray) -> np.ndarray:
    """West of the central meridian at the middle of each tile, degrees; beyond the limb +-90.

    The axis is taken as upright in the plane of the sky.
    """
    latitude_cosine = np.sqrt(np.maximum(1 - middle**2, 1e-6))[:, None]
    degrees: np.ndarray = np.degrees(np.arcsin(np.clip(middle / latitude_cosine, -1, 1)))
    return degrees
