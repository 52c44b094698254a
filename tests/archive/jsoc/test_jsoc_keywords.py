"""JSOC's texts: values of keywords, record sets, and headers made of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.request import urlopen

import numpy as np
import pytest
from astropy.time import Time
from jsoc_day import BROKEN_OFF, MDI, SLOTS, settings_for

from helpers.archive.server import Archive
from onesun import instruments
from onesun.archive.jsoc import email, keywords, month_listing, recordsets
from onesun.archive.keywords import write_keywords
from onesun.reading import read
from onesun.reading.conventions import CONVENTIONS
from onesun.reading.quality import read_quality
from onesun.reading.times import shifted

pytestmark = BROKEN_OFF


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("0x80000200", "int", 0x80000200),
        ("0x00010400", "int", 66560),
        ("-601", "int", -601),
        (203047, "longlong", 203047),
        ("1.98", "double", 1.98),
        ("4", "float", 4.0),
        ("nan", "double", None),
        ("inf", "float", None),
        ("0.5O4", "double", None),
        ("MISSING", "int", None),
        ("Invalid KeyLink", "string", None),
        ("", "string", None),
        ("40703", "string", "40703"),
        ("2011.12.17_06:00:00_TAI", "time", "2011.12.17_06:00:00_TAI"),
        ("17", "link", 17),
        ("1.5", "link", 1.5),
        ("SOHO", "link", "SOHO"),
        ("5 µm\n", "string", "5 ?m"),
    ],
)
def test_values_have_the_types_of_their_keywords(text, kind, expected):
    found = keywords.value(text, kind)
    assert found == expected
    assert type(found) is type(expected)


def test_record_sets_name_every_time_in_tai():
    one = recordsets.span(MDI, SLOTS[:1])
    assert one == "mdi.fd_M_96m_lev182[2011.12.17_00:00:00_TAI]"
    some = [SLOTS[0], SLOTS[2], SLOTS[6]]
    assert recordsets.span(MDI, some).endswith(
        "[2011.12.17_00:00:00_TAI-2011.12.17_09:36:00_TAI@192m]"
    )
    assert recordsets.exactly(MDI, some, MDI.cadence).endswith(
        "[2011.12.17_00:00:00_TAI,2011.12.17_03:12:00_TAI,2011.12.17_09:36:00_TAI]{data}"
    )
    near = [SLOTS[0], shifted(SLOTS[0], 45)]
    assert recordsets.span(MDI, near).endswith("2011.12.17_00:00:45_TAI@45s]")


@pytest.mark.parametrize(
    ("instrument", "name"),
    [
        ("mdi", "mdi.fd_M_96m_lev182.20101015_000000_TAI.data.fits"),
        ("mdi", "mdi.fd_M_96m_lev182.19991211_173600_TAI.data.fits"),
        ("hmi", "hmi.M_720s.20111217_060000_TAI.magnetogram.fits"),
    ],
)
def test_queried_keywords_make_an_as_is_file_readable(
    real_files, tmp_path, monkeypatch, instrument, name
):
    monkeypatch.delenv(email.VARIABLE, raising=False)
    real, record = real_files[name], instruments.load(instrument)
    place = tmp_path / "holdings" / instrument / "month"
    place.mkdir(parents=True)
    (place / name).symlink_to(real)
    expected = read(real)
    with Archive(tmp_path / "holdings") as archive:
        slot = Time(archive.jsoc.select(record.series)[0][1].t_rec, scale="tai")
        (file,) = month_listing(record, [slot], settings_for(archive), tmp_path).files
        (tmp_path / "as-is.fits").write_bytes(urlopen(file.url).read())
    assert file.name == name
    assert file.keywords is not None
    with pytest.raises(Exception, match="header without keywords found"):
        read(tmp_path / "as-is.fits")
    write_keywords(tmp_path / "as-is.fits", file.keywords, tmp_path / name)
    found = read(tmp_path / name)
    np.testing.assert_array_equal(found.field, expected.field)
    assert found.pointing == expected.pointing
    assert found.time == expected.time
    assert found.quality == expected.quality
    assert found.interval == expected.interval
    assert found.observer_velocity == expected.observer_velocity


class Overheard(dict):
    """A header that remembers which keywords it was asked for."""

    def __init__(self, *values: Any) -> None:
        super().__init__(*values)
        self.asked: set[str] = set()

    def get(self, keyword: str, default: Any = None) -> Any:
        self.asked.add(keyword)
        return super().get(keyword, default)


@pytest.mark.parametrize("instrument", ["mdi", "hmi"])
def test_all_that_the_reader_looks_at_is_asked_for(instrument):
    record = instruments.load(instrument)
    geometry = ("CRPIX", "CRVAL", "CDELT")
    header = Overheard({f"{name}{axis}": 1.0 for name in geometry for axis in (1, 2)})
    header |= dict.fromkeys(("CROTA2", "RSUN_OBS", "DSUN_OBS", "CRLT_OBS", "CRLN_OBS"), 1.0)
    header |= {"CUNIT1": "arcsec", "T_OBS": "2011.12.17_06:00:00_TAI", "QUALITY": 0}
    header |= {"CAMERA": "MDI", "BLDVER18": -60102}
    CONVENTIONS[record.header.convention](header, record, Path("frame"))
    read_quality(header, record.quality, Path("frame"))
    assert {"CRPIX1", "T_OBS", "QUALITY"} <= header.asked
    everything = dict.fromkeys((name.replace("-", "__") for name in header.asked), "double")
    assert set(keywords.asked(record, everything)) == header.asked


def test_keywords_that_the_series_does_not_have_are_not_asked_for():
    types = {"T_REC": "time", "DATE__OBS": "time", "Crpix1": "double", "SOURCE": "string"}
    assert keywords.asked(instruments.load("hmi"), types) == {
        "CRPIX1": "Crpix1",
        "T_REC": "T_REC",
        "DATE-OBS": "DATE__OBS",
    }
