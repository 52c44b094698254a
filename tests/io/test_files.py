"""Whole or absent."""

import errno
import json
import subprocess
import sys
from pathlib import Path

import pytest

from onesun.errors import DamagedProductError, OutputError
from onesun.io import files


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


def test_a_failed_write_does_not_name_the_temporary_file(tmp_path):
    path = tmp_path / "store"
    with pytest.raises(OSError, match="full") as caught, files.whole_folder(path) as part:
        raise OSError(errno.ENOSPC, "full", str(part / "chunk"))
    assert caught.value.filename == str(path)


def test_a_folder_that_cannot_be_written_is_not_told_by_a_temporary_name(tmp_path, monkeypatch):
    def read_only(path, *args, **kwargs):
        raise OSError(errno.EROFS, "read-only", str(path))

    for name in ("open", "unlink"):  # removing what is not there fails in such a folder, too
        monkeypatch.setattr(Path, name, read_only)
    with pytest.raises(OSError, match="read-only") as caught:
        files.write_bytes(tmp_path / "a", b"abc")
    assert caught.value.filename == str(tmp_path / "a")


def test_bytes_are_written_whole(tmp_path):
    files.write_bytes(tmp_path / "a", b"abc")
    assert (tmp_path / "a").read_bytes() == b"abc"


def test_a_folder_replaces_the_old_one_whole(tmp_path):
    path = tmp_path / "store"
    path.mkdir()
    (path / "stale").write_text("x")
    with files.whole_folder(path) as part:
        (part / "fresh").write_text("y")
    assert [entry.name for entry in path.iterdir()] == ["fresh"]
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_no_product_is_not_replaced(tmp_path):
    path = tmp_path / "mine"
    path.mkdir()
    with files.whole_folder(path, path / "card.json") as part:
        (part / "card.json").touch()
    with files.whole_folder(path, path / "card.json") as part:
        (part / "other").touch()
    with (
        pytest.raises(OutputError, match=r"mine: a folder that holds other files .*card\.json"),
        files.whole_folder(path, path / "card.json"),
    ):
        pytest.fail("the block must not be entered")
    assert (path / "other").exists()


def test_a_folder_can_be_checked_before_long_work(tmp_path):
    path = tmp_path / "deep" / "model"
    files.check_folder(path)
    assert list(path.parent.iterdir()) == []
    (path / "mine").mkdir(parents=True)
    with pytest.raises(OutputError, match="model: a folder that holds other files"):
        files.check_folder(path, path / "card.json")
    (path / "file").touch()
    with pytest.raises((FileExistsError, NotADirectoryError)):
        files.check_folder(path / "file" / "model")


def test_a_product_and_its_manifest_take_their_places_together(tmp_path):
    folder, manifest = tmp_path / "month", tmp_path / "month.json"
    for text in ("old", "new"):
        with files.whole_product(folder, manifest) as (part, listing):
            (part / "frame").write_text(text)
            listing.write_text(text)
            assert manifest.exists() == folder.exists() == (text == "new")
    assert (folder / "frame").read_text() == manifest.read_text() == "new"
    assert sorted(tmp_path.iterdir()) == [folder, manifest]


def test_a_product_without_its_manifest_leaves_the_old_one(tmp_path):
    folder, manifest = tmp_path / "month", tmp_path / "month.json"
    with files.whole_product(folder, manifest) as (part, listing):
        (part / "frame").write_text("old")
        listing.write_text("old")
    with (
        pytest.raises(FileNotFoundError),
        files.whole_product(folder, manifest) as (part, _),
    ):
        (part / "frame").write_text("new")
    assert (folder / "frame").read_text() == manifest.read_text() == "old"
    assert sorted(tmp_path.iterdir()) == [folder, manifest]


def test_what_a_killed_process_left_is_removed_by_the_next(tmp_path):
    path = tmp_path / "store"
    code = (
        "import os, signal, sys; from pathlib import Path; from onesun.io import files\n"
        "with files.whole_folder(Path(sys.argv[1])) as part:\n"
        "    (part / 'chunk').touch()\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    [left] = tmp_path.iterdir()
    assert left.name.startswith(".part-")
    assert left.name.endswith("-store")
    (tmp_path / ".part-elsewhere-1-01234567-store").touch()  # another machine's may be alive
    with files.whole_folder(path), files.whole_folder(tmp_path / "restore"):
        pass
    assert {entry.name for entry in tmp_path.iterdir()} == {
        "store", "restore", ".part-elsewhere-1-01234567-store"
    }  # fmt: skip


def test_a_changed_file_of_a_product_is_named(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    listed = files.folder_listing(tmp_path)["a"]
    assert files.read_unchanged(tmp_path / "a", listed) == b"abc"
    (tmp_path / "a").write_bytes(b"abd")
    with pytest.raises(DamagedProductError, match="a: its bytes have changed"):
        files.read_unchanged(tmp_path / "a", listed)


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
