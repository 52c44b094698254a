"""Whole or absent: every product is written beside its place and renamed into it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from onesun.errors import DamagedProductError, OutputError

_PART = ".part-"


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yield a temporary path in the same folder that becomes ``path`` if the block succeeds.

    The temporary name keeps the suffix of ``path`` (writers such as astropy choose a format by
    it). On any error the temporary file is removed and an existing ``path`` is left as it was.
    """
    path = Path(path)
    with _beside(path) as part:
        yield part
        _to_disk(part)
        os.replace(part, path)


@contextmanager
def whole_folder(path: Path, proof: Path | None = None) -> Iterator[Path]:
    """Yield a temporary folder beside ``path`` that replaces it if the block succeeds.

    Parameters
    ----------
    proof : the file by which an earlier product at ``path`` is known: without it, a folder that
        holds anything is not replaced but OutputError is raised.
    """
    path = Path(path)
    _check_replaceable(path, proof)
    with _beside(path) as part, _beside(path) as old:
        part.mkdir()
        yield part
        _swap(part, path, old)


@contextmanager
def whole_product(folder: Path, manifest: Path) -> Iterator[tuple[Path, Path]]:
    """Yield temporary paths of a folder and of its manifest, which take their places together.

    Both are on the disk before either replaces what was there, and at no moment does an old
    manifest describe a new folder. Raises OutputError as :func:`whole_folder` does.
    """
    folder, manifest = Path(folder), Path(manifest)
    _check_replaceable(folder, manifest)
    with _beside(manifest) as listing, _beside(folder) as old, _beside(folder) as part:
        part.mkdir()
        yield part, listing
        _to_disk(listing)
        manifest.unlink(missing_ok=True)
        _swap(part, folder, old)
        os.replace(listing, manifest)


def check_folder(path: Path, proof: Path | None = None) -> None:
    """Raise at once what :func:`whole_folder` would raise after long work."""
    _check_replaceable(path, proof)
    with _beside(path) as part:
        part.mkdir()


def _check_replaceable(path: Path, proof: Path | None) -> None:
    if path.is_dir() and not (proof is None or proof.exists()) and any(path.iterdir()):
        raise OutputError(
            f"{path}: a folder that holds other files ({proof} is missing), expected a new or an "
            "empty folder, or an earlier product to replace"
        )


def _swap(part: Path, path: Path, old: Path) -> None:
    """Put ``part`` in the place of ``path``; what was there goes to ``old``, to be removed."""
    if path.exists():
        os.replace(path, old)
    os.replace(part, path)


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A temporary path beside ``path``; whatever is there at the end is removed.

    A failed write names ``path``: the system's error often names no file, or the temporary one.
    """
    part = path.with_name(f"{_PART}{os.uname().nodename}-{os.getpid()}-{uuid.uuid4().hex[:8]}-")
    part = part.with_name(part.name + path.name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(path)
        yield part
    except OSError as error:
        if error.errno is not None and str(error.filename or part).startswith(str(part)):
            error.filename = str(path)
        raise
    finally:
        _remove(part)


def _remove_abandoned(path: Path) -> None:
    """Remove what processes of this machine left beside ``path`` when they were killed."""
    pattern = re.compile(rf"{re.escape(_PART + os.uname().nodename)}-(\d+)-[0-9a-f]{{8}}-(.*)")
    for entry in path.parent.iterdir():
        found = pattern.fullmatch(entry.name)
        if found and found[2] == path.name and not _is_running(int(found[1])):
            _remove(entry)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _remove(path: Path) -> None:
    """Remove a file or folder if it can be: it must not hide the error that led here."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()


def _to_disk(part: Path) -> None:
    with open(part, "rb") as handle:
        os.fsync(handle.fileno())


def write_bytes(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path``, whole or not at all.

    Libraries write their formats into memory and this onto the disk: when it is full, theirs
    raise errors of their own that do not say so.
    """
    with whole_file(path) as part:
        part.write_bytes(content)


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
    found = content.get("product") if isinstance(content, dict) else None
    if found != product:
        of = f", but of {found}" if found else ""
        raise DamagedProductError(f"{manifest}: no manifest of {product}{of}")
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


def read_unchanged(path: Path, listed: Mapping[str, Any]) -> bytes:
    """The bytes of a product's file, of which the manifest's ``files`` lists size and SHA-256.

    Raises DamagedProductError when they are not the same.
    """
    content = Path(path).read_bytes()
    if hashlib.sha256(content).hexdigest() != listed["sha256"]:
        raise DamagedProductError(f"{path}: its bytes have changed since it was written")
    return content


def folder_listing(folder: Path) -> dict[str, dict[str, Any]]:
    """Every file below ``folder`` with its size in bytes and SHA-256, keyed by relative path."""
    folder = Path(folder)
    return {
        str(file.relative_to(folder)): {"bytes": file.stat().st_size, "sha256": sha256(file)}
        for file in sorted(folder.rglob("*"))
        # Snakemake keeps a hidden time stamp inside the folders it watches.
        if file.is_file() and not file.name.startswith(".snakemake")
    }
