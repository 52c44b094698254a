"""What every test may ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

REAL = Path(__file__).parents[2] / "shared" / "real"


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
