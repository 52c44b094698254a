"""Raw, bicubic, matched, ceiling: where pixels come to lie, the limb, how they are scaled."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from scipy import ndimage

from helpers.months import GRID, sun
from onesun import instruments, methods
from onesun.calibration.product import Line
from onesun.errors import ConfigError, UntrustedFrameError
from onesun.geometry.grid import AU_METRES, Grid
from onesun.geometry.psf import FWHM_PER_SIGMA, block_mean
from onesun.geometry.upsample import bicubic, fill_nearest
from onesun.methods.bicubic import BicubicMethod, MatchedMethod
from onesun.methods.ceiling import CeilingMethod
from onesun.methods.raw import RawMethod
from onesun.products.aligned import AlignedFrame
from onesun.provenance.records import PARTS

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
    line = tmp_path / "mdi-hmi.line.json"
    calibration.write_text(json.dumps({"baseline": {"b": 1.1}}))
    line.write_text(json.dumps({"line": {"a": 2.5, "b": 1.4}}))
    sources = methods.Sources(calibration=calibration, input_instrument="mdi", line=line)
    found = {
        kind: methods.load({"kind": kind}, GRID, sources)
        for kind in ("raw", "bicubic", "matched", "ceiling")
    }
    assert {kind: method.name for kind, method in found.items()} == {kind: kind for kind in found}
    field, _ = sun(3)
    for kind, expected in (
        ("bicubic", BicubicMethod(GRID, 1.1)),
        ("matched", BicubicMethod(GRID, 1.4, 2.5)),
    ):
        assert np.array_equal(found[kind].predict(field), expected.predict(field), equal_nan=True)


def test_the_matched_line_is_undone() -> None:
    field = np.full((GRID.input_size,) * 2, 2.5 + 1.4 * 50, dtype=np.float32)
    field[GRID.radius("input") >= 1] = np.nan
    prediction = MatchedMethod(GRID, Line(2.5, 1.4)).predict(field)
    np.testing.assert_allclose(prediction[~OFF_DISK], 50, rtol=1e-5)


# Fine enough for the optics to matter: HMI's scale, the limb beyond the corners.
FINE = Grid(target_size=512)


def record(dsun: float) -> AlignedFrame:
    return AlignedFrame(
        stamp="20111217_060000_TAI", time="", input_time="", interval=None, input_file="",
        target_file="", b0=0, l0=0, dsun=AU_METRES, input_dsun=dsun, observer_velocity=None,
        simulated=True,
    )  # fmt: skip


def test_the_ceiling_is_the_target_seen_by_the_input_without_flaw() -> None:
    draw = np.random.default_rng(1)
    target = ndimage.gaussian_filter(draw.normal(0, 900, (512, 512)), 3).astype(np.float32)
    found = CeilingMethod(FINE, "mdi").predict(target, record(0.99 * AU_METRES))
    optics, detector = instruments.load("mdi").optics, instruments.load("mdi").detector
    sigma = 0.99 * optics.fwhm / FWHM_PER_SIGMA / FINE.target_scale
    smooth = ndimage.gaussian_filter(target.astype(np.float64), sigma)
    # A box of 3.9 target pixels, close to the 4 of a block mean.
    seen = block_mean(smooth, 4)
    assert detector.plate_scale * 0.99 / FINE.target_scale == pytest.approx(4, abs=0.12)
    inner = slice(40, -40)
    np.testing.assert_allclose(
        found[inner, inner], bicubic(seen, 4)[inner, inner], atol=0.01 * np.std(seen)
    )


def test_the_rule_knows_what_the_ceiling_reads_of_the_record(record_reads) -> None:
    target = np.ones((GRID.target_size, GRID.target_size), dtype=np.float32)
    CeilingMethod(GRID, "mdi").predict(target, record(AU_METRES))
    assert record_reads == set(PARTS["predict"])


def test_gaps_of_the_target_do_not_darken_the_ceiling() -> None:
    target = np.full((GRID.target_size,) * 2, 70, dtype=np.float32)
    target[OFF_DISK] = np.nan
    target[250:254, 260:264] = np.nan
    found = CeilingMethod(GRID, "gong").predict(target, record(AU_METRES))
    assert np.array_equal(np.isnan(found), OFF_DISK)
    inside = GRID.radius("target") < 0.9
    np.testing.assert_allclose(found[inside], 70, rtol=3e-3)


def test_what_reads_the_target_is_known_by_its_kind() -> None:
    sources = methods.Sources(input_instrument="mdi")
    ceiling = methods.load({"kind": "ceiling"}, GRID, sources)
    assert ceiling.reads == "target"
    assert ceiling.name in methods.REFERENCES
    assert RawMethod(GRID).reads == BicubicMethod(GRID, 1).reads == "input"


def test_the_ceiling_is_refused_an_input() -> None:
    ceiling = CeilingMethod(GRID, "mdi")
    with pytest.raises(UntrustedFrameError, match=r"target: \(128, 128\) pixels, expected \(512"):
        ceiling.predict(sun(1)[0], record(AU_METRES))
    with pytest.raises(UntrustedFrameError, match="no record of its frame"):
        ceiling.predict(sun(1)[1])


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("bicubic", "--calibration: absent"),
        ("matched", "--line: absent, but a method of kind matched needs it"),
        ("equated", "--fit: absent"),
        ("ridge", "--fit: absent"),
        ("ceiling", "--input-instrument: absent"),
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
