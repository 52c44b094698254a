"""Spectra by ring of frequency, against white noise and filters whose transfer is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import fft

from helpers.measured import DSUN
from onesun.errors import ConfigError
from onesun.geometry.grid import Grid
from onesun.geometry.psf import FWHM_PER_SIGMA, blur
from onesun.metrics.comparison import Comparison, Disk
from onesun.metrics.spectra import Spectrum, SpectrumStatistic, wiener_filtered

GRID = Grid(target_size=512, target_scale=4.0, factor=4, patch=32)
DISK = Disk(GRID, 0.9)
WINDOW, FINE, TILE, SIGMA = 32, 128, 128, 10.0


def white(seed: int, sigma: float = SIGMA) -> np.ndarray:
    draw = np.random.default_rng(seed)
    return draw.normal(0, sigma, GRID.shape("target")).astype(np.float32)


def spectra(*pairs: tuple[np.ndarray, np.ndarray], window: int = WINDOW) -> SpectrumStatistic:
    """Of targets and predictions; a frame each."""
    found = SpectrumStatistic(GRID, window, TILE)
    for day, (target, prediction) in enumerate(pairs, start=1):
        found.update(Comparison(DISK, f"201112{day:02}", target, prediction, DSUN))
    return found


def test_white_noise_has_its_variance_times_a_pixel_at_every_frequency():
    found = spectra(*((white(i), white(10 + i)) for i in range(3))).result()
    expected = SIGMA**2 * GRID.target_scale**2
    assert found.target[1:] == pytest.approx(expected, rel=0.15)
    assert found.target[3:].mean() == pytest.approx(expected, rel=0.01)
    assert np.abs(found.coherence[2:]).max() < 0.1
    assert found.skill[2:] == pytest.approx(-1, abs=0.3)


def test_frequencies_are_cycles_per_arcsec_up_to_the_targets_own_nyquist():
    frequency = spectra((white(1), white(1))).frequencies
    assert frequency[1] == pytest.approx(1 / (WINDOW * GRID.target_scale))
    assert frequency[-1] == pytest.approx(0.5 / GRID.target_scale)
    # A wave of 8 pixels lies where it belongs.
    wave = 100 * np.cos(2 * np.pi * np.arange(512) / 8) * np.ones((512, 1))
    found = spectra((wave.astype(np.float32), white(1))).result()
    assert frequency[np.argmax(found.target)] == pytest.approx(1 / (8 * GRID.target_scale))


def test_a_blur_comes_back_as_its_own_transfer_and_leaves_the_coherence_alone():
    fwhm = 5.0
    pairs = [(white(i), blur(white(i), fwhm)) for i in range(3)]
    found = spectra(*pairs, window=FINE)
    pixels = found.frequencies * GRID.target_scale
    expected = np.exp(-2 * (np.pi * fwhm / FWHM_PER_SIGMA * pixels) ** 2)
    strong = (expected > 0.1) & (np.arange(pixels.size) > 2)  # tapers mix neighbouring rings
    result = found.result()
    assert result.transfer[strong] == pytest.approx(expected[strong], abs=0.02)
    assert (result.coherence[strong] > 0.97).all()
    # What is lost is (1 - transfer)² of the power.
    assert result.skill[strong] == pytest.approx(1 - (1 - expected[strong]) ** 2, abs=0.02)


def filtered_by_its_own(spectrum: Spectrum) -> Spectrum:
    """Of the prediction behind its Wiener filter; its skill is the square of the coherence."""
    passed = spectrum.wiener
    return Spectrum(spectrum.target, passed**2 * spectrum.prediction, passed * spectrum.cross)


def test_noise_of_known_strength_gives_the_coherence_it_has_to_and_the_best_filter():
    signal_to_noise = 2.0
    pairs = [(white(i), white(i) + white(20 + i, SIGMA / signal_to_noise)) for i in range(3)]
    result = spectra(*pairs).result()
    share = signal_to_noise**2 / (1 + signal_to_noise**2)
    assert result.coherence[2:] == pytest.approx(np.sqrt(share), abs=0.03)
    assert result.wiener[2:] == pytest.approx(share, abs=0.04)
    filtered = filtered_by_its_own(result)
    assert filtered.skill[2:] == pytest.approx(result.coherence[2:] ** 2, abs=1e-6)
    assert (filtered.skill[1:] > result.skill[1:]).all()
    assert filtered.coherence[1:] == pytest.approx(result.coherence[1:])


def test_the_filtered_field_has_the_spectra_that_were_predicted():
    truth = [blur(5 * white(i), 6.0) for i in range(2)]
    guesses = [field + white(30 + i, 5.0) for i, field in enumerate(truth)]
    measured = spectra(*zip(truth, guesses, strict=True), window=FINE).result()
    filtered = [wiener_filtered(guess, measured, FINE) for guess in guesses]
    found = spectra(*zip(truth, filtered, strict=True), window=FINE).result()
    assert found.skill[2:24] == pytest.approx(filtered_by_its_own(measured).skill[2:24], abs=0.05)
    for guess, best, field in zip(guesses, filtered, truth, strict=True):
        assert np.std(best - field) < 0.8 * np.std(guess - field)


def test_a_wiener_filter_that_passes_everything_changes_nothing():
    flat = np.ones(WINDOW // 2 + 1)
    field = white(1)
    assert wiener_filtered(field, Spectrum(flat, flat, flat), WINDOW) == pytest.approx(
        field, abs=1e-4
    )


def test_windows_with_gaps_or_beyond_the_limit_do_not_count():
    target, guess = white(1), white(2)
    full = spectra((target, guess)).of_tiles()[:, 0, 0].sum()
    target[256, 256] = np.nan
    found = spectra((target, guess)).of_tiles()
    # A pixel lies in 2 x 2 windows that overlap by half.
    assert full - found[:, 0, 0].sum() == 4
    starts = [(i, j) for i in range(0, 481, 16) for j in range(0, 481, 16)]
    whole = sum(DISK.within[i : i + 32, j : j + 32].all() for i, j in starts)
    assert full == whole
    corner = found.reshape(4, 4, -1, 4)[0, 0, 0, 0]
    assert corner < found.reshape(4, 4, -1, 4)[1, 1, 0, 0]


def test_a_window_counts_in_the_tile_that_holds_its_middle():
    assert spectra((white(1), white(1))).of_tiles().shape == (16, 17, 4)
    target = np.full(GRID.shape("target"), np.nan, np.float32)
    target[160:192, 288:320] = white(1)[160:192, 288:320]
    windows = spectra((target, white(1))).of_tiles()[:, 0, 0].reshape(4, 4)
    assert windows[1, 2] == windows.sum() == 1


def test_merged_in_any_order_it_is_the_same():
    first, second = (white(1), white(2)), (white(3), white(4))
    both = spectra(first, second)
    late = SpectrumStatistic(GRID, WINDOW, TILE)
    late.update(Comparison(DISK, "20111202", *second, DSUN))
    late.merge(spectra(first))
    np.testing.assert_array_equal(late.of_tiles(), both.of_tiles())
    with pytest.raises(ConfigError, match="different settings"):
        late.merge(spectra(first, window=64))


def test_every_wave_has_the_weight_of_its_ring():
    # Parseval: over all rings and corners the power is the variance of the tapered window.
    result = spectra((white(1), white(1))).result()
    k = fft.fftfreq(WINDOW, 1 / WINDOW)
    ring = np.rint(np.hypot(k[:, None], k[None, :])).astype(int)
    counts = np.bincount(ring.ravel())[: WINDOW // 2 + 1]
    inside = (counts * result.target).sum() / counts.sum()
    assert inside == pytest.approx(SIGMA**2 * GRID.target_scale**2, rel=0.03)
