"""The patch store: what is written, how it is read, and what happens when something breaks."""

import errno
import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import dask.array as da
import numpy as np
import pytest
import xarray as xr
import zarr

from onesun.errors import ConfigError, DamagedProductError
from onesun.geometry.grid import Grid
from onesun.io.files import folder_listing, open_product, read_json, write_json
from onesun.products.aligned import AlignedMonth, write_field
from onesun.store import layout
from onesun.store.patches import cut, places
from onesun.store.read import PatchMonth, open_patches
from onesun.store.write import PRODUCT, write_month

GRID = Grid(target_size=512, target_scale=4.0)  # 4 x 4 patches
FRAMES = 3


def field(which: str, seed: int) -> np.ndarray:
    """A noisy disk with two strong spots, beyond what int16 could hold at 0.1 G."""
    size = GRID.size(which)
    noise = np.random.default_rng(seed).normal(0, 5, (size, size)).astype(np.float32)
    noise[size // 2, size // 2 : size // 2 + 2] = 4321.04, -4000.0
    noise[GRID.radius(which) >= 1] = np.nan
    return noise


@pytest.fixture(scope="module")
def aligned(tmp_path_factory) -> Path:
    """Manifest of a month of three aligned frames."""
    root = tmp_path_factory.mktemp("aligned")
    frames = []
    for day in range(1, FRAMES + 1):
        stamp = f"201607{day:02d}_010000_TAI"
        names = {which: f"{stamp}.{which}.fits" for which in ("input", "target")}
        for seed, (which, name) in enumerate(names.items()):
            write_field(root / "2016-07" / name, field(which, 10 * day + seed), {})
        frames.append(
            {
                "stamp": stamp,
                "time": f"2016-07-{day:02d}T00:59:55.300",
                "input_time": f"2016-07-{day:02d}T01:03:30.000",
                "interval": None if day == 2 else 300.0,
                "input_file": names["input"],
                "target_file": names["target"],
                "b0": 3.0 + day,
                "l0": 40.0,
                "dsun": 1.52e11,
                "input_dsun": 1.5e11,
                "observer_velocity": -1000.0 * day,
                "simulated": True,
            }
        )
    content = {
        "product": "aligned frames",
        "pair": "mdi-hmi",
        "month": "2016-07",
        "folder": "2016-07",
        "input_instrument": "mdi",
        "target_instrument": "hmi",
        "frames": frames,
        "files": folder_listing(root / "2016-07"),
    }
    write_json(root / "2016-07.json", content)
    return root / "2016-07.json"


@pytest.fixture(scope="module")
def written(aligned, tmp_path_factory) -> Path:
    """Manifest of the month's store; not to be changed."""
    return write_month(aligned, tmp_path_factory.mktemp("store") / "2016-07.zarr", GRID, 0.1)


@pytest.fixture
def store(written, tmp_path) -> Path:
    """Manifest of a copy of the store that a test may break."""
    shutil.copytree(written.parent, tmp_path / "store")
    return tmp_path / "store" / written.name


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# --- what is kept


@pytest.mark.parametrize("quantum", [0.1, 0.25, 2.0])
def test_a_field_comes_back_within_half_a_quantum(quantum):
    truth = np.linspace(-5000, 5000, 9999, dtype=np.float32)
    truth[::7] = np.nan
    back = layout.to_gauss(layout.to_steps(truth, quantum, "test"), quantum)
    np.testing.assert_array_equal(np.isnan(back), np.isnan(truth))
    assert np.nanmax(np.abs(back - truth)) <= quantum / 2 + 0.001  # float32 at 5 kG


def test_steps_of_aligned_fields_are_theirs(aligned, written):
    """Aligned frames are multiples of 0.1 G already, so nothing is lost at all."""
    month = PatchMonth(written)
    first = cut(field("target", 11), 128)
    back = month.target.gauss(month.target.frame(0))
    assert np.nanmax(np.abs(back - first)) <= 0.05 + 0.0005
    assert back[10, 0, 0] == pytest.approx(4321.0, abs=1e-3)
    np.testing.assert_array_equal(np.isnan(back), np.isnan(first))


def test_the_offset_is_a_power_of_two_near_the_noise():
    assert layout.offset(0.1) == 128
    assert layout.offset(1.0) == 16
    assert layout.offset(100.0) == 1


@pytest.mark.parametrize("quantum", [0.0, -0.1, np.nan])
def test_a_quantum_that_is_no_step_is_refused(quantum):
    with pytest.raises(ConfigError, match=r"store\.quantum"):
        layout.offset(quantum)


@pytest.mark.parametrize("value", [np.inf, 3e8])
def test_a_value_that_does_not_fit_is_refused(value):
    with pytest.raises(DamagedProductError, match="frame 7"):
        layout.to_steps(np.array([1.0, value, np.nan]), 0.1, "frame 7")


def test_a_field_without_values_is_refused():
    with pytest.raises(DamagedProductError, match="no pixel has a value"):
        layout.to_steps(np.full(3, np.nan), 0.1, "frame 7")


def test_the_command_writes_the_same_store(aligned, written, tmp_path):
    from onesun.cli.prepare import store

    settings = {"store": {}, "grid": {"target_size": 512, "target_scale": 4.0}}
    store(aligned, json.dumps(settings), tmp_path / "2016-07.zarr")
    assert (tmp_path / "2016-07.json").read_bytes() == written.read_bytes()


# --- how it is opened


def test_xarray_opens_it_lazily_with_coordinates_and_units(written):
    month = open_patches(written)
    for name, size in (("input", 32), ("target", 128)):
        assert isinstance(month[name].data, da.Array)
        assert month[name].data.chunks[:2] == ((1,) * FRAMES, (16,))
        assert month[name].shape == (FRAMES, 16, size, size)
        assert month[name].dtype == np.float32
        assert month[name].attrs["units"] == "G"
    assert month["target"].dims == ("time", "patch", "y_target", "x_target")
    assert month["time"].values[0] == np.datetime64("2016-07-01T00:59:55.300")
    assert month["time"].attrs["time_scale"] == "TAI"
    assert list(month["stamp"].values)[2] == "20160703_010000_TAI"
    np.testing.assert_array_equal(month["interval"], [300, np.nan, 300])
    assert month.attrs["simulated"] is True
    assert "simulated" in month.attrs["title"]
    where = places(GRID)
    for name in ("row", "column", "x_arcsec", "y_arcsec", "radius", "on_disk"):
        np.testing.assert_array_equal(month[name], getattr(where, name))
        assert name in month["target"].coords
    np.testing.assert_array_equal(month["latitude"][1], where.heliographic(5.0, 1.52e11)[0])
    np.testing.assert_array_equal(month["location"], cut(GRID.radius("input"), 32))


def test_plain_xarray_gives_the_same_values(written):
    ours = open_patches(written)
    plain = xr.open_zarr(written.with_suffix(".zarr"))
    assert plain["target"].encoding["_FillValue"] == layout.FILL
    for name in ("input", "target"):
        np.testing.assert_allclose(plain[name], ours[name], atol=1e-3)
        assert plain[name].attrs["units"] == "G"
    assert plain["stamp"].dims == ("time",)


def test_snakemakes_time_stamp_disturbs_no_reader(store):
    (store.with_suffix(".zarr") / ".snakemake_timestamp").touch()
    assert open_patches(store).sizes["time"] == FRAMES
    assert xr.open_zarr(store.with_suffix(".zarr")).sizes["time"] == FRAMES


def test_raw_reads_are_xarrays(written):
    lazy = open_patches(written)
    month = PatchMonth(written)
    assert len(month) == FRAMES
    assert (month.pair, month.month, month.simulated) == ("mdi-hmi", "2016-07", True)
    np.testing.assert_array_equal(month.times, lazy["time"].values.astype("M8[ms]"))
    assert month.stamps == list(lazy["stamp"].values)
    for name in ("location", "radius", "on_disk"):
        np.testing.assert_array_equal(getattr(month, name), lazy[name])
    for name in ("input", "target"):
        raw = getattr(month, name)
        steps = raw.frame(2)
        assert steps.dtype == np.int32
        np.testing.assert_array_equal(raw.gauss(steps), lazy[name][2])
        np.testing.assert_array_equal(raw.frame(2), pickle.loads(pickle.dumps(raw)).frame(2))


def test_patches_off_the_disk_cost_nothing_and_hold_no_value(tmp_path, aligned):
    """A wider grid, on which the corner patches are sky."""
    grid = Grid(target_size=512, target_scale=8.0)
    folder = tmp_path / "2016-07"
    shutil.copytree(aligned.parent / "2016-07", folder)
    content = read_json(aligned)
    for frame in content["frames"]:
        for which in ("input", "target"):
            path = folder / frame[f"{which}_file"]
            path.unlink()
            values = np.where(grid.radius(which) < 1, 7.5, np.nan).astype(np.float32)
            write_field(path, values, {})
    write_json(tmp_path / "2016-07.json", {**content, "files": folder_listing(folder)})
    month = PatchMonth(
        write_month(tmp_path / "2016-07.json", tmp_path / "store/2016-07.zarr", grid, 0.1)
    )
    assert (month.target.frame(0)[0] == layout.FILL).all()
    assert (month.target.frame(0)[15] == layout.FILL).all()
    assert np.nanmax(month.target.gauss(month.target.frame(0)[5])) == pytest.approx(7.5)


def test_a_frame_costs_two_files(written):
    content = read_json(written)
    per_frame = [name for name in content["files"] if name.startswith(("input/c", "target/c"))]
    assert len(per_frame) == 2 * FRAMES


def test_only_codecs_of_the_specification_are_used(written):
    group = zarr.open_group(written.with_suffix(".zarr"), mode="r")
    used = str([array.metadata.to_dict()["codecs"] for _, array in group.arrays()])
    assert "numcodecs" not in used
    assert "pcodec" not in used


def test_the_same_frames_give_the_same_bytes(aligned, written, tmp_path):
    again = write_month(aligned, tmp_path / "elsewhere" / "2016-07.zarr", GRID, 0.1)
    assert again.read_bytes() == written.read_bytes()
    assert folder_listing(again.with_suffix(".zarr")) == read_json(written)["files"]


# --- what breaks


def test_a_missing_frame_is_named_at_opening(store):
    (store.with_suffix(".zarr") / "target/c/1/0/0/0").unlink()
    for opener in (open_patches, PatchMonth):
        with pytest.raises(DamagedProductError, match=r"target/c/1/0/0/0: missing"):
            opener(store)


def test_a_truncated_frame_is_named_at_opening(store):
    frame = store.with_suffix(".zarr") / "input/c/2/0/0/0"
    size = frame.stat().st_size
    frame.write_bytes(frame.read_bytes()[:-9])
    with pytest.raises(DamagedProductError, match=rf"{size - 9} bytes, expected {size} bytes"):
        open_patches(store)


@pytest.mark.parametrize("place", [300, -20], ids=["fields", "checksum"])
def test_a_flipped_bit_is_named_when_it_is_read(store, place):
    frame = store.with_suffix(".zarr") / "target/c/1/0/0/0"
    content = bytearray(frame.read_bytes())
    content[place] ^= 4
    frame.write_bytes(content)
    month = PatchMonth(store)
    assert (month.target.frame(0) != layout.FILL).any()  # the other frames are sound
    with pytest.raises(DamagedProductError, match=r"target/c/1/0/0/0: damaged"):
        month.target.frame(1)
    with pytest.raises(DamagedProductError, match=r"target/c/1/0/0/0"):
        open_product(store, PRODUCT, contents=True)
    with pytest.raises(ValueError, match="checksum"):
        open_patches(store)["target"][1].load()


def test_a_frame_that_goes_while_reading_is_named(store):
    month = PatchMonth(store)
    month.target.frame(0)
    (store.with_suffix(".zarr") / "target/c/0/0/0/0").unlink()
    with pytest.raises(DamagedProductError, match=r"target/c/0/0/0/0: missing"):
        month.target.frame(0)


def test_a_frame_beyond_the_month_is_refused(written):
    with pytest.raises(IndexError, match="frame 3 of 3"):
        PatchMonth(written).target.frame(3)


def test_another_products_manifest_is_refused(aligned):
    with pytest.raises(DamagedProductError, match="no manifest of patch store"):
        open_patches(aligned)


@pytest.mark.parametrize("name", ["zarr.json", "location/c/0/0/0", "target/zarr.json", "time/c/0"])
def test_a_changed_byte_beside_the_frames_is_named_at_opening(store, name):
    path = store.with_suffix(".zarr") / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    for opener in (open_patches, PatchMonth):
        with pytest.raises(DamagedProductError, match=f"{name}: its bytes have changed"):
            opener(store)


def test_a_full_disk_leaves_nothing_half_written(aligned, tmp_path, monkeypatch):
    whole = zarr.storage.LocalStore.set

    async def until_full(self, key, value):
        if key.startswith("target/c/1"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), key)
        await whole(self, key, value)

    monkeypatch.setattr(zarr.storage.LocalStore, "set", until_full)
    with pytest.raises(OSError, match="No space left"):
        write_month(aligned, tmp_path / "2016-07.zarr", GRID, 0.1)
    assert left_in(tmp_path) == []


def test_a_failure_leaves_the_store_of_before(aligned, store, monkeypatch):
    before = folder_listing(store.parent)

    def broken(self, frame):
        raise DamagedProductError(f"{frame.target_file}: damaged")

    monkeypatch.setattr(AlignedMonth, "target", broken)
    with pytest.raises(DamagedProductError, match="damaged"):
        write_month(aligned, store.with_suffix(".zarr"), GRID, 0.5)
    assert folder_listing(store.parent) == before


def test_a_killed_writer_leaves_no_store(aligned, tmp_path):
    out = tmp_path / "2016-07.zarr"
    program = f"""
import os
from pathlib import Path
from onesun.products.aligned import AlignedMonth
from onesun.geometry.grid import Grid
from onesun.store.write import write_month
read = AlignedMonth.target
def killed(self, frame):
    if frame is self.frames[1]:
        os.kill(os.getpid(), {int(signal.SIGKILL)})
    return read(self, frame)
AlignedMonth.target = killed
write_month(Path({str(aligned)!r}), Path({str(out)!r}), Grid(512, 4.0), 0.1)
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    assert not out.exists()
    with pytest.raises(DamagedProductError, match=r"2016-07\.json: missing"):
        open_patches(tmp_path / "2016-07.json")
    assert open_patches(write_month(aligned, out, GRID, 0.1)).sizes["time"] == FRAMES
    # What the killed one had half written is gone, too.
    assert left_in(tmp_path) == ["2016-07.json", "2016-07.zarr"]


def test_frames_of_another_grid_are_refused(aligned, tmp_path):
    with pytest.raises(DamagedProductError, match=r"input\.fits: \(128, 128\) pixels, expected"):
        write_month(aligned, tmp_path / "2016-07.zarr", Grid(target_size=1024), 0.1)
    assert left_in(tmp_path) == []


def test_a_month_without_frames_is_refused(aligned, tmp_path):
    content = {**read_json(aligned), "frames": [], "files": {}}
    write_json(tmp_path / "empty.json", content)
    with pytest.raises(DamagedProductError, match="lists no frames"):
        write_month(tmp_path / "empty.json", tmp_path / "2016-07.zarr", GRID, 0.1)
