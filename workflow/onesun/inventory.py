"""Which products lie in a folder, and which files belong to none."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from onesun.errors import ConfigError, DamagedProductError
from onesun.files import read_sealed
from onesun.parts import PART

_CHECKPOINT = (".checkpoint", ".checkpoint.before")
# Snakemake keeps a hidden time stamp inside the folders it watches.
_NO_PRODUCT = ".snakemake"


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
    """

    manifest: Path
    kind: str
    files: dict[Path, tuple[int | None, str]]
    sealed: bool
    fault: str | None = None


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
        if path.name.endswith(_CHECKPOINT):
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
        kept = (name for name in names if not name.startswith((PART, _NO_PRODUCT)))
        files += [Path(place, name) for name in kept]
    return files


def _product(path: Path) -> Product | None:
    """What a JSON file is the manifest of; None where it is none."""
    try:
        content, sealed = read_sealed(path)
    except DamagedProductError as error:
        return Product(path, "damaged manifest", {}, sealed=True, fault=str(error))
    if not isinstance(content, dict) or "product" not in content:
        return None
    kind = str(content["product"])
    try:
        return Product(path, kind, _listed(path.parent, content), sealed)
    except (KeyError, TypeError, AttributeError) as error:
        fault = f"{path}: no manifest of {kind} ({error!r})"
        return Product(path, kind, {}, sealed, fault)


def _listed(place: Path, content: dict[str, Any]) -> dict[Path, tuple[int | None, str]]:
    """The files of a manifest, or those that a card has beside itself."""
    if "folder" in content and "files" in content:
        folder = Path(os.path.normpath(place / content["folder"]))
        return {
            folder / name: (entry["bytes"], entry["sha256"])
            for name, entry in content["files"].items()
        }
    beside = [value for value in content.values() if isinstance(value, dict)]
    return {
        place / value["file"]: (None, value["sha256"])
        for value in beside
        if value.keys() >= {"file", "sha256"}
    }
