"""Statistics as files: one pair, method and month each, of whichever kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, Self, TypeVar
from zipfile import BadZipFile

import numpy as np

from onesun.errors import ConfigError, DamagedProductError
from onesun.io.files import open_product, sha256, whole_file, write_json

# What reading raises where a file is as its manifest says, but no statistics of this kind.
_OTHERWISE = (
    *(AttributeError, KeyError, IndexError, TypeError, ValueError, EOFError),
    *(BadZipFile, ConfigError),
)


class Kept(Protocol):
    """Statistics over frames that can be written and read."""

    product: ClassVar[str]

    def content(self) -> dict[str, Any]:
        """What a manifest says of them, as JSON can hold it."""

    def arrays(self) -> dict[str, np.ndarray]:
        """All the rest."""

    @classmethod
    def kept(cls, content: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Self:
        """What :meth:`content` and :meth:`arrays` gave."""


S = TypeVar("S", bound=Kept)


@dataclass(frozen=True)
class MonthOf(Generic[S]):
    """The statistics of a month, as ``onesun evaluate`` and ``onesun measure`` write them.

    Parameters
    ----------
    pair, method, month, set : of what, and in which set of the split.
    simulated : True where frames are simulated.
    statistics : of the month's frames.
    """

    pair: str
    method: str
    month: str
    set: str
    simulated: bool
    statistics: S


def write(manifest: Path, month: MonthOf[Any]) -> None:
    """Write the arrays beside ``manifest`` (NPZ) and then the manifest (JSON).

    Either is whole or absent, and the same month gives the same bytes.
    """
    out, arrays = manifest.with_suffix(".npz"), month.statistics.arrays()
    manifest.unlink(missing_ok=True)  # an old one must not describe new arrays
    with whole_file(out) as part:
        # numpy dates the parts 1980-01-01; in a fixed order they make the same bytes.
        np.savez_compressed(part, **{name: arrays[name] for name in sorted(arrays)})
    content = {
        "product": month.statistics.product,
        "folder": ".",
        "files": {out.name: {"bytes": out.stat().st_size, "sha256": sha256(out)}},
        "pair": month.pair,
        "method": month.method,
        "month": month.month,
        "set": month.set,
        "simulated": month.simulated,
    }
    write_json(manifest, content | month.statistics.content())


def read(manifest: Path, kind: type[S]) -> MonthOf[S]:
    """Read what :func:`write` wrote of this kind of statistics.

    Raises DamagedProductError when a file is missing, has changed or holds something else.
    """
    folder, content = open_product(manifest, kind.product, contents=True)
    try:
        (name,) = content["files"]
        with np.load(folder / name) as kept:
            statistics = kind.kept(content, dict(kept))
        pair, method, month, of_split, simulated = (
            content[key] for key in ("pair", "method", "month", "set", "simulated")
        )
        return MonthOf(pair, method, month, of_split, simulated, statistics)
    except _OTHERWISE as error:
        raise DamagedProductError(f"{manifest}: no {kind.product} of a month ({error})") from None
