"""A region through time: what is cut out, what is added up, and what Figures 6 and 8 show of it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from helpers.cards import save_small
from helpers.months import GRID, GRID_SETTINGS, sun, write_aligned
from onesun.cli.figures import fig6, fig8
from onesun.cli.series import crop as crop_command
from onesun.cli.series import series as series_command
from onesun.cli.series import variability
from onesun.errors import ConfigError, DamagedProductError, OneSunError
from onesun.geometry.window import Window
from onesun.io.files import folder_listing, read_json, write_json
from onesun.methods.bicubic import BicubicMethod
from onesun.metrics.unsigned import expected_unsigned
from onesun.products.aligned import read_month
from onesun.series import product
from onesun.series.crop import open_region
from onesun.series.totals import total
from onesun.series.variability import read as read_variability

PAIR, MONTH = "mdi-hmi", "2011-12"
REGION = {"centre": [-100, 350], "size": [900, 300]}
WINDOW = Window.around(GRID, (-100, 350), (900, 300))
SIGMA = 4.7


class Case:
    """A month of aligned frames, a calibration, a noise, a network, and the commands on them."""

    def __init__(self, folder: Path, frames: dict, velocities: dict | None = None) -> None:
        self.folder, self.frames = folder, frames
        self.aligned = write_aligned(folder / "aligned", PAIR, MONTH, frames, velocities=velocities)
        write_json(folder / "calibration.json", {"pair": PAIR, "baseline": {"b": 1.1}})
        write_json(folder / "line.json", {"pair": PAIR, "line": {"a": -2.0, "b": 1.4}})
        write_json(folder / "noise.json", {"product": "noise", "pair": PAIR, "sigma": SIGMA})
        self.weights = save_small(folder / "model", "onesun", spread=0.05)
        write_json(folder / "model" / "card.json",
                   read_json(folder / "model" / "card.json") | {"pair": PAIR})  # fmt: skip

    def crop(self, name: str = "region", **series) -> Path:
        settings = {"grid": GRID_SETTINGS, "series": {"region": REGION, "margin": 16} | series}
        crop_command(PAIR, MONTH, self.aligned, json.dumps(settings), self.folder / name)
        return self.folder / f"{name}.json"

    def series(self, region: Path, method: str = "onesun", pair: str = PAIR) -> Path:
        network = method == "onesun"
        out = self.folder / "series" / method / f"{MONTH}.json"
        series_command(
            pair, method, MONTH, region, self.folder / "noise.json",
            self.folder / "calibration.json", self.folder / "line.json",
            json.dumps({"method": {"kind": "bicubic"} if not network else {
                "kind": "network", "network": "onesun", "loss": "full"}}),
            out, weights=self.weights if network else None,
        )  # fmt: skip
        return out


@pytest.fixture(scope="module")
def case(tmp_path_factory) -> Case:
    # Not in the order of time.
    frames = {f"201112{day:02}_060000_TAI": sun(day) for day in (18, 16, 17)}
    return Case(tmp_path_factory.mktemp("series"), frames)


@pytest.fixture(scope="module")
def region(case: Case) -> Path:
    return case.crop()


def test_the_region_is_that_part_of_the_frames(case, region) -> None:
    opened, whole = open_region(region, PAIR, MONTH), read_month(case.aligned)
    assert opened.window == WINDOW
    assert opened.margin == 16
    assert opened.month.input_instrument == "mdi"
    wide = WINDOW.widened(16)
    for frame in opened.month.frames:
        np.testing.assert_array_equal(
            opened.month.target(frame), WINDOW.of_field(whole.target(frame), "target")
        )
        np.testing.assert_array_equal(
            opened.month.input(frame), wide.of_field(whole.input(frame), "input")
        )
    assert opened.month.frames == whole.frames


def test_the_region_tells_where_it_lies(tmp_path) -> None:
    case = Case(tmp_path, {"20111216_060000_TAI": sun(1)})
    name = "20111216_060000_TAI.target.fits"
    file = tmp_path / "aligned" / MONTH / name
    centre = (GRID.target_size + 1) / 2
    with fits.open(file, "update", do_not_scale_image_data=True) as hdus:
        hdus[1].header["CRPIX1"] = hdus[1].header["CRPIX2"] = centre
    listing = read_json(case.aligned)
    write_json(case.aligned, listing | {"files": folder_listing(tmp_path / "aligned" / MONTH)})
    case.crop()
    header = fits.getheader(tmp_path / "region" / name, 1)
    assert header["CRPIX1"] == centre - 4 * WINDOW.left
    assert header["CRPIX2"] == centre - 4 * WINDOW.bottom


def test_the_series_is_of_whole_disk_predictions(case, region) -> None:
    out = case.series(region, "bicubic")
    found = product.read(out, images=True)
    assert [moment.stamp for moment in found.moments] == sorted(case.frames)
    baseline = BicubicMethod(GRID, 1.1)
    for moment in found.moments:
        field, target = case.frames[moment.stamp]
        kept = np.round(np.nan_to_num(field), 1)  # as files hold it
        kept[np.isnan(field)] = np.nan
        predicted = WINDOW.of_field(baseline.predict(kept.astype(np.float32)), "target")
        target = np.round(WINDOW.of_field(target, "target"), 1)
        assert moment.pixels == target.size
        assert moment.target.signed == pytest.approx(target.mean(dtype=np.float64), abs=1e-5)
        assert moment.target.unsigned == pytest.approx(np.abs(target).mean(dtype=np.float64), 1e-6)
        for which in (moment.input, moment.prediction):
            assert which.unsigned == pytest.approx(np.abs(predicted).mean(dtype=np.float64), 1e-5)
            assert which.signed == pytest.approx(predicted.mean(dtype=np.float64), abs=1e-4)
        fair = (predicted.astype(np.float64) * 1.1 + 2.0) / 1.4
        assert moment.matched.unsigned == pytest.approx(np.abs(fair).mean(), rel=1e-5)
        assert moment.matched.signed == pytest.approx(fair.mean(), abs=1e-4)
        noisy = expected_unsigned(predicted, SIGMA).mean()
        assert moment.prediction.unsigned_with_noise == pytest.approx(noisy, rel=1e-5)
        ratio = moment.as_dict()["ratio"]
        assert ratio["prediction"] == pytest.approx(noisy / moment.target.unsigned, rel=1e-5)
        for which in ("input", "matched"):
            unsigned = getattr(moment, which).unsigned
            assert ratio[which] == pytest.approx(unsigned / moment.target.unsigned)
    # The fields are those of the last frame.
    last = case.frames[max(case.frames)]
    np.testing.assert_allclose(
        found.fields["target"], WINDOW.of_field(last[1], "target"), atol=0.06
    )
    np.testing.assert_allclose(found.fields["input"], WINDOW.of_field(last[0], "input"), atol=0.06)
    assert found.fields["prediction"].shape == WINDOW.shape("target")


def test_the_same_series_is_the_same_bytes(case, region) -> None:
    out = case.series(region)
    before = out.read_bytes(), out.with_suffix(".npz").read_bytes()
    case.series(region)
    assert (out.read_bytes(), out.with_suffix(".npz").read_bytes()) == before


def test_what_does_not_fit_is_refused(case, region) -> None:
    narrow = case.crop("narrow", margin=3)
    with pytest.raises(ConfigError, match=r"series\.margin: found 3 input pixels, expected at l"):
        case.series(narrow)
    with pytest.raises(ConfigError, match="of pair mdi-hmi, expected gong-hmi"):
        case.series(region, pair="gong-hmi")
    with pytest.raises(ConfigError, match="expected a part of its 128 x 128 pixels"):
        case.crop("off", margin=60)
    with pytest.raises(ConfigError, match="a region of mdi-hmi 2011-12, expected mdi-hmi 2011-11"):
        open_region(region, PAIR, "2011-11")
    with pytest.raises(DamagedProductError, match="no manifest of frames of a region"):
        open_region(case.aligned, PAIR, MONTH)


def test_a_damaged_series_is_refused(case, region) -> None:
    out = case.series(region, "bicubic")
    arrays = out.with_suffix(".npz")
    content = arrays.read_bytes()
    arrays.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(DamagedProductError, match="its bytes have changed"):
        product.read(out, images=True)
    assert not product.read(out).fields  # numbers alone need none
    write_json(out, read_json(out) | {"frames": [{}]})
    with pytest.raises(DamagedProductError, match="no series of a region"):
        product.read(out)


def test_the_noise_added_is_what_draws_of_it_give() -> None:
    field = np.array([0, 1, -3, 8, -40, 900], dtype=np.float32)
    draws = np.random.default_rng(1).normal(0, SIGMA, (400_000, 1))
    expected = np.abs(field + draws).mean(axis=0)
    np.testing.assert_allclose(expected_unsigned(field, SIGMA), expected, atol=0.03)
    # Half a normal distribution's mean, and nothing to strong fields.
    assert expected_unsigned(field, SIGMA)[0] == pytest.approx(SIGMA * np.sqrt(2 / np.pi))
    assert expected_unsigned(field, SIGMA)[-1] == pytest.approx(900)
    np.testing.assert_array_equal(expected_unsigned(field, 0), np.abs(field))
    by_pixel = expected_unsigned(field, np.array([SIGMA, 0, SIGMA, 0, SIGMA, SIGMA]))
    np.testing.assert_array_equal(by_pixel[[1, 3]], [1, 8])
    np.testing.assert_array_equal(by_pixel[::2], expected_unsigned(field, SIGMA)[::2])
    assert total(field).unsigned_with_noise is None
    assert total(field).signed == pytest.approx(field.mean())


@pytest.fixture(scope="module")
def two_days(case, region) -> Path:
    """A series of 31 frames whose target varies by 2 % with OBS_VR, written as one is."""
    found = product.read(case.series(region), images=True)
    moments = []
    for k in range(31):
        swing = np.cos(2 * np.pi * (1.6 * k - 7) / 24)
        day, minutes = divmod(6 * 60 + 96 * k, 1440)
        time = f"2011-12-{16 + day}T{minutes // 60:02}:{minutes % 60:02}:00.000"
        stamp = f"201112{16 + day}_{minutes // 60:02}{minutes % 60:02}00_TAI"
        level = 24 + 0.02 * k + (1.0 if k % 4 == 2 else 0)
        moments.append(
            product.Moment(
                stamp, time, time, 30.0 if k % 4 == 2 else 300.0, 3000 * swing, 1000,
                target=product.Total(-2 + 0.01 * k, (25 + 0.02 * k) * (1 + 0.02 * swing)),
                input=product.Total(-2.5 - 0.1 * (k % 3), 1.3 * level),
                matched=product.Total(-2.2 - 0.1 * (k % 3), 1.1 * level),
                prediction=product.Total(-2 - 0.1 * (k % 3), level - 1, level),
            )
        )  # fmt: skip
    path = case.folder / "two" / f"{MONTH}.json"
    path.parent.mkdir(exist_ok=True)
    about = (found.pair, found.method, found.month, "mdi", True, SIGMA, found.window)
    product.write(path, product.Series(*about, moments, found.fields))
    return path


def test_variability_is_told_of_a_series(case, two_days) -> None:
    out = case.folder / "variability.json"
    variability(two_days, json.dumps({"variability": {}}), out)
    content = read_json(out)
    day = content["prediction"]["waves"]["24h"]
    assert day["in_phase"] == pytest.approx(0.02, abs=1e-3)
    assert content["input"]["waves"]["24h"]["in_phase"] == pytest.approx(0.02, abs=1e-3)
    ratios = [moment.as_dict()["ratio"]["prediction"] for moment in product.read(two_days).moments]
    np.testing.assert_allclose(content["prediction"]["fitted_ratio"], ratios, atol=2e-3)
    shown = read_variability(out, PAIR, MONTH)
    assert (shown.amplitude, shown.error) == (day["in_phase"], day["in_phase_error"])
    with pytest.raises(OneSunError, match="of mdi-hmi 2011-12, expected gong-hmi 2011-12"):
        read_variability(out, "gong-hmi", MONTH)
    # Nothing was said of the target's noise, nor of what was put in.
    assert (shown.put_in, shown.expected, shown.response) == (None, None, None)
    assert content["prediction"]["signal"] == {"24h": None, "12h": None}
    with pytest.raises(DamagedProductError, match="no daily variability"):
        read_variability(two_days, PAIR, MONTH)


@pytest.mark.parametrize("put_in", [0.02, 0.0])
def test_the_variability_put_into_the_signal_comes_back_as_expected(tmp_path, put_in) -> None:
    """From fields to the fit, through every stage between: 48 hours at 96 minutes."""
    (field, target), draw = sun(3), np.random.default_rng(8)
    signal = np.where(np.abs(target) < 25, np.float32(0), target)  # off the disk NaN stays
    frames, velocities = {}, {}
    for k in range(31):
        day, minutes = divmod(6 * 60 + 96 * k, 1440)
        stamp = f"201112{16 + day}_{minutes // 60:02}{minutes % 60:02}00_TAI"
        swing = np.cos(2 * np.pi * (1.6 * k - 7) / 24)
        noises = [draw.normal(0, sigma, of.shape) for sigma, of in ((5, field), (5, target))]
        varied = signal * (1 + put_in * swing) + noises[1]
        frames[stamp] = tuple(f.astype(np.float32) for f in (field + noises[0], varied))
        velocities[stamp] = 3000 * swing
    case = Case(tmp_path, frames, velocities)
    series = case.series(case.crop(), "bicubic")
    out = tmp_path / "variability.json"
    variability(series, json.dumps({"variability": {}}), out, put_in, 0.0)
    found, content = read_variability(out, PAIR, MONTH), read_json(out)
    assert content["noise"] == pytest.approx(5, rel=0.05)
    # By hand: mean abs(signal + noise), of a signal a little stronger and of the signal.
    region = WINDOW.of_field(signal, "target")
    levels = [expected_unsigned(scale * region, 5).mean() for scale in (1.01, 1.0)]
    assert found.response == pytest.approx((levels[0] / levels[1] - 1) / 0.01, abs=0.01)
    assert found.response < 0.95
    assert (found.put_in, found.expected) == (put_in, put_in * found.response)
    assert abs(found.amplitude - found.expected) < 2 * found.error
    assert found.error < 0.05 * 0.02
    waves = content["prediction"]
    assert waves["signal"]["24h"]["in_phase"] == pytest.approx(found.amplitude / found.response)
    assert content["expected"] == {"24h": found.expected, "12h": 0.0}


def test_a_target_without_obs_vr_has_no_phase(case, region) -> None:
    with pytest.raises(OneSunError, match=r"no OBS_VR of the target in 3 frames \(20111216_060000"):
        variability(case.series(region), json.dumps({"variability": {}}), case.folder / "none.json")


def test_figures_are_drawn_and_told(case, two_days) -> None:
    settings = json.dumps({"figures": {"style": {"dpi": 60}}})
    found = case.folder / "variability2.json"
    variability(two_days, json.dumps({"variability": {}}), found)
    six, eight = case.folder / "fig6.png", case.folder / "fig8.png"
    fig6([two_days], settings, six)
    fig8(two_days, found, settings, eight)
    amplitude = read_variability(found, PAIR, MONTH).amplitude
    for path, words in (
        (
            six,
            (
                "31 frames",
                "the fair one",
                "noise of 4.70 G",
                "30 s",
                "simulated MDI/GONG from real HMI",
            ),
        ),
        (eight, (f"{100 * amplitude:.2f} ±", "31 frames", "simulated MDI/GONG from real HMI")),
    ):
        assert path.read_bytes().startswith(b"\x89PNG")
        assert path.with_suffix(".pdf").read_bytes().startswith(b"%PDF")
        caption = path.with_suffix(".md").read_text(encoding="utf-8")
        assert all(word in caption for word in words)
    assert "is put in" not in caption
    before = eight.read_bytes()
    fig8(two_days, found, settings, eight)
    assert eight.read_bytes() == before
    content = read_json(found) | {"response": 0.9, "put_in": {"24h": 0.02}}
    write_json(found, content | {"expected": {"24h": 0.018}})
    fig8(two_days, found, settings, eight)
    caption = eight.with_suffix(".md").read_text(encoding="utf-8")
    assert "put in: 2.00 % of the signal, by which 1.80 % of the unsigned field" in caption
    assert eight.read_bytes() != before
