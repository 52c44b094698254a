"""Months of raw frames: what a manifest lists, wherever the files lie."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from onesun import instruments
from onesun.errors import ConfigError
from onesun.io.files import open_product, sha256, write_json

PRODUCT = "raw frames"
# Compressed as the reader cannot undo, too: alignment then lists them as refused.
FITS_NAME = re.compile(r".*\.(fits|fit|fts)(\.(gz|fz|bz2|z|zip))?", re.IGNORECASE)


def index_folder(folder: Path, instrument: str, month: str, manifest: Path) -> None:
    """Write the manifest of a user's own files in ``{folder}/{instrument}/{month}``.

    Raises ConfigError when the folder is missing or holds no FITS file.
    """
    record = instruments.load(instrument)
    place = (Path(folder) / instrument / month).resolve()
    if not place.is_dir():
        raise ConfigError(
            f"source.folder: {place} not found, expected the {record.title} files of {month} there"
        )
    files = sorted(path for path in place.iterdir() if FITS_NAME.fullmatch(path.name))
    if not files:
        raise ConfigError(
            f"source.folder: {place} holds no FITS file, expected names ending in .fits, .fit or "
            ".fts, or these with .gz or .fz"
        )
    write_manifest(
        manifest,
        instrument,
        month,
        str(place),
        {path.name: {"bytes": path.stat().st_size, "sha256": sha256(path)} for path in files},
    )


def write_manifest(
    manifest: Path,
    instrument: str,
    month: str,
    folder: str,
    files: dict[str, Any],
    more: Mapping[str, Any] | None = None,
) -> None:
    """Write the manifest of a month of raw frames.

    Parameters
    ----------
    folder : where the files lie, absolute or relative to the manifest's own folder.
    files : size in bytes and SHA-256 by file name.
    more : what else is known of the month, by key.
    """
    content = {
        "product": PRODUCT,
        "instrument": instrument,
        "month": month,
        "folder": folder,
        "files": files,
        **(more or {}),
    }
    write_json(manifest, content)


def files_of(manifest: Path) -> list[Path]:
    """The raw files that a manifest lists, sorted by name.

    Raises DamagedProductError when the manifest is damaged, or a file is missing or not what it was
    when it was listed.
    """
    folder, content = open_product(manifest, PRODUCT, contents=True)
    return [folder / name for name in sorted(content["files"])]
