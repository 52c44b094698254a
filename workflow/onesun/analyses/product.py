"""What analyses keep of a month: sums by tile of the disk, as files that can be put together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from onesun.errors import ConfigError, DamagedProductError
from onesun.io.files import open_product, read_json, sha256, whole_file, write_json
from onesun.products.aligned import AlignedFrame
from onesun.products.selection import Chosen

_PREFIX = "analysis: "
_KEYS = ("pair", "method", "month", "set", "simulated", "frames", "days", "labels", "settings")


@dataclass(frozen=True)
class AnalysedMonth:
    """A month of one analysis.

    Parameters
    ----------
    analysis : its name.
    pair, month, set : what was measured, and in which set of the split.
    method : whose output was measured; None where there is no method.
    simulated : True where frames are simulated.
    frames : what is known of each frame beside its sums; ``stamp`` at least.
    settings : what months have to agree in to be put together.
    labels : names of the bins of arrays that have some of their own, by array.
    arrays : sums; their first axes are the days and the tiles of the disk, the tiles alone where
        there are no ``days``, or the frames.
    days : with frames, YYYYMMDD, ascending; empty where sums are not kept by day.
    """

    analysis: str
    pair: str
    method: str | None
    month: str
    set: str
    simulated: bool
    frames: Sequence[Mapping[str, Any]]
    settings: Mapping[str, Any]
    arrays: Mapping[str, np.ndarray]
    labels: Mapping[str, Sequence[str]] = field(default_factory=dict)
    days: Sequence[str] = ()


def days_of(frames: Iterable[AlignedFrame]) -> list[str]:
    """The days that frames are of, YYYYMMDD, ascending."""
    return sorted({frame.stamp[:8] for frame in frames})


def write_sums(
    out: Path,
    analysis: str,
    chosen: Chosen,
    *,
    arrays: Mapping[str, np.ndarray],
    settings: Mapping[str, Any],
    method: str | None = None,
    labels: Mapping[str, Sequence[str]] | None = None,
    about: Callable[[AlignedFrame], Mapping[str, Any]] = lambda _: {},
) -> None:
    """Write the sums of the chosen frames of a month.

    Parameters
    ----------
    arrays, settings, method, labels : see :class:`AnalysedMonth`.
    about : what is kept of each frame beside its stamp.
    """
    write(
        out,
        AnalysedMonth(
            analysis=analysis,
            pair=chosen.month.pair,
            method=method,
            month=chosen.month.month,
            set=chosen.row.set,
            simulated=chosen.month.simulated,
            frames=[{"stamp": frame.stamp, **about(frame)} for frame in chosen.frames],
            settings=settings,
            arrays=arrays,
            labels=labels or {},
            days=days_of(chosen.frames),
        ),
    )


def write(out: Path, month: AnalysedMonth) -> None:
    """Write the arrays as ``out`` (NPZ) and then their manifest beside it (JSON).

    Either is whole or absent, and the same month gives the same bytes.
    """
    manifest = out.with_suffix(".json")
    manifest.unlink(missing_ok=True)  # an old one must not describe new arrays
    with whole_file(out) as part:
        arrays: dict[str, Any] = {name: month.arrays[name] for name in sorted(month.arrays)}
        np.savez_compressed(part, **arrays)
    listing = {out.name: {"bytes": out.stat().st_size, "sha256": sha256(out)}}
    about = {key: getattr(month, key) for key in _KEYS}
    write_json(
        manifest, {"product": _product(month.analysis), "folder": ".", "files": listing} | about
    )


def read(manifest: Path, analysis: str) -> AnalysedMonth:
    """Read what :func:`write` wrote.

    Raises DamagedProductError when a file is missing, has changed or holds something else.
    """
    folder, content = open_product(manifest, _product(analysis), contents=True)
    try:
        (name,) = content["files"]
        with np.load(folder / name) as kept:
            arrays = dict(kept)
        return AnalysedMonth(
            analysis=analysis, arrays=arrays, **{key: content[key] for key in _KEYS}
        )
    except (KeyError, TypeError, ValueError, EOFError, BadZipFile) as error:
        raise DamagedProductError(f"{manifest}: no month of {analysis} ({error})") from None


def read_months(paths: Sequence[Path], analysis: str, pair: str) -> list[AnalysedMonth]:
    """Read months that can be put together, sorted by method and month.

    Raises ConfigError when there is none, one is of another pair or of other settings, or two are
    of the same method and month.
    """
    found: dict[tuple[str, str], AnalysedMonth] = {}
    for path in sorted(set(paths)):
        month = read(path, analysis)
        if month.pair != pair:
            raise ConfigError(f"{path}: of pair {month.pair}, expected {pair}")
        key = (month.method or "", month.month)
        if key in found:
            raise ConfigError(f"{path}: {pair} {month.month}, which another file holds, too")
        found[key] = month
    if not found:
        raise ConfigError(f"{pair}: no month of {analysis}, expected at least one")
    months = [found[key] for key in sorted(found)]
    if any(month.settings != months[0].settings for month in months):
        raise ConfigError(f"{pair}: months of {analysis} of other settings, expected the same")
    return months


def years(month: str) -> float:
    """The middle of a month YYYY-MM, in years."""
    return int(month[:4]) + (int(month[5:]) - 0.5) / 12


def product_of(manifest: Path) -> str:
    """The analysis that a manifest is of; empty for another product.

    Raises DamagedProductError where it is missing or no JSON.
    """
    content = read_json(manifest)
    product = content.get("product", "") if isinstance(content, dict) else ""
    return product.removeprefix(_PREFIX) if product.startswith(_PREFIX) else ""


def _product(analysis: str) -> str:
    return f"{_PREFIX}{analysis}"
