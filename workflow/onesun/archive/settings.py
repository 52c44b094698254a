"""The sections ``source`` and ``archive``, and what rules ask of an archive."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from onesun.settings import ABSENT, Fraction, Name, Section, key, says


class Source(Section):
    """Where raw frames come from."""

    READ_BY = ("the rules",)

    kind: Literal["sample", "folder", "archive"] = key("sample")
    """`sample`: three real HMI full disks, from which MDI and GONG frames are simulated;
    `folder`: your own files; `archive`: downloaded from JSOC and NSO (section `archive`).
    """
    folder: str | None = key(None, title="the path of a folder", min_length=1)
    """Folder of your own files, as `{folder}/{instrument}/{YYYY-MM}/`; only read where `kind` is
    `folder`.
    """


DayOrNull = Annotated[
    str | None,
    Field(pattern="^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"),
    says(title='a day as "YYYY-MM-DD", or null for open'),
]


Minutes = Annotated[float, Field(ge=1), says(unit="min", title="a number of at least 1")]


Connections = Annotated[int, Field(ge=1, le=16)]


Url = Annotated[
    str,
    Field(pattern="^https?://\\S+/$"),
    says(title="a URL that begins with http:// or https:// and ends with a slash"),
]


class CadenceOfPair(Section):
    train: Minutes = key(ABSENT)
    """In training months of the pair."""
    validation: Minutes = key(ABSENT)
    """In validation months of the pair."""
    test: Minutes = key(ABSENT)
    """In test months of the pair."""


class Cadence(Section):
    """Time between the frames asked for, set by set."""

    train: Minutes = key(96)
    """In training months."""
    validation: Minutes = key(96)
    """In validation months."""
    test: Minutes = key(96)
    """In test months."""
    by_pair: dict[Name, CadenceOfPair] = key({})
    """Of a pair, by its name, what differs."""


class Days(Section):
    first: DayOrNull = key(None)
    """The first day."""
    last: DayOrNull = key(None)
    """The last day."""


class Jsoc(Section):
    """The Joint Science Operations Center, for MDI and HMI."""

    url: Url = key("http://jsoc.stanford.edu/cgi-bin/ajax/")
    """Where its programs are; ends with a slash."""
    download_url: Url = key("http://jsoc.stanford.edu/")
    """Where the paths of its files begin; ends with a slash."""
    email: str | None = key(None, title="an e-mail address, or null", pattern="^[^@\\s]+@[^@\\s]+$")
    """Your address as registered with JSOC, which exports ask for; the environment's JSOC_EMAIL
    wins.
    """
    connections: Connections = key(1)
    """Downloads at a time; JSOC asks for one."""
    pause: float = key(1, unit="s", ge=0)
    """Least time between a reply and the next question."""
    poll: float = key(60, unit="s", gt=0)
    """Wait between two questions for an export request that is not ready."""
    export_hours: float = key(24, unit="h", gt=0)
    """Longest time an export request is waited for; its frames are then listed as missing."""
    expected_rate: float = key(2.0, unit="MB/s", gt=0)
    """What `onesun archive plan` and `status` count with; nothing else reads it."""


class Nso(Section):
    """The National Solar Observatory, for GONG."""

    url: Url = key("https://gong2.nso.edu/oQR/")
    """Folder of the products' folders; ends with a slash."""
    products: list[Literal["zqa", "bqa"]] = key(
        ["zqa", "bqa"], title="a list of zqa and bqa", uniqueItems=True, min_length=1
    )
    """Ten-minute averages in the order in which they are looked for: `zqa`, corrected for the
    zero point, `bqa`, not corrected. Which one was taken is recorded.
    """
    sites: list[Literal["bb", "ct", "le", "ml", "td", "ud"]] = key(
        ["bb", "ct", "le", "ml", "td", "ud"],
        title="a list of bb, ct, le, ml, td and ud",
        uniqueItems=True,
        min_length=1,
    )
    """The network's sites that are looked at."""
    connections: Connections = key(4)
    """Downloads at a time."""
    expected_rate: float = key(2.0, unit="MB/s", gt=0)
    """What `onesun archive plan` and `status` count with; nothing else reads it."""


class Archive(Section):
    """Raw frames downloaded from the archives of JSOC (MDI, HMI) and NSO (GONG); only read
    where `source.kind` is `archive`. What is asked for follows from `pairs` and `cadence`;
    how the archives are reached may change at any time without downloading again.
    """

    READ_BY = ("the rules", "onesun archive fetch", "onesun archive plan", "onesun archive status")

    folder: str = key("data/archive", title="the path of a folder", min_length=1)
    """Where downloads are kept while a month is not complete, and the whole time if `keep` is
    true; as `{folder}/{instrument}/{YYYY-MM}/`.
    """
    keep: bool = key(True)
    """Whether raw files stay. If not, those of a month are removed once all that is made of them
    directly stands: its aligned frames.
    """
    max_missing: Fraction = key(0.1, unit="fraction")
    """Largest share of a month's frames that may finally be missing; with more the run stops,
    and what was downloaded is kept for the next.
    """
    cadence: Cadence = Cadence()
    days: dict[Name, Days] = key(
        {
            "mdi": Days(first="1996-05-01", last="2011-04-11"),
            "hmi": Days(first="2010-05-01", last=None),
        }
    )
    """Days on which an instrument observes, by its name: outside of these, nothing is asked of
    its archive, nor of the partner's. MDI was powered off on 11 April 2011 (soi.stanford.edu,
    The MDI Resident Data Archive); HMI's regular operations began on 1 May 2010 (Hoeksema et al.
    2018, Sol. Phys. 293, 45).
    """
    retries: int = key(5, ge=0, le=100)
    """How often a request or a file is asked for again."""
    backoff: float = key(5, unit="s", ge=0)
    """Wait before the first retry; doubled each time, up to ten minutes, and varied at random by
    up to a half.
    """
    timeout: float = key(60, unit="s", gt=0)
    """Longest time in which nothing arrives before a connection is closed."""
    jsoc: Jsoc = Jsoc()
    nso: Nso = Nso()


class Request(Section):
    """Of an instrument in a month."""

    input: str = key(...)
    """The pair's input instrument, whose slots are the nearest to the cadence."""
    start: str = key(..., pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
    """First day, TAI."""
    end: str = key(..., pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
    """The first day no longer wanted, TAI."""
    cadence: Minutes = key(...)
    """Time between frames."""


Requests = Annotated[
    list[Request],
    says(
        description=(
            "The times wanted of an instrument in a month; made from `pairs` and `archive.cadence`."
        )
    ),
]
