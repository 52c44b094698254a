"""Small magnetic elements: those that were planted are counted, found and missed as they should."""

from __future__ import annotations

import numpy as np
import pytest

from helpers.measured import DSUN
from onesun.errors import ConfigError
from onesun.geometry.grid import Grid
from onesun.metrics.comparison import Comparison, Disk
from onesun.metrics.elements import COUNTS, RATIOS, ElementStatistic

GRID = Grid(target_size=256, target_scale=8.25, factor=4, patch=32)
DISK = Disk(GRID, 0.9)
TILE = 64
PLACES = [(row, column) for row in (80, 100, 120, 150) for column in (90, 110, 130, 160)]


def planted(places=PLACES, strength: float = 100.0, side: int = 3) -> np.ndarray:
    """Squares of one strength; polarities alternate."""
    field = np.zeros(GRID.shape("target"), np.float32)
    for number, (row, column) in enumerate(places):
        field[row : row + side, column : column + side] = strength * (-1) ** number
    return field


def elements(target, prediction, shares=(0.5, 1.0), sizes=(2, 16)) -> ElementStatistic:
    found = ElementStatistic([50.0], shares, sizes, TILE)
    return found.update(Comparison(DISK, "20111201", target, prediction, DSUN))


def counts(found: ElementStatistic, share: int = 1) -> dict[str, int]:
    total = found.of_tiles().sum(axis=0)[0, share]
    return dict(zip(COUNTS, total.astype(int).tolist(), strict=True))


def shares_of(found: ElementStatistic, share: int = 1) -> dict[str, float]:
    return dict(zip(RATIOS, found.result()[0, share].tolist(), strict=True))


def test_the_target_itself_finds_every_element_and_nothing_else():
    found = elements(planted(), planted())
    assert counts(found)["there"] == counts(found)["predicted"] == len(PLACES)
    assert shares_of(found) == {
        "recall": 1, "touched": 1, "recall_by_chance": 0,
        "precision": 1, "field_there": 1, "precision_by_chance": 0,
    }  # fmt: skip


def test_missed_and_invented_elements_are_what_recall_and_precision_say():
    guess = planted(PLACES[:8]) + planted([(60, 60), (60, 90), (60, 120), (60, 150)])
    found = shares_of(elements(planted(), guess))
    assert found["recall"] == pytest.approx(8 / 16)
    assert found["precision"] == pytest.approx(8 / 12)


def test_the_wrong_polarity_is_no_find():
    assert shares_of(elements(planted(), -planted()))["recall"] == 0


def test_a_blob_too_large_touches_but_does_not_resolve():
    found = shares_of(elements(planted(), planted(side=6)))
    assert found["touched"] == 1
    assert found["recall"] == 0
    assert np.isnan(found["precision"])  # it has no small element


def test_what_comes_out_too_weak_is_found_at_a_lower_threshold():
    found = elements(planted(), 0.3 * planted())
    assert shares_of(found, 1)["recall"] == 0
    assert shares_of(found, 0)["recall"] == 1


def test_single_pixels_and_large_regions_are_no_small_elements():
    target = planted([(100, 100)], side=1) + planted([(140, 140)], side=8)
    assert counts(elements(target, target))["there"] == 0
    # Pixels that touch by a corner belong together.
    target[101, 101] = 100
    assert counts(elements(target, target))["there"] == 1


def test_elements_count_in_the_tile_where_they_begin_and_not_beyond_the_limit():
    target = planted([(126, 126), (2, 128)])
    by_tile = elements(target, target).of_tiles()[:, 0, 1, 0].reshape(4, 4)
    assert by_tile[1, 1] == by_tile.sum() == 1


def test_chance_is_what_other_places_find():
    draw = np.random.default_rng(1)
    crowd = [tuple(draw.integers(40, 214, 2)) for _ in range(1600)]
    target, guess = planted(crowd[:800], side=2), planted(crowd[800:], side=2)
    found = shares_of(elements(target, guess, sizes=(2, 60)))
    assert found["recall_by_chance"] > 0.08
    assert found["recall"] == pytest.approx(found["recall_by_chance"], abs=0.06)
    assert found["precision"] == pytest.approx(found["precision_by_chance"], abs=0.06)


def test_frames_merge_in_any_order():
    first, second = (
        elements(planted(), planted()),
        ElementStatistic([50.0], (0.5, 1.0), (2, 16), 64),
    )
    second.update(Comparison(DISK, "20111202", planted(), planted(PLACES[:4]), DSUN))
    second.merge(first)
    assert counts(second)["there"] == 32
    assert counts(second)["found"] == 20
    with pytest.raises(ConfigError, match="different settings"):
        second.merge(elements(planted(), planted(), sizes=(2, 9)))
