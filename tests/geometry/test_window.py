"""A window of the grid: where it lies, and that methods see it as they see the whole disk."""

from __future__ import annotations

import json

import numpy as np
import pytest

from helpers.cards import save_small
from helpers.months import GRID, GRID_SETTINGS, sun, write_aligned, write_split
from onesun.cli.train import fit
from onesun.errors import ConfigError, UntrustedFrameError
from onesun.geometry.grid import Grid
from onesun.geometry.window import Window
from onesun.io.files import write_json
from onesun.methods import Sources, load

INSIDE = Window(GRID, 50, 74, 40, 83)
AT_THE_LIMB = Window(GRID, 90, 118, 20, 60)


@pytest.fixture(scope="module")
def sources(tmp_path_factory) -> dict[str, Sources]:
    """What every method needs, by its name."""
    folder = tmp_path_factory.mktemp("window")
    calibration = folder / "calibration.json"
    matched = {"matched": {"uniform": {"a": 2.0, "b": 1.4}}}
    write_json(calibration, {"pair": "mdi-hmi", "baseline": {"b": 1.1}, "fits": matched})
    months = {"2016-07": "train", "2019-07": "validation"}
    manifests = [
        write_aligned(folder, "mdi-hmi", month, {f"{month.replace('-', '')}01_060000_TAI": sun(n)})
        for n, month in enumerate(months)
    ]
    split = write_split(folder / "split.csv", "mdi-hmi", months)
    line = folder / "line.json"
    write_json(line, {"pair": "mdi-hmi", "line": {"a": 2.0, "b": 1.4}})
    found = {
        "raw": Sources(),
        "bicubic": Sources(calibration=calibration),
        "matched": Sources(line=line),
    }
    for kind in ("ridge", "equated"):
        settings = {
            "method": {"kind": kind}, "grid": GRID_SETTINGS,
            "fitting": {"ridge": {"kernels": [7]}, "equated": {"tail": 200}},
        }  # fmt: skip
        out = folder / kind
        fit("mdi-hmi", kind, manifests, split, json.dumps(settings), out, calibration)
        found[kind] = Sources(fit=out / "fit.safetensors")
    for network in ("onesun", "highresnet"):
        found[network] = Sources(weights=save_small(folder / network, network, spread=0.05))
    return found


KINDS = ("raw", "bicubic", "matched", "equated", "ridge", "onesun", "highresnet")


@pytest.mark.parametrize("window", [INSIDE, AT_THE_LIMB])
@pytest.mark.parametrize("name", KINDS)
def test_a_window_comes_out_as_in_the_whole_disk(sources, name: str, window: Window) -> None:
    settings = {"kind": "network" if name in ("onesun", "highresnet") else name}
    whole = load(settings, GRID, sources[name])
    field, _ = sun(1)
    expected = window.of_field(whole.predict(field), "target")
    margin = whole.halo + 2  # and what the limb is continued with
    wide = window.widened(margin)
    method = load(settings, wide, sources[name])
    assert method.halo == whole.halo
    found = method.predict(wide.of_field(field, "input"))
    found = wide.without_margin(found, margin, "target")
    assert found.shape == window.shape("target")
    assert np.isnan(found).any() == (window is AT_THE_LIMB)
    assert np.nanstd(found) > 1
    np.testing.assert_allclose(found, expected, atol=1e-3, rtol=0)


def test_less_than_the_halo_is_too_little(sources) -> None:
    # Without a margin the edges of the window differ: the halo is needed.
    field, _ = sun(1)
    for name in ("ridge", "onesun"):
        settings = {"kind": "network" if name == "onesun" else name}
        whole, part = (load(settings, area, sources[name]) for area in (GRID, INSIDE))
        expected = INSIDE.of_field(whole.predict(field), "target")
        found = part.predict(INSIDE.of_field(field, "input"))
        assert np.abs(found - expected).max() > 0.1


def test_a_window_has_the_radii_and_the_shape_of_its_part() -> None:
    for which in ("input", "target"):
        part = INSIDE.of_field(GRID.radius(which), which)
        assert np.array_equal(INSIDE.radius(which), part)
        assert INSIDE.shape(which) == part.shape
    assert GRID.shape("target") == (512, 512)


def test_a_rectangle_in_arcsec_is_whole_input_pixels() -> None:
    # 2.017092 arcsec per input pixel, the middle at the edge between pixels 511 and 512.
    window = Window.around(Grid(), (-100, 350), (900, 300))
    assert window.edges() == {"bottom": 611, "top": 760, "left": 239, "right": 686}
    assert window.shape("target") == (596, 1788)
    west, east, south, north = window.extent()
    assert (west, east) == pytest.approx(((239 - 512) * 2.017092, (686 - 512) * 2.017092))
    assert (south, north) == pytest.approx((99 * 2.017092, 248 * 2.017092))
    assert Window.of(Grid(), window.edges()) == window


@pytest.mark.parametrize("edges", [(5, 5, 0, 9), (0, 129, 0, 9), (0, 9, -1, 9)])
def test_a_window_off_the_grid_is_refused(edges) -> None:
    with pytest.raises(ConfigError, match="expected a part of its 128 x 128 pixels"):
        Window(GRID, *edges)


def test_a_field_of_another_shape_is_refused(sources) -> None:
    method = load({"kind": "raw"}, INSIDE, sources["raw"])
    with pytest.raises(UntrustedFrameError, match=r"\(24, 24\) pixels, expected \(24, 43\)"):
        method.predict(np.zeros((24, 24), np.float32))


def test_what_needs_the_whole_disk_is_refused_a_window() -> None:
    with pytest.raises(ConfigError, match="kind ceiling found"):
        load({"kind": "ceiling"}, INSIDE, Sources(input_instrument="gong"))
