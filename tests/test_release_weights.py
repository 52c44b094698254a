"""The weights that come with the package, and how weights are refused."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
import torch
from onesun.convert.error_scale import ErrorScale
from onesun.networks.uncertain import build_uncertain

from onesun import instruments, locations
from onesun.alignment.mapping import HeaderMapping
from onesun.alignment.resample import resample
from onesun.convert import release
from onesun.errors import DamagedProductError
from onesun.files import sha256, write_json
from onesun.geometry import psf
from onesun.geometry.grid import AU_METRES, Grid
from onesun.geometry.upsample import bicubic
from onesun.geometry.window import Window
from onesun.networks import Calibration
from onesun.reading.read import read

PAIRS = ("gong-hmi", "mdi-hmi")


@pytest.fixture
def copied(tmp_path):
    """A user's own copy of the MDI weights and their card."""
    for suffix in (release.WEIGHTS_SUFFIX, release.CARD_SUFFIX):
        shutil.copy(locations.resource("weights") / f"mdi-hmi{suffix}", tmp_path / f"own{suffix}")
    return tmp_path / "own.safetensors"


def field_and_radius(rows=64, columns=80):
    window = slice(400, 400 + rows), slice(300, 300 + columns)
    radius = Grid().radius("input")[window]
    field = np.random.default_rng(1).normal(scale=40, size=radius.shape).astype(np.float32)
    return field, radius


def test_weights_of_both_pairs_come_with_the_package():
    assert release.names() == list(PAIRS)
    files = [locations.resource("weights") / f"{pair}.safetensors" for pair in PAIRS]
    assert sum(path.stat().st_size for path in files) <= 3_000_000
    for pair, path in zip(PAIRS, files, strict=True):
        loaded = release.load(pair)
        assert loaded.pair == pair
        assert loaded.digest == sha256(path) == loaded.card["weights"]["sha256"]
        assert loaded.card["simulated"] is True
        assert {"field", "noise", "radius", "interval"} <= loaded.card["ranges"].keys()


@pytest.mark.parametrize("pair", PAIRS)
def test_a_part_with_its_halo_comes_out_as_in_the_whole(pair):
    loaded = release.load(pair)
    field, radius = field_and_radius()
    whole = loaded.predict(field, radius)
    halo, cut = loaded.halo, loaded.halo * 4
    part = slice(16 - halo, 40 + halo), slice(20 - halo, 44 + halo)
    for all_of_it, some in zip(whole, loaded.predict(field[part], radius[part]), strict=True):
        inside = all_of_it[4 * 16 : 4 * 40, 4 * 20 : 4 * 44]
        np.testing.assert_allclose(some[cut:-cut, cut:-cut], inside, atol=1e-3)


@pytest.mark.parametrize("pair", PAIRS)
def test_a_prediction_is_finite_positive_in_its_error_and_of_the_targets_scale(pair):
    loaded = release.load(pair)
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


def test_a_users_own_weights_load_by_path(copied):
    assert release.load(copied).digest == release.load("mdi-hmi").digest
    assert release.load(str(copied)).pair == "mdi-hmi"


def test_unknown_and_missing_weights_are_refused(tmp_path):
    with pytest.raises(release.WeightsError, match="'kpvt-hmi': expected one of gong-hmi, mdi-hmi"):
        release.load("kpvt-hmi")
    with pytest.raises(release.WeightsError, match=r"none\.safetensors: missing"):
        release.load(tmp_path / "none.safetensors")


def test_weights_that_do_not_fit_their_card_are_refused(copied):
    content = copied.read_bytes()
    copied.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(release.WeightsError, match=r"SHA-256 own\.card\.json gives"):
        release.load(copied)
    path = copied.with_name("own.card.json")
    card = json.loads(path.read_text())
    copied.write_bytes(content)
    write_json(path, card | {"network": card["network"] | {"blocks": 3}})
    with pytest.raises(release.WeightsError, match="not weights of the network"):
        release.load(copied)
    write_json(path, card | {"product": "model"})
    with pytest.raises(release.WeightsError, match="not the card of release weights"):
        release.load(copied)
    write_json(path, {name: value for name, value in card.items() if name != "error_scale"})
    with pytest.raises(DamagedProductError, match="error_scale"):
        release.load(copied)
    copied.write_bytes(b"no tensors")
    write_json(path, card | {"weights": card["weights"] | {"sha256": sha256(copied)}})
    with pytest.raises(release.WeightsError, match="not readable as safetensors"):
        release.load(copied)
    path.unlink()
    with pytest.raises(DamagedProductError, match="missing"):
        release.load(copied)


def test_an_untrained_network_is_the_calibrated_bicubic_and_ten_gauss_off():
    network = build_uncertain({}, 4, Calibration(a=0.0, b=1.4, field_scale=100.0))
    field = np.random.default_rng(2).normal(size=(20, 24)).astype(np.float32)
    given = torch.from_numpy(np.stack([field, np.zeros_like(field)]))[None]
    with torch.no_grad():
        answer = network(given)[0].numpy()
    np.testing.assert_allclose(answer[0], bicubic(field, 4) / 1.4, atol=1e-5)
    np.testing.assert_allclose(np.exp(answer[1]), 10, rtol=1e-5)
    assert network.halo == 10


def test_a_steady_field_has_no_pattern_of_input_pixels_whatever_the_weights():
    network = build_uncertain({}, 4, Calibration(a=0.0, b=1.4, field_scale=100.0))
    torch.manual_seed(3)
    with torch.no_grad():
        network.tail.weight.normal_(0, 0.3)
        network.tail.bias[:16].normal_(0, 3)
        given = torch.stack([torch.full((40, 40), 0.7), torch.full((40, 40), 0.3)])
        mean, log_error = network(given[None])[0]
    cut = 4 * network.halo
    inner = slice(cut, -cut)
    assert (mean[inner, inner] - mean[cut, cut]).abs().max() < 1e-4
    assert (mean[inner, inner] - 0.5).abs().max() > 1e-2  # the layers do say something
    # How well a place between pixels is known may well differ from place to place.
    assert log_error[inner, inner].std() > 0.01


def test_error_factors_are_interpolated_and_constant_beyond_the_knots():
    scale = ErrorScale([10, 100], [1.0, 2.0], [0.2, 0.8], [3.0, 1.0], [2.0, 4.0], 5.0)
    between = np.sqrt(11 * 101) - 1
    found = scale.by_field(np.array([0, -10, -between, 100, 5000]))
    np.testing.assert_allclose(found, [1, 1, 1.5, 2, 2], rtol=1e-5)
    np.testing.assert_allclose(scale.by_radius(np.array([0, 0.5, 1])), [3, 2, 1], rtol=1e-5)
    np.testing.assert_allclose(scale.wide(np.array([0, between, 900])), [2, 3, 4], rtol=1e-5)
    assert ErrorScale.from_card(json.loads(json.dumps(scale.for_card()))) == scale


def test_an_error_is_larger_against_readings_with_more_noise():
    scale = ErrorScale([0.0], [1.0], [0.0], [1.0], [1.96], 5.0)
    found = scale.for_noise(np.array([7.0, 7.0, 7.0]), np.array([5.0, 6.0, 0.0]))
    # 49 - 25 of noise, of which half the error is the least that is left.
    np.testing.assert_allclose(found, [7.0, np.sqrt(49 + 11), np.sqrt(24)], rtol=1e-6)
    assert scale.for_noise(np.array([5.0]), np.array([0.0]))[0] == 2.5


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
    loaded = release.load(f"{frame.instrument}-hmi")
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
