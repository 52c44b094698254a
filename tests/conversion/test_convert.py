"""One frame converted: seams, coordinates, what the FITS file says, and what is marked."""

from __future__ import annotations

import subprocess
import sys
import warnings

import astropy.units as u
import numpy as np
import pytest
import sunpy.map
import torch
from astropy.io import fits
from scipy import ndimage

import onesun
from helpers.convertible import (
    COARSE,
    MDI_TIME,
    STANDARD,
    mdi,
    where_mdi,
    write_gong,
    write_mdi,
    write_weights,
)
from onesun.conversion import view
from onesun.conversion.convert import Options, convert_source, weights_for
from onesun.conversion.flags import Flag
from onesun.conversion.fluxes import fluxes_of
from onesun.conversion.output import Converted, read_output
from onesun.conversion.source import of_file
from onesun.conversion.stored import UNCERTAINTY
from onesun.conversion.view import View, read_by_network
from onesun.conversion.write import output_name, write_planes
from onesun.errors import ConfigError, DamagedProductError, UntrustedFrameError
from onesun.geometry.grid import Grid
from onesun.methods.tiles import predict_tiles
from onesun.products.steps import in_gauss
from onesun.training import model


@pytest.fixture
def coarse() -> Grid:
    """A common grid with 64 times fewer pixels."""
    return COARSE


@pytest.fixture
def weights(request, tmp_path):
    """Weights for the grid that the test converts on."""
    grid = COARSE if "coarse" in request.fixturenames else STANDARD
    return write_weights(tmp_path / "weights", grid=grid)


@pytest.fixture(scope="module")
def frame(tmp_path_factory):
    return write_mdi(tmp_path_factory.mktemp("frame") / "mdi.fits")


def converted(path, weights, out, **options) -> Converted:
    taken = of_file(path)
    chosen = Options(weights, **options)
    write_planes(out, convert_source(taken, weights_for(taken, chosen), chosen))
    return read_output(out)


@pytest.fixture(scope="module")
def whole(frame, tmp_path_factory):
    """The file of a conversion on the real standard grid."""
    folder = tmp_path_factory.mktemp("whole")
    path = folder / "whole.onesun.fits"
    converted(frame, write_weights(folder), path)
    return path


# Seams


def tiled(loaded: model.Model, tile: int, sky: View, field: np.ndarray) -> np.ndarray:
    """Mean and error of every pixel, gauss, not rounded; NaN where no tile reached."""
    got = np.full((2, *(4 * size for size in sky.shape)), np.nan, np.float32)

    def sink(pixels, mean, error):
        got[0][pixels], got[1][pixels] = mean, error

    radius = sky.widened(loaded.halo).radius()
    wanted = sky.radius() < 1 + 1 / sky.pointing.limb_radius
    predict_tiles(loaded, field, radius, wanted, sink, tile=tile, device=torch.device("cpu"))
    return got


@pytest.fixture
def small_sky() -> tuple[View, np.ndarray]:
    where = read_by_network(where_mdi(), (1024, 1024), "standard", STANDARD).pointing
    sky = View((112, 100), view.replace(where, x0=49.0, y0=56.0, scale=where.rsun / 46))
    field = 300 * np.random.default_rng(0).standard_normal(sky.shape).astype(np.float32)
    return sky, np.where(sky.radius() < 1, field, np.float32(0))


@pytest.mark.parametrize("tile", [7, 32, 50])
def test_the_values_are_the_same_whatever_the_tiles_are(weights, small_sky, tile):
    sky, field = small_sky
    loaded = model.load(weights)
    together = tiled(loaded, 1000, sky, field)
    apart = tiled(loaded, tile, sky, field)
    reached = np.isfinite(together) & np.isfinite(apart)
    assert (reached | (sky.finer(4).radius() >= 1)).all()
    assert np.abs(apart - together)[reached].max() < 1e-3
    assert together[0][reached[0]].std() > 100


def test_the_tiles_are_those_of_the_frame_at_once(weights, small_sky):
    sky, field = small_sky
    loaded = model.load(weights)
    wide = sky.widened(loaded.halo)
    mean, _ = loaded.predict(np.pad(field, loaded.halo), wide.radius(), device="cpu")
    inner = mean[4 * loaded.halo : -4 * loaded.halo, 4 * loaded.halo : -4 * loaded.halo]
    got = tiled(loaded, 16, sky, field)[0]
    on_disk = sky.finer(4).radius() < 1
    assert np.abs(got - inner)[on_disk].max() < 1e-3


def test_without_the_halo_a_seam_would_be_found(weights, small_sky):
    sky, field = small_sky
    loaded = model.load(weights)
    loaded.network.halo = 1
    together, apart = tiled(loaded, 1000, sky, field)[0], tiled(loaded, 16, sky, field)[0]
    assert np.nanmax(np.abs(together - apart)) > 0.1


def test_tiles_off_the_disk_are_left_out(weights, small_sky):
    sky, field = small_sky
    got = tiled(model.load(weights), 8, sky, field)[0]
    assert np.isnan(got[:4, :4]).all()


# Coordinates


def spot_positions(field: np.ndarray, wcs_map, threshold: float) -> np.ndarray:
    """Centroids of strong spots in helioprojective arcsec; (n, 2), sorted by x."""
    labels, count = ndimage.label(np.nan_to_num(field) > threshold)
    sizes = ndimage.sum_labels(np.ones(field.shape), labels, range(1, count + 1))
    large = [number + 1 for number in np.flatnonzero(sizes > 0.2 * sizes.max())]
    centres = np.array(ndimage.center_of_mass(np.nan_to_num(field), labels, large))
    world = wcs_map.pixel_to_world(centres[:, 1] * u.pix, centres[:, 0] * u.pix)
    places = np.stack([world.Tx.to_value(u.arcsec), world.Ty.to_value(u.arcsec)], axis=1)
    return places[np.argsort(places[:, 0])]


@pytest.mark.parametrize("geometry", ["standard", "input"])
def test_spots_stay_where_they_are_on_the_sky(tmp_path, geometry):
    # A network that only interpolates moves nothing by itself.
    still = write_weights(tmp_path / "still", spread=0.0)
    path = write_mdi(tmp_path / "mdi.fits")
    out = tmp_path / "out.fits"
    found = converted(path, still, out, geometry=geometry)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        before, after = sunpy.map.Map(path), sunpy.map.Map(out)[0]
    given = ndimage.gaussian_filter(np.nan_to_num(before.data), 3)
    made = ndimage.gaussian_filter(np.nan_to_num(found.field), 12)
    expected = spot_positions(given, before, 200)
    got = spot_positions(made, after, 200 / 1.4)
    assert len(expected) == 2
    assert np.abs(got - expected).max() < 0.1
    assert after.observer_coordinate.radius.to_value("m") == pytest.approx(where_mdi().dsun)


def test_the_standard_geometry_is_north_up_and_as_large_as_hmis_disk(whole):
    header = read_output(whole).header
    assert (header["NAXIS1"], header["NAXIS2"]) == (4096, 4096)
    assert (header["CRPIX1"], header["CRPIX2"], header["CROTA2"]) == (2048.5, 2048.5, 0.0)
    assert header["RSUN_OBS"] / header["CDELT1"] == pytest.approx(1903.03, abs=0.01)
    assert header["RSUN_OBS"] == pytest.approx(where_mdi().rsun)


def test_the_inputs_geometry_divides_its_pixels(tmp_path, weights, frame):
    header = converted(frame, weights, tmp_path / "o.fits", geometry="input").header
    where = where_mdi()
    assert (header["NAXIS1"], header["NAXIS2"]) == (4096, 4096)
    assert header["CDELT1"] == pytest.approx(where.scale / 4)
    assert header["CROTA2"] == pytest.approx(3.0)
    # The outer edges of both images are the same: pixel 0.5 counted from 1.
    assert header["CRPIX1"] - 0.5 == pytest.approx(4 * (where.x0 + 0.5))


def test_gongs_larger_pixels_are_divided_by_five():
    where = view.replace(where_mdi(0.0), scale=2.55)
    low = read_by_network(where, (860, 860), "input", STANDARD)
    assert low.finer(4).shape == (4300, 4300)
    assert low.finer(4).pointing.scale == pytest.approx(2.55 / 5)


def test_an_unknown_geometry_is_refused(frame, weights):
    with pytest.raises(ConfigError, match="geometry: 'sideways' found, expected one of standard"):
        converted(frame, weights, None, geometry="sideways")


# The file


def test_the_file_is_written_as_jsoc_does_and_its_sums_hold(whole):
    with fits.open(whole, disable_image_compression=True) as hdus:
        for hdu in hdus:
            assert hdu.verify_datasum() == 1
            assert hdu.verify_checksum() == 1
        field = hdus["FIELD"].header
        assert (field["ZCMPTYPE"], field["ZBITPIX"], field["BSCALE"]) == ("RICE_1", 32, 0.1)
        assert field["BUNIT"] == "Gauss"
    with fits.open(whole) as hdus:
        assert [hdu.name for hdu in hdus] == [
            "PRIMARY",
            "FIELD",
            "ERROR",
            "HALF68",
            "HALF95",
            "MASK",
        ]
        assert hdus["MASK"].data.dtype == np.uint8


def test_the_header_tells_where_it_comes_from(whole, frame, weights):
    header = read_output(whole).header
    with fits.open(frame) as hdus:
        given = hdus[1].header
    for key in ("T_REC", "T_OBS", "TELESCOP", "CAMERA", "QUALITY", "DSUN_OBS", "CRLN_OBS"):
        assert header[key] == given[key]
    assert header["DATE-OBS"] == given["DATE-OBS"]
    assert header["DATE-AVG"] == MDI_TIME.utc.isot
    assert header["TIMESYS"] == "UTC"
    assert header["INFILE"] == "mdi.fits"
    assert (header["WEIGHTS"], header["METHOD"]) == ("mdi-hmi", "onesun")
    assert header["ERRORS"] == "deviation and half-widths"
    assert header["WTSHA256"] == model.load(weights).digest
    assert header["HMINOISE"] == model.load(weights).errors.target_noise
    assert header["ONESUN"] == onesun.__version__
    assert header["SIMULATD"]


def test_the_header_states_the_flux_that_hmi_would_show(whole):
    output = read_output(whole)
    header, fluxes = output.header, fluxes_of(output.field, output.view)
    assert header["ESTIMATE"] == "expectation"
    assert header["USFLUX"] == pytest.approx(fluxes.unsigned, rel=1e-4)
    assert header["USFLUXN"] == pytest.approx(fluxes.unsigned_with_noise, rel=1e-4)
    assert header["USFLUXN"] > header["USFLUX"]
    assert header["HMISIGMA"] == 4.7


def test_the_same_input_gives_the_same_bytes(whole, frame, weights, tmp_path):
    converted(frame, weights, tmp_path / "again.fits")
    assert (tmp_path / "again.fits").read_bytes() == whole.read_bytes()


def test_other_tiles_change_a_value_only_where_it_lies_between_two_steps(
    whole, frame, weights, tmp_path
):
    other = converted(frame, weights, tmp_path / "other.fits", tile=96)
    apart = np.abs(other.field - read_output(whole).field)
    assert np.nanmax(apart) < 0.1001
    assert np.nanmean(apart > 0) < 1e-3


def test_sunpy_opens_it_and_draws_its_limb_on_the_disk(whole):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        field, error, _, _, mask = sunpy.map.Map(whole)
    assert field.unit == u.G
    from sunpy.coordinates.utils import get_limb_coordinates
    from sunpy.map.maputils import coordinate_is_on_solar_disk

    limb = get_limb_coordinates(
        field.observer_coordinate, field.rsun_meters, resolution=360
    ).transform_to(field.coordinate_frame)
    x, y = (axis.to_value(u.pix) for axis in field.world_to_pixel(limb))
    radius = np.hypot(x - 2047.5, y - 2047.5)
    # The edge of what is marked as off the disk, along the four axes.
    on_disk = (mask.data & Flag.OFF_DISK) == 0
    edges = [np.flatnonzero(on_disk[2047])[[0, -1]], np.flatnonzero(on_disk[:, 2047])[[0, -1]]]
    for first, last in edges:
        assert (last - first + 1) / 2 == pytest.approx(radius.mean(), abs=1)
    assert np.ptp(radius) < 0.1
    assert coordinate_is_on_solar_disk(field.center)
    assert np.isfinite(error.data[np.isfinite(field.data)]).all()


def test_the_name_of_an_output():
    assert output_name("a.fits.gz") == "a.onesun.fits"
    assert output_name("b.data.FITS") == "b.data.onesun.fits"
    assert output_name("c.fit.fz") == "c.onesun.fits"


def test_what_is_no_output_is_told(tmp_path, frame):
    for path, what in ((frame, "no output"), (tmp_path / "none.fits", "missing")):
        with pytest.raises(DamagedProductError, match=what):
            read_output(path)
    (tmp_path / "bad.fits").write_bytes(b"no FITS")
    with pytest.raises(DamagedProductError, match="not readable"):
        read_output(tmp_path / "bad.fits")


# Values and marks


def test_a_value_and_an_error_wherever_the_input_has_one(whole):
    got = read_output(whole)
    inside = got.view.radius() < 0.99
    assert np.isfinite(got.field[inside]).all()
    assert (got.deviation[inside] > 0).all()
    assert not got.mask[inside].any()
    assert np.isnan(got.field[got.view.radius() >= 1]).all()


def test_what_has_no_value_is_marked_and_the_limb_has_no_crumbs(whole):
    got = read_output(whole)
    empty = np.isnan(got.field)
    assert (got.mask[empty] & (Flag.OFF_DISK | Flag.MISSING)).all()
    _, count = ndimage.label(~empty)
    assert count == 1


def changed(tmp_path, change, weights, *, force=False) -> Converted:
    data, header = mdi()
    change(data, header)
    path = tmp_path / "changed.fits"
    fits.writeto(path, data, header)
    taken = of_file(path, force=force)
    chosen = Options(weights)
    planes = convert_source(taken, weights_for(taken, chosen), chosen)
    sky = read_by_network(
        taken.frame.pointing, data.shape, "standard", model.load(weights).grid
    ).finer(4)
    gauss = [in_gauss(planes.gauss[name]) for name in ("FIELD", *UNCERTAINTY)]
    return Converted(*gauss, planes.mask, sky, planes.header)


def test_a_gap_has_no_values_and_its_rim_is_marked(tmp_path, weights, coarse):
    def gap(data, header):
        data[480:520, 480:520] = np.nan

    got = changed(tmp_path, gap, weights)
    lost = np.isnan(got.field) & (got.view.radius() < 0.95)
    assert 10 < lost.sum() < 1000
    rim = ndimage.binary_dilation(lost, iterations=4) & ~lost
    assert (got.mask[rim] & Flag.MISSING).all()
    assert np.isfinite(got.field[rim]).all()


def test_a_hole_that_was_filled_is_as_one_without_a_value(tmp_path, weights, coarse):
    def hole(value):
        def change(data, header):
            data[480:520, 480:520] = value

        (tmp_path / "changed.fits").unlink(missing_ok=True)
        return changed(tmp_path, change, weights)

    expected = hole(np.nan)
    for value in (0.0, -9999.0, -703.2, 1e20):
        got = hole(value)
        np.testing.assert_array_equal(got.field, expected.field)
        np.testing.assert_array_equal(got.mask, expected.mask)


def test_a_frame_of_zeros_that_is_forced_is_no_quiet_sun(tmp_path, weights, coarse):
    def half(data, header):
        data[:512][np.isfinite(data[:512])] = 0

    with pytest.raises(UntrustedFrameError, match="interrupted: 50"):
        changed(tmp_path, half, weights)
    (tmp_path / "changed.fits").unlink()
    got = changed(tmp_path, half, weights, force=True)
    on_disk = (got.mask & Flag.OFF_DISK) == 0
    without = np.isnan(got.field) & on_disk
    assert 0.45 < without.sum() / on_disk.sum() < 0.55
    assert (got.mask[without] & Flag.MISSING).all()
    assert any("interrupted" in str(value) for value in got.header["DOUBT*"].values())


def test_strong_fields_are_marked(tmp_path, weights, coarse):
    def strong(data, header):
        data[480:520, 480:520] = 4500 + data[480:520, 480:520]
        for keyword in ("DATAMAX", "DATARMS", "DATAMEAN"):
            header.remove(keyword)

    mask = changed(tmp_path, strong, weights).mask
    middle = mask[256 - 40 : 256 + 40, 256 - 40 : 256 + 40]
    assert np.bitwise_or.reduce(middle, axis=None) == Flag.FIELD | Flag.SATURATED


def noisy(data, header):
    data *= 4
    for keyword in ("DATAMIN", "DATAMAX", "DATARMS", "DATAMEAN"):
        header.remove(keyword)


@pytest.mark.parametrize(
    ("change", "flag"),
    [
        (noisy, Flag.NOISE),
        (lambda data, header: header.set("INTERVAL", 3.0), Flag.INSTRUMENT),
        (lambda data, header: header.remove("INTERVAL"), Flag.INSTRUMENT),
    ],
)
def test_frames_unlike_those_trained_on_are_marked(tmp_path, weights, coarse, change, flag):
    got = changed(tmp_path, change, weights)
    centre = got.mask[250:260, 250:260]
    assert (centre & flag).all()


def test_what_was_waived_is_written_down(tmp_path, weights, coarse):
    def doubtful(data, header):
        header["QUALITY"] = 4

    with pytest.raises(UntrustedFrameError, match="quality word"):
        changed(tmp_path, doubtful, weights)
    (tmp_path / "changed.fits").unlink()
    got = changed(tmp_path, doubtful, weights, force=True)
    assert "quality word" in got.header["DOUBT1"]
    assert (got.mask[250:260, 250:260] & Flag.FORCED).all()


def test_values_that_are_not_finite_are_refused(frame, weights, coarse):
    taken = of_file(frame)
    loaded = weights_for(taken, Options(weights))
    loaded.network.tail.bias.fill_(float("nan"))
    with pytest.raises(UntrustedFrameError, match="not finite"):
        convert_source(taken, loaded, Options(weights))


# The function for notebooks


def test_a_map_gives_what_its_file_gives(frame, weights, coarse):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from_map = onesun.convert(sunpy.map.Map(frame), weights=weights)
    from_file = onesun.convert(frame, weights=weights)
    # A map holds float64 of its own rounding.
    assert np.nanmax(np.abs(from_map.data - from_file.data)) < 0.11
    assert (from_map.mask == from_file.mask).all()
    assert from_file.unit == u.G
    assert from_file.uncertainty.unit == u.G
    assert from_file.meta["onesun_flags"] == 0


def test_a_gong_frame_too(tmp_path, coarse):
    weights = write_weights(tmp_path, "gong-hmi", grid=coarse)
    got = onesun.convert(write_gong(tmp_path / "gong.fits.gz"), weights=weights)
    assert got.meta["instrume"] == "GONG"
    assert np.isfinite(got.data[256, 256])


def test_a_map_that_was_converted_or_cut_is_refused(frame, weights, coarse):
    got = onesun.convert(frame, weights=weights)
    with pytest.raises(UntrustedFrameError, match=r"already converted by OneSun 0\.1\.0"):
        onesun.convert(got, weights=weights)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        part = sunpy.map.Map(frame).submap([0, 0] * u.pix, top_right=[99, 99] * u.pix)
    with pytest.raises(UntrustedFrameError, match="100 x 100 pixels found, expected 1024 x 1024"):
        onesun.convert(part, weights=weights)


def test_importing_onesun_imports_nothing_else():
    script = (
        "import sys, onesun; assert not {'torch', 'sunpy', 'numpy'} & set(sys.modules); "
        "import onesun.conversion.weights; assert callable(onesun.convert); "
        "assert not hasattr(onesun, 'convertible')"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
