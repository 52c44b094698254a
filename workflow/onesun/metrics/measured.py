"""The paper's measurements as files: one pair, method and month each."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from onesun.errors import ConfigError, DamagedProductError
from onesun.geometry.grid import Grid
from onesun.io.files import open_product, sha256, whole_file, write_json
from onesun.metrics.measures import Measures

PRODUCT = "measures"
# What reading raises where a file is as its manifest says, but no measures.
_OTHERWISE = (KeyError, IndexError, TypeError, ValueError, EOFError, BadZipFile, ConfigError)


@dataclass(frozen=True)
class MeasuredMonth:
    """What ``onesun measure`` writes.

    Parameters
    ----------
    pair, method, month, set : what was measured, and in which set of the split.
    simulated : True where frames are simulated.
    measures : the statistics of the month's frames.
    """

    pair: str
    method: str
    month: str
    set: str
    simulated: bool
    measures: Measures


def write(out: Path, month: MeasuredMonth) -> None:
    """Write the arrays as ``out`` (NPZ) and then its manifest beside it (JSON).

    Either is whole or absent, and the same month gives the same bytes.
    """
    measures, manifest = month.measures, out.with_suffix(".json")
    arrays = measures.arrays()
    manifest.unlink(missing_ok=True)  # an old one must not describe new arrays
    with whole_file(out) as part:
        # numpy dates the parts 1980-01-01; in a fixed order they make the same bytes.
        in_order: dict[str, Any] = {name: arrays[name] for name in sorted(arrays)}
        np.savez_compressed(part, **in_order)
    content = {
        "product": PRODUCT,
        "folder": ".",
        "files": {out.name: {"bytes": out.stat().st_size, "sha256": sha256(out)}},
        "pair": month.pair,
        "method": month.method,
        "month": month.month,
        "set": month.set,
        "simulated": month.simulated,
        "frames": measures.stamps,
        "settings": measures.settings,
        "grid": asdict(measures.grid),
    }
    write_json(manifest, content)


def read(manifest: Path) -> MeasuredMonth:
    """Read what :func:`write` wrote.

    Raises DamagedProductError when a file is missing, has changed or holds something else.
    """
    folder, content = open_product(manifest, PRODUCT, contents=True)
    try:
        (name,) = content["files"]
        measures = Measures(content["settings"], Grid.from_settings(content["grid"]))
        with np.load(folder / name) as kept:
            measures.restore(content["frames"], dict(kept))
        about = {key: content[key] for key in ("pair", "method", "month", "set", "simulated")}
        return MeasuredMonth(**about, measures=measures)
    except _OTHERWISE as error:
        raise DamagedProductError(f"{manifest}: no measures of a month ({error})") from None
