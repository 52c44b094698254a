"""Transfers through parfive, and what is asked of a file that arrived."""

from __future__ import annotations

import os
import resource
import signal
import threading

import numpy as np
import pytest
from astropy.io import fits

from helpers.small_archive import SmallArchive
from onesun import instruments
from onesun.archive.checking import accept
from onesun.archive.download import Failure, transfer
from onesun.archive.remote import RemoteFile
from onesun.archive.retry import LONGEST, pause, retrying
from onesun.errors import DamagedFrameError, UntrustedFrameError
from onesun.reading import read

MDI = instruments.load("mdi")
KEYWORDS = {
    "TELESCOP": "SOHO", "CAMERA": "MDI", "CONTENT": "MDI Full Disk Magnetogram", "BUNIT": "Gauss",
    "T_REC": "2011.03.26_00:00:00_TAI", "T_OBS": "2011.03.26_00:03:30_TAI", "QUALITY": 512,
    "INTERVAL": 300.0, "CRPIX1": 512.5, "CRPIX2": 512.5, "CRVAL1": 0.0, "CRVAL2": 0.0,
    "CDELT1": 1.984, "CDELT2": 1.984, "CUNIT1": "arcsec", "CROTA2": 0.0, "RSUN_OBS": 970.0,
    "DSUN_OBS": 1.47e11, "CRLN_OBS": 200.0, "CRLT_OBS": -7.0, "OBS_VR": float("nan"),
    "BLDVER18": -60102,
}  # fmt: skip


@pytest.fixture
def archive():
    with SmallArchive() as server:
        yield server


@pytest.fixture
def files(archive):
    """Six files of random bytes, by name."""
    content = {f"f{number}": os.urandom(400_000) for number in range(6)}
    archive.pages.update({f"/{name}": value for name, value in content.items()})
    return content


def remote(archive, name):
    return RemoteFile("20110326_000000_TAI", name, archive.url + name)


@pytest.mark.parametrize("connections", [1, 3])
def test_files_arrive_whole_with_the_length_that_was_announced(
    archive, files, tmp_path, connections
):
    arrived = []
    wanted = [remote(archive, name) for name in files]
    failures = transfer(
        wanted, tmp_path, {"timeout": 5}, connections,
        lambda file, path, length: arrived.append((file.name, path.read_bytes(), length)),
    )  # fmt: skip
    assert failures == {}
    assert sorted(arrived) == [(name, value, 400_000) for name, value in sorted(files.items())]
    assert archive.asked == archive.sent == {f"/{name}": 1 for name in files}


def test_what_does_not_arrive_is_told_apart_and_leaves_nothing(archive, files, tmp_path):
    archive.faults = {"/f0": ["stall"], "/f1": [503], "/f2": [404]}
    away = RemoteFile("s", "away", "http://127.0.0.1:9/away")
    wanted = [away, *(remote(archive, name) for name in ("f0", "f1", "f2", "f3"))]
    failures = transfer(wanted, tmp_path, {"timeout": 0.5}, 2, lambda *_: None)
    assert failures == {
        "away": Failure("no connection to the server", enough=1),
        "f0": Failure("nothing arrived for 0.5 s", enough=4),
        "f1": Failure("HTTP 503 Service Unavailable", enough=4),
        "f2": Failure("HTTP 404 Not Found"),
    }
    assert [path.name for path in tmp_path.iterdir()] == ["f3"]


def test_a_file_that_comes_too_slowly_is_given_up(archive, files, tmp_path, monkeypatch):
    monkeypatch.setattr("onesun.archive.download._SLOWEST", 1)
    archive.faults = {"/f0": ["drip"]}
    failures = transfer([remote(archive, "f0")], tmp_path, {"timeout": 1}, 1, lambda *_: None)
    assert failures == {"f0": Failure("not all of it arrived in 1 s", enough=4)}


def test_what_was_not_begun_when_nothing_moved_is_told_too(archive, files, tmp_path, monkeypatch):
    monkeypatch.setattr("onesun.archive.download._patience", lambda *_: 0.2)
    archive.faults = {"/f0": ["stall"]}
    wanted = [remote(archive, name) for name in ("f0", "f1")]
    failures = transfer(wanted, tmp_path, {"timeout": 30}, 1, lambda *_: None)
    silence = Failure("nothing arrived for 30 s", enough=4)
    assert failures == {"f0": silence, "f1": silence}


def test_a_part_of_an_earlier_run_is_not_taken_for_the_file(archive, files, tmp_path):
    (tmp_path / "f0").write_bytes(b"half")
    transfer([remote(archive, "f0")], tmp_path, {"timeout": 5}, 1, lambda *_: None)
    assert (tmp_path / "f0").read_bytes() == files["f0"]


def test_a_disk_that_is_full_ends_the_transfer(archive, files, tmp_path):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large") as told:
            transfer([remote(archive, "f0")], tmp_path, {"timeout": 0.1}, 1, lambda *_: None)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert told.value.filename == str(tmp_path)


@pytest.fixture
def heard():
    """Ctrl-C is heard, also where a shell began the tests in the background, which do not."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heard")
def test_ctrl_c_stops_it(archive, files, tmp_path):
    archive.faults = {"/f0": ["stall"]}
    interrupt = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
    interrupt.start()
    with pytest.raises(KeyboardInterrupt):
        transfer([remote(archive, "f0")], tmp_path, {"timeout": 30}, 1, lambda *_: None)
    interrupt.join()


@pytest.fixture
def segment(tmp_path):
    """An MDI image as it lies at JSOC, without keywords, in ``parts/``."""

    def write(checksum=True):
        rng = np.random.default_rng(3)
        hdu = fits.CompImageHDU(
            rng.normal(0, 150, (1024, 1024)).astype(np.int32), compression_type="RICE_1"
        )
        hdu.header["BSCALE"] = 0.1
        hdu.header["BLANK"] = -(2**31)
        for folder in ("parts", "files"):
            (tmp_path / folder).mkdir(exist_ok=True)
        path = tmp_path / "parts" / "mdi.fits"
        hdu.writeto(path, checksum=checksum, overwrite=True)
        return path

    return write


def as_is(size=None, **changes):
    keywords = KEYWORDS | changes
    return RemoteFile("20110326_000000_TAI", "mdi.fits", "http://x/mdi.fits", size, keywords)


def test_queried_keywords_make_a_file_stand_alone(segment, tmp_path):
    part, place = segment(), tmp_path / "files" / "mdi.fits"
    stored = fits.getdata(part, 1)
    kept = accept(part, place, as_is(part.stat().st_size), MDI)
    assert kept.bytes == place.stat().st_size
    assert not part.exists()
    assert [path.name for path in part.parent.iterdir()] == []
    frame = read(place)
    assert (frame.instrument, frame.time.isot) == ("mdi", "2011-03-26T00:03:30.000")
    with fits.open(place) as hdus:
        np.testing.assert_array_equal(hdus[1].data, stored)
        assert "OBS_VR" not in hdus[1].header
    with fits.open(place, disable_image_compression=True) as hdus:
        assert [hdu.verify_checksum() for hdu in hdus] == [1, 1]


def test_the_same_file_and_keywords_give_the_same_bytes(segment, tmp_path):
    first = accept(segment(), tmp_path / "files" / "a.fits", as_is(), MDI)
    assert accept(segment(), tmp_path / "files" / "b.fits", as_is(), MDI) == first


def flip(path, position):
    content = bytearray(path.read_bytes())
    content[position] ^= 0x5A
    path.write_bytes(content)


@pytest.mark.parametrize("position", [-5000, 2880 + 80 * 12 + 12])
def test_a_byte_that_changed_is_found_by_the_sums(segment, tmp_path, position):
    part = segment()
    flip(part, position)
    place = tmp_path / "files" / "mdi.fits"
    with pytest.raises(DamagedFrameError, match=r"^damaged"):
        accept(part, place, as_is(), MDI)
    assert part.exists()
    assert not place.exists()


def test_another_size_than_told_is_damage(segment, tmp_path):
    part, place = segment(), tmp_path / "files" / "mdi.fits"
    size = part.stat().st_size
    for listed, announced, who in ((size + 1, None, "archive lists"), (size, 5, "announced")):
        with pytest.raises(DamagedFrameError, match=rf"^{size} bytes arrived, the .*{who}"):
            accept(part, place, as_is(listed), MDI, announced)


def test_what_arrived_of_a_file_that_broke_off_after_its_first_header_is_damage(segment, tmp_path):
    part = segment()
    part.write_bytes(part.read_bytes()[:2880])
    for file in (as_is(), RemoteFile("s", "mdi.fits", "http://x/mdi.fits")):
        with pytest.raises(DamagedFrameError, match="holds no image"):
            accept(part, tmp_path / "files" / "mdi.fits", file, MDI)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"QUALITY": 0b1000000}, "^quality word 0x00000040"),
        ({"CAMERA": "EIT"}, "^TELESCOP 'SOHO'.* expected a magnetogram of SoHO/MDI"),
    ],
)
def test_a_whole_file_that_cannot_be_used_is_not_damaged(segment, tmp_path, changes, reason):
    with pytest.raises(UntrustedFrameError, match=reason) as told:
        accept(segment(), tmp_path / "files" / "mdi.fits", as_is(**changes), MDI)
    assert not isinstance(told.value, DamagedFrameError)


def test_pauses_double_up_to_a_limit():
    for attempt, seconds in ((1, 5), (2, 10), (4, 40), (40, LONGEST)):
        assert 0.5 * seconds <= pause(5, attempt) <= 1.5 * seconds


def test_a_question_is_asked_again_as_often_as_configured(capsys):
    asked = []

    def fail():
        asked.append(1)
        raise ConnectionError("away")

    with pytest.raises(ConnectionError):
        retrying({"retries": 3, "backoff": 0}, "what", lambda error: True)(fail)
    assert len(asked) == 4
    assert capsys.readouterr().err.count("what: away; retrying in 0 s") == 3
    with pytest.raises(ConnectionError):
        retrying({"retries": 3, "backoff": 0}, "what", lambda error: False)(fail)
    assert len(asked) == 5
