"""What NSO has of a month: one file for each slot, and what may be taken instead of it.

The order in which files are taken: products first (``zqa``, corrected for the zero point, before
``bqa``, not corrected), then sites by the Sun's altitude, for the more air lies before it, the
worse the image. Headers tell more about quality, but only once a file is here: one that is refused
by its header is followed by the next in this order.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from itertools import product as every
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import requests
from astropy.time import Time

from onesun.archive.nso.sites import altitudes
from onesun.archive.remote import Listing, RemoteFile
from onesun.archive.web import page
from onesun.instruments import Instrument
from onesun.io.progress import track
from onesun.reading.slots import stamp

_NAME = re.compile(
    r"(?P<site>[a-z]{2})(?P<product>[a-z]{3})(?P<time>\d{6}t\d{4})\.fits(\.(gz|fz))?"
)
_MINUTE = timedelta(seconds=30)  # names hold the whole minute in which the average is centred


@dataclass(frozen=True)
class _Average:
    """A ten-minute average of a site, as a listing names it."""

    name: str
    url: str
    site: str
    product: str
    time: datetime  # its middle, UTC


def month_listing(
    record: Instrument, slots: Sequence[Time], settings: Mapping[str, Any], state: Path
) -> Listing:
    """The best site's file for each slot, and in ``instead`` what may be taken instead of it.

    Parameters
    ----------
    slots : times wanted; a file belongs to the nearest slot, half the instrument's cadence away at
        the most.
    settings : the configuration's section ``archive``.
    state : folder of the month; nothing is kept there.

    Raises ArchiveError when NSO cannot be reached.
    """
    utc = [time.utc.datetime.replace(tzinfo=UTC) for time in slots]
    half = timedelta(seconds=record.cadence / 2)
    found: dict[int, list[_Average]] = defaultdict(list)
    for average in _averages(utc, half, settings):
        index = nearest(average.time, utc, half)
        if index is not None:
            found[index].append(average)
    suns = altitudes(Time(list(slots))) if slots else {}
    products = settings["nso"]["products"]
    files, missing = [], {}
    for index, slot in enumerate(slots):
        best = sorted(
            found[index],
            key=lambda one: (
                products.index(one.product),
                -suns[one.site][index],
                abs(one.time - utc[index]),
                one.name,
            ),
        )
        if best:
            files.append(_chain(stamp(slot), best))
        else:
            missing[stamp(slot)] = f"no site has a file in {' or '.join(products)}"
    return Listing(files, missing)


def _chain(slot: str, averages: Sequence[_Average]) -> RemoteFile:
    first, *others = (
        RemoteFile(slot=slot, name=one.name, url=one.url, product=one.product) for one in averages
    )
    return replace(first, instead=tuple(others))


def _averages(
    slots: Sequence[datetime], half: timedelta, settings: Mapping[str, Any]
) -> Iterator[_Average]:
    """All files listed on the days of the slots.

    Of the later products, too, where the first has some: all of these may turn out to be damaged.
    """
    nso = settings["nso"]
    days = sorted({day for time in slots for day in _days(time, half)})
    folders = list(every(days, nso["products"], nso["sites"]))
    with requests.Session() as session:
        for day, product, site in track(folders, "listing NSO's days"):
            folder = f"{product}/{day:%Y%m}/{site}{product}{day:%y%m%d}/"
            for average in _listed(session, urljoin(nso["url"], folder), settings):
                if (average.site, average.product) == (site, product):
                    yield average


def _listed(
    session: requests.Session, folder: str, settings: Mapping[str, Any]
) -> Iterator[_Average]:
    names = {Path(link).name for link in links(page(session, folder, settings) or "")}
    for name in sorted(names):
        found = _NAME.fullmatch(name)
        if found:
            try:
                time = datetime.strptime(found["time"], "%y%m%dt%H%M").replace(tzinfo=UTC)
            except ValueError:  # the 31st of February is no file of ours
                continue
            yield _Average(
                name, urljoin(folder, name), found["site"], found["product"], time + _MINUTE
            )


def links(text: str) -> Iterable[str]:
    """The targets of the links of a page."""
    found: list[str] = []

    class Links(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag == "a":
                found.extend(value for key, value in attrs if key == "href" and value)

    Links().feed(text)
    return found


def _days(time: datetime, half: timedelta) -> Iterator[datetime]:
    for edge in (time - half, time + half):
        yield edge.replace(hour=0, minute=0, second=0, microsecond=0)


def nearest(time: datetime, times: Sequence[datetime], within: timedelta) -> int | None:
    """Index of the one of ``times`` (in order) nearest to ``time``; None if none is near enough."""
    after = bisect(times, time)
    near = [index for index in (after - 1, after) if 0 <= index < len(times)]
    index = min(near, key=lambda one: abs(times[one] - time), default=None)
    return None if index is None or abs(times[index] - time) > within else index
