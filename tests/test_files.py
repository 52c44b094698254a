"""Whole or absent."""

import errno
import json

import pytest

from onesun import files
from onesun.errors import DamagedProductError


def test_a_file_appears_only_when_it_is_whole(tmp_path):
    path = tmp_path / "deep" / "a.txt"
    with files.whole_file(path) as part:
        part.write_text("half")
        assert not path.exists()
    assert path.read_text() == "half"
    assert list(path.parent.iterdir()) == [path]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(OSError, match="no space"), files.whole_file(path) as part:
        part.write_text("new")
        raise OSError("no space")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_write_names_the_product(tmp_path):
    path = tmp_path / "a.txt"
    with pytest.raises(OSError, match="full") as caught, files.whole_file(path):
        raise OSError(errno.ENOSPC, "full")
    assert caught.value.filename == str(path)


def test_a_folder_replaces_the_old_one_whole(tmp_path):
    path = tmp_path / "store"
    path.mkdir()
    (path / "stale").write_text("x")
    with files.whole_folder(path) as part:
        (part / "fresh").write_text("y")
    assert [entry.name for entry in path.iterdir()] == ["fresh"]


def test_a_failed_folder_leaves_nothing(tmp_path):
    with pytest.raises(RuntimeError), files.whole_folder(tmp_path / "store") as part:
        (part / "chunk").write_text("x")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_the_listing_names_size_and_hash_of_each_file(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a").write_bytes(b"abc")
    (tmp_path / ".snakemake_timestamp").touch()
    # The SHA-256 of "abc" is the example of FIPS 180-2.
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert files.folder_listing(tmp_path) == {"sub/a": {"bytes": 3, "sha256": digest}}


def test_json_is_sorted_and_refuses_nan(tmp_path):
    path = tmp_path / "a.json"
    files.write_json(path, {"b": 1, "a": 2})
    assert path.read_text() == json.dumps({"a": 2, "b": 1}, indent=2) + "\n"
    with pytest.raises(ValueError, match="JSON"):
        files.write_json(path, {"a": float("nan")})
    assert files.read_json(path) == {"a": 2, "b": 1}


@pytest.mark.parametrize("content", [None, "{"])
def test_unreadable_json_is_one_sentence(tmp_path, content):
    path = tmp_path / "a.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(DamagedProductError, match=r"a\.json: (missing|not readable)"):
        files.read_json(path)
