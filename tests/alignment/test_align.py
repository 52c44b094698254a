"""The stage, end to end on small detectors: every raw frame is aligned or listed with a reason."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import sunpy.map
import typer
import yaml
from astropy.io import fits
from astropy.time import TimeDelta
from typer.testing import CliRunner

from helpers.small_sun import START, SmallSun, apart, pointing
from onesun import instruments
from onesun.alignment.align import AlignTask, align_month
from onesun.alignment.mapping import Correction
from onesun.alignment.screening import observe
from onesun.alignment.settings import Align
from onesun.errors import OneSunError
from onesun.geometry.grid import Grid
from onesun.io import locations
from onesun.io.files import sha256, write_json
from onesun.products.aligned import read_header, read_month
from onesun.products.raw import index_folder
from onesun.provenance.records import PARTS

GRID = Grid(target_size=512, target_scale=0.504273 * 8)  # input 128 x 128, limb 59 pixels
SETTINGS = {
    "tolerance": 8, "registration": "stretched", "tile": 16, "within_radius": 0.9,
    "max_shift": 10, "min_correlation": 0.3, "max_missing": 0.01,
}  # fmt: skip
SUN = SmallSun(waves=24, shortest=0.12)
ERROR = Correction(0.005, -0.004, roll=0.15, scale=3e-4, stretch=1.67e-3)
DETECTORS = {"hmi": (512, 4.034), "mdi": (128, 15.87)}


@pytest.fixture(scope="module", autouse=True)
def small_detectors(tmp_path_factory):
    """Instrument records whose detectors are an eighth as wide as the real ones, without blur."""
    folder = tmp_path_factory.mktemp("instruments")
    for name, (size, scale) in DETECTORS.items():
        record = yaml.safe_load((locations.instrument_records() / f"{name}.yaml").read_text())
        record["detector"] = {
            "width": size, "height": size, "plate_scale": scale, "limb_margin": 0.0
        }  # fmt: skip
        record["optics"] = {"fwhm": 1.0}
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(record))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(locations, "instrument_records", lambda: folder)
        instruments.load.cache_clear()
        yield
    instruments.load.cache_clear()


def write_raw(folder, instrument, minutes, *, slot=None, field=None, **cards):
    """Write what an instrument records ``minutes`` after START as JSOC would; return its path."""
    size, scale = DETECTORS[instrument]
    hmi = instrument == "hmi"
    header = pointing(
        size, scale, distance=1.0165 if hmi else 1.008, b0=3.5 if hmi else 3.45,
        l0=313.0 - minutes * 13.2 / 1440, roll=180.013 if hmi else 3.0, centre=(0.6, -1.2),
    )  # fmt: skip
    time = START + TimeDelta(minutes * 60.0, format="sec")
    if field is None:
        how = {} if hmi else {"error": ERROR, "gain": 1.4, "noise": 12.0}
        field = SUN.shot((size, size), header, time, instrument=instrument, **how).field
    steps = np.where(np.isnan(field), -(2**31), np.rint(np.nan_to_num(field) * 10))
    hdu = fits.CompImageHDU(steps.astype(np.int32), compression_type="RICE_1")
    slot = time if slot is None else START + TimeDelta(slot * 60.0, format="sec")
    t_rec = slot.isot[:19].replace("-", ".").replace("T", "_") + "_TAI"
    identity = (
        {"TELESCOP": "SDO/HMI", "INSTRUME": "HMI_SIDE1", "CADENCE": 720.0}
        if hmi
        else {"TELESCOP": "SOHO", "CAMERA": "MDI", "INTERVAL": 300.0, "BLDVER18": -60102}
    )
    content = identity | {
        "BUNIT": "Gauss", "QUALITY": 0, "CRPIX1": header.x0 + 1, "CRPIX2": header.y0 + 1,
        "CDELT1": scale, "CDELT2": scale, "CRVAL1": 0.0, "CRVAL2": 0.0, "CROTA2": header.roll,
        "RSUN_OBS": header.rsun, "DSUN_OBS": header.dsun, "CRLT_OBS": header.b0,
        "CRLN_OBS": header.l0, "OBS_VR": 1234.5, "T_REC": t_rec, "SIMULATD": not hmi,
        "T_OBS": time.isot.replace("-", ".").replace("T", "_") + "_TAI",
        "BSCALE": 0.1, "BLANK": -(2**31),
    } | cards  # fmt: skip
    hdu.header.update(content)
    folder = folder / instrument / "2016-07"
    folder.mkdir(parents=True, exist_ok=True)
    stamp = t_rec.replace(".", "").replace(":", "")
    path = folder / f"{instrument}.{stamp}.{cards.get('CAMERA', 1)}.fits"
    hdu.writeto(path)
    return path


def task_of(folder, month="2016-07", **change):
    manifests = {}
    for instrument in DETECTORS:
        manifests[instrument] = folder / f"{instrument}.json"
        index_folder(folder, instrument, "2016-07", manifests[instrument])
    return AlignTask(
        pair="mdi-hmi", month=month, input_instrument="mdi", target_instrument="hmi",
        input_manifest=manifests["mdi"], target_manifest=manifests["hmi"],
        settings=Align(**SETTINGS | change), grid=GRID,
    )  # fmt: skip


def table(path):
    with open(path, newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.fixture(scope="module")
def month(tmp_path_factory):
    """Two good pairs among all the frames that go wrong, aligned."""
    folder = tmp_path_factory.mktemp("raw")
    for minutes in (0, 96, 192):
        write_raw(folder, "hmi", minutes, QUALITY=0x10000 if minutes == 96 else 0)
    write_raw(folder, "hmi", 288, QUALITY=-(2**31))
    write_raw(folder, "hmi", 600)
    write_raw(folder, "hmi", 45 * 1440)
    write_raw(folder, "mdi", 3.5, slot=0)
    write_raw(folder, "mdi", 99.5, slot=96)
    blank = np.full((128, 128), np.nan)
    write_raw(folder, "mdi", 192.5, field=blank)
    write_raw(folder, "mdi", 288.5)
    write_raw(folder, "mdi", 384.5, QUALITY=0x110)
    write_raw(folder, "mdi", 432.5, T_REC="2016.07.07_no_time_TAI")
    truncated = write_raw(folder, "mdi", 480.5)
    truncated.write_bytes(truncated.read_bytes()[:20000])
    holed = SUN.shot((128, 128), pointing(128, 15.87, distance=1.008), START).field
    holed[50:65, 50:80] = np.nan
    write_raw(folder, "mdi", 576.5, field=holed, CRPIX1=64.5, CRPIX2=64.5, CROTA2=0.0)
    other = SmallSun(seed=5, waves=24, shortest=0.12)
    strange = other.shot((128, 128), pointing(128, 15.87, distance=1.008), START).field
    write_raw(folder, "mdi", 601.0, field=strange)
    filled = SUN.shot((128, 128), pointing(128, 15.87, distance=1.008), START).field
    filled[50:65, 50:80] = 0
    write_raw(folder, "mdi", 672.5, field=filled, CRPIX1=64.5, CRPIX2=64.5, CROTA2=0.0)
    write_raw(folder, "mdi", 768.5, DATARMS=6.1)
    write_raw(folder, "mdi", 864.5, BUNIT="")
    out = folder / "aligned" / "2016-07"
    align_month(task_of(folder), out)
    return out


def test_every_frame_is_accounted_for(month):
    frames, refused = table(f"{month}.frames.csv"), table(f"{month}.refused.csv")
    assert [row["stamp"] for row in frames] == ["20160707_000000_TAI", "20160707_013600_TAI"]
    raw = {path.name for name in DETECTORS for path in month.parents[1].glob(f"{name}/*/*.fits")}
    told = [row[f"{side}_source"] for row in frames for side in ("input", "target")]
    assert raw == {*told, *(row["file"] for row in refused)}
    assert len(raw) == len(told) + len(refused)
    wanted = {
        "mdi.20160707_031230": "no pixel of the disk holds a value",
        "mdi.20160707_044830": "no partner: the nearest is 96.5 minutes away, expected at most 8",
        "mdi.20160707_062430": "more than 10 % missing, pointing anomaly or roll",
        "mdi.20160707_071230": "T_REC is '2016.07.07_no_time_TAI', which is no time",
        "mdi.20160707_080030": "damaged",
        "mdi.20160707_093630": "of the disk is missing, expected at most 1.00%",
        "mdi.20160707_100100": "expected at",
        "mdi.20160707_111230": "of the disk is missing, expected at most 1.00%",
        "mdi.20160707_124830": "DATARMS is 6.1 and the root mean square of its values",
        "mdi.20160707_142430": "header has no BUNIT, and nothing else in the file proves its unit",
        "hmi.20160707_031200": "no partner: the nearest is",
        "hmi.20160707_044800": "refused: no data",
        "hmi.20160707_100000": "no partner: mdi.20160707_100100_TAI.1.fits was refused",
        "hmi.20160821_000000": "its T_REC 20160821_000000_TAI is not in 2016-07",
    }
    found = {row["file"][:19]: row["reason"] for row in refused}
    assert found.keys() == wanted.keys()
    for file, reason in wanted.items():
        assert reason in found[file]
    assert not any("/" in reason or ".fits: " in reason for reason in found.values())
    assert [row["target_quality"] for row in frames] == ["0x00000000", "0x00010000"]
    few = "0x10000 few points in the temporal interpolation"
    assert [row["target_strata"] for row in frames] == ["", few]


def test_manifest_opens_as_a_month(month):
    opened = read_month(Path(f"{month}.json"))
    assert (opened.pair, opened.month, opened.simulated) == ("mdi-hmi", "2016-07", True)
    frame = opened.frames[0]
    assert frame.time == "2016-07-07T00:00:00.000"
    assert frame.input_time == "2016-07-07T00:03:30.000"
    assert (frame.interval, frame.observer_velocity) == (300.0, 1234.5)
    assert (frame.b0, frame.l0) == (3.5, 313.0)
    assert json.loads(Path(f"{month}.json").read_text())["folder"] == "2016-07"


def test_both_lie_on_the_grid_as_the_target_saw_them(month):
    opened = read_month(Path(f"{month}.json"))
    observer = pointing(512, 1.0, distance=1.0165)
    frame = opened.frames[0]
    for which, gain, noise in (("target", 1.0, 1.0), ("input", 1.4, 14.0)):
        field = getattr(opened, which)(frame)
        truth = SUN.on_grid(GRID, which, observer, START)
        assert np.array_equal(np.isnan(truth), np.isnan(truth) & np.isnan(field))
        core = GRID.radius(which) < 0.9
        left = field[core] - gain * truth[core]
        assert np.sqrt(np.mean(left**2)) < noise
        slope = np.sum(field[core] * truth[core], dtype=float) / np.sum(
            truth[core] ** 2, dtype=float
        )
        assert slope == pytest.approx(gain, rel=0.005)


def test_row_tells_the_correction(month):
    for row in table(f"{month}.frames.csv"):
        unit = GRID.limb_radius("input")
        found = Correction(
            float(row["shift_west_input_px"]) / unit, float(row["shift_north_input_px"]) / unit,
            *(float(row[key]) for key in ("roll_deg", "scale_fraction", "stretch_fraction")),
        )  # fmt: skip
        assert apart(found, ERROR) * unit < 0.05
        assert found.roll == pytest.approx(ERROR.roll, abs=0.02)
        assert abs(float(row["residual_west_input_px"])) < 0.02
        assert float(row["correlation_after_fraction"]) > 0.97
        assert float(row["correlation_after_fraction"]) > float(row["correlation_before_fraction"])
        assert row["time_difference_s"] == "210.000"
        assert row["simulated"] == "true"


@pytest.mark.filterwarnings("ignore::sunpy.util.exceptions.SunpyMetadataWarning")
def test_sunpy_understands_the_header(month):
    path = month / "20160707_000000_TAI.target.fits"
    header = read_header(path)
    seen = sunpy.map.GenericMap(np.zeros((512, 512)), header)
    assert seen.rotation_matrix == pytest.approx(np.eye(2))
    assert seen.scale[0].value == pytest.approx(GRID.target_scale)
    centre = seen.wcs.world_to_pixel(seen.center)
    assert centre == pytest.approx((255.5, 255.5))
    assert seen.rsun_obs.value == pytest.approx(959.645, abs=0.001)
    assert seen.observer_coordinate.lat.deg == pytest.approx(3.5)
    assert seen.date.tai.isot[:19] == "2016-07-07T00:00:00"
    assert header["SIMULATD"] is False
    assert read_header(path.with_name("20160707_000000_TAI.input.fits"))["SIMULATD"] is True


def test_no_usable_pair_names_the_table(tmp_path):
    write_raw(tmp_path, "hmi", 0)
    write_raw(tmp_path, "mdi", 30.5)
    out = tmp_path / "aligned" / "2016-07"
    with pytest.raises(OneSunError, match=r"no usable pair; 2 frames .*/2016-07\.refused\.csv"):
        align_month(task_of(tmp_path), out)
    assert [path.name for path in sorted(out.parent.iterdir())] == ["2016-07.refused.csv"]
    assert len(table(f"{out}.refused.csv")) == 2


def test_second_target_of_a_slot_is_refused(tmp_path):
    write_raw(tmp_path, "hmi", 0, CAMERA=1)
    write_raw(tmp_path, "hmi", 0, CAMERA=3)
    write_raw(tmp_path, "mdi", 3.5)
    out = tmp_path / "2016-07"
    align_month(task_of(tmp_path), out)
    (row,) = table(f"{out}.refused.csv")
    assert row["reason"] == (
        "its T_REC 20160707_000000_TAI is already used by hmi.20160707_000000_TAI.1.fits"
    )


def test_a_header_may_be_believed(tmp_path):
    """As it is wrong here, the frame stays where the header puts it."""
    write_raw(tmp_path, "hmi", 0)
    write_raw(tmp_path, "mdi", 3.5, slot=0)
    out = tmp_path / "2016-07"
    align_month(task_of(tmp_path, registration="header"), out)
    (row,) = table(f"{out}.frames.csv")
    assert (row["registration"], row["tiles_count"]) == ("header", "0")
    for key in ("shift_west_input_px", "shift_north_input_px", "roll_deg", "scale_fraction"):
        assert float(row[key]) == 0
    assert row["residual_west_input_px"] == row["tile_scatter_input_px"] == ""
    assert row["correlation_before_fraction"] == row["correlation_after_fraction"]
    assert 0.5 < float(row["correlation_after_fraction"]) < 0.99
    header = read_header(out / "20160707_000000_TAI.input.fits")
    assert (header["REGMODEL"], header["REGWEST"], header["REGROLL"]) == ("header", 0.0, 0.0)
    with pytest.raises(OneSunError, match=r"no usable pair; .* expected at least 0\.999"):
        align_month(task_of(tmp_path, registration="header", min_correlation=0.999), out)


def test_a_target_may_be_known_in_one_place_alone(tmp_path):
    """With the header believed and all of a disk allowed to be missing."""
    size, scale = DETECTORS["hmi"]
    there = pointing(size, scale, distance=1.0165, roll=180.013, centre=(0.6, -1.2))
    field = SUN.shot((size, size), there, START, instrument="hmi").field
    x, y = there.to_disk(*np.meshgrid(np.arange(size), np.arange(size)))
    field[(np.abs(x - 0.1) > 0.2) | (np.abs(y + 0.2) > 0.15)] = np.nan
    write_raw(tmp_path, "hmi", 0, field=field)
    write_raw(tmp_path, "mdi", 3.5, slot=0)
    out = tmp_path / "2016-07"
    with pytest.raises(OneSunError, match="no usable pair"):
        align_month(task_of(tmp_path, registration="header"), out)
    align_month(task_of(tmp_path, registration="header", max_missing=1.0), out)
    month = read_month(Path(f"{out}.json"))
    target, source = month.target(month.frames[0]), month.input(month.frames[0])
    axis = GRID.axis("target")
    known = (np.abs(axis[None, :] - 0.1) < 0.19) & (np.abs(axis[:, None] + 0.2) < 0.14)
    far = (np.abs(axis[None, :] - 0.1) > 0.21) | (np.abs(axis[:, None] + 0.2) > 0.16)
    assert np.isfinite(target[known]).all()
    assert np.isnan(target[far]).all()
    assert np.isfinite(source[GRID.radius("input") < 0.95]).all()
    (row,) = table(f"{out}.frames.csv")
    assert float(row["correlation_after_fraction"]) > 0.8


def test_the_noise_of_the_input_is_told(month, tmp_path):
    """12 G was put into the frames; manifests without it are read as before."""
    noise = [frame.input_noise for frame in read_month(Path(f"{month}.json")).frames]
    assert noise == pytest.approx([12, 12], rel=0.1)
    content = json.loads(Path(f"{month}.json").read_text())
    for entry in content["frames"]:
        del entry["input_noise"]
    older = month.with_name("older.json")
    write_json(older, content)
    assert [frame.input_noise for frame in read_month(older).frames] == [None, None]


def test_command_and_same_bytes(month, tmp_path):
    from onesun.cli.prepare import align

    folder = tmp_path
    write_raw(folder, "hmi", 0)
    write_raw(folder, "mdi", 3.5, slot=0)
    task_of(folder)
    app = typer.Typer()
    app.command()(align)
    grid = {"target_size": 512, "target_scale": 0.504273 * 8, "factor": 4, "patch": 32}
    outs = [folder / "one" / "2016-07", folder / "two" / "2016-07"]
    for out in outs:
        arguments = {
            "pair": "mdi-hmi", "input-instrument": "mdi", "target-instrument": "hmi",
            "month": "2016-07", "input": folder / "mdi.json", "target": folder / "hmi.json",
            "settings": json.dumps({"align": SETTINGS, "grid": grid}), "out": out,
        }  # fmt: skip
        line = [str(part) for key, value in arguments.items() for part in (f"--{key}", value)]
        result = CliRunner().invoke(app, line)
        assert result.exit_code == 0, result.output
    for name in ("2016-07.json", "2016-07.frames.csv", "2016-07.refused.csv"):
        assert sha256(outs[0].parent / name) == sha256(outs[1].parent / name)
    stamp = "20160707_000000_TAI"
    assert sha256(outs[0] / f"{stamp}.input.fits") == sha256(outs[1] / f"{stamp}.input.fits")
    assert sha256(outs[0] / f"{stamp}.target.fits") == sha256(month / f"{stamp}.target.fits")


def test_the_rule_knows_what_is_read_of_records(tmp_path, record_reads):
    write_raw(tmp_path, "hmi", 0)
    write_raw(tmp_path, "mdi", 3.5, slot=0)
    task = task_of(tmp_path)
    record_reads.clear()
    align_month(task, tmp_path / "aligned" / "2016-07")
    # The name is not in the file, but the file's.
    assert {"optics", "header"} < record_reads <= {*PARTS["align"], "name"}


def test_without_t_rec_the_nearest_slot_names_the_frame():
    """MDI's slots are 96 minutes apart; JSOC names them by the whole minute."""
    header = pointing(128, 15.87)
    for minutes, stamp in ((3.5, "20160707_000000_TAI"), (50.0, "20160707_013600_TAI")):
        time = START + TimeDelta(minutes * 60.0, format="sec")
        seen = observe(Path("mdi.fits"), SUN.shot((128, 128), header, time))
        assert seen.stamp == stamp
        assert seen.time == time.isot
