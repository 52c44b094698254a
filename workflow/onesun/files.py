"""Whole or absent: every product is written beside its place and renamed into it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from onesun.errors import DamagedProductError


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yield a temporary path in the same folder that becomes ``path`` if the block succeeds.

    The temporary name keeps the suffix of ``path`` (writers such as astropy choose a format by
    it). On any error the temporary file is removed and an existing ``path`` is left as it was.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".part-{uuid.uuid4().hex[:8]}-{path.name}")
    try:
        with _naming(path):
            yield part
            _to_disk(part)
            os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Yield a temporary folder beside ``path`` that replaces it if the block succeeds."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".part-{uuid.uuid4().hex[:8]}-{path.name}")
    part.mkdir()
    try:
        with _naming(path):
            yield part
            if path.exists():
                shutil.rmtree(path)
            os.replace(part, path)
    finally:
        shutil.rmtree(part, ignore_errors=True)


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Let a failed write name the product: the system's error often names no file."""
    try:
        yield
    except OSError as error:
        if error.filename is None and error.errno is not None:
            error.filename = str(path)
        raise


def _to_disk(path: Path) -> None:
    with open(path, "rb") as handle:
        os.fsync(handle.fileno())


def write_text(path: Path, text: str) -> None:
    """Write ``text`` to ``path``, whole or not at all."""
    with whole_file(path) as part:
        part.write_text(text, encoding="utf-8")


def write_json(path: Path, content: Any) -> None:
    """Write ``content`` as indented JSON with sorted keys, whole or not at all."""
    write_text(path, json.dumps(content, indent=2, sort_keys=True, allow_nan=False) + "\n")


def read_json(path: Path) -> Any:
    """Read a JSON file; raise DamagedProductError when it is missing or does not parse."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DamagedProductError(f"{path}: missing, expected a JSON file") from None
    except (ValueError, UnicodeDecodeError) as error:
        raise DamagedProductError(f"{path}: not readable as JSON ({error})") from None


def sha256(path: Path) -> str:
    """SHA-256 of a file, as 64 hexadecimal digits."""
    with open(path, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def open_product(
    manifest: Path, product: str, *, contents: bool = False
) -> tuple[Path, dict[str, Any]]:
    """The folder and the manifest of a product, once every file listed is there in its size.

    Parameters
    ----------
    manifest : JSON file with ``product``, ``folder`` (absolute, or relative to the manifest's own
        folder) and ``files`` as :func:`folder_listing` makes them.
    product : what the manifest has to name as its product.
    contents : also compare the SHA-256 of every file, which reads them all.

    Raises DamagedProductError naming the first file that is missing, of another size, or changed.
    """
    manifest = Path(manifest)
    content = read_json(manifest)
    if not isinstance(content, dict) or content.get("product") != product:
        raise DamagedProductError(f"{manifest}: no manifest of {product}")
    try:
        folder = manifest.parent / content["folder"]
        files = content["files"]
        listed = {name: (entry["bytes"], entry["sha256"]) for name, entry in files.items()}
    except (KeyError, TypeError, AttributeError) as error:
        raise DamagedProductError(f"{manifest}: no manifest of {product} ({error})") from None
    for name, (size, digest) in listed.items():
        path = folder / name
        found = f"{path.stat().st_size} bytes" if path.is_file() else "missing"
        if found != f"{size} bytes":
            raise DamagedProductError(f"{path}: {found}, expected {size} bytes")
        if contents and sha256(path) != digest:
            raise DamagedProductError(f"{path}: its bytes have changed since it was written")
    return folder, content


def folder_listing(folder: Path) -> dict[str, dict[str, Any]]:
    """Every file below ``folder`` with its size in bytes and SHA-256, keyed by relative path."""
    folder = Path(folder)
    return {
        str(file.relative_to(folder)): {"bytes": file.stat().st_size, "sha256": sha256(file)}
        for file in sorted(folder.rglob("*"))
        # Snakemake keeps a hidden time stamp inside the folders it watches.
        if file.is_file() and not file.name.startswith(".snakemake")
    }
