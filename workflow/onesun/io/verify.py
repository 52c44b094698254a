"""Whether products are still what was written, and what to do about those that are not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from onesun.errors import DamagedProductError
from onesun.io import seal
from onesun.io.files import check_file
from onesun.io.inventory import Inventory, Product
from onesun.io.progress import track

_AT_ONCE = 4  # files read at once
_CARD, _TENSORS = "card.json", ".safetensors"
_TENSOR_FILES = ("fit.safetensors", "weights.safetensors")
Wrong = dict[Path, list[str]]


def check(inventory: Inventory) -> Wrong:
    """Read every file of every product and compare it with the hash that is kept of it.

    Returns sentences that each name a wrong file, by the manifest that lists it; a manifest and a
    checkpoint are listed by themselves.
    """
    jobs = [
        (product.manifest, path, *expected)
        for product in inventory.products
        for path, expected in product.files.items()
    ]
    wrong: Wrong = {}
    for product in inventory.products:
        if product.fault:
            wrong[product.manifest] = [product.fault]
    with ThreadPoolExecutor(_AT_ONCE) as readers:
        faults = readers.map(lambda job: _fault(*job[1:]), jobs)
        for job, fault in zip(jobs, track(faults, "verify", len(jobs)), strict=True):
            if fault:
                wrong.setdefault(job[0], []).append(fault)
    for path in inventory.checkpoints:
        try:
            seal.unsealed_bytes(path.read_bytes(), "checkpoint")
        except seal.BrokenSealError:
            wrong[path] = [f"{path}: not a checkpoint, or one whose bytes have changed"]
    return wrong


def _fault(path: Path, size: int | None, digest: str) -> str | None:
    try:
        check_file(path, size, digest)
    except DamagedProductError as error:
        return str(error)
    except OSError as error:
        return f"{path}: not readable ({error.strerror})"
    return None


def summary(inventory: Inventory, wrong: Wrong) -> Iterator[str]:
    """Lines that tell how many of what were verified, and of what no hash is kept."""
    kinds: dict[str, list[Product]] = {}
    for product in inventory.products:
        kinds.setdefault(product.kind, []).append(product)
    for kind, products in sorted(kinds.items()):
        yield f"{kind}: {len(products)}, with {sum(len(each.files) for each in products)} files"
    if inventory.checkpoints:
        yield f"checkpoints of unfinished trainings: {len(inventory.checkpoints)}"
    bare = sum(not product.sealed for product in inventory.products)
    if bare:
        yield f"without a digest of its own: {bare} manifests, written by an earlier version"
    if inventory.unlisted:
        places = Counter(f"{path.parent}/*{path.suffix}" for path in inventory.unlisted)
        listed = ", ".join(f"{place} ({count})" for place, count in sorted(places.items()))
        yield f"without a hash: {len(inventory.unlisted)} files: {listed}"
    if inventory.parts:
        listed = ", ".join(map(str, inventory.parts))
        yield f"half written, by a running job or by one that was killed: {listed}"
    number = sum(map(len, wrong.values()))
    yield f"wrong: {number} files" if number else "all as they were written"


def remove(inventory: Inventory, wrong: Wrong) -> Iterator[str]:
    """Remove every product that is wrong, so that it is made again; yield what was done, in words.

    The manifest goes first, then the files it lists. Of a manifest that is damaged nothing is
    believed: only it goes (a model's card with the tensors beside it), and Snakemake removes what
    else its rule makes. Never touched are files that lie outside the manifest's own folder, a
    user's raw frames; a JSON file in which nothing tells that OneSun wrote it; and what was
    downloaded and, but for what is damaged, lies nowhere else.
    """
    products = {product.manifest: product for product in inventory.products}
    again = []
    for path in wrong:
        product = products.get(path)
        files = (list(product.files) if product else []) or _tensors(path)
        reason = _why_not(path, product, files, wrong[path]) if product else None
        if reason:
            yield f"{path}: not removed, because {reason}"
            continue
        path.unlink(missing_ok=True)
        for file in files:
            file.unlink(missing_ok=True)
        for folder in _folders(path.parent, files):
            _remove_empty(folder)
        yield f"{path}: removed" + (f", and {len(files)} files with it" if files else "")
        if product:
            # Both fits and trainings write a card: to Snakemake the tensors say which it is.
            again += [str(file) for file in files if file.suffix == _TENSORS] or [str(path)]
    if again:
        yield f"to make them again: snakemake --cores all -- {' '.join(sorted(again))}"


def _why_not(path: Path, product: Product, files: list[Path], sentences: list[str]) -> str | None:
    """Why a product must not be removed, and what to do instead; None if it may be."""
    if not product.ours:
        return "nothing in it tells that OneSun wrote it; remove it yourself if it did"
    foreign = [file for file in files if not file.is_relative_to(path.parent)]
    if foreign:
        return (
            f"its files are your own, in {foreign[0].parent}; put the right ones there, or remove "
            "this manifest to take them as they are"
        )
    if product.downloaded:
        folder = path.with_suffix("")
        alone = [file for file in files or _visible(folder) if _lies_nowhere_else(file)]
        bad = [file for file in alone if any(each.startswith(f"{file}: ") for each in sentences)]
        if len(alone) > len(bad):
            return (
                f"{len(alone) - len(bad)} good files of it were downloaded and may lie nowhere "
                f"else; to download all of them again: rm -r {path} {folder}"
            )
    return None


def _visible(folder: Path) -> list[Path]:
    return sorted(folder.glob("[!.]*"))


def _lies_nowhere_else(file: Path) -> bool:
    """Whether no other name is known of a file, as that in the folder of downloads would be."""
    return file.is_file() and file.stat().st_nlink == 1


def _tensors(manifest: Path) -> list[Path]:
    """The tensors that belong to a card, by their place and name; none of another manifest."""
    beside = [manifest.with_name(name) for name in _TENSOR_FILES]
    return [path for path in beside if path.exists()] if manifest.name == _CARD else []


def _folders(top: Path, files: list[Path]) -> list[Path]:
    """The folders below ``top`` that hold files, the deepest first."""
    folders = {
        folder
        for file in files
        for folder in file.parents
        if folder != top and folder.is_relative_to(top)
    }
    return sorted(folders, key=lambda folder: -len(folder.parts))


def _remove_empty(folder: Path) -> None:
    """Remove a folder that holds nothing but Snakemake's time stamp."""
    with suppress(OSError):
        (folder / ".snakemake_timestamp").unlink(missing_ok=True)
        folder.rmdir()
