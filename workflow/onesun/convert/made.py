"""What tells an output of ``onesun convert`` from other files."""

from __future__ import annotations

import warnings
from pathlib import Path

from astropy.io import fits

MADE_BY = "ONESUN"  # keyword that every output has


def is_converted(path: Path) -> bool:
    """Whether a file says of itself that OneSun made it; no word about whether it is whole."""
    try:
        with warnings.catch_warnings(action="ignore"), fits.open(path) as hdus:
            return len(hdus) > 1 and MADE_BY in hdus[1].header
    # Whatever damaged bytes make astropy raise: who reads the file tells what is wrong.
    except Exception:
        return False
