"""Manifests of raw frames, made or a user's own."""

import pytest

from onesun.errors import ConfigError, DamagedProductError
from onesun.io import inventory, verify
from onesun.io.files import read_json
from onesun.products import raw


@pytest.fixture
def own_files(tmp_path):
    folder = tmp_path / "mine" / "mdi" / "2011-03"
    folder.mkdir(parents=True)
    (folder / "b.fits").write_bytes(b"bb")
    (folder / "a.fits.gz").write_bytes(b"a")
    (folder / "notes.txt").write_text("not a frame")
    (folder / "C.FITS.Z").write_bytes(b"c")  # not readable, but not to be passed over in silence
    return tmp_path / "mine"


def test_own_files_are_listed_where_they_lie(own_files, tmp_path):
    manifest = tmp_path / "raw" / "2011-03.json"
    raw.index_folder(own_files, "mdi", "2011-03", manifest)
    place = own_files / "mdi" / "2011-03"
    assert raw.files_of(manifest) == [place / "C.FITS.Z", place / "a.fits.gz", place / "b.fits"]


def test_a_missing_folder_says_what_was_expected(own_files, tmp_path):
    with pytest.raises(ConfigError, match=r"2011-04 not found, expected the SoHO/MDI files"):
        raw.index_folder(own_files, "mdi", "2011-04", tmp_path / "x.json")
    assert not (tmp_path / "x.json").exists()


def test_an_empty_folder_is_refused(own_files, tmp_path):
    (own_files / "gong" / "2011-03").mkdir(parents=True)
    with pytest.raises(ConfigError, match=r"2011-03 holds no FITS file, expected names"):
        raw.index_folder(own_files, "gong", "2011-03", tmp_path / "x.json")


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda path: path.unlink(), r"b\.fits: missing, expected 2 bytes"),
        (lambda path: path.write_bytes(b"b"), r"b\.fits: 1 bytes, expected 2 bytes"),
        (lambda path: path.write_bytes(b"bc"), r"b\.fits: its bytes have changed"),
    ],
)
def test_a_file_that_changed_is_named(own_files, tmp_path, damage, sentence):
    manifest = tmp_path / "2011-03.json"
    raw.index_folder(own_files, "mdi", "2011-03", manifest)
    damage(own_files / "mdi" / "2011-03" / "b.fits")
    with pytest.raises(DamagedProductError, match=sentence):
        raw.files_of(manifest)


def test_another_json_is_no_manifest(tmp_path):
    (tmp_path / "x.json").write_text("[]")
    with pytest.raises(DamagedProductError, match="no manifest of raw frames"):
        raw.files_of(tmp_path / "x.json")


def test_what_more_is_told_of_a_month_is_kept_beside_its_files(own_files, tmp_path):
    place = own_files / "mdi" / "2011-03"
    files = {"b.fits": {"bytes": 2, "sha256": raw.sha256(place / "b.fits")}}
    manifest = tmp_path / "2011-03.json"
    more = {"missing": {"20110301_000000_TAI": "no record"}, "archive": {"name": "jsoc"}}
    raw.write_manifest(manifest, "mdi", "2011-03", str(place), files, more)
    assert raw.files_of(manifest) == [place / "b.fits"]
    assert read_json(manifest).items() >= more.items()
    found = inventory.take([manifest])
    assert verify.check(found) == {}
    (place / "b.fits").write_bytes(b"bc")
    assert list(verify.check(found)) == [manifest]
