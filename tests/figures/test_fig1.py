"""Figure 1: records, lines, caption."""

from __future__ import annotations

import numpy as np
import pytest
import yaml

from onesun import sunspots
from onesun.cli.figures import fig1
from onesun.errors import ConfigError
from onesun.figures import observatories
from onesun.io import locations
from onesun.sunspots import Series

SETTINGS = '{"figures": {"style": {"dpi": 60}}}'


@pytest.fixture
def series(tmp_path):
    """Fifty years of a made-up cycle, to December 2020."""
    months = [f"{year}-{month:02}" for year in range(1971, 2021) for month in range(1, 13)]
    numbers = 80 - 80 * np.cos(np.arange(600) / 132 * 2 * np.pi)
    sunspots.write(tmp_path / "sunspots.csv", Series(tuple(months), numbers, "a made-up sun"))
    return tmp_path / "sunspots.json"


def test_the_figure_names_its_instruments_and_sources(series, tmp_path):
    fig1(series, SETTINGS, tmp_path / "fig1.png")
    text = (tmp_path / "fig1.md").read_text("utf-8")
    for name in ("HMI", "KPVT", "SOLIS", "SPMG", "MDI", "GONG", "Mt. Wilson", "Wilcox"):
        assert f"- {name}" in text
    assert "8 magnetographs" in text
    assert "600 months from 1971-01 to 2020-12, from a made-up sun" in text
    assert (tmp_path / "fig1.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "fig1.png").read_bytes().startswith(b"\x89PNG")


def test_the_same_figure_is_the_same_bytes(series, tmp_path):
    for name in ("a.png", "b.png"):
        fig1(series, SETTINGS, tmp_path / name)
    for suffix in (".png", ".pdf"):
        one, other = ((tmp_path / name).with_suffix(suffix) for name in ("a", "b"))
        assert one.read_bytes() == other.read_bytes()


def test_every_instrument_has_a_source_and_years_in_order():
    records = observatories.load()
    assert len(records) == 8
    for record in records:
        assert record.source
        assert record.last is None or record.first < record.last


def test_a_record_with_a_mistake_is_named(tmp_path):
    records = yaml.safe_load(locations.resource("observatories.yaml").read_text("utf-8"))
    records[2]["pixel"] = "one"
    (tmp_path / "x.yaml").write_text(yaml.safe_dump(records), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"x\.yaml: 2\.pixel: .*number"):
        observatories.load(tmp_path / "x.yaml")
