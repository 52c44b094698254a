"""Signal under noise: how mean unsigned field responds to the signal, from readings alone."""

from __future__ import annotations

import numpy as np
import pytest

from onesun.errors import OneSunError
from onesun.metrics.signal import noise_of, signal

SIGMA = 5.0


def network(seed: int, share: float = 0.2, size: int = 600_000) -> np.ndarray:
    """Nothing on most pixels, and fields of some ten gauss of both polarities on ``share``."""
    draw = np.random.default_rng(seed)
    field = np.zeros(size)
    on = draw.random(size) < share
    field[on] = draw.laplace(0, 40, np.count_nonzero(on))
    return field


def noise(seed: int, size: int = 600_000) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, SIGMA, size)


def unsigned(field: np.ndarray) -> float:
    return float(np.abs(field).mean())


@pytest.mark.parametrize("share", [0.02, 0.2, 0.6])
def test_the_response_is_that_of_a_signal_scaled_under_its_noise(share: float) -> None:
    put_in, field, added = 0.02, network(1, share), noise(2)
    before, after = field + added, (1 + put_in) * field + added
    expected = (unsigned(after) / unsigned(before) - 1) / put_in
    found = noise_of(np.round(before, 1))
    assert found.sigma == pytest.approx(SIGMA, rel=0.1)
    assert found.response(unsigned(before)) == pytest.approx(expected, abs=0.03)
    assert expected < 0.98  # else this would show nothing


def test_noise_alone_does_not_respond_and_strong_fields_do_wholly() -> None:
    alone = noise_of(noise(3))
    assert alone.response(unsigned(noise(3))) < 0.02
    strong = noise_of(np.concatenate([noise(4, 1000), np.full(100_000, 500.0)]))
    assert strong.response(500.0) == pytest.approx(1, abs=1e-3)


def test_a_constant_field_under_noise_responds_as_differences_say() -> None:
    offset = noise(5) + 4.0
    found = noise_of(offset)
    expected = (unsigned(offset + 0.08) - unsigned(offset)) / 0.02 / unsigned(offset)
    assert found.response(unsigned(offset)) == pytest.approx(expected, abs=0.02)


def test_the_signal_found_changes_readings_as_the_true_one_would() -> None:
    """Not pixel by pixel, but in their distribution: the shares beyond each strength."""
    put_in, field, added = 0.05, network(6), noise(7)
    before = field + added
    varied = before + put_in * signal(before, SIGMA)
    true = (1 + put_in) * field + added
    assert unsigned(varied) == pytest.approx(unsigned(true), rel=5e-4)
    assert unsigned(varied) > 1.01 * unsigned(before)
    for limit in (3, 8, 15, 30, 100):
        moved = [np.count_nonzero(np.abs(each) > limit) for each in (before, varied, true)]
        assert moved[1] - moved[0] == pytest.approx(moved[2] - moved[0], abs=4 * moved[0] ** 0.5)


def test_the_signal_of_noise_is_nothing_and_of_strong_fields_nearly_all() -> None:
    alone = noise(8)
    kept = (signal(alone, SIGMA) * np.sign(alone)).mean() / unsigned(alone)
    assert kept < 0.03
    before = (network(9) + noise(10)).astype(np.float32)
    found = signal(before, SIGMA)
    assert found.dtype == np.float32
    strong = np.abs(before) > 60
    assert np.median(found[strong] / before[strong]) == pytest.approx(1, abs=0.02)
    assert np.all(np.abs(found) <= np.abs(before))
    np.testing.assert_array_equal(signal(before[:50], SIGMA), before[:50])  # too few to tell


def test_few_weak_fields_tell_no_noise() -> None:
    with pytest.raises(OneSunError, match="99 pixels in the histogram, expected at least 100"):
        noise_of(np.concatenate([np.zeros(99), np.full(1000, 50.0)]))
