"""Registration: a known error of the header comes back, with noise, by each named model."""

import numpy as np
import pytest
from astropy.time import TimeDelta

from helpers.small_sun import START, SmallSun, apart, pointing
from onesun.alignment.mapping import Correction, input_mapping
from onesun.alignment.registration import MODELS, Registrar, check
from onesun.alignment.settings import Align
from onesun.alignment.tiles import measure
from onesun.errors import ConfigError, UntrustedFrameError
from onesun.geometry.grid import Grid

GRID = Grid(target_size=1024, target_scale=0.504273 * 4)  # input 256 x 256, limb 119 pixels
SETTINGS = {
    "registration": "stretched", "tile": 32, "within_radius": 0.9, "max_shift": 10,
    "min_correlation": 0.3,
}  # fmt: skip
UNIT = GRID.limb_radius("input")
ERRORS = {
    "shift": Correction(0.8 / UNIT, -1.3 / UNIT),
    "similarity": Correction(0.8 / UNIT, -1.3 / UNIT, roll=0.15, scale=3e-4),
    "stretched": Correction(0.8 / UNIT, -1.3 / UNIT, roll=0.15, scale=3e-4, stretch=1.67e-3),
}
SUN = SmallSun(shortest=0.05)
TARGET = pointing(1024, GRID.target_scale, distance=1.0165)
HEADER = pointing(256, 7.93, distance=1.008, b0=3.4, l0=313.2, roll=2.9, centre=(0.6, -1.1))
LATER = START + TimeDelta(210.0, format="sec")


@pytest.fixture(scope="module")
def reference():
    return SUN.on_grid(GRID, "input", TARGET, START)


@pytest.fixture(scope="module")
def mapping():
    return input_mapping(GRID, TARGET, HEADER, 210.0)


def shot(error, **how):
    return SUN.shot((256, 256), HEADER, LATER, error=error, gain=1.4, **how)


def mapping_error(found, error):
    """Root mean square over r < 0.9, input pixels."""
    return apart(found, error) * UNIT


@pytest.mark.parametrize("model", MODELS)
def test_known_error_comes_back(reference, mapping, model):
    frame = shot(ERRORS[model], noise=30.0)
    settings = Align(**SETTINGS | {"registration": model})
    found = Registrar(frame, reference, mapping, GRID, settings).run()
    assert found.model == model
    assert mapping_error(found.correction, ERRORS[model]) < 0.05
    assert found.correction.roll == pytest.approx(ERRORS[model].roll, abs=0.02)
    assert found.correction.shift_x * UNIT == pytest.approx(0.8, abs=0.03)
    assert found.correction.shift_y * UNIT == pytest.approx(-1.3, abs=0.03)
    # 1.4 * 60 G of signal with 30 G of noise correlate by 0.94.
    assert found.correlation_before < 0.85
    assert found.correlation_after == pytest.approx(0.94, abs=0.02)
    assert np.hypot(found.residual_x, found.residual_y) < 0.03
    assert found.tiles > 20


def test_each_model_leaves_what_it_cannot_say(reference, mapping):
    frame = shot(ERRORS["stretched"])
    left = {
        model: mapping_error(
            Registrar(
                frame, reference, mapping, GRID, Align(**SETTINGS | {"registration": model})
            ).run().correction,
            ERRORS["stretched"],
        )
        for model in MODELS
    }  # fmt: skip
    assert left["shift"] > 3 * left["similarity"] > 6 * left["stretched"]
    assert left["stretched"] < 0.005


def test_noisier_than_the_field(reference, mapping):
    """As MDI's short exposures at solar minimum; phases of single tiles would be lost."""
    error = ERRORS["stretched"]
    frame = shot(error, noise=200.0)
    found = Registrar(frame, reference, mapping, GRID, Align(**SETTINGS)).run()
    assert found.correlation_after < 0.45
    assert mapping_error(found.correction, error) < 0.1
    assert found.correction.roll == pytest.approx(error.roll, abs=0.06)


def test_some_tiles_that_mislead(reference, mapping):
    """A part of the disk that moved on its own, as a growing region does."""
    frame = shot(ERRORS["stretched"], noise=10.0)
    frame.field[100:150, 60:110] = np.roll(frame.field[100:150, 60:110], (1, 2), axis=(0, 1))
    found = Registrar(frame, reference, mapping, GRID, Align(**SETTINGS)).run()
    assert mapping_error(found.correction, ERRORS["stretched"]) < 0.05


def test_missing_part_of_the_disk(reference, mapping):
    frame = shot(ERRORS["stretched"], noise=10.0)
    frame.field[60:90, 120:180] = np.nan
    found = Registrar(frame, reference, mapping, GRID, Align(**SETTINGS)).run()
    assert mapping_error(found.correction, ERRORS["stretched"]) < 0.02


def test_same_digits_again(reference, mapping):
    frame = shot(ERRORS["stretched"], noise=30.0)
    assert (
        Registrar(frame, reference, mapping, GRID, Align(**SETTINGS)).run()
        == Registrar(frame, reference, mapping, GRID, Align(**SETTINGS)).run()
    )


def test_large_correction_is_refused(reference, mapping):
    frame = shot(Correction(6 / UNIT, 0))
    with pytest.raises(UntrustedFrameError, match=r"moves it by 6\.\d input pixels.* at most 5"):
        Registrar(frame, reference, mapping, GRID, Align(**SETTINGS | {"max_shift": 5})).run()


def test_another_sun_is_refused(mapping):
    other = SmallSun(seed=9, shortest=0.05).on_grid(GRID, "input", TARGET, START)
    with pytest.raises(UntrustedFrameError, match="expected at"):
        Registrar(shot(Correction()), other, mapping, GRID, Align(**SETTINGS)).run()


def test_a_blank_sun_is_refused(reference, mapping):
    frame = shot(Correction())
    frame.field[np.isfinite(frame.field)] = 0
    with pytest.raises(UntrustedFrameError, match="no features"):
        Registrar(frame, reference, mapping, GRID, Align(**SETTINGS)).run()


def test_tile_too_large_for_the_grid():
    with pytest.raises(ConfigError, match=r"align\.tile: 128 found.* 256 pixels"):
        check(Align(**SETTINGS | {"tile": 128}), GRID)


def test_tile_shifts_and_their_information():
    """Shifts come back as x, y with the sign stated, and noise four times as large costs 16."""
    rng = np.random.default_rng(5)
    waves = rng.uniform(-0.6, 0.6, (40, 2)), rng.uniform(0, 2 * np.pi, 40)
    y, x = np.mgrid[:128, :128].astype(float)

    def field(dx, dy):
        turns = waves[0] @ np.stack([(x + dx).ravel(), (y + dy).ravel()]) + waves[1][:, None]
        return (10 * np.cos(turns).sum(axis=0)).reshape(128, 128).astype(np.float32)

    usable = np.ones((128, 128), bool)
    noise = rng.normal(0, 1, (128, 128)).astype(np.float32)
    quiet = measure(0.7 * field(0.15, -0.1) + 3 * noise, field(0, 0), usable, 32, 0.5)
    loud = measure(0.7 * field(0.15, -0.1) + 12 * noise, field(0, 0), usable, 32, 0.5)
    assert len(quiet) == 16
    np.testing.assert_allclose(np.median(quiet.shift, axis=0), [0.15, -0.1], atol=0.02)
    ratio = np.median(quiet.information / loud.information)
    assert 5 < ratio < 20
    errors = loud.shift - [0.15, -0.1]
    sigmas = np.sqrt(np.einsum("ti,tij,tj->t", errors, loud.information, errors) / 2)
    assert 0.3 < np.sqrt(np.mean(sigmas**2)) < 1.5
