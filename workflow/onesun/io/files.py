"""Whole or absent: every product is written beside its place and renamed into it."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from onesun.errors import DamagedProductError, OutputError
from onesun.io import seal
from onesun.io.parts import PART, beside

SNAKEMAKE = ".snakemake"  # begins the name of the time stamp in folders that it watches
_CHANGED = "{}: its bytes have changed since it was written"


@contextmanager
def whole_file(path: Path, *, new: bool = False) -> Iterator[Path]:
    """Yield a temporary path in the same folder that becomes ``path`` if the block succeeds.

    The temporary name keeps the suffix of ``path`` (writers such as astropy choose a format by
    it). On any error the temporary file is removed and an existing ``path`` is left as it was.

    Parameters
    ----------
    new : raise FileExistsError if ``path`` is there in the end, whoever wrote it meanwhile.
    """
    path = Path(path)
    with beside(path) as part:
        yield part
        _to_disk(part)
        if new:
            _place_new(part, path)
        else:
            os.replace(part, path)


def _place_new(part: Path, path: Path) -> None:
    try:
        os.link(part, path)  # a rename would replace what is there
    except FileExistsError:
        raise
    except OSError:  # a file system without second names
        if path.exists():
            raise FileExistsError(errno.EEXIST, "there already", str(path)) from None
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
    with beside(path) as part, beside(path) as old:
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
    with beside(manifest) as listing, beside(folder) as old, beside(folder) as part:
        part.mkdir()
        yield part, listing
        _to_disk(listing)
        manifest.unlink(missing_ok=True)
        _swap(part, folder, old)
        os.replace(listing, manifest)


def check_folder(path: Path, proof: Path | None = None) -> None:
    """Raise at once what :func:`whole_folder` would raise after long work."""
    _check_replaceable(path, proof)
    with beside(path) as part:
        part.mkdir()


def _check_replaceable(path: Path, proof: Path | None) -> None:
    if proof is None or not path.is_dir() or not any(path.iterdir()):
        return
    if not proof.exists():
        raise OutputError(
            f"{path}: a folder that holds other files ({proof} is missing), expected a new or an "
            "empty folder, or an earlier product to replace"
        )
    foreign = _foreign(path, proof)
    if foreign is not None:
        raise OutputError(
            f"{path}: a folder that holds other files ({foreign} is not one that "
            f"{proof} lists), expected only those of the product, which are replaced"
        )


def _foreign(folder: Path, manifest: Path) -> Path | None:
    """A file in a product's folder that its manifest does not list; None where there is none.

    Of a manifest that cannot be read, nothing is known.
    """
    folder, manifest = (Path(os.path.normpath(path)) for path in (folder, manifest))
    try:
        content, _ = read_sealed(manifest)
        listed = {manifest, *listed_files(manifest.parent, content)}
    except (DamagedProductError, KeyError, TypeError, AttributeError):
        return None
    for file in sorted(folder.rglob("*")):
        hidden = file.name.startswith((PART, SNAKEMAKE))
        if not (hidden or file in listed or (file.is_dir() and not file.is_symlink())):
            return file
    return None


def listed_files(place: Path, content: Mapping[str, Any]) -> dict[Path, tuple[int | None, str]]:
    """The files of a manifest in the folder ``place``, or those that a card has beside itself.

    Returns size in bytes (None where only a hash is kept) and SHA-256, by path. Raises KeyError,
    TypeError or AttributeError for what is no manifest.
    """
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


def _swap(part: Path, path: Path, old: Path) -> None:
    """Put ``part`` in the place of ``path``; what was there goes to ``old``, to be removed."""
    if path.exists():
        os.replace(path, old)
    os.replace(part, path)


def _to_disk(part: Path) -> None:
    with open(part, "rb") as handle:
        os.fsync(handle.fileno())


def write_bytes(path: Path, content: bytes, *, new: bool = False) -> None:
    """Write ``content`` to ``path``, whole or not at all; ``new`` as for :func:`whole_file`.

    Libraries write their formats into memory and this onto the disk: when it is full, theirs
    raise errors of their own that do not say so.
    """
    with whole_file(path, new=new) as part:
        part.write_bytes(content)


def write_text(path: Path, text: str) -> None:
    """Write ``text`` to ``path``, whole or not at all."""
    with whole_file(path) as part:
        part.write_text(text, encoding="utf-8")


def write_json(path: Path, content: Any) -> None:
    """Write ``content`` as indented JSON with sorted keys, whole or not at all.

    A product (a mapping with the key ``product``) gets a digest, which :func:`read_json` checks.
    """
    is_product = isinstance(content, Mapping) and "product" in content
    write_text(path, seal.sealed_text(content) if is_product else seal.text_of(content))


def read_json(path: Path) -> Any:
    """What :func:`write_json` was given.

    Raises DamagedProductError when the file is missing, does not parse or does not fit its digest.
    """
    return read_sealed(path)[0]


def read_sealed(path: Path) -> tuple[Any, bool]:
    """:func:`read_json`, and whether the file has a digest."""
    try:
        return seal.checked_json(Path(path).read_bytes().decode("utf-8"))
    except FileNotFoundError:
        raise DamagedProductError(f"{path}: missing, expected a JSON file") from None
    except seal.BrokenSealError:
        raise DamagedProductError(_CHANGED.format(path)) from None
    except ValueError as error:
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
        check_file(folder / name, size, digest if contents else None)
    return folder, content


def check_file(path: Path, size: int | None, digest: str | None) -> None:
    """Raise DamagedProductError unless the file is there and of this size and SHA-256, if given."""
    found = path.stat().st_size if path.is_file() else None
    if found is None or size not in (None, found):
        wanted = "a file" if size is None else f"{size} bytes"
        has = "missing" if found is None else f"{found} bytes"
        raise DamagedProductError(f"{path}: {has}, expected {wanted}")
    if digest is not None and sha256(path) != digest:
        raise DamagedProductError(_CHANGED.format(path))


def read_unchanged(path: Path, listed: Mapping[str, Any]) -> bytes:
    """The bytes of a product's file, of which the manifest's ``files`` lists size and SHA-256.

    Raises DamagedProductError when they are not the same.
    """
    content = Path(path).read_bytes()
    if hashlib.sha256(content).hexdigest() != listed["sha256"]:
        raise DamagedProductError(_CHANGED.format(path))
    return content


def folder_listing(folder: Path) -> dict[str, dict[str, Any]]:
    """Every file below ``folder`` with its size in bytes and SHA-256, keyed by relative path."""
    folder = Path(folder)
    return {
        str(file.relative_to(folder)): {"bytes": file.stat().st_size, "sha256": sha256(file)}
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not file.name.startswith(SNAKEMAKE)
    }
