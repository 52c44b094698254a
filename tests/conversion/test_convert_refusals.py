"""What is refused: thirty malformed inputs, each with its sentence and exit code 2."""

from __future__ import annotations

import gzip
import traceback
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from typer.testing import CliRunner

from helpers.convertible import gong, mdi, write_gong, write_mdi, write_weights
from helpers.mutated_headers import run
from helpers.suns import write_hmi
from onesun.cli.app import app
from onesun.conversion import source
from onesun.errors import OneSunError


def saved(path: Path, data: np.ndarray, header: fits.Header) -> Path:
    fits.writeto(path, data, header)
    return path


def frame(change: Callable, instrument: str = "mdi") -> Callable[[Path], Path]:
    """A file of a good frame after ``change(data, header)``, which may return other data."""

    def make(folder: Path) -> Path:
        data, header = {"mdi": mdi, "gong": gong}[instrument]()
        other = change(data, header)
        return saved(folder / "bad.fits", data if other is None else other, header)

    return make


def card(keyword: str, value) -> Callable[[Path], Path]:
    return frame(lambda data, header: header.set(keyword, value))


def of_bytes(content: bytes, name: str = "bad.fits") -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return make


def truncated(folder: Path) -> Path:
    path = write_mdi(folder / "bad.fits")
    path.write_bytes(path.read_bytes()[:-50_000])
    return path


def flipped(folder: Path) -> Path:
    path = write_mdi(folder / "bad.fits")
    with fits.open(path, mode="update", disable_image_compression=True) as hdus:
        hdus[1].add_datasum()
    content = bytearray(path.read_bytes())
    content[400_000] ^= 0xFF
    path.write_bytes(content)
    return path


def cut_gzip(folder: Path) -> Path:
    path = write_gong(folder / "bad.fits.gz")
    path.write_bytes(path.read_bytes()[:-5000])
    return path


def lost_rows(data: np.ndarray, header: fits.Header) -> None:
    data[300:340] = np.nan


def moved(data: np.ndarray, header: fits.Header) -> np.ndarray:
    """The disk where the header does not say it is."""
    return np.roll(data, 8, axis=1)


def reduced(data: np.ndarray, header: fits.Header) -> None:
    header["RSUN_OBS"] *= 0.98
    header["DSUN_OBS"] /= 0.98


MALFORMED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "no file": (lambda folder: folder / "bad.fits", "no such file"),
    "empty file": (of_bytes(b""), "damaged or not FITS"),
    "text": (of_bytes(b"Dear colleague,\n" * 300), "damaged or not FITS"),
    "not a gzip file": (of_bytes(gzip.compress(b"SIMPLE")[:12], "bad.fits.gz"), "damaged"),
    "truncated": (truncated, "damaged or not FITS"),
    "truncated gzip": (cut_gzip, "damaged or not FITS"),
    "changed bytes": (flipped, "damaged"),
    "no image": (of_bytes(fits.PrimaryHDU().header.tostring().encode()), "holds no image"),
    "a cube": (frame(lambda data, header: np.stack([data, data])), "an image of 3 axes"),
    "a binned frame": (frame(lambda data, header: data[::2, ::2].copy()), "512 x 512 pixels"),
    "a frame of HMI": (lambda folder: write_hmi(folder / "bad.fits"), "256 x 256 pixels"),
    "another observatory": (card("TELESCOP", "SDO/AIA"), "TELESCOP 'SDO/AIA'"),
    "an intensity image": (card("CONTENT", "MDI Full Disk Continuum"), "Continuum"),
    "a Dopplergram": (card("CONTENT", "MDI Full Disk Dopplergram"), "Doppl"),
    "a synoptic map": (card("CONTENT", "Carrington Synoptic Chart"), "Synoptic Chart"),
    "a synoptic map of GONG": (
        frame(lambda data, header: header.set("CTYPE1", "CRLN-CEA"), "gong"),
        "expected a full-disk",
    ),
    "another unit": (card("BUNIT", "m/s"), "BUNIT is 'm/s'"),
    "no pointing": (frame(lambda data, header: header.remove("CRPIX1")), "no CRPIX1"),
    "a pointing in words": (card("CROTA2", "north up"), "CROTA2 is 'north up'"),
    "a disk off the detector": (card("CRPIX2", 5000.0), "expected a full disk"),
    "pixels that are not square": (card("CDELT2", 1.7), "expected square pixels"),
    "no time": (frame(lambda data, header: header.remove("T_OBS")), "no T_OBS"),
    "a time that is none": (card("T_OBS", "2010.13.45_25:00:00_TAI"), "is no time"),
    "a bad quality word": (card("QUALITY", 0x80 | 512), "on-board error"),
    "an interrupted frame": (frame(lost_rows), "interrupted: 4."),
    "a closed shutter": (frame(lambda data, header: np.where(data == data, 0, data)), "a fill"),
    "a disk elsewhere": (frame(moved), "disk around (523."),
    "a disk of another size": (frame(reduced), "as its header says"),
    "an observer elsewhere": (card("CRLN_OBS", 10.0), "expected about"),
    "a distance that contradicts": (card("DSUN_OBS", 1.2e11), "contradicts the distance"),
    "a time of another slot": (card("T_REC", "2010.10.16_00:00:00_TAI"), "from T_REC"),
    "beyond any field": (frame(lambda data, header: data * 1e5), "expected at most 5000 G"),
    "an output": (card("ONESUN", "0.1.0"), "already converted"),
}


@pytest.fixture(scope="module")
def weights(tmp_path_factory) -> str:
    return str(write_weights(tmp_path_factory.mktemp("weights")))


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_input_is_refused_in_one_sentence(tmp_path, weights, name):
    make, said = MALFORMED[name]
    path = make(tmp_path)
    out = tmp_path / "out"
    result = CliRunner().invoke(
        app, ["convert", str(path), "--out", str(out), "--weights", weights]
    )
    assert result.exit_code == 2, "".join(traceback.format_exception(*result.exc_info))
    sentence = result.stderr.splitlines()[-1]
    assert sentence.startswith(f"onesun: {path}: ")
    assert said in sentence
    assert sentence.count(path.name) == 1
    assert [made.name for made in out.glob("*")] in ([], ["summary.csv"])


def test_there_are_thirty_or_more():
    assert len(MALFORMED) >= 30


def test_a_frame_of_another_instrument_than_the_weights_is_refused(tmp_path, weights):
    path = write_gong(tmp_path / "gong.fits.gz")
    result = CliRunner().invoke(
        app, ["convert", str(path), "--out", str(tmp_path / "out"), "--weights", weights]
    )
    assert result.exit_code == 2
    assert "a frame of NSO/GONG found, expected one of MDI for the weights" in result.stderr


FORCIBLE = (
    "a bad quality word",
    "an interrupted frame",
    "a disk elsewhere",
    "a time of another slot",
)


@pytest.mark.parametrize("name", FORCIBLE)
def test_what_can_be_waived_is_taken_by_force(tmp_path, name):
    make, said = MALFORMED[name]
    taken = source.of_file(make(tmp_path), force=True)
    assert any(said in doubt for doubt in taken.doubts)


def test_what_is_no_magnetogram_is_not_taken_by_force(tmp_path):
    for name in ("a synoptic map", "truncated", "another unit"):
        folder = tmp_path / name
        folder.mkdir()
        make, said = MALFORMED[name]
        with pytest.raises(OneSunError, match=said):
            source.of_file(make(folder), force=True)


def test_mutated_headers_give_a_conversion_or_a_sentence(tmp_path):
    # The command in mutated_headers.py runs 2,000.
    tally = run(24, tmp_path)
    assert not tally.wrong
    assert tally.counts["converted"] > 3
    assert tally.counts["refused"] > 3


def test_real_frames_raise_no_doubt(real_files):
    for name, path in real_files.items():
        if name.startswith("mdi.fd_M") or path.parent.name == "gong":
            assert source.of_file(path).doubts == ()
