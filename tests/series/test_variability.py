"""HMI's daily variability: what is put in comes back, with errors that say how well."""

from __future__ import annotations

import numpy as np
import pytest

from onesun.errors import OneSunError
from onesun.series.daily import Daily, Times, analyse
from onesun.series.regression import regress

HOURS = np.arange(31) * 1.6  # the sample's 48 hours
INTERVALS = [(300, 300, 30, 300)[k % 4] for k in range(31)]
LARGEST = 5.3  # hour of the largest OBS_VR
PHASE = 2 * np.pi * (HOURS - LARGEST) / 24
VELOCITY = 3000 * np.cos(PHASE) + 200 + 3 * HOURS


def residuals(seed: int, memory: float, scatter: float = 0.003) -> np.ndarray:
    """An autoregressive process, from its stationary distribution."""
    draw = np.random.default_rng(seed)
    white = draw.normal(0, scatter, len(HOURS))
    for k in range(1, len(white)):
        white[k] = memory * white[k - 1] + np.sqrt(1 - memory**2) * white[k]
    return white


def analysed(values: np.ndarray, **settings) -> Daily:
    settings = {"degree": 1, "half_day": True} | settings
    return analyse(Times(HOURS, INTERVALS, VELOCITY), values, **settings)


def observed(day: float, half: float = 0.0, quarter: float = 0.0) -> np.ndarray:
    """log of HMI over the other: sinusoids, a trend, a level of its own for short integrations."""
    waves = 1 + day * np.cos(PHASE) + quarter * np.sin(PHASE) + half * np.cos(2 * PHASE)
    return np.log(waves) + 0.01 * HOURS / 24 + np.where(np.array(INTERVALS) == 30, 0.05, 0.0)


def test_without_noise_every_part_is_exact() -> None:
    found = analysed(observed(0.02, 0.008, -0.005))
    day, half = found.waves[24.0], found.waves[12.0]
    # The logarithm's square terms are 2e-4.
    assert day.in_phase == pytest.approx(0.02, abs=3e-4)
    assert day.quadrature == pytest.approx(-0.005, abs=3e-4)
    assert half.in_phase == pytest.approx(0.008, abs=3e-4)
    assert day.amplitude == pytest.approx(np.hypot(0.02, 0.005), abs=3e-4)
    assert day.lag == pytest.approx(-np.arctan2(0.005, 0.02) / (2 * np.pi) * 24, abs=0.1)
    assert found.velocity == pytest.approx(3000)
    assert found.largest == pytest.approx(LARGEST)
    assert found.slope == pytest.approx(0.01, abs=3e-4)
    np.testing.assert_allclose(found.fitted, observed(0.02, 0.008, -0.005), atol=1e-3)
    hours, curve = found.curve
    at = [np.argmin(np.abs(hours - hour)) for hour in HOURS[:8:4]]
    np.testing.assert_allclose(curve[at], observed(0.02, 0.008, -0.005)[:8:4], atol=1e-3)


@pytest.mark.parametrize("amplitude", [0.02, 0.0])
@pytest.mark.parametrize(("memory", "least", "most"), [(0.0, 0.68, 0.95), (0.6, 0.58, 0.82)])
def test_the_error_bar_covers_what_was_put_in(amplitude, memory, least, most) -> None:
    waves = [
        analysed(observed(amplitude) + residuals(seed, memory)).waves[24.0] for seed in range(200)
    ]
    off = np.array([wave.in_phase - amplitude for wave in waves])
    errors = np.array([wave.in_phase_error for wave in waves])
    # Two thirds within one error; a short series leaves its memory, and so the error, uncertain.
    assert least < np.mean(np.abs(off) < errors) < most
    assert np.mean(np.abs(off) < 2 * errors) > 0.88
    assert abs(off.mean()) < 4 * off.std() / np.sqrt(200) + 2e-4
    assert np.abs(off).max() < 0.2 * 0.02 + 4 * errors.mean()
    if not amplitude:
        # The component in phase comes in both signs; the amplitude never does.
        assert 0.3 < np.mean(off > 0) < 0.7
        assert min(wave.amplitude for wave in waves) > 0


def test_errors_that_forget_the_memory_are_too_small() -> None:
    design = np.column_stack([np.ones(31), np.cos(PHASE), np.sin(PHASE)])
    found, naive = [], []
    for seed in range(100):
        values = residuals(seed, 0.8)
        fit = regress(HOURS, design, values)
        found.append(abs(fit.coefficients[1]) < np.sqrt(fit.covariance[1, 1]))
        plain, rest, *_ = np.linalg.lstsq(design, values, rcond=None)
        error = np.sqrt(rest[0] / 28 * np.linalg.inv(design.T @ design)[1, 1])
        naive.append(abs(plain[1]) < error)
    assert np.mean(naive) < np.mean(found) - 0.15


def test_without_memory_it_is_least_squares() -> None:
    design = np.column_stack([np.ones(31), np.cos(PHASE)])
    values = residuals(4, 0.0)
    plain = np.linalg.lstsq(design, values, rcond=None)[0]
    found = regress(HOURS, design, values)
    np.testing.assert_allclose(found.coefficients, plain, atol=found.scatter / 5)
    assert found.memory < 0.5


def test_gaps_do_no_harm() -> None:
    kept = np.r_[0:9, 14:31]
    values = observed(0.02) + residuals(1, 0.3)
    times = Times(HOURS[kept], [INTERVALS[k] for k in kept], VELOCITY[kept])
    found = analyse(times, values[kept], degree=1, half_day=False)
    day = found.waves[24.0]
    assert abs(day.in_phase - 0.02) < 3 * day.in_phase_error
    assert set(found.waves) == {24.0}


def test_zero_points_are_told_from_the_orbit() -> None:
    # As GONG's: a gauss from frame to frame, half a per cent of the ratio each.
    offsets, found = np.random.default_rng(3).normal(-2, 1, len(HOURS)), {}
    values = observed(0.02) + residuals(2, 0.0, 0.0005) - 0.005 * (offsets - offsets.mean())
    drifting = offsets + 0.1 * HOURS  # as the region's own field does
    for signed in (None, drifting):
        times = Times(HOURS, INTERVALS, VELOCITY, signed)
        found[signed is None] = analyse(times, values, degree=1, half_day=True)
    with_them, without = (found[key].waves[24.0] for key in (False, True))
    assert found[False].zero_point == pytest.approx(-0.005, rel=0.1)
    assert found[True].zero_point is None
    assert found[False].slope == pytest.approx(0.01, abs=2e-3)
    assert with_them.in_phase == pytest.approx(0.02, abs=3 * with_them.in_phase_error + 2e-4)
    assert with_them.in_phase_error < without.in_phase_error / 3


@pytest.mark.parametrize(("frames", "step"), [(9, 4.0), (31, 0.5)])
def test_too_few_frames_or_hours_are_refused(frames: int, step: float) -> None:
    hours = np.arange(frames) * step
    times = Times(hours, [None] * frames, np.cos(hours))
    with pytest.raises(OneSunError, match=rf"{frames} frames over \d+\.0 h, expected at least 10"):
        analyse(times, np.zeros(frames), degree=1, half_day=True)
