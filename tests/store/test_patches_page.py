"""The code of docs/patches.md runs as it stands, and its table lists what a store holds."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import onesun
from helpers.trainings import PAIR, write_stage

PAGE = (Path(__file__).parents[2] / "docs" / "patches.md").read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A folder with the patches that the page opens."""
    write_stage(tmp_path)
    (tmp_path / "results" / "patches").mkdir(parents=True)
    (tmp_path / "patches").rename(tmp_path / "results" / "patches" / PAIR)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_its_code_runs(folder):
    names: dict = {}
    for block in re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL):
        exec(block, names)
    assert names["month"]["target"].attrs["units"] == "G"
    assert names["rms"].shape == (3,)
    assert 1 < float(names["rms"][0]) < 1000
    assert names["wanted"].shape == tuple(4 * n for n in names["given"].shape)
    assert np.isfinite(names["wanted"]).any()


def test_its_table_lists_what_a_store_holds(folder):
    month = onesun.open_patches(folder / "results" / "patches" / PAIR / "2016-07.json")
    rows = re.findall(r"^\| (`.*?) \|", PAGE, flags=re.MULTILINE)
    listed = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert listed == set(month.variables)
