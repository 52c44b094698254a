"""Conversions as sunpy maps: opened from a file, and cut with their errors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy import units as u

import onesun
from helpers.convertible import COARSE, write_mdi, write_weights
from onesun.conversion.convert import Options
from onesun.conversion.files import convert_file
from onesun.conversion.maps import HmiLikeMap
from onesun.errors import DamagedProductError


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[Path, Path, Path]:
    """An input, its output and the weights, which state an error."""
    folder = tmp_path_factory.mktemp("maps")
    weights = write_weights(folder, grid=COARSE)
    given = write_mdi(folder / "mdi.fits")
    return given, Path(convert_file(given, folder, Options(weights)).output), weights


def test_a_file_opens_as_what_convert_returns(made):
    given, output, weights = made
    opened, returned = onesun.open_map(output), onesun.convert(given, weights=weights)
    assert type(opened) is type(returned) is HmiLikeMap
    np.testing.assert_array_equal(opened.data, returned.data)
    np.testing.assert_array_equal(opened.uncertainty.array, returned.uncertainty.array)
    np.testing.assert_array_equal(opened.mask, returned.mask)
    assert (opened.unit, opened.uncertainty.unit) == (u.G, u.G)
    assert opened.meta["onesun_flags"] == returned.meta["onesun_flags"]


def test_a_submap_keeps_the_error_of_each_pixel(made):
    whole = onesun.open_map(made[1])
    part = whole.submap([200, 100] * u.pix, top_right=[299, 149] * u.pix)
    assert type(part) is HmiLikeMap
    np.testing.assert_array_equal(part.data, whole.data[100:150, 200:300])
    np.testing.assert_array_equal(part.uncertainty.array, whole.uncertainty.array[100:150, 200:300])
    assert np.isfinite(part.uncertainty.array).any()
    again = part.submap([10, 20] * u.pix, width=9 * u.pix, height=4 * u.pix)
    np.testing.assert_array_equal(
        again.uncertainty.array, whole.uncertainty.array[120:125, 210:220]
    )


def test_a_network_without_errors_gives_a_map_without(made, tmp_path):
    weights = write_weights(tmp_path, kind="highresnet", grid=COARSE)
    whole = onesun.convert(made[0], weights=weights)
    assert whole.uncertainty is None
    assert whole.submap([0, 0] * u.pix, top_right=[9, 9] * u.pix).uncertainty is None


def test_an_input_is_no_output(made):
    with pytest.raises(DamagedProductError, match=r"mdi\.fits: no output of onesun convert"):
        onesun.open_map(made[0])
