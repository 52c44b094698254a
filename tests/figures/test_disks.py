"""Figures 2 and 3 from small months: what is shown, what is said, what is refused."""

from __future__ import annotations

import json

import numpy as np
import pytest

from helpers.months import GRID, GRID_SETTINGS, sun, write_aligned
from onesun.cli.figures import fig2, fig3
from onesun.errors import ConfigError, DamagedProductError
from onesun.figures import fig3_region
from onesun.figures.disks import thinned
from onesun.figures.frames import choose_region
from onesun.geometry.grid import Grid
from onesun.geometry.window import Window
from onesun.io.files import folder_listing, write_json
from onesun.products.aligned import write_field

FIRST, LAST = "20111217_060000_TAI", "20111217_073600_TAI"
METHODS = {
    "bicubic": {"kind": "bicubic"},
    "mse": {"kind": "network", "network": "n", "loss": "mse", "seed": 1},
    "all": {"kind": "network", "network": "n", "loss": "all", "seed": 1},
}
LOSSES = {"mse": {"mse": 1}, "all": {"mse": 1, "gradient": 5, "ssim": 1e-4}}
ERROR = {"bicubic": 30, "mse": 20, "all": 10}  # gauss, everywhere
STYLE = {"dpi": 60}


def settings(**figures) -> str:
    sections = {"style": STYLE} | figures
    return json.dumps(
        {
            "figures": sections,
            "grid": GRID_SETTINGS,
            "ablation": {"methods": list(METHODS)},
            "methods": METHODS,
            "losses": LOSSES,
        }
    )


def write_predictions(folder, pair, method, fields, month="2011-12"):
    place = folder / pair / method
    for stamp, field in fields.items():
        write_field(place / month / f"{stamp}.fits", field, {})
    content = {
        "product": "predictions", "folder": month, "files": folder_listing(place / month),
        "pair": pair, "method": method, "month": month,
    }  # fmt: skip
    write_json(place / f"{month}.json", content)
    return place / f"{month}.json"


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Aligned months of two pairs; predictions of every method, off by ERROR."""
    folder = tmp_path_factory.mktemp("disks")
    aligned, predicted = [], []
    frames = {stamp: sun(number) for number, stamp in enumerate((FIRST, LAST))}
    for pair, instrument in (("mdi-hmi", "mdi"), ("gong-hmi", "gong")):
        aligned.append(write_aligned(folder / pair, pair, "2011-12", frames, instrument=instrument))
        for method, error in ERROR.items():
            fields = {stamp: target + np.float32(error) for stamp, (_, target) in frames.items()}
            predicted.append(write_predictions(folder, pair, method, fields))
    return aligned, predicted


def last(paths):
    return [path for path in paths if path.parent.name == "all"]


def test_figure_2_shows_the_last_frame_by_the_ablation_s_last_method(written, tmp_path):
    aligned, predicted = written
    fig2(aligned, last(predicted), settings(), tmp_path / "fig2.png")
    text = (tmp_path / "fig2.md").read_text("utf-8")
    assert LAST in text
    assert FIRST not in text
    assert "SR-MDI is mdi-hmi by all; SR-GONG is gong-hmi by all" in text
    assert "simulated MDI/GONG from real HMI" in text
    assert "from -150 to 150 G, in the insets from -500 to 500 G" in text
    assert (tmp_path / "fig2.pdf").read_bytes().startswith(b"%PDF")


def test_figure_3_names_each_loss_by_its_terms(written, tmp_path, monkeypatch):
    shown = []
    difference = fig3_region.Panels.difference

    def spy(self, axes, field):
        image = difference(self, axes, field)
        shown.append(axes.get_title())
        return image

    monkeypatch.setattr(fig3_region.Panels, "difference", spy)
    fig3(*written, settings(fig3={"frame": FIRST}), tmp_path / "fig3.png")
    text = (tmp_path / "fig3.md").read_text("utf-8")
    assert FIRST in text
    for words in ("MSE is method `mse`", "MSE + Grad + SSIM is method `all`"):
        assert words in text
    # What was put in is what the panels say, for both pairs.
    assert shown == ["rms 30 G", "rms 20 G", "rms 10 G"] * 2


def test_the_same_figure_is_the_same_bytes(written, tmp_path):
    aligned, predicted = written
    for name in ("a.png", "b.png"):
        fig2(aligned, last(predicted), settings(), tmp_path / name)
    for suffix in (".png", ".pdf", ".md"):
        one, other = ((tmp_path / name).with_suffix(suffix) for name in ("a", "b"))
        assert one.read_bytes() == other.read_bytes()


def test_an_unknown_frame_is_one_sentence(written, tmp_path):
    wanted = settings(fig3={"frame": "20111217_060100_TAI"})
    with pytest.raises(ConfigError, match=rf"fig3\.frame: found .*expected.*{FIRST}, {LAST}$"):
        fig3(*written, wanted, tmp_path / "fig3.png")
    assert list(tmp_path.iterdir()) == []


def test_pairs_that_share_no_frame_are_one_sentence(written, tmp_path):
    _, predicted = written
    aligned = [
        write_aligned(tmp_path / pair, pair, "2011-12", {stamp: sun(1)})
        for pair, stamp in (("mdi-hmi", FIRST), ("gong-hmi", LAST))
    ]
    with pytest.raises(ConfigError, match=r"fig2\.frame: no frame is shared by mdi-hmi"):
        fig2(aligned, last(predicted), settings(), tmp_path / "fig2.png")


def test_a_method_without_predictions_is_named(written, tmp_path):
    aligned, predicted = written
    with pytest.raises(ConfigError, match="no predictions of gong-hmi by all in 2011-12"):
        fig3(aligned, predicted[:-1], settings(), tmp_path / "fig3.png")


def test_a_prediction_that_is_missing_or_damaged_is_named(written, tmp_path):
    aligned, predicted = written
    fields = {LAST: sun(1)[1]}
    damaged = write_predictions(tmp_path, "mdi-hmi", "all", fields)
    path = damaged.parent / "2011-12" / f"{LAST}.fits"
    content = bytearray(path.read_bytes())
    content[-3000] ^= 1
    path.write_bytes(content)
    inputs = [damaged, last(predicted)[1]]
    with pytest.raises(DamagedProductError, match="its bytes have changed"):
        fig2(aligned, inputs, settings(), tmp_path / "fig2.png")
    # The month has no prediction of its first frame.
    with pytest.raises(DamagedProductError, match=rf"{FIRST}\.fits: missing"):
        fig2(aligned, inputs, settings(fig2={"frame": FIRST}), tmp_path / "fig2.png")
    path.unlink()
    with pytest.raises(DamagedProductError, match=rf"{LAST}\.fits: missing"):
        fig2(aligned, inputs, settings(), tmp_path / "fig2.png")
    assert not (tmp_path / "fig2.png").exists()


def test_a_place_off_the_grid_is_one_sentence(written, tmp_path):
    with pytest.raises(ConfigError, match=r"fig3\.region: found \[5000, 0\], expected both within"):
        fig3(*written, settings(fig3={"region": [5000, 0]}), tmp_path / "fig3.png")


def test_the_strongest_patch_within_the_radius_is_found():
    field = np.zeros((512, 512), np.float32)
    field[0:128, 0:128] = 900  # a corner: its centre is at 1.13 R
    field[256:384, 128:256] = -50
    region = choose_region(field, GRID, None, "fig2.inset")
    assert region == Window(GRID, bottom=64, top=96, left=32, right=64)
    assert np.all(region.of_field(field, "target") == -50)
    # Four patches on a side, of 32 input pixels of 16.1": the one west of the left edge, north up.
    edge = 32 * 4 * 4.034184
    np.testing.assert_allclose(region.extent(), (-edge, 0, 0, edge))


def test_a_patch_is_shown_only_when_all_of_it_lies_within_the_radius():
    # The limb at 79.3 input pixels, 0.9 of it at 71.4: of four patches on a side the outer ones
    # of the middle rows have their centres at 50.6 pixels and their far corners at 71.6.
    grid = Grid(target_size=512, target_scale=3.025, factor=4, patch=32)
    field = np.zeros((512, 512), np.float32)
    field[256:384, 0:128] = 900
    field[256:384, 256:384] = 50
    region = choose_region(field, grid, None, "fig2.inset")
    assert (region.bottom, region.left) == (64, 64)


def test_patches_too_large_for_the_disk_are_one_sentence():
    grid = Grid(target_size=512, target_scale=4.034184, factor=4, patch=64)
    with pytest.raises(ConfigError, match=r"fig2\.inset: found null, expected a place: no patch"):
        choose_region(np.zeros((512, 512)), grid, None, "fig2.inset")


def test_a_place_is_the_middle_of_its_patch():
    region = choose_region(np.zeros((512, 512)), GRID, [100.0, -200.0], "fig3.region")
    left, right, low, high = region.extent()
    assert abs((left + right) / 2 - 100) <= GRID.input_scale / 2
    assert abs((low + high) / 2 + 200) <= GRID.input_scale / 2
    field = np.arange(128 * 128).reshape(128, 128)
    cut = region.of_field(field, "input")
    np.testing.assert_array_equal(
        cut, field[region.bottom : region.bottom + 32, region.left : region.left + 32]
    )


def test_input_and_target_of_a_region_cover_each_other():
    source = np.arange(128.0)[:, None] * np.ones(128)
    target = np.repeat(np.repeat(source, 4, 0), 4, 1)
    region = Window(GRID, bottom=5, top=37, left=9, right=41)
    cut = region.of_field(target, "target").reshape(32, 4, 32, 4).mean(axis=(1, 3))
    np.testing.assert_array_equal(cut, region.of_field(source, "input"))


def test_thinning_averages_what_has_a_value():
    field = np.array([[1.0, 3, np.nan, np.nan], [np.nan, 5, np.nan, np.nan]] * 2)
    np.testing.assert_array_equal(thinned(field, 2), [[3, np.nan], [3, np.nan]])
