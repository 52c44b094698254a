"""What ``make clean`` and ``make clean-downloads`` remove, and what they leave.

Only what is known by its place or its manifest goes: outputs of the workflow's rules, the site that
``make docs`` builds, and files that a manifest or a journal of downloads lists. Whatever else lies
there was put there by somebody, and stays. Nothing but Python itself is needed: the environment may
be gone.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from onesun.archive.journal import Journal
from onesun.errors import OneSunError
from onesun.io import run_lock
from onesun.io.parts import PART

# Below results/ and logs/, by their first part; a test compares them with the rules.
RESULTS = (
    "ablation.*", "ablation_terms.csv", "aligned", "analyses", "archive-demo", "benchmark",
    "benchmark.*", "calibration",
    "converted", "cost.*", "coverage", "errors.*", "figures", "ladder.*", "measures", "models",
    "noise", "patches", "pointing", "pointing.*", "predictions", "release", "report.html", "search",
    "series", "snakemake_report.html", "split", "statistics", "table[1-4].*", "variability",
    "weights",
)  # fmt: skip
LOGS = (
    "ablation.*", "align", "align_by_header", "align_series", "benchmark_inputs.*",
    "benchmark_score", "benchmark_submit", "benchmark_table.*", "calibrate", "calibration",
    "calibration_month", "continuity", "continuity_month", "convert", "cost.*", "coverage", "crop",
    "download", "epochs", "epochs_month", "errors", "evaluate", "fetch.*", "fig[0-9]*.*",
    "fig_errors.*", "fit", "fit_bound", "index", "ladder.*", "line", "measure", "noise",
    "null", "null_repeated", "null_restored", "pointing", "predict", "predict_by_header",
    "report.*", "resolution", "resolution_month", "search", "series", "simulate",
    "simulate_series", "split", "store", "sunspots.*", "table[1-4].*", "table_errors.*",
    "table_pointing.*", "train", "variability", "weights",
)  # fmt: skip
# Environments that Snakemake made were downloaded, too.
_ENVIRONMENTS = ("conda", "conda-archive", "singularity")
_LOCK = "onesun.lock"  # held while this works
_STATE, _RAW, _DATA = Path(".snakemake"), Path("results/raw"), Path("data")
_SITE = Path("docs/_build")  # what `make docs` builds
_RECORDS = "metadata"  # what outputs were made with
_STAMP = ".snakemake_timestamp"
_SAMPLE = "real HMI frames"  # product
_UNITS = ("bytes", "kB", "MB", "GB", "TB")


@dataclass
class Found:
    """What lies in a folder of the workflow.

    Attributes
    ----------
    remove : files and folders that go, whole.
    listed : files that go because a manifest or journal lists them; of their folders, those that
        are then empty go with them.
    stay : what is left alone, and why.
    """

    remove: list[Path] = field(default_factory=list)
    listed: list[Path] = field(default_factory=list)
    stay: dict[Path, str] = field(default_factory=dict)


def computed() -> Found:
    """What the workflow computed here; a user's own files and downloads stay."""
    found = Found()
    _known(Path("results"), RESULTS, found)
    _known(Path("logs"), LOGS, found)
    found.stay.pop(_RAW, None)
    for path in _entries(_RAW):
        _raw(path, found)
    kept = {*_ENVIRONMENTS, _LOCK}
    if any(why == "downloaded" for why in found.stay.values()):
        # Else Snakemake would not see that other frames are wanted than those that stay.
        kept.add(_RECORDS)
    found.remove += [path for path in _entries(_STATE) if path.name not in kept]
    found.remove += _entries(_SITE)
    found.stay |= dict.fromkeys(_entries(_DATA), "never touched")
    return found


def downloaded() -> Found:
    """What was downloaded from the archives to here, and the sample's real frames."""
    found = Found()
    for path in _entries(_RAW):
        for manifest in _manifests(path):
            if "archive" in (_content(manifest) or {}):
                found.listed += _with_manifest(manifest)
    for folder in (_DATA, _DATA / "release"):
        for manifest in sorted(folder.glob("*.json")):
            if (_content(manifest) or {}).get("product") == _SAMPLE:
                found.listed += _with_manifest(manifest)
    for path in sorted((_DATA / "archive").glob("*/*/journal.jsonl")):
        found.listed += _gathered(path.parent)
    return found


def _known(folder: Path, names: Iterable[str], found: Found) -> None:
    for path in _entries(folder):
        # .part-MACHINE-PROCESS-NUMBER-NAME is what a killed process left of NAME.
        name = path.name.split("-", 4)[-1] if path.name.startswith(PART) else path.name
        if any(fnmatch(name, known) for known in names):
            found.remove.append(path)
        elif path.name != _STAMP:
            found.stay[path] = "not made by the workflow"


def _raw(instrument: Path, found: Found) -> None:
    """Sort what lies in results/raw/{instrument}/."""
    if not instrument.is_dir() or instrument.is_symlink():
        found.stay[instrument] = "not made by the workflow"
        return
    manifests = _manifests(instrument)
    listed = set()
    for manifest in manifests:
        folder = manifest.with_suffix("")
        listed |= {manifest, folder, folder.with_suffix(".truth.json")}
        if "archive" in (_content(manifest) or {}):
            found.stay[folder] = "downloaded"
        else:
            found.listed += [*_with_manifest(manifest), folder.with_suffix(".truth.json")]
    for path in _entries(instrument):
        if path not in listed and path.name != _STAMP:
            found.stay[path] = "not made by the workflow"


def _manifests(instrument: Path) -> list[Path]:
    """Manifests of raw frames in results/raw/{instrument}/."""
    return [
        path
        for path in sorted(instrument.glob("[0-9]*.json"))
        if (_content(path) or {}).get("product") == "raw frames"
    ]


def _with_manifest(manifest: Path) -> list[Path]:
    """A manifest and what it lists beside itself; a user's own files lie elsewhere."""
    content = _content(manifest) or {}
    folder = manifest.parent / str(content.get("folder"))
    if folder != manifest.with_suffix("") or Path(str(content.get("folder"))).is_absolute():
        return [manifest]
    return [manifest, *(folder / name for name in content.get("files", {}))]


def _gathered(month: Path) -> list[Path]:
    """What ``onesun archive fetch`` keeps in the folder of a month."""
    journal = Journal(month)
    files = [month / "files" / name for name in journal.complete]
    bad = [path for name in ("parts", "quarantine") for path in sorted((month / name).glob("*"))]
    own = [month / name for name in ("journal.jsonl", "exports.json", "lock/onesun.lock")]
    return [*files, *bad, *own]


def _content(path: Path) -> dict[str, Any] | None:
    """A JSON file's mapping; None where it holds none."""
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def remove(found: Found) -> None:
    """Remove what was found; of a link only the link, never what it points at."""
    for path in found.remove:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    for path in found.listed:
        path.unlink(missing_ok=True)
    places = {parent for path in (*found.listed, *found.remove) for parent in path.parents}
    for folder in sorted(places - {Path()}, key=lambda folder: -len(folder.parts)):
        _remove_empty(folder)


def _remove_empty(folder: Path) -> None:
    """Remove a folder that holds nothing, or nothing but Snakemake's time stamp."""
    if folder.is_symlink():
        return
    with suppress(OSError):
        if [path.name for path in folder.iterdir()] == [_STAMP]:
            (folder / _STAMP).unlink()
        folder.rmdir()


def size(path: Path) -> int:
    """Bytes of a file, or of all files below a folder; links are not followed."""
    if path.is_dir() and not path.is_symlink():
        return sum(each.lstat().st_size for each in path.rglob("*") if not each.is_dir())
    return path.lstat().st_size if path.is_symlink() or path.exists() else 0


def in_words(number: float) -> str:
    """A number of bytes, as ``1.4 GB``."""
    for unit in _UNITS:
        if number < 1000 or unit == _UNITS[-1]:
            break
        number /= 1000
    return f"{number:.0f} {unit}" if unit == "bytes" else f"{number:.1f} {unit}"


def _by_place(paths: Iterable[Path]) -> dict[Path, list[Path]]:
    """Files by the folder, or for a file beside its folder by the file, that stands for them."""
    places: dict[Path, list[Path]] = {}
    for path in paths:
        if path.is_symlink() or path.exists():
            places.setdefault(path.parent, []).append(path)
    return places


def lines(found: Found) -> Iterator[str]:
    """What goes, with its size, and what stays."""
    for path in found.remove:
        yield f"  {path}: {in_words(size(path))}"
    for place, files in _by_place(found.listed).items():
        what = files[0].name if len(files) == 1 else f"{len(files)} files"
        yield f"  {place}: {what}, {in_words(sum(map(size, files)))}"


def clean() -> Iterator[str]:
    """Remove what was computed; yield what went, and what stays."""
    found = computed()
    gone = list(lines(found))
    remove(found)
    yield "removed:" if gone else "nothing computed is here"
    yield from gone
    if found.stay:
        yield "stays:"
        yield from (f"  {path}: {why}" for path, why in found.stay.items())


def clean_downloads(sure: bool) -> Iterator[str]:
    """List what was downloaded, and remove it if ``sure``."""
    found = downloaded()
    gone = list(lines(found))
    if not gone:
        yield "no download is here"
        return
    if sure:
        remove(found)
    yield "removed:" if sure else "would be removed:"
    yield from gone
    if not sure:
        yield "to remove these: make clean-downloads SURE=yes"


def main(words: list[str] | None = None) -> None:
    """Remove, or list, and say so; not while a run of the workflow is active here."""
    arguments = argparse.ArgumentParser(prog="python -m onesun.clean", description=__doc__)
    arguments.add_argument("--downloads", action="store_true", help="list what was downloaded")
    arguments.add_argument("--sure", action="store_true", help="remove what was downloaded")
    given = arguments.parse_args(words)
    try:
        with run_lock.hold(_STATE) if _STATE.is_dir() else nullcontext():
            for line in clean_downloads(given.sure) if given.downloads else clean():
                print(line)
    except OneSunError as error:
        sys.exit(f"onesun: {error}")
    except OSError as error:
        sys.exit(f"onesun: {error.filename}: {str(error.strerror).lower()}")


if __name__ == "__main__":
    main()
