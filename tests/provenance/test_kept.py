"""What is kept of the code between processes: the same findings, and none from before an edit."""

from __future__ import annotations

import pytest

from onesun.provenance import code, kept


def as_a_new_process() -> None:
    kept._state.cache_clear()
    code._read.cache_clear()


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package of two modules, and a cache of its own."""
    monkeypatch.setenv("ONESUN_CACHE", str(tmp_path / "cache"))
    as_a_new_process()
    folder = tmp_path / "onesun"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "one.py").write_text("import onesun.two\n", encoding="utf-8")
    (folder / "two.py").write_text("SCALE = 2\n", encoding="utf-8")
    yield folder
    as_a_new_process()


def test_another_process_gets_what_was_found_without_reading_modules(package, monkeypatch):
    found = code.modules("onesun.one", package=package)
    assert [name for name, _ in found] == ["onesun.one", "onesun.two"]
    monkeypatch.setattr(code, "_found", None)
    assert code.modules("onesun.one", package=package) == found


def test_nothing_outlives_an_edit(package):
    before = code.modules("onesun.one", package=package)
    (package / "two.py").write_text("SCALE = 3\n", encoding="utf-8")
    as_a_new_process()
    after = code.modules("onesun.one", package=package)
    assert before[0] == after[0]
    assert before[1] != after[1]


@pytest.mark.parametrize("damage", ["", "[[1]]", "[1]"])
def test_a_damaged_file_is_as_none(package, tmp_path, damage):
    found = code.modules("onesun.one", package=package)
    [file] = (tmp_path / "cache").rglob("*.json")
    file.write_text(damage, encoding="utf-8")
    assert code.modules("onesun.one", package=package) == found


def test_where_nothing_can_be_written_it_works_all_the_same(package, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("ONESUN_CACHE", str(tmp_path / "file"))
    assert len(code.modules("onesun.one", package=package)) == 2


def test_the_last_states_are_kept_and_older_ones_removed(package, tmp_path):
    for number in range(kept._STATES + 3):
        (package / "two.py").write_text(f"SCALE = {number}\n", encoding="utf-8")
        as_a_new_process()
        code.modules("onesun.one", package=package)
    assert len(list((tmp_path / "cache" / "code").iterdir())) == kept._STATES
