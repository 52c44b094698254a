"""HMI's noise from weak fields: what is put in comes back, and where the fit says it cannot."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import stats

from helpers.months import GRID, GRID_SETTINGS, sun, write_aligned, write_split
from onesun.alignment.mapping import HeaderMapping
from onesun.alignment.resample import resample
from onesun.cli.prepare import noise as command
from onesun.errors import ConfigError, DamagedProductError, OneSunError
from onesun.geometry.grid import AU_METRES
from onesun.geometry.pointing import Pointing
from onesun.geometry.resampled_noise import white_noise_left
from onesun.io.files import read_json, write_json
from onesun.metrics import core
from onesun.series.noise import read_sigma

LIMIT, STEP = 10, 0.1
EDGES = core.edges(LIMIT, STEP)


def counts(field: np.ndarray) -> np.ndarray:
    """Fields below the limit, in the steps in which they are kept."""
    return np.histogram(np.round(field, 1), EDGES)[0]


def quiet_sun(draw: np.random.Generator, size: int = 600) -> np.ndarray:
    """Weak fields of 1 G, and a network of up to some hundred gauss on 3 % of the pixels."""
    field = draw.normal(0, 1, (size, size))
    network = draw.random((size, size)) < 0.03
    field[network] += draw.laplace(0, 80, np.count_nonzero(network))
    return field


@pytest.mark.parametrize("sigma", [3, 4.7, 8])
def test_the_noise_put_in_comes_back(sigma: float) -> None:
    draw = np.random.default_rng(1)
    field = quiet_sun(draw)
    found = core.fit(counts(field + draw.normal(0, sigma, field.shape)), EDGES)
    assert found.sigma == pytest.approx(sigma, rel=0.1)
    # Of noise alone a hundredth is not lost, though its histogram ends at 10 G.
    alone = core.fit(counts(draw.normal(0, sigma, (600, 600))), EDGES)
    assert alone.sigma == pytest.approx(sigma, rel=0.01)
    assert alone.sigma < found.sigma  # the Sun's own weak fields broaden the core


def test_errors_are_those_of_the_scatter() -> None:
    fits = []
    for seed in range(60):
        draw = np.random.default_rng(seed)
        fits.append(core.fit(counts(draw.normal(0.5, 5, 20_000)), EDGES))
    sigmas, means = np.array([[found.sigma, found.mean] for found in fits]).T
    assert np.std(sigmas) == pytest.approx(fits[0].sigma_error, rel=0.3)
    assert np.std(means) == pytest.approx(fits[0].mean_error, rel=0.3)
    assert np.mean(means) == pytest.approx(0.5, abs=4 * fits[0].mean_error / np.sqrt(60))


def test_the_fit_is_that_of_scipys_truncated_normal() -> None:
    field = np.random.default_rng(2).normal(-0.3, 6, 40_000)
    kept = field[np.abs(field) < LIMIT]

    def cost(mean: float, sigma: float) -> float:
        bounds = (-LIMIT - mean) / sigma, (LIMIT - mean) / sigma
        return -stats.truncnorm.logpdf(kept, *bounds, mean, sigma).sum()

    found = core.fit(counts(field), EDGES)
    best = cost(found.mean, found.sigma)
    for other in ((found.mean + 0.2, found.sigma), (found.mean, found.sigma * 1.05)):
        assert cost(*other) > best + 1
    assert cost(found.mean, found.sigma * 0.95) > best + 1


def test_bins_hold_one_step_each() -> None:
    middles = (EDGES[1:] + EDGES[:-1]) / 2
    np.testing.assert_allclose(middles, np.arange(-99, 100) / 10, atol=1e-12)  # |B| < 10 G


def test_a_flat_histogram_tells_nothing() -> None:
    field = np.random.default_rng(3).normal(0, 200, 100_000)
    with pytest.raises(OneSunError, match=r"the histogram is flat within 9\.95 G"):
        core.fit(counts(field), EDGES)
    with pytest.raises(OneSunError, match="noise: 0 pixels in the histogram"):
        core.fit(counts(field[:0]), EDGES)


def noisy_months(folder, sigmas=(4.0, 5.0)) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    frames = {}
    for index, sigma in enumerate(sigmas):
        draw = np.random.default_rng(index)
        target = draw.normal(0, sigma, GRID.shape("target")).astype(np.float32)
        target[GRID.radius("target") >= 0.6] = 3.0  # beyond the radius, something else
        frames[f"2016070{index + 1}_060000_TAI"] = (sun(1)[0], target)
    return frames


def run(folder, manifest, split, resampled=1, **noise):
    settings = {"grid": GRID_SETTINGS, "noise": noise}
    out = folder / "noise.json"
    command("mdi-hmi", [manifest], split, json.dumps(settings), out, resampled)
    return read_json(folder / "noise.json")


def test_training_frames_each_and_together(tmp_path) -> None:
    frames = noisy_months(tmp_path)
    manifest = write_aligned(tmp_path, "mdi-hmi", "2016-07", frames)
    split = write_split(tmp_path / "split.csv", "mdi-hmi", {"2016-07": "train"})
    found = run(tmp_path, manifest, split, within_radius=0.5)
    inside = GRID.radius("target") <= 0.5
    assert [entry["stamp"] for entry in found["frames"]] == list(frames)
    sigmas = [entry["sigma"] for entry in found["frames"]]
    assert sigmas == pytest.approx([4, 5], rel=0.02)
    assert found["spread"] == pytest.approx(abs(sigmas[1] - sigmas[0]) / np.sqrt(2))
    weak = [np.count_nonzero(np.abs(np.round(t[inside], 1)) < 9.95) for _, t in frames.values()]
    assert [entry["n"] for entry in found["frames"]] == weak
    assert found["n"] == sum(weak)
    assert 4.4 < found["sigma"] < 4.6  # of both together
    assert read_sigma(tmp_path / "noise.json") == found["sigma"]
    first = (tmp_path / "noise.json").read_bytes()
    one = run(tmp_path, manifest, split, within_radius=0.5, frames_per_month=1)
    assert len(one["frames"]) == 1
    assert one["spread"] is None
    run(tmp_path, manifest, split, within_radius=0.5)
    assert (tmp_path / "noise.json").read_bytes() == first


def test_resamplings_of_white_noise() -> None:
    """By alignment's own resampling: a frame of noise alone, on the grid once and twice."""
    assert white_noise_left(0) == 1
    draw = np.random.default_rng(5)
    size, scale = GRID.target_size, GRID.target_scale
    limb, middle = GRID.limb_radius("target") * scale, (size - 1) / 2
    field = draw.normal(0, 5, (size, size)).astype(np.float32)
    inside, left = GRID.radius("target") < 0.8, []
    for roll in (1.0, -2.3):
        where = Pointing(middle + 0.3, middle, scale * 1.003, roll, limb, AU_METRES, 0.0, 0.0)
        field = resample(np.nan_to_num(field), where, HeaderMapping.on_grid(GRID, "target", where))
        left.append(field[inside].std() / 5)
    assert left == pytest.approx([white_noise_left(1), white_noise_left(2)], abs=0.01)
    assert white_noise_left(1) == pytest.approx(0.914, abs=2e-3)
    assert white_noise_left(2) < 0.96 * white_noise_left(1)


def test_the_noise_says_how_often_its_targets_were_resampled(tmp_path) -> None:
    manifest = write_aligned(tmp_path, "mdi-hmi", "2016-07", noisy_months(tmp_path, (4.0,)))
    split = write_split(tmp_path / "split.csv", "mdi-hmi", {"2016-07": "train"})
    found = [run(tmp_path, manifest, split, times) for times in (1, 2)]
    for times, content in enumerate(found, 1):
        left = {"times": times, "white_noise_left": white_noise_left(times)}
        assert content["resampled"] == left
    assert found[0]["sigma"] == found[1]["sigma"]  # what is measured is not corrected


def test_other_months_and_other_files_are_refused(tmp_path) -> None:
    manifest = write_aligned(tmp_path, "mdi-hmi", "2016-07", noisy_months(tmp_path, (4.0,)))
    split = write_split(tmp_path / "split.csv", "mdi-hmi", {"2016-07": "test"})
    with pytest.raises(ConfigError, match="2016-07 is a test month"):
        run(tmp_path, manifest, split)
    for content in ({"product": "noise"}, {"product": "card", "sigma": 4.0}, [1], {"sigma": "x"}):
        write_json(tmp_path / "other.json", content)
        with pytest.raises(DamagedProductError, match="expected what onesun noise wrote"):
            read_sigma(tmp_path / "other.json")
