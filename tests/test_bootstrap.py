"""Weighing frames' moments equals merging the frames drawn."""

from __future__ import annotations

import numpy as np
import pytest

from onesun.statistics import bootstrap
from onesun.statistics.moments import Moments

FRAMES, REGIONS = 5, 3


@pytest.fixture
def frames() -> list[list[Moments]]:
    draw = np.random.default_rng(3)
    out = []
    for frame in range(FRAMES):
        row = []
        for region in range(REGIONS):
            x = draw.normal(100 * region, 30, 200 + 50 * frame)
            row.append(Moments().update(x, 0.8 * x + draw.normal(3 * frame, 25, x.size)))
        out.append(row)
    return out


def table(frames: list[list[Moments]]) -> np.ndarray:
    return np.array([[list(m.as_dict().values()) for m in row] for row in frames], dtype=float)


def test_resamples_equal_merged_frames(frames: list[list[Moments]]) -> None:
    weights = bootstrap.draw(FRAMES, 20, seed=4)
    found = bootstrap.correlations(table(frames), weights)
    for resample, times in enumerate(weights.astype(int)):
        for region in range(REGIONS):
            merged = Moments()
            for frame, count in enumerate(times):
                for _ in range(count):
                    merged.merge(frames[frame][region])
            expected = merged.result().correlation
            assert found[resample, region] == pytest.approx(expected, rel=1e-10)


def test_the_draw_is_of_all_frames_and_repeats_itself() -> None:
    weights = bootstrap.draw(FRAMES, 400, seed=1)
    assert weights.shape == (400, FRAMES)
    assert (weights.sum(axis=1) == FRAMES).all()
    assert abs(weights.mean(axis=0) - 1).max() < 0.2
    assert np.array_equal(weights, bootstrap.draw(FRAMES, 400, seed=1))
    assert not np.array_equal(weights, bootstrap.draw(FRAMES, 400, seed=2))


def test_interval_is_made_of_percentiles() -> None:
    values = np.stack([np.arange(1001.0), -np.arange(1001.0)], axis=1)
    rising, falling = bootstrap.interval(values, 0.9)
    assert rising == pytest.approx((50, 950))
    assert falling == pytest.approx((-950, -50))


def test_no_interval_where_a_draw_may_miss_the_only_frame_with_pixels(
    frames: list[list[Moments]],
) -> None:
    for row in frames[1:]:
        row[1] = Moments()
    found = bootstrap.correlations(table(frames), bootstrap.draw(FRAMES, 200, seed=1))
    low_and_high = bootstrap.interval(found, 0.95)
    assert low_and_high[1] is None
    assert low_and_high[0] is not None


def test_the_interval_covers_as_often_as_it_says() -> None:
    draw = np.random.default_rng(11)
    truth, covered, trials = 0.6, 0, 150
    for _ in range(trials):
        x = draw.normal(size=(40, 30))
        y = truth * x + np.sqrt(1 - truth**2) * draw.normal(size=x.shape)
        rows = [[Moments().update(a, b)] for a, b in zip(x, y, strict=True)]
        found = bootstrap.correlations(table(rows), bootstrap.draw(40, 300, seed=1))
        low, high = bootstrap.interval(found, 0.9)[0]
        covered += low <= truth <= high
    assert 0.80 < covered / trials < 0.97
