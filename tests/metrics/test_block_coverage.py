"""Means over blocks: independent misfits keep their promise, correlated ones break it as known."""

from __future__ import annotations

import numpy as np
import pytest

from onesun.errors import ConfigError, DamagedProductError
from onesun.metrics.block_coverage import BlockCoverage, Judged, Row

SIDE = 512
SIZES = (1, 2, 4, 8, 16, 32, 64)
EDGES = (0.0, 50.0)
SIGMA = 7.0


def judged(seed: int, correlated: int = 1, stated: float = SIGMA, bias: float = 0.0) -> Judged:
    """A frame whose misfits are equal within squares of ``correlated`` pixels."""
    draw = np.random.default_rng(seed)
    field = np.where(np.arange(SIDE)[:, None] < 128, 100, 10) * np.ones((SIDE, SIDE), np.float32)
    misfit = draw.normal(bias, SIGMA, (SIDE // correlated,) * 2)
    target = field + np.kron(misfit, np.ones((correlated, correlated)))
    return Judged(f"2011120{seed}_000000_TAI", field, target, np.full((SIDE, SIDE), stated))


def coverage(*frames: Judged) -> BlockCoverage:
    found = BlockCoverage(SIZES, EDGES)
    for frame in frames:
        found.update(frame)
    return found


def of_all(found: BlockCoverage) -> dict[int, Row]:
    return {row.size: row for row in found.result() if row.low is None}


def test_independent_misfits_keep_the_promise_at_every_size():
    rows = of_all(coverage(*(judged(seed) for seed in range(1, 5))))
    assert list(rows) == list(SIZES)
    for size, row in rows.items():
        assert row.count == 4 * (SIDE // size) ** 2
        spread = 1 / np.sqrt(2 * row.count)  # of a standard deviation
        assert row.inflation == pytest.approx(1, abs=4 * spread)
        assert row.inflation_68 == pytest.approx(1, abs=0.02 + 6 * spread)
        assert row.inflation_95 == pytest.approx(1, abs=0.02 + 6 * spread)
        assert row.within_68 == pytest.approx(68.27, abs=4 * 47 / np.sqrt(row.count) + 0.1)
        assert row.within_95 == pytest.approx(95.0, abs=4 * 22 / np.sqrt(row.count) + 0.1)
        assert row.expected == pytest.approx(SIGMA / size, rel=1e-5)


def test_misfits_shared_by_squares_inflate_means_by_the_square_root_of_what_is_shared():
    rows = of_all(coverage(*(judged(seed, correlated=4) for seed in range(1, 5))))
    for size, expected in ((1, 1), (2, 2), (4, 4), (8, 4), (16, 4), (32, 4)):
        assert rows[size].inflation == pytest.approx(expected, rel=0.06), size
        assert rows[size].actual == pytest.approx(SIGMA / max(1, size // 4), rel=0.06)
    # One of four standard deviations holds 19.7 %.
    assert rows[8].within_68 == pytest.approx(19.74, abs=2)


def test_errors_too_small_and_biases_are_inflation_too():
    rows = of_all(coverage(judged(1, stated=SIGMA / 2)))
    assert rows[1].inflation == pytest.approx(2, rel=0.01)
    biased = of_all(coverage(judged(1, bias=3.0)))[64]
    assert biased.bias == pytest.approx(3.0, abs=0.1)
    assert biased.inflation == pytest.approx(np.hypot(1, 3.0 * 64 / SIGMA), rel=0.05)


def test_blocks_are_binned_by_the_predicted_field_and_gaps_leave_blocks_out():
    frame = judged(1)
    frame.target[:, :2] = np.nan
    rows = {(row.size, row.low): row for row in coverage(frame).result()}
    assert rows[2, None].count == 256 * 255
    assert rows[64, None].count == 8 * 7
    assert rows[64, 50.0].count == 2 * 7
    assert rows[64, 0.0].count + rows[64, 50.0].count == rows[64, None].count
    assert rows[1, 50.0].high is None


def test_merged_in_any_order_it_is_the_same_and_is_kept_whole():
    first, second = judged(1), judged(2, correlated=2)
    together = coverage(first, second)
    apart = coverage(second).merge(coverage(first))
    assert [row.as_dict() for row in apart.result()] == [row.as_dict() for row in together.result()]
    kept = BlockCoverage(SIZES, EDGES).restore(sorted(together.frames), together.arrays())
    assert [row.as_dict() for row in kept.result()] == [row.as_dict() for row in together.result()]
    assert together.by_frame().shape == (2, len(SIZES))
    assert together.by_frame()[0, 0] == pytest.approx(1, rel=0.01)
    assert together.by_frame()[1, 2] == pytest.approx(2, rel=0.05)


def test_no_frame_counts_twice_and_settings_have_to_agree():
    found = coverage(judged(1))
    with pytest.raises(DamagedProductError, match="counted twice"):
        found.update(judged(1))
    with pytest.raises(ConfigError, match="different settings"):
        found.merge(BlockCoverage(SIZES[:3], EDGES))


def test_without_a_whole_block_there_is_no_number():
    frame = judged(1)
    frame.target[::64] = np.nan
    row = of_all(coverage(frame))[64]
    assert row.count == 0
    assert row.inflation is None
    assert row.within_68 is None
