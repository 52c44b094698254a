"""``make archive-demo``: from HTTP to Table 1 and a converted month, and once more from files.

    PYTHONPATH=tests python -m helpers.archive.demo [--folder FOLDER] [--cores N]

Three short months of MDI, GONG and HMI are simulated, served on loopback by a stand-in for JSOC and
NSO, downloaded by the client that everybody uses, and made into Table 1; the network that this
trains converts the test month. Then the archive's own files are put into a folder, and the table
made of these has to be the same, value for value. The server and Snakemake end with this command,
however it ends.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import yaml
from astropy.io import fits

from helpers.archive.protocol import shape, strange
from helpers.archive.server import CGI, REGISTERED, Archive
from helpers.archive.simulated import INSTRUMENTS, make
from onesun.sample.fetch import fetch

ROOT = Path(__file__).parents[3]
TABLE = "results/table1.csv"
CONVERTED = "results/converted/mdi-hmi/2010-12.json"
MARK = ".archive-demo"  # a file by which a folder of an earlier demonstration is known
# One frame each of MDI and HMI has to be exported.
ON_TAPE = {"kind": "offline", "match": r"2010\.12\.17_08:00", "times": None}


class DemoError(Exception):
    """What is not as it should be, in a sentence."""


def main() -> None:
    """Run the demonstration, and say what was found."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--folder", type=Path, default=Path("results/archive-demo"))
    arguments.add_argument("--cores", type=int, default=os.cpu_count() or 1)
    given = arguments.parse_args()
    for sort in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sort, lambda *_: sys.exit(143))
    started = time.monotonic()
    try:
        demonstrate(given.folder.resolve(), given.cores)
    except DemoError as error:
        sys.exit(f"archive-demo: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
    print(f"\nAll of it took {(time.monotonic() - started) / 60:.1f} minutes.")


def demonstrate(folder: Path, cores: int) -> None:
    """Make both tables in ``folder``, which is emptied first, and compare them.

    Raises DemoError when something is not as it should be.
    """
    empty(folder)
    config = changed_config()
    say("Simulating three short months of MDI, GONG and HMI")
    fetch(folder / "sample")
    make(folder / "sample.json", config["sample"], folder / "archive")
    log = folder / "requests.jsonl"
    with Archive(folder / "archive", log=log, rules=[ON_TAPE]) as archive:
        say(f"From HTTP to Table 1: JSOC and NSO are stood in for at {archive.url}")
        over_http = folder / "http"
        snakemake(over_http, of_archive(config, archive.url), cores, TABLE, CONVERTED)
        asked = len(archive.entries)
        say("Once more: there has to be nothing to do")
        snakemake(over_http, None, cores, TABLE, CONVERTED)
        if len(archive.entries) != asked:
            raise DemoError(f"{len(archive.entries) - asked} requests of a run with nothing to do")
        entries = list(archive.entries)
    say("The same files, placed by hand")
    by_hand = folder / "hand"
    place(folder / "archive", by_hand / "mine")
    snakemake(by_hand, of_folder(config, by_hand / "mine"), cores, TABLE)
    compare(over_http / TABLE, by_hand / TABLE)
    report(entries, over_http)
    report_converted(over_http)


def empty(folder: Path) -> None:
    """Make ``folder``, new or in place of an earlier demonstration's.

    Raises DemoError for a folder that holds anything else.
    """
    if folder.exists() and not (folder / MARK).exists():
        if not folder.is_dir() or any(folder.iterdir()):
            raise DemoError(
                f"{folder}: holds other files ({MARK} is missing), expected a new or an empty "
                "folder, or that of an earlier demonstration, which is removed"
            )
    elif folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()


def changed_config() -> dict[str, Any]:
    """The shipped configuration with what demo.yaml changes."""
    text = (ROOT / "config" / "config.yaml").read_text(encoding="utf-8")
    # Aliases would be changed in all places at once.
    config = json.loads(json.dumps(yaml.safe_load(text)))
    changes = yaml.safe_load(Path(__file__).with_name("demo.yaml").read_text(encoding="utf-8"))
    return merged(config, changes)


def merged(config: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """``config`` with ``changes``, mapping by mapping."""
    both = {key: config[key] for key in config.keys() & changes.keys()}
    deeper = {
        key: merged(old, changes[key])
        for key, old in both.items()
        if isinstance(old, dict) and isinstance(changes[key], dict)
    }
    return config | changes | deeper


def of_archive(config: dict[str, Any], url: str) -> dict[str, Any]:
    """The configuration of a download from the stand-in."""
    places = {
        "jsoc": {"url": f"{url}{CGI[1:]}", "download_url": url, "email": REGISTERED},
        "nso": {"url": f"{url}oQR/"},
    }
    return merged(config, {"source": {"kind": "archive"}, "archive": places})


def of_folder(config: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The configuration of one's own files."""
    return merged(config, {"source": {"kind": "folder", "folder": str(folder)}})


def place(archive: Path, folder: Path) -> None:
    """Put the archive's files where a user's own are expected."""
    for name in INSTRUMENTS:
        for month in (path for path in (archive / name).iterdir() if path.is_dir()):
            (folder / name / month.name).mkdir(parents=True)
            for file in month.glob("*.fits*"):
                os.link(file, folder / name / month.name / file.name)


def snakemake(folder: Path, config: dict[str, Any] | None, cores: int, *targets: str) -> None:
    """Run the workflow as a user does; its processes end with it, whatever ends it.

    Raises DemoError when it fails.
    """
    (folder / "config").mkdir(parents=True, exist_ok=True)
    if config is not None:
        text = yaml.safe_dump(config, allow_unicode=True)
        (folder / "config" / "config.yaml").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
    command += ["--directory", str(folder), "--cores", str(cores), "--quiet", "host", "reason"]
    # Not a user's own address: the stand-in does not know it.
    environment = {key: os.environ[key] for key in os.environ if key != "JSOC_EMAIL"}
    running = subprocess.Popen([*command, "--", *targets], env=environment, start_new_session=True)
    try:
        if running.wait() != 0:
            raise DemoError(f"snakemake {' '.join(targets)} failed in {folder} (see above)")
    finally:
        end(running)


def end(running: subprocess.Popen) -> None:
    """End a process and all that it started, politely at first."""
    for sort, seconds in ((signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0)):
        try:
            os.killpg(running.pid, sort)
            running.wait(seconds)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


def compare(one: Path, other: Path) -> None:
    """Raise DemoError unless two tables are the same, value for value; else print them as one."""
    rows, others = (list(csv.reader(path.open(encoding="utf-8"))) for path in (one, other))
    if len(rows) != len(others):
        raise DemoError(f"{len(rows)} rows over HTTP, {len(others)} from the files by hand")
    for row, same in zip(rows, others, strict=True):
        if row != same:
            raise DemoError(f"{row} over HTTP, {same} from the files by hand")
    say(f"Both tables are the same in all {sum(map(len, rows))} values")
    print(one.with_suffix(".md").read_text(encoding="utf-8"))


def report(entries: list[dict[str, Any]], folder: Path) -> None:
    """Print which requests were sent, and what became of each month.

    Raises DemoError for a request that the archives would not understand.
    """
    counts: dict[str, int] = {}
    for entry in entries:
        counts[shape(entry)] = counts.get(shape(entry), 0) + 1
    say("Requests that were sent")
    for kind in sorted(counts):
        print(f"{counts[kind]:5d}  {kind}")
    jsoc = [entry for entry in entries if not entry["path"].startswith("/oQR/")]
    print(f"       to JSOC at a time: {max(entry['active'] for entry in jsoc)}")
    if strange(entries):
        raise DemoError(f"requests that the archives do not know: {'; '.join(strange(entries))}")
    for manifest in sorted(folder.glob("results/raw/*/*.json")):
        content = json.loads(manifest.read_text(encoding="utf-8"))
        print(
            f"{content['instrument']:>5s} {content['month']}: {len(content['files'])} files, "
            f"{len(content['missing'])} slots missing"
        )


def report_converted(folder: Path) -> None:
    """Print what became of the converted month.

    Raises DemoError unless each frame has its error, by the network that this run trained.
    """
    say("A month converted with the network of this run")
    manifest = folder / CONVERTED
    card = json.loads((folder / "results/models/mdi-hmi/onesun/card.json").read_text("utf-8"))
    frames = sorted((folder / CONVERTED).with_suffix("").glob("*.fits"))
    if not frames:
        raise DemoError(f"{manifest}: no frame converted, expected some")
    for path in frames:
        with fits.open(path) as hdus:
            header, names = hdus["FIELD"].header, [hdu.name for hdu in hdus]
        if header["WTSHA256"] != card["weights"]["sha256"] or "ERROR" not in names:
            raise DemoError(f"{path}: not made with the weights and the error of this run")
        print(f"{path.name}: {', '.join(names[1:])}; {header['WEIGHTS']} {header['METHOD']}")


def say(what: str) -> None:
    """A line that can be found among Snakemake's."""
    print(f"\n== {what}", flush=True)


if __name__ == "__main__":
    main()
