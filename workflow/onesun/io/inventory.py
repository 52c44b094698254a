"""Which products lie in a folder, and which files belong to none."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from onesun.errors import ConfigError, DamagedProductError
from onesun.io.files import SNAKEMAKE, listed_files, read_sealed
from onesun.io.parts import PART

_CHECKPOINT = re.compile(r"\..*\.checkpoint(\.before)?")
# Any of these is left in a manifest of OneSun's whose bytes have changed.
_OURS = (b'"product"', b"sha256:")


@dataclass(frozen=True)
class Product:
    """A manifest or card, and the files that it lists.

    Attributes
    ----------
    manifest : the JSON file.
    kind : its ``product``; "damaged manifest" where it cannot be trusted.
    files : size in bytes (None where only a hash is kept) and SHA-256, by path.
    sealed : whether the manifest has a digest of its own.
    fault : what is wrong with the manifest, a sentence; None if nothing is.
    downloaded : whether its files came from an archive.
    ours : whether OneSun wrote the manifest, as far as can be seen.
    """

    manifest: Path
    kind: str
    files: dict[Path, tuple[int | None, str]]
    sealed: bool
    fault: str | None = None
    downloaded: bool = False
    ours: bool = True


@dataclass(frozen=True)
class Inventory:
    """What lies in the folders that were looked through.

    Attributes
    ----------
    products : by path of their manifest.
    checkpoints : of trainings that are not finished.
    parts : what a killed process left half written.
    unlisted : all other files, of which no hash is kept.
    """

    products: list[Product] = field(default_factory=list)
    checkpoints: list[Path] = field(default_factory=list)
    parts: list[Path] = field(default_factory=list)
    unlisted: list[Path] = field(default_factory=list)


def take(paths: Iterable[Path]) -> Inventory:
    """Look through folders, and at manifests and checkpoints named one by one.

    Raises ConfigError naming a path that does not exist.
    """
    found = Inventory()
    files: set[Path] = set()
    for path in map(Path, paths):
        if not path.exists():
            raise ConfigError(f"{path}: not found, expected a folder or a manifest to verify")
        files.update(_below(path, found.parts) if path.is_dir() else [path])
    listed: set[Path] = set()
    # A manifest before what it lists: a store holds JSON files of its own.
    for path in sorted(files, key=lambda path: (len(path.parts), path)):
        if _CHECKPOINT.fullmatch(path.name):
            found.checkpoints.append(path)
        elif path.suffix == ".json" and path not in listed:
            product = _product(path)
            if product is not None:
                found.products.append(product)
                listed |= {path, *product.files}
    known = {*listed, *found.checkpoints}
    found.unlisted.extend(sorted(path for path in files if path not in known))
    return found


def _below(folder: Path, parts: list[Path]) -> list[Path]:
    """The files below a folder; what is half written goes to ``parts``."""
    files = []
    for place, folders, names in os.walk(folder):
        for name in [name for name in (*folders, *names) if name.startswith(PART)]:
            parts.append(Path(place, name))
        folders[:] = sorted(name for name in folders if not name.startswith(PART))
        kept = (name for name in names if not name.startswith((PART, SNAKEMAKE)))
        files += [Path(place, name) for name in kept]
    return files


def _product(path: Path) -> Product | None:
    """What a JSON file is the manifest of; None where it is none."""
    try:
        content, sealed = read_sealed(path)
    except DamagedProductError as error:
        return _damaged(path, str(error))
    if not isinstance(content, dict) or "product" not in content:
        return None
    kind = str(content["product"])
    try:
        files = listed_files(path.parent, content)
        return Product(path, kind, files, sealed, downloaded="archive" in content)
    except (KeyError, TypeError, AttributeError) as error:
        fault = f"{path}: no manifest of {kind} ({error!r})"
        return Product(path, kind, {}, sealed, fault)


def _damaged(path: Path, fault: str) -> Product:
    """A JSON file that cannot be read, of which only the bytes tell whose it is."""
    content = path.read_bytes() if path.is_file() else b""
    return Product(
        path,
        "damaged manifest",
        {},
        sealed=True,
        fault=fault,
        downloaded=b'"archive":' in content,
        ours=any(mark in content for mark in _OURS),
    )
