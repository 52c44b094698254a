"""What the stand-in holds: JSOC's records and NSO's files, from simulated months."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from astropy.io import fits

from helpers.archive.fitsfiles import as_is, of_site, rescaled, summed
from helpers.archive.recordsets import Slots
from onesun.instruments import gong_network

NO_DATA = 0x80000000
_EARLIER = 1.5  # what an older record of a slot has for a scale, against the newest

# JSOC's names of keywords that FITS cannot spell.
_NAMES = {
    "DATE-OBS": "DATE__OBS",
    "TRECEPOC": "T_REC_epoch",
    "TRECSTEP": "T_REC_step",
    "TRECUNIT": "T_REC_unit",
}
_NOT_KEYWORDS = {
    *("XTENSION", "BITPIX", "NAXIS", "NAXIS1", "NAXIS2", "PCOUNT", "GCOUNT", "BLANK", "BSCALE"),
    *("BZERO", "CHECKSUM", "DATASUM", "HISTORY", "COMMENT", "", "PRIMARYK", "LICENSE"),
}
_IN_HEX = {"QUALITY": 8, "QUALLEV1": 8, "CALVER64": 16}
_TIMES = {"T_REC", "T_OBS", "T_REC_epoch", "DATE__OBS", "DATE"}


@dataclass(frozen=True)
class Series:
    """A series as JSOC describes it."""

    name: str
    segment: str
    slots: Slots
    primekeys: tuple[str, ...]
    size: int
    note: str


SERIES = {
    "hmi": Series(
        "hmi.M_720s",
        "magnetogram",
        Slots(datetime(1993, 1, 1), 720.0),
        ("T_REC", "CAMERA"),
        4096,
        "Magnetograms with a cadence of 720 seconds.",
    ),
    "mdi": Series(
        "mdi.fd_M_96m_lev182",
        "data",
        Slots(datetime(1993, 1, 1, 0, 0, 30), 5760.0),
        ("T_REC",),
        1024,
        "MDI full-disk magnetograms, 96 minutes, level 1.8.2",
    ),
}


@dataclass(frozen=True)
class Record:
    """One record of a series.

    Attributes
    ----------
    keywords : as ``rs_list`` tells them, by JSOC's names.
    file : the simulated file behind it.
    older : whether a newer record of the same slot has taken its place.
    """

    series: Series
    t_rec: datetime
    keywords: Mapping[str, str]
    file: Path
    older: bool = False

    @cached_property
    def slot(self) -> int:
        return self.series.slots.number(self.t_rec)

    @property
    def time(self) -> str:
        return self.keywords["T_REC"]

    @property
    def quality(self) -> int:
        return int(self.keywords["QUALITY"], 16)

    @property
    def recnum(self) -> int:
        return self.slot * 2 + (0 if self.older else 1)

    @cached_property
    def sunum(self) -> int:
        digest = hashlib.sha256(f"{self.series.name}/{self.recnum}".encode()).digest()
        return 100_000_000 + int.from_bytes(digest[:4]) % 900_000_000

    @property
    def folder(self) -> str:
        return f"/SUM{self.sunum % 90 + 1}/D{self.sunum}/S00000"

    @property
    def path(self) -> str:
        """Where the segment lies on the archive's own disks."""
        return f"{self.folder}/{self.series.segment}.fits"

    def name(self) -> str:
        """How the data base names the record."""
        prime = "".join(f"[{self.keywords[key]}]" for key in self.series.primekeys)
        return f"{self.series.name}{prime}"

    def as_is(self) -> bytes:
        """The segment without keywords."""
        return _as_is(self.file, self.older)

    def exported(self) -> bytes:
        """The segment as an export to FITS makes it, with all keywords."""
        return summed(_content(self.file, self.older))


@lru_cache(maxsize=4)
def _content(file: Path, older: bool) -> bytes:
    content = file.read_bytes()
    return rescaled(content, _EARLIER) if older else content


@lru_cache(maxsize=4)
def _as_is(file: Path, older: bool) -> bytes:
    return as_is(_content(file, older))


def records(folder: Path) -> list[Record]:
    """All records of simulated months in ``{folder}/{instrument}/{YYYY-MM}``, in order of time."""
    found = [
        _record(SERIES[name], file)
        for name in SERIES
        for file in sorted(Path(folder).glob(f"{name}/*/*.fits"))
    ]
    return sorted(found, key=lambda record: (record.series.name, record.t_rec))


def _record(series: Series, file: Path) -> Record:
    header = fits.getheader(file, 1)
    keywords = {
        _NAMES.get(card.keyword, card.keyword): _told(card.keyword, card.value)
        for card in header.cards
        if card.keyword not in _NOT_KEYWORDS
    }
    t_rec = datetime.strptime(keywords["T_REC"], "%Y.%m.%d_%H:%M:%S_TAI")
    return Record(series, t_rec, keywords, file)


def _told(keyword: str, value: Any) -> str:
    """A keyword's value as JSOC writes it in JSON: always as text."""
    if isinstance(value, fits.card.Undefined):
        return "nan"
    if keyword in _IN_HEX:
        return f"0x{value:0{_IN_HEX[keyword]}x}"
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return repr(value)
    # Slots are told in whole seconds.
    return str(value).replace(":00.000_TAI", ":00_TAI") if keyword == "T_REC" else str(value)


def kind_of(name: str, value: str) -> str:
    """The type that a series' structure gives a keyword."""
    if name in _TIMES and value.endswith("_TAI"):
        return "time"
    if re.fullmatch(r"0x[0-9a-f]+|-?\d+", value):
        return "longlong" if len(value) > 10 else "int"
    try:
        float(value)
    except ValueError:
        return "string"
    return "double"


SITES = {site.code.lower(): site for site in gong_network.SITES}
_GONG = re.compile(r"(?P<site>[a-z]{2})zqa(?P<day>\d{6})t(?P<clock>\d{4})\.fits\.gz")
_UNCORRECTED = 6.0  # gauss; zero point of what was not corrected


@dataclass(frozen=True)
class GongFile:
    """One ten-minute average of one site, corrected (zqa) or not (bqa)."""

    product: str
    site: str
    time: datetime
    file: Path
    original: bool

    @property
    def folder(self) -> str:
        """Its place in NSO's tree."""
        day = f"{self.time:%y%m%d}"
        return f"/oQR/{self.product}/{self.time:%Y%m}/{self.site}{self.product}{day}/"

    @property
    def path(self) -> str:
        name = f"{self.site}{self.product}{self.time:%y%m%dt%H%M}.fits.gz"
        return f"{self.folder}{name}"

    def content(self) -> bytes:
        """Its bytes: the simulated frame's, or what another site or pipeline made of it."""
        return _gong_content(self.file, self.site, self.product, self.original)


@lru_cache(maxsize=64)
def _gong_content(file: Path, site: str, product: str, original: bool) -> bytes:
    content = file.read_bytes()
    offset = _UNCORRECTED if product == "bqa" else 0.0
    if original and product == "zqa":
        return content
    # Where clouds passed, fewer minutes are averaged, and the noise is larger.
    used, noise = (10, 0.0) if original else (6, 3.0)
    code = SITES[site]
    return of_site(content, (code.code, code.name), used, offset, noise)


def gong_files(folder: Path) -> list[GongFile]:
    """What NSO holds of the simulated months in ``{folder}/gong``.

    For each simulated frame there is its own file, one of the next site to the west, with fewer
    minutes and more noise, and both once more as they were before the zero point was corrected.
    """
    found = []
    for file in sorted(Path(folder).glob("gong/*/*.fits.gz")):
        name = _GONG.fullmatch(file.name)
        if name is None:
            continue
        time = datetime.strptime(name["day"] + name["clock"], "%y%m%d%H%M")
        codes = sorted(SITES, key=lambda code: -SITES[code].longitude)
        other = codes[(codes.index(name["site"]) + 1) % len(codes)]
        found += [
            GongFile(product, site, time, file, site == name["site"])
            for product in ("zqa", "bqa")
            for site in (name["site"], other)
        ]
    return found


def modified(time: datetime) -> str:
    """When a listing says that a file was last changed: some days after it was taken."""
    return f"{time + timedelta(days=3):%Y-%m-%d %H:%M}"
