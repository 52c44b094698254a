"""A home folder that cannot be written to, or that there is none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.convertible import write_mdi
from onesun.io import home, locations

VARIABLES = (
    "HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "SUNPY_CONFIGDIR", "MPLCONFIGDIR", "ONESUN_CACHE",
)  # fmt: skip


@pytest.fixture
def surroundings(tmp_path) -> dict[str, str]:
    """The environment without any of the variables, temporary files in a folder of the test's."""
    kept = {key: value for key, value in os.environ.items() if key not in VARIABLES}
    (tmp_path / "temporary").mkdir()
    return kept | {"TMPDIR": str(tmp_path / "temporary")}


def run(code: str, *words: str, **named: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *words], env=named, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "Matplotlib created a temporary" not in done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "named",
    [
        {"HOME": "/dev/null"},
        {"HOME": "/proc"},  # where not even root may
        {"HOME": "/dev/null", "XDG_CONFIG_HOME": "usable"},
        {"HOME": "usable", "XDG_CONFIG_HOME": "/dev/null"},
        {"HOME": "usable", "SUNPY_CONFIGDIR": "/dev/null/sunpy"},
    ],
)
def test_everything_works(surroundings, tmp_path, named):
    usable = {key: str(tmp_path) if value == "usable" else value for key, value in named.items()}
    code = "import sys; from onesun.cli import main; main()"
    path = write_mdi(tmp_path / "mdi.fits")
    printed = run(code, "info", str(path), **surroundings, **usable)
    assert "SoHO/MDI" in printed
    code = "import onesun.conversion.show, sunpy.map; from sunpy.data import manager"
    run(code, **surroundings, **usable)


def test_a_usable_home_is_used(surroundings, tmp_path):
    code = "import onesun, os; print(os.environ.get('SUNPY_CONFIGDIR'), os.environ['HOME'])"
    printed = run(code, **surroundings, HOME=str(tmp_path))
    assert printed.split() == ["None", str(tmp_path)]
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_configuration_of_the_users_is_left(surroundings, tmp_path):
    """Its folder can be written to, and it may say where sunpy is to work."""
    (tmp_path / "sunpyrc").write_text("[general]\nworking_dir = /mine\n")
    code = "import onesun, os; print(os.environ['SUNPY_CONFIGDIR'])"
    printed = run(code, **surroundings, HOME="/dev/null", SUNPY_CONFIGDIR=str(tmp_path))
    assert printed.strip() == str(tmp_path)


def test_without_a_home_one_is_made(monkeypatch, tmp_path):
    def unknown() -> Path:
        raise RuntimeError("Could not determine home directory.")

    for name in VARIABLES:
        monkeypatch.setenv(name, "")
    monkeypatch.setattr(home.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(home.Path, "home", unknown)
    home.make_usable()
    made = tmp_path / f"onesun-{os.getuid()}"
    assert os.environ["HOME"] == str(made)
    assert made.stat().st_mode & 0o777 == 0o700


def test_the_cache_goes_where_it_can(monkeypatch, tmp_path):
    monkeypatch.delenv("ONESUN_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null")
    monkeypatch.setattr(home.tempfile, "gettempdir", lambda: str(tmp_path))
    home.make_usable()
    assert locations.cache() == tmp_path / f"onesun-{os.getuid()}" / "cache" / "onesun"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert locations.cache() == tmp_path / "onesun"
    monkeypatch.setenv("ONESUN_CACHE", str(tmp_path / "mine"))
    assert locations.cache() == tmp_path / "mine"


def test_a_folder_that_another_user_made_is_not_trusted(monkeypatch, tmp_path):
    monkeypatch.setattr(home.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(home.tempfile, "tempdir", str(tmp_path))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / f"onesun-{os.getuid()}").symlink_to(elsewhere)
    assert home.instead("sunpy").parent.parent == tmp_path
    assert list(elsewhere.iterdir()) == []
