"""Many files: found, shared, taken up again after an interruption, and summed up."""

from __future__ import annotations

import csv
import gzip
import json
import shutil
import signal
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import numpy as np
import pytest
import torch
from astropy.io import fits
from astropy.time import TimeDelta
from typer.testing import CliRunner

from helpers.convertible import (
    COARSE,
    MDI_SLOT,
    MDI_TIME,
    mdi,
    write_gong,
    write_mdi,
    write_weights,
)
from onesun import instruments
from onesun.cli.app import app
from onesun.conversion import batch, naming, view
from onesun.conversion import files as converting
from onesun.conversion.batch import convert_files, inputs_in
from onesun.conversion.convert import Options, convert_source, weights_for
from onesun.conversion.files import convert_file
from onesun.conversion.manifest import write_manifest
from onesun.conversion.output import read_output
from onesun.conversion.source import of_file
from onesun.conversion.summary import summary_text
from onesun.errors import ConfigError, DamagedProductError, OneSunError, OutputError
from onesun.io.files import open_product, sha256, write_json
from onesun.provenance.records import PARTS
from onesun.reading.slots import jsoc_text
from onesun.training import model


@pytest.fixture(scope="module")
def frames(tmp_path_factory):
    """Two good frames and a bad one, in a folder and one below it."""
    folder = tmp_path_factory.mktemp("frames")
    write_mdi(folder / "a.fits")
    (folder / "below").mkdir()
    shutil.copy(folder / "a.fits", folder / "below" / "b.fits")
    (folder / "bad.fits").write_bytes(b"nothing")
    (folder / "note.txt").write_text("no frame")
    return folder


@pytest.fixture
def weights(tmp_path_factory):
    return write_weights(tmp_path_factory.mktemp("weights"), grid=COARSE)


def call(*words) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["convert", *map(str, words)])
    if not isinstance(result.exception, SystemExit | None):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def test_folders_are_looked_through(frames):
    assert [path.name for path in inputs_in([frames])] == ["a.fits", "bad.fits", "b.fits"]


def test_outputs_are_no_inputs(frames, weights, tmp_path):
    convert_file(frames / "a.fits", tmp_path, Options(weights))
    with pytest.raises(ConfigError, match="no FITS file found"):
        inputs_in([tmp_path])


BY_TIME = ("mdi.20101015_000330_TAI.onesun.fits", "mdi.20101015_013930_TAI.onesun.fits")


def write_later(path, slots: int, note: str = "") -> None:
    """A frame of MDI, taken some slots of 96 minutes later."""
    data, header = mdi()
    later = TimeDelta(slots * 5760, format="sec")
    for key, time in (("T_REC", MDI_SLOT), ("T_OBS", MDI_TIME)):
        header[key] = jsoc_text(time + later)
    header["DATE-OBS"] = (MDI_TIME + later).utc.isot
    header["CRLN_OBS"] -= 13.2 * slots / 15
    header["NOTE2"] = note
    fits.writeto(path, data, header, overwrite=True)


@pytest.fixture
def sums(tmp_path):
    """Folders as JSOC keeps them: one name, two times, and two versions of the second."""
    folder = tmp_path / "SUM1"
    for name, slots in {"D1": 0, "D2": 1, "D3": 1}.items():
        (folder / name).mkdir(parents=True)
        write_later(folder / name / "data.fits", slots, name)
    return folder


def made_of(out) -> dict[str, str]:
    """The SHA-256 of the input by name of the output."""
    return {path.name: read_output(path).header["INSHA256"] for path in out.glob("*.fits")}


def stamps(sums) -> set[str]:
    return {sha256(path) for path in sums.glob("*/data.fits")}


def rows_of(out) -> dict[str, dict[str, str]]:
    with open(out / "summary.csv", encoding="utf-8") as rows:
        return {row["file"]: row for row in csv.DictReader(rows)}


def right(out, sums) -> bool:
    """Whether each input has an output of its own, and the summary says which."""
    made, rows = made_of(out), rows_of(out)
    return set(made.values()) == stamps(sums) and all(
        made[rows[str(path)]["output"].rpartition("/")[2]] == sha256(path)
        for path in sums.glob("*/data.fits")
    )


def test_files_of_one_name_in_one_call_are_named_by_time(sums, weights, tmp_path):
    out = tmp_path / "out"
    words = (sums, "--out", out, "--weights", weights, "--workers", 1)
    code, printed, _ = call(*words)
    assert (code, printed.splitlines()[-1]) == (0, "3 done, 0 skipped, 0 refused")
    assert right(out, sums)
    assert "data.onesun.fits" not in made_of(out)
    assert set(BY_TIME) < set(made_of(out))
    code, printed, _ = call(*words)
    assert printed.splitlines()[-1] == "0 done, 3 skipped, 0 refused"
    assert str(sums / "D1" / "data.fits") in printed
    assert right(out, sums)


def test_files_of_one_name_in_calls_of_their_own_are_all_kept(sums, weights, tmp_path):
    out = tmp_path / "out"
    for result in ("done", "skipped"):
        for path in sorted(sums.glob("*/data.fits")):
            call(path, "--out", out, "--weights", weights)
        assert {row["result"] for row in rows_of(out).values()} == {result}
        assert right(out, sums)
    assert made_of(out)["data.onesun.fits"] == sha256(sums / "D1" / "data.fits")
    # The first keeps its name among others.
    assert call(sums, "--out", out, "--weights", weights, "--workers", 1)[1].endswith(
        "0 done, 3 skipped, 0 refused\n"
    )
    assert right(out, sums)


def test_an_interrupted_call_goes_on_where_it_was(sums, weights, tmp_path):
    """It has written no summary."""
    out = tmp_path / "out"
    words = (sums, "--out", out, "--weights", weights, "--workers", 1)
    call(*words)
    (out / "summary.csv").unlink()
    assert call(*words)[1].endswith("0 done, 3 skipped, 0 refused\n")
    assert right(out, sums)


def test_an_input_that_changed_takes_the_place_of_its_output(sums, weights, tmp_path):
    out = tmp_path / "out"
    words = (sums, "--out", out, "--weights", weights, "--workers", 1)
    call(*words)
    names = set(made_of(out))
    shutil.copy(sums / "D1" / "data.fits", sums / "D3" / "data.fits")
    write_later(sums / "D1" / "data.fits", 2)
    assert call(*words)[1].endswith("2 done, 1 skipped, 0 refused\n")
    assert right(out, sums)
    assert set(made_of(out)) == names


def test_without_a_record_another_time_is_another_file(sums, weights, tmp_path):
    options = Options(weights)
    first = convert_file(sums / "D1" / "data.fits", tmp_path / "out", options)
    second = convert_file(sums / "D2" / "data.fits", tmp_path / "out", options)
    assert first.output != second.output
    assert set(made_of(tmp_path / "out").values()) < stamps(sums)


def test_a_name_that_another_process_takes_meanwhile_is_left_to_it(
    sums, weights, tmp_path, monkeypatch
):
    out, options = tmp_path / "out", Options(weights)
    other, choose = sums / "D2" / "data.fits", naming.choose

    def slow(path, *given):
        chosen = choose(path, *given)
        if path != other and not list(out.glob("*.fits")):
            assert convert_file(other, out, options).result == "done"
        return chosen

    monkeypatch.setattr(converting, "choose", slow)
    outcome = convert_file(sums / "D1" / "data.fits", out, options)
    assert outcome.result == "done"
    assert set(made_of(out).values()) == {sha256(other), sha256(sums / "D1" / "data.fits")}


def test_a_compressed_and_a_plain_file_of_one_name_are_two(frames, weights, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    shutil.copy(frames / "a.fits", folder / "a.fits")
    (folder / "a.fits.gz").write_bytes(gzip.compress((frames / "a.fits").read_bytes(), mtime=0))
    code, printed, _ = call(folder, "--out", tmp_path / "out", "--weights", weights, "--workers", 1)
    assert (code, printed.splitlines()[-1]) == (0, "2 done, 0 skipped, 0 refused")
    assert set(made_of(tmp_path / "out").values()) == {sha256(path) for path in folder.iterdir()}


def test_the_summary_keeps_what_other_calls_said(frames, weights, tmp_path):
    out = tmp_path / "out"
    call(frames / "below", "--out", out, "--weights", weights)
    call(frames / "bad.fits", "--out", out)
    call(frames / "a.fits", "--out", out, "--weights", weights)
    rows = {file.rpartition("/")[2]: row["result"] for file, row in rows_of(out).items()}
    assert rows == {"b.fits": "done", "bad.fits": "refused", "a.fits": "done"}
    (out / "b.onesun.fits").unlink()
    call(frames / "a.fits", "--out", out, "--weights", weights)
    assert [file.rpartition("/")[2] for file in rows_of(out)] == ["bad.fits", "a.fits"]


@pytest.mark.parametrize("text", ["my,own\n1,2\n", "", "\xff\xfe", "file,result\n"])
def test_a_summary_that_is_not_ours_is_not_replaced(frames, tmp_path, text):
    (tmp_path / "summary.csv").write_text(text, encoding="latin-1")
    with pytest.raises(OutputError, match=r"summary\.csv: not a summary of onesun convert"):
        convert_files([frames / "a.fits"], tmp_path, Options(), workers=1, again=False)
    assert (tmp_path / "summary.csv").read_text(encoding="latin-1") == text


def test_a_file_named_twice_is_converted_once(frames):
    path = frames / "a.fits"
    assert inputs_in([path, frames, frames / "below" / ".." / "a.fits"])[0] == path
    assert len(inputs_in([path, frames])) == 3


@pytest.mark.parametrize(
    ("option", "value"),
    [("geometry", "round"), ("device", "abacus"), ("device", "meta"), ("tile", 0)]
    + ([] if torch.cuda.is_available() else [("device", "cuda")]),
)
def test_an_option_that_cannot_be_is_refused_before_any_file(option, value):
    with pytest.raises(ConfigError, match=f"{option}: .*{value}.* found, expected"):
        Options(**{option: value})


def test_a_folder_that_cannot_be_written_to_is_told_before_any_file(frames, tmp_path, monkeypatch):
    monkeypatch.setattr(batch, "convert_file", None)
    (tmp_path / "out").write_text("a file")
    with pytest.raises(OSError, match="out") as caught:
        convert_files([frames / "a.fits"], tmp_path / "out", Options(), workers=1, again=False)
    assert caught.value.filename == str(tmp_path / "out")


class KilledPool(Executor):
    """As the pool of processes when one of them was killed."""

    def __init__(self, *given, **named) -> None:
        pass

    def submit(self, *given, **named) -> Future:
        future = Future()
        future.set_exception(BrokenProcessPool("terminated abruptly"))
        return future


def test_a_process_that_was_killed_is_one_sentence(frames, tmp_path, monkeypatch):
    monkeypatch.setattr(batch, "ProcessPoolExecutor", KilledPool)
    with pytest.raises(OneSunError, match=r"one of 2 processes was killed, .* fewer --workers"):
        convert_files(inputs_in([frames]), tmp_path, Options(), workers=2, again=False)


def test_a_folder_is_converted_and_summed_up(frames, weights, tmp_path):
    code, printed, _ = call(frames, "--out", tmp_path, "--weights", weights, "--workers", 1)
    assert code == 2
    assert printed.splitlines()[-1] == "2 done, 0 skipped, 1 refused"
    assert "damaged or not FITS" in printed
    made = {path.name for path in tmp_path.iterdir()}
    assert made == {"a.onesun.fits", "b.onesun.fits", "summary.csv"}
    with open(tmp_path / "summary.csv", encoding="utf-8") as rows:
        results = {row["file"].rpartition("/")[2]: row["result"] for row in csv.DictReader(rows)}
    assert results == {"a.fits": "done", "bad.fits": "refused", "b.fits": "done"}
    for file, row in rows_of(tmp_path).items():
        stated = row["unsigned_flux_mx"], row["unsigned_flux_with_noise_mx"]
        if file.endswith("bad.fits"):
            assert stated == ("", "")
        else:
            header = read_output(Path(row["output"])).header
            assert tuple(map(float, stated)) == (header["USFLUX"], header["USFLUXN"])


def test_what_is_done_is_skipped(frames, weights, tmp_path):
    path, options = frames / "a.fits", Options(weights)
    first = convert_file(path, tmp_path, options)
    written = (tmp_path / "a.onesun.fits").stat().st_mtime_ns
    second = convert_file(path, tmp_path, options)
    assert (first.result, second.result) == ("done", "skipped")
    assert first.unsigned_flux_with_noise_mx == second.unsigned_flux_with_noise_mx > 0
    assert (tmp_path / "a.onesun.fits").stat().st_mtime_ns == written
    assert convert_file(path, tmp_path, options, again=True).result == "done"


def damage(out, tmp_path) -> dict:
    content = bytearray(out.read_bytes())
    content[len(content) // 2] ^= 0xFF
    out.write_bytes(content)
    return {}


def cut(out, tmp_path) -> dict:
    out.write_bytes(out.read_bytes()[:-9000])
    return {}


def other_weights(out, tmp_path) -> dict:
    return {"weights": write_weights(tmp_path, spread=0.1, grid=COARSE)}


def other_geometry(out, tmp_path) -> dict:
    return {"geometry": "input"}


@pytest.mark.parametrize("change", [damage, cut, other_weights, other_geometry])
def test_what_is_not_the_same_is_done_again(frames, weights, tmp_path, change):
    path = frames / "a.fits"
    convert_file(path, tmp_path, Options(weights))
    options = {"weights": weights} | change(tmp_path / "a.onesun.fits", tmp_path)
    assert convert_file(path, tmp_path, Options(**options)).result == "done"


def test_another_input_of_the_same_name_is_done_again(frames, weights, tmp_path):
    path = tmp_path / "a.fits"
    shutil.copy(frames / "a.fits", path)
    convert_file(path, tmp_path, Options(weights))
    write_mdi(path, view.replace(of_file(path).frame.pointing, roll=0.0))
    assert convert_file(path, tmp_path, Options(weights)).result == "done"


def test_what_fits_cannot_hold_is_written_as_text(frames, weights, tmp_path):
    path = tmp_path / "größer.fits"
    data, header = mdi()
    fits.writeto(path, data, header)
    content = path.read_bytes()
    start = content.index(b"OBS_VR  =")
    beyond = b"OBS_VR  =                1E400".ljust(80)
    path.write_bytes(content[:start] + beyond + content[start + 80 :])
    header = read_output(convert_file(path, tmp_path, Options(weights)).output).header
    assert (header["OBS_VR"], header["INFILE"]) == ("inf", "gr??er.fits")


@pytest.mark.slow
def test_workers_give_the_same_as_one(frames, tmp_path, monkeypatch):
    weights = write_weights(tmp_path / "weights", grid=COARSE)
    files = inputs_in([frames])
    outcomes = convert_files(files, tmp_path, Options(weights), workers=2, again=False)
    assert [outcome.result for outcome in outcomes] == ["done", "refused", "done"]
    # The two good frames differ in name alone.
    one, two = (read_output(tmp_path / name) for name in ("a.onesun.fits", "b.onesun.fits"))
    np.testing.assert_array_equal(one.field, two.field)
    assert np.isfinite(one.field).mean() > 0.6


def is_deaf(path, folder, options, *, again) -> bool:
    return signal.getsignal(signal.SIGINT) is signal.SIG_IGN


@pytest.mark.slow
def test_an_interruption_is_left_to_the_process_that_shares_the_work(frames, tmp_path, monkeypatch):
    # Each would print where it was, and leave its file.
    monkeypatch.setattr(batch, "convert_file", is_deaf)
    printed = convert_files(inputs_in([frames]), tmp_path, Options(), workers=2, again=False)
    assert printed == [True, True, True]
    assert signal.getsignal(signal.SIGINT) is not signal.SIG_IGN


def test_a_manifest_lists_what_was_made(frames, weights, tmp_path):
    raw = tmp_path / "raw.json"
    files = {name: frames / name for name in ("a.fits", "bad.fits")}
    write_json(
        raw,
        {
            "product": "raw frames", "instrument": "mdi", "month": "2010-10",
            "folder": str(frames),
            "files": {
                name: {"bytes": path.stat().st_size, "sha256": sha256(path)}
                for name, path in files.items()
            },
        },
    )  # fmt: skip
    manifest = tmp_path / "made.json"
    words = ("--out", tmp_path / "made", "--weights", weights, "--manifest", manifest)
    code, printed, _ = call(raw, *words, "--workers", 1)
    assert (code, printed.splitlines()[-1]) == (0, "1 done, 0 skipped, 1 refused")
    _, content = open_product(manifest, "converted frames", contents=True)
    assert list(content["files"]) == ["a.onesun.fits"]
    assert (tmp_path / "made.refused.csv").read_text().count("bad.fits") == 1


def test_a_manifest_is_not_written_of_a_damaged_output(tmp_path):
    path = tmp_path / "a.onesun.fits"
    path.write_bytes(b"cut off")
    outcome = converting.Outcome("a.fits", "done", "", str(path), 1.0)
    manifest = tmp_path / "made.json"
    with pytest.raises(DamagedProductError, match="no longer an output of onesun convert"):
        write_manifest(manifest, tmp_path, [outcome], Options())
    assert not manifest.exists()


def test_a_month_without_a_usable_frame_is_a_failure(frames, weights, tmp_path):
    manifest = tmp_path / "made.json"
    words = ("--out", tmp_path / "made", "--weights", weights, "--manifest", manifest)
    result = CliRunner().invoke(app, ["convert", str(frames / "bad.fits"), *map(str, words)])
    assert isinstance(result.exception, OneSunError)
    assert "no file could be converted; 1 are listed" in str(result.exception)
    assert not manifest.exists()
    assert (tmp_path / "made.refused.csv").is_file()


def test_the_pair_is_picked_from_the_header(tmp_path, monkeypatch):
    folder = tmp_path / "weights"
    folder.mkdir()
    for pair in ("mdi-hmi", "gong-hmi"):
        write_weights(folder, pair, grid=COARSE)
    monkeypatch.setattr(model, "_folder", lambda: folder)
    write_mdi(tmp_path / "m.fits")
    write_gong(tmp_path / "g.fits.gz")
    for name, pair in (("m.fits", "mdi-hmi"), ("g.fits.gz", "gong-hmi")):
        assert weights_for(of_file(tmp_path / name), Options()).pair == pair


def test_a_good_run_says_only_how_many(frames, weights, tmp_path):
    outcome = convert_file(frames / "a.fits", tmp_path, Options(weights))
    assert summary_text([outcome]) == "1 done, 0 skipped, 0 refused"
    json.dumps(outcome.row())


def test_the_rule_watches_all_that_is_taken_from_records(frames, weights, record_reads):
    taken = of_file(frames / "a.fits")
    instruments.load("mdi")
    convert_source(taken, weights_for(taken, Options(weights)), Options(weights))
    assert record_reads <= {*PARTS["convert"], "name"}
