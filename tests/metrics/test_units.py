"""What is drawn: tiles of the Sun where frames are of few rotations, and else rotations."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from onesun.errors import ConfigError
from onesun.metrics.tiled import Tiling
from onesun.metrics.units import make_units

TILING = Tiling(side=4096, size=256, limb=1903.0)
SETTINGS = {"tile": 512, "days": 27, "fewest_rotations": 10}


def days(first: str, count: int, step: int = 1) -> list[str]:
    start = date.fromisoformat(first)
    return [(start + timedelta(k)).strftime("%Y%m%d") for k in range(0, count * step, step)]


@pytest.mark.parametrize("found", [["20111217"], ["20111231", "20120101"]])
def test_frames_of_hours_have_tiles_of_the_disk(found) -> None:
    """Across midnight, too."""
    units = make_units(found, TILING, SETTINGS)
    assert len(units.places) == 64
    tiles = units.labels[0].reshape(16, 16)
    assert np.array_equal(tiles[::2, ::2], np.arange(64).reshape(8, 8))
    assert np.array_equal(tiles[1::2, 1::2], tiles[::2, ::2])
    assert (units.labels == units.labels[0]).all()
    # A tile has eight neighbours, but for those at the edge.
    assert units.neighbours.sum(axis=1).max() == 8
    assert units.what == "a tile of 512 target pixels with all frames that show it"


def test_sums_are_over_the_tiles_and_days_of_a_unit() -> None:
    units = make_units(["20111217", "20111218"], TILING, SETTINGS)
    table = np.random.default_rng(1).normal(size=(2, 256, 3, 6))
    found = units.sums(table)
    blocks = table.reshape(2, 8, 2, 8, 2, 3, 6).sum(axis=(0, 2, 4))
    np.testing.assert_allclose(found, blocks.reshape(64, 3, 6), atol=1e-12)


def test_over_a_month_tiles_turn_with_the_sun() -> None:
    units = make_units(days("2011-03-01", 31), TILING, SETTINGS)
    columns = units.places[units.labels][:, :, 1].reshape(31, 16, 16)
    middle = columns[:, 8]
    # What is at the centre moves to the west limb in a week, and is not seen two weeks later.
    assert middle[0, 8] == pytest.approx(middle[6, 15], abs=1)
    assert not set(middle[0]) & set(middle[15])
    # A rotation later the same tile shows another part.
    assert not set(units.labels[0]) & set(units.labels[28])


def test_months_apart_share_nothing() -> None:
    months = [*days("2011-03-01", 3), *days("2012-03-01", 3)]
    units = make_units(months, TILING, SETTINGS)
    first, second = set(units.labels[:3].ravel()), set(units.labels[3:].ravel())
    assert not first & second
    assert not units.neighbours[np.ix_(sorted(first), sorted(second))].any()


def test_many_rotations_are_drawn_whole() -> None:
    units = make_units(days("2010-05-01", 300), TILING, SETTINGS)
    assert units.what == "all frames of about 27 days"
    assert len(units.places) == 11
    lengths = np.bincount(units.labels[:, 0])
    assert lengths.sum() == 300
    assert set(lengths) <= {27, 28}
    assert (units.labels == units.labels[:, :1]).all()
    assert units.neighbours.sum() == 2 * 10


def test_rotations_apart_are_no_neighbours() -> None:
    months = [f"{year}{month:02}{day:02}" for year in range(2010, 2016) for month in (1, 7)
              for day in range(1, 29)]  # fmt: skip
    units = make_units(months, TILING, SETTINGS)
    assert len(units.places) == 12
    assert not units.neighbours.any()


def test_a_block_is_made_of_whole_tiles() -> None:
    sentence = r"bootstrap\.tile: found 300, expected a multiple of measure\.tiles\.size 256"
    with pytest.raises(ConfigError, match=sentence):
        make_units(["20111217"], TILING, SETTINGS | {"tile": 300})
