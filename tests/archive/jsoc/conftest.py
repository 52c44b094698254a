"""The stand-in for JSOC, and a client that lists a day of it."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits
from jsoc_day import MDI, SLOTS, STAMPS, log_of, settings_for

from helpers.archive.server import Archive
from onesun.archive.jsoc import email, month_listing
from onesun.archive.remote import Listing
from onesun.reading.slots import jsoc_text


@pytest.fixture(scope="session")
def holdings(tmp_path_factory) -> Path:
    """A day of MDI: all keywords, and next to no pixels, which are not looked at here."""
    folder = tmp_path_factory.mktemp("holdings")
    (folder / "mdi" / "2011-12").mkdir(parents=True)
    for slot, name in zip(SLOTS, STAMPS, strict=True):
        image = fits.CompImageHDU(np.zeros((8, 8), np.int32), compression_type="RICE_1")
        image.header["BSCALE"] = 0.1
        image.header.update({"T_REC": jsoc_text(slot, 0), "T_OBS": jsoc_text(slot)})
        image.header.update({"DATE-OBS": slot.utc.isot, "QUALITY": 512, "CDELT1": 1.98})
        image.header.update({"CAMERA": "MDI", "TELESCOP": "SOHO", "CRDER1": 0.0})
        image.writeto(folder / "mdi" / "2011-12" / MDI.file_pattern.format(stamp=name))
    return folder


@pytest.fixture(scope="module")
def served(holdings) -> Iterator[Archive]:
    with Archive(holdings) as archive:
        yield archive
    gc.collect()


@pytest.fixture
def archive(served) -> Archive:
    """Without faults, and with nothing in its log."""
    log_of(served).clear()
    served.faults.set([])
    return served


@pytest.fixture
def settings(archive, monkeypatch) -> dict[str, Any]:
    monkeypatch.delenv(email.VARIABLE, raising=False)
    return settings_for(archive)


@pytest.fixture
def listed(archive, settings, tmp_path) -> Callable[..., Listing]:
    """List the day while these faults are in force."""

    def ask(*rules: dict[str, Any]) -> Listing:
        archive.faults.set([{"times": None, **rule} for rule in rules])
        return month_listing(MDI, SLOTS, settings, tmp_path)

    return ask
