"""The weights that come with the package."""

from __future__ import annotations

import numpy as np
import pytest

from onesun import instruments
from onesun.alignment.mapping import HeaderMapping
from onesun.alignment.resample import resample
from onesun.geometry import psf
from onesun.geometry.grid import AU_METRES, Grid
from onesun.geometry.window import Window
from onesun.io import locations
from onesun.io.files import sha256
from onesun.reading.read import read
from onesun.training import model

PAIRS = ("gong-hmi", "mdi-hmi")


def field_and_radius(rows=64, columns=80):
    window = slice(400, 400 + rows), slice(300, 300 + columns)
    radius = Grid().radius("input")[window]
    field = np.random.default_rng(1).normal(scale=40, size=radius.shape).astype(np.float32)
    return field, radius


def test_weights_of_both_pairs_come_with_the_package():
    assert model.names() == list(PAIRS)
    files = [locations.resource("weights") / f"{pair}.safetensors" for pair in PAIRS]
    assert sum(path.stat().st_size for path in files) <= 3_000_000
    for pair, path in zip(PAIRS, files, strict=True):
        loaded = model.load(pair)
        assert loaded.pair == pair
        assert loaded.digest == sha256(path) == loaded.card["weights"]["sha256"]
        assert loaded.card["simulated"] is True
        assert {"field", "noise", "radius", "interval"} <= loaded.card["ranges"].keys()


@pytest.mark.parametrize("pair", PAIRS)
def test_a_part_with_its_halo_comes_out_as_in_the_whole(pair):
    loaded = model.load(pair)
    field, radius = field_and_radius()
    whole = loaded.predict(field, radius)
    halo, cut = loaded.halo, loaded.halo * 4
    part = slice(16 - halo, 40 + halo), slice(20 - halo, 44 + halo)
    for all_of_it, some in zip(whole, loaded.predict(field[part], radius[part]), strict=True):
        inside = all_of_it[4 * 16 : 4 * 40, 4 * 20 : 4 * 44]
        np.testing.assert_allclose(some[cut:-cut, cut:-cut], inside, atol=1e-3)


@pytest.mark.parametrize("pair", PAIRS)
def test_a_prediction_is_finite_positive_in_its_error_and_of_the_targets_scale(pair):
    loaded = model.load(pair)
    field, radius = field_and_radius()
    field[:10] = np.nan
    mean, error = loaded.predict(field, radius)
    assert mean.shape == error.shape == (4 * 64, 4 * 80)
    assert mean.dtype == error.dtype == np.float32
    assert np.isfinite(mean).all()
    assert (error > 0).all()
    steady = np.full_like(radius, 100 * loaded.card["calibration"]["b"])
    mean, _ = loaded.predict(steady, radius)
    assert mean[80:-80, 80:-80].mean() == pytest.approx(100, rel=0.15)


REAL = (
    "mdi.fd_M_96m_lev182.19991211_173600_TAI.data.fits",
    "mdi.fd_M_96m_lev182.20101015_000000_TAI.data.fits",
    "bbzqa100608t2004.fits.gz",
    "bbbqa090905t1854.fits.gz",
)


@pytest.mark.parametrize("name", REAL)
def test_a_real_frame_seen_through_its_instrument_again_is_what_was_recorded(real_files, name):
    frame = read(real_files[name])
    grid, record = Grid(), instruments.load(frame.instrument)
    mapping = HeaderMapping.on_grid(grid, "input", frame.pointing)
    part = Window.centred(grid, (0.0, 350.0), (160, 420)).slices("input")
    field = resample(frame.field, frame.pointing, mapping)[part]
    loaded = model.load(f"{frame.instrument}-hmi")
    mean, error = loaded.predict(field, grid.radius("input")[part])
    assert np.isfinite(mean).all()
    assert (error > 0).all()
    # As onesun.geometry.psf.matched, on a part of the grid.
    to_pixels = frame.pointing.dsun / AU_METRES / grid.target_scale
    optics = (record.optics.fwhm * to_pixels, record.detector.plate_scale * to_pixels)
    seen = psf.blur(mean, *optics, (0.5, 0.5))[1::4, 1::4] * loaded.card["calibration"]["b"]
    inner = slice(15, -15), slice(15, -15)
    slope, offset = np.polyfit(seen[inner].ravel(), field[inner].ravel(), 1)
    assert slope == pytest.approx(1, abs=0.1)
    assert abs(offset) < 3
