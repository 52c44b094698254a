"""What a notebook hands over: masks, pairs, HDUs, lists, and values that are no plain numbers."""

from __future__ import annotations

import warnings
from pathlib import Path

import astropy.units as u
import numpy as np
import pytest
import sunpy.map
from astropy.io import fits
from astropy.nddata import CCDData
from astropy.time import Time

import onesun
from helpers.convertible import COARSE, gong, mdi, where_mdi, write_gong, write_mdi, write_weights
from onesun.conversion.flags import Flag
from onesun.conversion.given import take
from onesun.errors import MissingKeywordError, UntrustedFrameError
from onesun.reading.keywords import number, optional_number
from onesun.reading.read import understand

HOLE = np.s_[480:520, 480:520]


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    return write_weights(tmp_path_factory.mktemp("weights"), grid=COARSE)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return write_mdi(tmp_path_factory.mktemp("frame") / "mdi.fits")


@pytest.fixture(scope="module")
def expected(path):
    return take(path).frame


def map_of(data, header, **more):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return sunpy.map.Map(data, header, **more)


# Masks


def hole_of(frame) -> np.ndarray:
    return np.isnan(frame.field[HOLE])


def masks():
    data, header = mdi()
    mask = np.zeros(data.shape, bool)
    mask[HOLE] = True
    masked = np.ma.masked_array(data, mask)
    strange = np.where(mask, np.float32(-9999), data)
    yield "of a map", map_of(strange, header, mask=mask)
    yield "of whole numbers", map_of(strange, header, mask=mask.astype(np.uint8))
    yield "of an array in a map", map_of(np.ma.masked_array(strange, mask), header)
    yield "of an array", (masked, header)
    yield (
        "of an array of steps",
        (
            np.ma.masked_array(np.nan_to_num(data * 10), mask).astype(int),
            dict(header) | {"BSCALE": 0.1},
        ),
    )
    yield "of astropy's data", CCDData(strange, mask=mask, meta=header, unit="G")


@pytest.mark.parametrize("name", [name for name, _ in masks()])
def test_what_is_masked_has_no_value(name, expected):
    frame = take(dict(masks())[name], force=True).frame
    assert hole_of(frame).all()
    rest = np.isfinite(frame.field)
    assert rest.sum() + hole_of(frame).sum() == np.isfinite(expected.field).sum()
    np.testing.assert_allclose(frame.field[rest], expected.field[rest], atol=0.11)


def test_what_is_masked_is_marked_in_the_output(weights):
    got = onesun.convert(dict(masks())["of a map"], weights=weights)
    lost = np.isnan(got.data) & ~np.isnan(onesun.convert(mdi(), weights=weights).data)
    assert 10 < lost.sum() < 1000
    assert got.mask[lost].all()


def test_a_mask_over_all_or_of_another_shape_is_refused():
    data, header = mdi()
    with pytest.raises(UntrustedFrameError, match="no pixel of the disk holds a value"):
        take(map_of(data, header, mask=np.ones(data.shape, bool)))
    bad = map_of(data, header)
    bad._mask = np.zeros((3, 3), bool)
    with pytest.raises(
        UntrustedFrameError, match=r"mask of shape \(3, 3\) found, expected that of"
    ):
        take(bad)


def test_a_mask_that_takes_a_part_of_the_disk_is_an_interruption():
    data, header = mdi()
    mask = np.zeros(data.shape, bool)
    mask[:500] = True
    del header["DATA*"]  # of the whole disk
    with pytest.raises(UntrustedFrameError, match=r"sunpy map: .*of the disk is missing"):
        take(map_of(data, header, mask=mask))


# What a frame can be


def with_cards_of(header):
    return {key.lower(): value for key, value in header.items()}


GIVEN = {
    "a text": lambda path, hdus, data, header: str(path),
    "a path": lambda path, hdus, data, header: path,
    "a map": lambda path, hdus, data, header: map_of(data, header),
    "a pair": lambda path, hdus, data, header: (data, header),
    "a pair in a list": lambda path, hdus, data, header: [data, header],
    "a pair with a dictionary": lambda path, hdus, data, header: (data, with_cards_of(header)),
    "a pair of another type": lambda path, hdus, data, header: (data.astype(">f8"), header),
    "a pair with a unit": lambda path, hdus, data, header: (data / 1e4 * u.T, header),
    "a HDU list": lambda path, hdus, data, header: hdus,
    "a compressed HDU": lambda path, hdus, data, header: hdus[1],
    "a primary HDU": lambda path, hdus, data, header: fits.PrimaryHDU(data, header),
    "an image HDU": lambda path, hdus, data, header: fits.ImageHDU(data, header),
    "astropy's data": lambda path, hdus, data, header: CCDData(data, meta=dict(header), unit="G"),
}


@pytest.mark.parametrize("stored", [False, True])
@pytest.mark.parametrize("name", GIVEN)
def test_a_frame_is_the_same_in_every_form(path, expected, name, stored):
    with fits.open(path, do_not_scale_image_data=stored) as hdus:
        taken = take(GIVEN[name](path, hdus, *mdi()))
    assert taken.doubts == ()
    assert taken.frame.pointing == expected.pointing
    np.testing.assert_allclose(taken.frame.field, expected.field, atol=0.06)


def test_the_array_that_is_given_stays_as_it_is():
    data, header = mdi()
    before, text = data.copy(), header.tostring()
    take((data, header))
    np.testing.assert_array_equal(data, before)
    assert header.tostring() == text


def test_a_mirrored_array_is_turned_over(expected):
    data, header = mdi()
    header["CDELT1"] *= -1
    header["CRPIX1"] = 1025 - header["CRPIX1"]
    frame = take((data[:, ::-1], header)).frame
    assert frame.pointing.x0 == pytest.approx(expected.pointing.x0)
    assert frame.pointing.roll == pytest.approx(where_mdi().roll)
    np.testing.assert_allclose(frame.field, expected.field, atol=0.006)


def test_unsigned_numbers_of_astropy_are_physical():
    """It hands out an offset of 2 ** 15 applied, and leaves it in the header."""
    data, header = mdi()
    header.update({"BZERO": 32768, "BSCALE": 1})
    steps = (1 + 100 * np.nan_to_num(np.abs(data))).clip(0, 4000).astype(np.uint16)
    with pytest.raises(UntrustedFrameError, match=r": [\d.]+ to 4000 G found on the disk"):
        take((steps, header))


# Several frames


def test_a_list_of_maps_comes_back_for_several(path, weights):
    frame = map_of(*mdi())
    alone = onesun.convert(path, weights=weights)
    many = {
        "a list": [path, frame],
        "a tuple": (str(path), mdi()),
        "a map sequence": sunpy.map.Map(frame, frame, sequence=True),
        "a generator": (each for each in (path, frame)),
        "a list of one": [path],
    }
    for given in many.values():
        got = onesun.convert(given, weights=weights)
        assert isinstance(got, list)
        for each in got:
            assert np.nanmax(np.abs(each.data - alone.data)) < 0.11
    assert onesun.convert([], weights=weights) == []


def test_frames_of_both_instruments_are_each_converted_by_their_own(tmp_path, monkeypatch):
    from onesun.conversion import convert as convert_module

    files = {pair: write_weights(tmp_path, pair, grid=COARSE) for pair in ("mdi-hmi", "gong-hmi")}
    load = convert_module.weights.load
    monkeypatch.setattr(convert_module.weights, "load", lambda name: load(files.get(name, name)))
    frames = [write_gong(tmp_path / "g.fits.gz"), mdi()]
    assert [each.meta["instrume"] for each in onesun.convert(frames)] == ["GONG", "MDI"]


def test_the_frame_that_is_refused_is_named_by_its_place(path, weights):
    data, header = mdi()
    header["QUALITY"] = 0x80
    with pytest.raises(UntrustedFrameError, match=r"^array 2 of 3: quality word"):
        onesun.convert([path, (data, header), path], weights=weights)
    with pytest.raises(UntrustedFrameError, match=r"^an object of type int 2 of 2 found, expected"):
        onesun.convert([path, 3], weights=weights)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (None, "an object of type NoneType found"),
        (3.0, "an object of type float found"),
        (b"mdi.fits", "an object of type bytes found"),
        (np.zeros((1024, 1024)), "an array without a header found"),
        ({"CDELT1": 1.0}, "an object of type dict found"),
        (fits.Header(), "an object of type astropy.io.fits.header.Header found"),
        ((np.zeros((4, 4)), {}), "array: header without keywords found"),
        ((np.zeros((4, 4)), None), "an array without a header 1 of 2 found"),
        ((np.zeros((4, 4, 2)), {}), "array: an image of 3 axes found, expected 2"),
        ((np.full((4, 4), "a"), {}), "array: values of type <U1 found, expected numbers"),
        ((np.zeros((4, 4), complex), {}), "array: values of type complex128 found"),
        ((np.zeros((4, 4)) * u.m, {}), "array: values in m found, expected gauss"),
        (fits.HDUList([fits.PrimaryHDU()]), "HDU list: holds no image"),
        (fits.PrimaryHDU(), "HDU: holds no image"),
        (fits.BinTableHDU(), "an object of type astropy.io.fits.hdu.table.BinTableHDU found"),
        (CCDData(np.zeros((4, 4)), unit="G"), "data: header without keywords found"),
    ],
)
def test_what_is_no_frame_is_one_sentence(given, said):
    with pytest.raises(UntrustedFrameError) as caught:
        onesun.convert(given)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_composite_map_an_open_file_and_a_closed_one_are_one_sentence(path):
    frame = map_of(*mdi())
    with pytest.raises(UntrustedFrameError, match="CompositeMap found, expected"):
        onesun.convert(sunpy.map.Map(frame, frame, composite=True))
    with open(path, "rb") as handle, pytest.raises(UntrustedFrameError, match="BufferedReader"):
        onesun.convert(handle)
    hdus = fits.open(path, lazy_load_hdus=True)
    hdus.close()
    with pytest.raises(UntrustedFrameError, match=r"^HDU list: "):
        onesun.convert(hdus)
    with pytest.raises(UntrustedFrameError, match="a folder found, expected a FITS file"):
        onesun.convert(Path(path).parent)


# Values of a header


def odd(header: fits.Header, change) -> dict:
    return {key: change(key, value) for key, value in header.items()}


def scalars(key, value):
    kinds = {bool: np.bool_, int: np.int64, float: np.float64, str: np.str_}
    return kinds[type(value)](value)


def arrays(key, value):
    return np.array(value) if isinstance(value, int | float) else value


def arrays_of_one(key, value):
    return np.array([value]) if isinstance(value, int | float) else value


def quantities(key, value):
    given = {
        **{"CDELT1": u.arcsec / u.pix, "CDELT2": u.arcsec, "CRPIX1": u.pix, "RSUN_OBS": u.arcsec},
        **{"CROTA2": u.deg, "DSUN_OBS": u.m, "CRLN_OBS": u.deg, "CRLT_OBS": u.deg},
        **{"CRVAL1": u.arcsec, "INTERVAL": u.s, "OBS_VR": u.m / u.s},
    }
    return value * given[key] if key in given else value


def other_units(key, value):
    given = {
        **{"CDELT1": u.arcsec / u.pix, "CDELT2": u.arcsec / u.pix, "RSUN_OBS": u.arcsec},
        **{"CROTA2": u.deg, "DSUN_OBS": u.m, "CRLN_OBS": u.deg, "INTERVAL": u.s},
    }
    into = {
        **{"CDELT1": u.deg / u.pix, "CDELT2": u.rad / u.pix, "RSUN_OBS": u.deg, "CROTA2": u.rad},
        **{"DSUN_OBS": u.AU, "CRLN_OBS": u.arcmin, "INTERVAL": u.min},
    }
    return (value * given[key]).to(into[key]) if key in given else value


def other_objects(key, value):
    if key == "T_OBS":
        return Time("2010-10-15T00:03:30", scale="tai", precision=3).utc
    return {"BUNIT": u.G, "QUALITY": np.uint32(512), "CUNIT1": u.arcsec}.get(key, value)


CHANGES = [scalars, arrays, arrays_of_one, quantities, other_units, other_objects]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_value_is_a_value_whatever_holds_it(expected, change):
    data, header = mdi()
    frame = take((data, odd(header, change))).frame
    for name in ("x0", "y0", "scale", "roll", "rsun", "dsun", "b0", "l0"):
        assert getattr(frame.pointing, name) == pytest.approx(
            getattr(expected.pointing, name), rel=1e-9
        )
    assert (frame.time.isot, frame.interval) == (expected.time.isot, expected.interval)
    assert frame.quality == expected.quality


def test_values_of_gong_too():
    data, header = gong()
    known = take((data, header)).frame
    for change in (scalars, arrays):
        assert take((data, odd(header, change))).frame.pointing == known.pointing


def test_single_precision_is_a_value_for_the_reader(tmp_path):
    header = {"CDELT1": np.float32(1.986), "OBS_VR": np.array(3), "R": np.nan, "N": None}
    assert number(header, "CDELT1", tmp_path) == pytest.approx(1.986)
    assert optional_number(header, "OBS_VR") == 3
    with pytest.raises(UntrustedFrameError, match="R is nan, expected a number"):
        number(header, "R", tmp_path)
    with pytest.raises(MissingKeywordError, match=r"header has no N$"):
        number(header, "N", tmp_path)
    data, cards = mdi()
    assert understand(data, odd(cards, scalars), tmp_path).instrument == "mdi"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"RSUN_OBS": 970 * u.kg}, "RSUN_OBS is 970.0 kg, expected a value in arcsec"),
        ({"CDELT1": 1.9 * u.s}, "CDELT1 is 1.9 s, expected a value in arcsec"),
        ({"CDELT1": np.array([1.9, 1.9])}, "CDELT1 is array.*expected a number"),
        ({"CDELT1": True}, "CDELT1 is True, expected a number"),
        ({"CROTA2": 1 + 2j}, "CROTA2 is .*expected a number"),
        ({"RSUN_OBS": np.array(np.inf)}, "RSUN_OBS is inf, expected a positive number"),
    ],
)
def test_what_is_no_value_is_one_sentence(changes, said):
    data, header = mdi()
    with pytest.raises(UntrustedFrameError, match=f"^array: {said}"):
        take((data, dict(header) | changes))


def test_a_hole_marked_by_a_mask_gets_the_flag_of_missing(weights):
    from onesun.conversion.convert import Options, convert_source, weights_for

    taken = take(dict(masks())["of a map"])
    planes = convert_source(taken, weights_for(taken, Options(weights)), Options(weights))
    assert (planes.mask & Flag.MISSING).any()
