"""What every test may ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

from onesun.instruments import Instrument

REAL = Path(__file__).parents[2] / "shared" / "real"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take long come first, so that no process is left with one at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (item.path not in slow, item.path.parent.name != "workflow"))


@pytest.fixture(scope="session")
def real_files() -> dict[str, Path]:
    """Real magnetograms by file name; skips where the folder of observations is absent."""
    if not REAL.is_dir():
        pytest.skip(f"needs the real magnetograms in {REAL.parent.name}/real, which is absent")
    return {
        path.name: path
        for path in sorted(REAL.glob("*/*"))
        if path.name.endswith((".fits", ".fits.gz", ".fits.fz"))
    }


@pytest.fixture
def record_reads(monkeypatch) -> set[str]:
    """The keys of instrument records that have been read since; grows."""
    read: set[str] = set()

    def spy(record: Instrument, name: str) -> object:
        if name in Instrument.model_fields:
            read.add(name)
        return super(Instrument, record).__getattribute__(name)

    monkeypatch.setattr(Instrument, "__getattribute__", spy, raising=False)
    return read
