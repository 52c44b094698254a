"""The analysis of resolution: a month measured, months put together, the table, the figure."""

from __future__ import annotations

import csv
import json
import re

import numpy as np
import pytest
from PIL import Image

from helpers.months import GRID, GRID_SETTINGS, write_aligned
from onesun import instruments
from onesun.analyses import product, resolution_month, resolution_results
from onesun.cli.analyses import resolution_measure as measure
from onesun.cli.analyses import resolution_show as show
from onesun.errors import ConfigError
from onesun.geometry.grid import Grid
from onesun.geometry.psf import blur
from onesun.io.files import folder_listing, write_json
from onesun.products import split
from onesun.products.aligned import read_month, write_field
from onesun.products.predictions import PRODUCT

PAIR = "mdi-hmi"
MONTHS = ("2011-12", "2012-01")
SECTION = {
    "methods": ["bicubic", "sharp"], "wiener": "bicubic", "window": 64, "thresholds": [100.0],
    "shares": [0.5, 1.0], "smallest": 1,
}  # fmt: skip
BOOTSTRAP = {
    "resamples": 60, "confidence": 0.95, "seed": 1, "tile": 128, "days": 27,
    "fewest_rotations": 10,
}  # fmt: skip
NOISE = {"bicubic": 20.0, "sharp": 5.0}
FWHM = 6.0  # target pixels, of the method called bicubic


def target_of(seed: int) -> np.ndarray:
    draw = np.random.default_rng(seed)
    field = blur(draw.normal(0, 400, GRID.shape("target")).astype(np.float32), 2.5)
    field[GRID.radius("target") >= 1] = np.nan
    return field


def prediction_of(method: str, target: np.ndarray, seed: int) -> np.ndarray:
    known = np.nan_to_num(target)
    smooth = blur(known, FWHM) if method == "bicubic" else known
    noise = np.random.default_rng(100 + seed).normal(0, NOISE[method], target.shape)
    return np.where(np.isnan(target), np.nan, smooth + noise).astype(np.float32)


@pytest.fixture(scope="module")
def months(tmp_path_factory):
    """Manifests of measured months by method and month."""
    folder = tmp_path_factory.mktemp("resolution")
    split.write(folder / "split.csv", [split.SplitRow(PAIR, MONTHS[0], "test", "2011-12-01",
                "2012-01-01"), split.SplitRow(PAIR, MONTHS[1], "test", "2012-01-01",
                "2012-02-01")])  # fmt: skip
    found = {}
    patched = pytest.MonkeyPatch()
    # A pixel of this grid is larger than what MDI resolves.
    patched.setattr(resolution_month, "small", lambda record, grid, smallest: (smallest, 40.0))
    for number, month in enumerate(MONTHS):
        stamp = f"{month.replace('-', '')}02_060000_TAI"
        target = target_of(number)
        field = target.reshape(128, 4, 128, 4).mean(axis=(1, 3)).astype(np.float32)
        aligned = write_aligned(folder / "aligned", PAIR, month, {stamp: (field, target)})
        for method in SECTION["methods"]:
            guesses = write_predictions(folder, aligned, method, number)
            out = folder / "sums" / method / f"{month}.npz"
            measure(
                pair=PAIR, method=method, month=month, aligned=aligned, predictions=guesses,
                split=str(folder / "split.csv"), settings=settings(), out=out,
            )  # fmt: skip
            found[method, month] = out.with_suffix(".json")
    patched.undo()
    return found


def write_predictions(folder, aligned, method: str, number: int):
    opened = read_month(aligned)
    out = folder / "predictions" / method / opened.month
    for frame in opened.frames:
        guess = prediction_of(method, opened.target(frame), number)
        write_field(out / f"{frame.stamp}.fits", guess, {})
    content = {
        "product": PRODUCT, "folder": out.name, "files": folder_listing(out), "pair": PAIR,
        "method": method, "month": opened.month,
    }  # fmt: skip
    write_json(out.with_suffix(".json"), content)
    return out.with_suffix(".json")


def settings(**changes) -> str:
    analyses = {"tile": 128, "resolution": SECTION | changes}
    return json.dumps({"analyses": analyses, "grid": GRID_SETTINGS})


def merged(months) -> resolution_results.Resolution:
    read = product.read_months(list(months.values()), "resolution", PAIR)
    return resolution_results.merged(PAIR, read, SECTION["methods"], BOOTSTRAP)


def test_the_wiener_filter_bounds_what_it_filters_and_shares_its_coherence(months):
    found = merged(months)
    bicubic, sharp, wiener = found.methods
    assert [each.name for each in found.methods] == ["bicubic", "sharp", "wiener"]
    band = 2  # from a quarter to a half of the input's Nyquist frequency
    assert wiener.bands[band]["skill"].value.value > bicubic.bands[band]["skill"].value.value
    assert wiener.bands[band]["coherence"].value.value == pytest.approx(
        bicubic.bands[band]["coherence"].value.value, abs=0.03
    )
    assert wiener.bands[band]["skill"].value.value == pytest.approx(
        wiener.bands[band]["coherence"].value.value ** 2, abs=0.05
    )
    scored = sharp.bands[band]["skill"]
    difference = scored.value.value - wiener.bands[band]["skill"].value.value
    assert scored.gain.value == pytest.approx(difference)
    assert scored.gain.low <= scored.gain.value <= scored.gain.high
    assert np.isnan(wiener.bands[band]["skill"].gain.value)


def test_intervals_hold_their_value_and_bands_follow_the_nyquist_frequency(months):
    found = merged(months)
    # The input's own pixel, not the grid's.
    assert found.nyquist == pytest.approx(1 / (2 * 1.9838))
    assert found.band_edges()[3] == pytest.approx((0.5 * found.nyquist, found.nyquist))
    for method in found.methods:
        for scored in method.bands[0].values():
            assert scored.value.low <= scored.value.value <= scored.value.high
        period = method.period
        assert period.low <= period.value <= period.high or np.isnan(period.low + period.high)


def test_resolved_is_where_half_of_the_power_ends():
    """Coherence² is linear between the rings at 4/80 and 5/80 cycles per arcsec."""
    frequencies = np.arange(9) / 80
    coherence = np.sqrt([1, 1, 0.9, 0.7, 0.6, 0.4, 0.2, 0.7, 0])
    found = resolution_results._period(
        np.stack([coherence, 0.9 * coherence, coherence]), frequencies
    )
    assert found.value == found.low == pytest.approx(80 / 4.5)
    assert found.high > found.value
    assert np.isnan(resolution_results._crossing(np.ones(9), frequencies))
    assert np.isnan(resolution_results._crossing(np.zeros(9), frequencies))


def test_elements_of_the_sharper_method_are_found_more_often(months):
    bicubic, sharp, _ = merged(months).methods
    whole = (0, 1)
    assert sharp.elements[whole]["recall"].value.value > 0.8
    assert bicubic.elements[whole]["recall"].value.value < 0.5
    assert sharp.elements[whole]["precision"].value.value > 0.8
    assert sharp.counts[0, 1, 0] == bicubic.counts[0, 1, 0] > 100


@pytest.mark.parametrize(("name", "most"), [("mdi", 27.8), ("gong", 93.4)])
def test_small_is_what_the_input_does_not_resolve(name, most):
    assert resolution_month.small(instruments.load(name), Grid(), 3) == (
        3,
        pytest.approx(most, abs=0.1),
    )


def test_the_order_of_months_changes_nothing(months):
    forward = resolution_results.merged(
        PAIR, product.read_months(list(months.values()), "resolution", PAIR),
        SECTION["methods"], BOOTSTRAP,
    )  # fmt: skip
    backward = resolution_results.merged(
        PAIR, product.read_months(list(reversed(months.values())), "resolution", PAIR),
        SECTION["methods"], BOOTSTRAP,
    )  # fmt: skip
    for one, other in zip(forward.methods, backward.methods, strict=True):
        for name, curve in one.curves.items():
            np.testing.assert_array_equal(curve, other.curves[name])
        np.testing.assert_array_equal(one.counts, other.counts)


def test_table_and_figure_say_the_same(months, tmp_path):
    out, png = tmp_path / "resolution" / "mdi-hmi.csv", tmp_path / "resolution-mdi-hmi.png"
    sections = {
        "analyses": {"resolution": SECTION}, "figures": {"style": {"dpi": 40}},
        "table1": {"bootstrap": BOOTSTRAP},
    }  # fmt: skip
    show(list(months.values()), PAIR, json.dumps(sections), out, png)
    found = merged(months)
    with open(out, encoding="utf-8", newline="") as handle:
        lines = list(csv.DictReader(handle))
    row = next(each for each in lines if (each["method"], each["quantity"]) == ("sharp", "period"))
    assert float(row["value"]) == pytest.approx(found.methods[1].period.value)
    curves = [each for each in lines if each["quantity"] == "coherence_at"]
    assert len(curves) == 3 * 32
    page = out.with_suffix(".md").read_text("utf-8")
    assert "2 frames of the test months 2011-12, 2012-01" in page
    assert "| sharp |" in page
    assert "simulated MDI/GONG from real HMI" in page
    assert np.asarray(Image.open(png).convert("L")).std() > 5
    assert png.with_suffix(".pdf").is_file()
    assert "Nyquist" in png.with_suffix(".md").read_text("utf-8")


def test_methods_of_other_frames_are_refused(months):
    fewer = [path for key, path in months.items() if key != ("sharp", MONTHS[1])]
    read = product.read_months(fewer, "resolution", PAIR)
    with pytest.raises(ConfigError, match="of other frames"):
        resolution_results.merged(PAIR, read, SECTION["methods"], BOOTSTRAP)


def test_windows_that_do_not_fit_are_refused(months, tmp_path):
    with pytest.raises(ConfigError, match=re.escape("analyses.resolution.window: found 70")):
        measure(
            pair=PAIR, method="sharp", month=MONTHS[0], aligned=tmp_path, predictions=tmp_path,
            split="[]", settings=settings(window=70), out=tmp_path / "x.npz",
        )  # fmt: skip
