"""Raw and bicubic: where pixels come to lie, what the limb does, how they are scaled."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from months import GRID, sun
from onesun import methods
from onesun.errors import ConfigError, UntrustedFrameError
from onesun.geometry.psf import block_mean
from onesun.geometry.upsample import bicubic, fill_nearest
from onesun.methods.bicubic import BicubicMethod
from onesun.methods.raw import RawMethod

OFF_DISK = GRID.radius("target") >= 1


@pytest.mark.parametrize("factor", [2, 4])
def test_bicubic_is_that_of_torch(factor: int) -> None:
    field = np.random.default_rng(1).normal(0, 100, (48, 48)).astype(np.float32)
    expected = torch.nn.functional.interpolate(
        torch.from_numpy(field)[None, None], scale_factor=factor, mode="bicubic",
        align_corners=False,
    )[0, 0].numpy()  # fmt: skip
    np.testing.assert_allclose(bicubic(field, factor), expected, atol=2e-4)


def test_input_pixels_cover_their_own_target_pixels() -> None:
    y, x = np.indices((GRID.input_size,) * 2).astype(np.float32)
    plane = 3 * y + x
    inner = slice(3, -3)  # where the edge has no say
    blocks = block_mean(bicubic(plane, GRID.factor), GRID.factor)
    np.testing.assert_allclose(blocks[inner, inner], plane[inner, inner], atol=1e-3)


@pytest.mark.parametrize("method", [RawMethod(GRID), BicubicMethod(GRID, 1.4)])
def test_nan_exactly_off_the_disk(method: methods.Method) -> None:
    assert isinstance(method, methods.Method)
    field, _ = sun(1)
    field[60:63, 60:64] = np.nan  # a gap on the disk
    before = field.copy()
    prediction = method.predict(field)
    assert prediction.shape == (GRID.target_size,) * 2
    assert prediction.dtype == np.float32
    assert np.array_equal(np.isnan(prediction), OFF_DISK)
    assert np.array_equal(field, before, equal_nan=True)


def test_bicubic_undoes_the_calibration_up_to_the_limb() -> None:
    field = np.full((GRID.input_size,) * 2, 1.4 * 50, dtype=np.float32)
    field[GRID.radius("input") >= 1] = np.nan
    prediction = BicubicMethod(GRID, 1.4).predict(field)
    np.testing.assert_allclose(prediction[~OFF_DISK], 50, rtol=1e-5)


def test_raw_repeats_the_input() -> None:
    field, _ = sun(2)
    prediction = RawMethod(GRID).predict(field)
    inside = GRID.radius("input") < 0.97
    for offset in range(GRID.factor):
        assert np.array_equal(prediction[offset::4, 3 - offset :: 4][inside], field[inside])


def test_gaps_take_the_nearest_value() -> None:
    field = np.array([[1, np.nan, np.nan], [1, np.nan, 7], [1, 1, 7]], dtype=np.float32)
    filled = fill_nearest(field)
    assert filled[0, 2] == 7
    assert np.isfinite(filled).all()
    assert np.array_equal(filled[np.isfinite(field)], field[np.isfinite(field)])


def test_a_field_without_values_is_refused() -> None:
    empty = np.full((GRID.input_size,) * 2, np.nan, dtype=np.float32)
    with pytest.raises(UntrustedFrameError, match="no pixel has a value"):
        RawMethod(GRID).predict(empty)


def test_a_field_of_another_size_is_refused() -> None:
    with pytest.raises(UntrustedFrameError, match=r"\(64, 64\) pixels, expected \(128, 128\)"):
        BicubicMethod(GRID, 1).predict(np.zeros((64, 64), dtype=np.float32))


def test_methods_are_loaded_by_kind(tmp_path) -> None:
    calibration = tmp_path / "mdi-hmi.json"
    calibration.write_text(json.dumps({"baseline": {"b": 1.4}}))
    assert methods.load({"kind": "raw"}, GRID).name == "raw"
    method = methods.load({"kind": "bicubic"}, GRID, calibration)
    field, _ = sun(3)
    expected = BicubicMethod(GRID, 1.4).predict(field)
    assert np.array_equal(method.predict(field), expected, equal_nan=True)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("bicubic", "--calibration: absent"),
        ("network", "--weights: absent"),
        ("magic", 'kind "magic" found'),
    ],
)
def test_what_a_method_lacks_is_named(kind: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        methods.load({"kind": kind}, GRID)


def test_a_gain_that_is_not_positive_is_refused() -> None:
    with pytest.raises(ConfigError, match="expected a gain above 0"):
        BicubicMethod(GRID, 0)
