"""The monthly mean total sunspot number, from its observatory or from an installed package."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import yaml

from onesun.io import locations
from onesun.sunspots import celestrak, silso
from onesun.sunspots.product import Series, read, write

Kind = Literal["installed", "observatory"]


def make(kind: Kind, out: Path, url: str | None = None) -> None:
    """Write the series as ``out`` (CSV) and its manifest beside it (.json): both or neither.

    Parameters
    ----------
    kind : "observatory" fetches it, "installed" needs no network.
    url : where the observatory's file is, if not where resources/sunspots.yaml says.

    Raises SunspotError when the series is not to be had whole.
    """
    record = yaml.safe_load(locations.resource("sunspots.yaml").read_text("utf-8"))[kind]
    if kind == "observatory":
        write(out, silso.fetch(record | ({"url": url} if url else {})))
    else:
        write(out, celestrak.installed(record))


__all__ = ["Kind", "Series", "make", "read", "write"]
