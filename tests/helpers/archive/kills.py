"""``kill -9`` at random moments of a download: ``python -m helpers.archive.kills``.

A month of HMI, MDI and GONG each is downloaded from the stand-in, which is slowed down so that the
kills fall into transfers. The process is killed again and again, at moments drawn at random between
its first request and the time that a whole download takes, and started again. Afterwards no file
may have been fetched again once it was complete, and the manifest has to be that of a download that
was left alone, byte for byte.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from helpers.archive.cases import MONTH, hold
from helpers.archive.demo import changed_config, of_archive
from helpers.archive.holdings import records
from helpers.archive.server import REGISTERED, Archive
from helpers.archive.simulated import INSTRUMENTS
from onesun.archive import wanted
from onesun.sample.fetch import fetch

# Bytes per second: a file takes some seconds.
_RATES = {"hmi": 2e6, "mdi": 2e5, "gong": 1e5}


class KillError(Exception):
    """What is not as it should be, in a sentence."""


def main() -> None:
    """Kill, restart, compare, and print what was found."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--kills", type=int, default=10, help="of each instrument's download")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--only", choices=INSTRUMENTS, action="append", help="repeatable")
    arguments.add_argument("--holdings", type=Path, help="what the archive holds, made before")
    given = arguments.parse_args()
    config = changed_config()
    with tempfile.TemporaryDirectory() as made:
        holdings = given.holdings or Path(made, "holdings")
        if not holdings.is_dir():
            fetch(Path(made, "sample"))
            hold(Path(made, "sample.json"), config["sample"], holdings, INSTRUMENTS)
        draw = random.Random(given.seed)
        try:
            for instrument in given.only or INSTRUMENTS:
                survive(instrument, holdings, config, Path(made), given.kills, draw)
        except KillError as error:
            sys.exit(f"kills: {error}")


def survive(
    instrument: str,
    holdings: Path,
    config: dict[str, Any],
    folder: Path,
    kills: int,
    draw: random.Random,
) -> None:
    """Download a month in peace, then under ``kills`` kills; print a line about it.

    A download that comes to its end between two kills is followed by another one, from nothing.
    Raises KillError when a complete file was fetched again or the manifests differ.
    """
    with Archive(holdings, rate=_RATES[instrument]) as archive:
        settings = of_archive(config, archive.url)
        peace = folder / f"{instrument}-peace"
        finish(command(instrument, settings, peace))
        whole = time.time() - archive.entries[0]["time"]
        moments: list[float] = []
        kept = 0
        while len(moments) < kills:
            war = folder / f"{instrument}-{len(moments)}"
            archive.entries.clear()
            complete: dict[str, int] = {}
            run = partial(command, instrument, settings, war)
            while len(moments) < kills:
                moment = draw.uniform(0, whole)
                if ended_before(moment, run(), archive):
                    break
                moments.append(moment)
                for path in war.glob(f"archive/{instrument}/{MONTH}/files/*"):
                    # How many requests there had been: none after these may be for this file.
                    complete.setdefault(path.name, len(archive.entries))
            finish(run())
            check(instrument, holdings, archive, complete, peace, war)
            kept += len(complete)
    files = len(list((peace / "raw" / MONTH).glob("*.fits*")))
    print(
        f"{instrument} {MONTH}: {files} files; killed {len(moments)} times, after "
        f"{', '.join(f'{moment:.1f}' for moment in moments)} of {whole:.1f} s; {kept} files were "
        "complete at a kill, none of these was fetched again; manifests identical",
        flush=True,
    )


def ended_before(moment: float, words: list[str], archive: Archive) -> bool:
    """Start a download and kill it ``moment`` seconds after its first request.

    Returns whether it ended by itself before that.
    """
    before = len(archive.entries)
    running = subprocess.Popen(
        words, env=os.environ | {"JSOC_EMAIL": REGISTERED}, stderr=subprocess.DEVNULL
    )
    try:
        while running.poll() is None and len(archive.entries) + archive.active == before:
            time.sleep(0.02)
        running.wait(moment)
        return True
    except subprocess.TimeoutExpired:
        return False
    finally:
        running.kill()
        running.wait()
        # Until the server has noticed that nobody listens any more.
        while archive.active:
            time.sleep(0.02)


def check(
    instrument: str,
    holdings: Path,
    archive: Archive,
    complete: Mapping[str, int],
    peace: Path,
    war: Path,
) -> None:
    """Raise KillError when a complete file was fetched again, or the manifests differ."""
    names = {record.path: record.file.name for record in records(holdings)}
    for number, entry in enumerate(archive.entries):
        name = names.get(entry["path"], Path(entry["path"]).name)
        if entry["method"] == "GET" and number >= complete.get(name, len(archive.entries)):
            raise KillError(f"{instrument}: {name} was complete, and fetched again")
    one, other = (place / "raw" / f"{MONTH}.json" for place in (peace, war))
    if one.read_bytes() != other.read_bytes():
        raise KillError(f"{instrument}: the manifest is not that of a download left alone")


def command(instrument: str, settings: dict[str, Any], folder: Path) -> list[str]:
    """``onesun archive fetch`` of the month, into ``folder``."""
    section = settings["archive"] | {"folder": str(folder / "archive")}
    request = wanted.requests(settings, instrument, MONTH)
    return [
        *(sys.executable, "-c", "from onesun.cli import main; main()", "archive", "fetch"),
        *("--instrument", instrument, "--month", MONTH, "--out", str(folder / "raw" / MONTH)),
        *("--settings", json.dumps({"archive": section, "request": request})),
    ]


def finish(words: list[str]) -> None:
    """Run a command to its end. Raises KillError when it fails."""
    environment = os.environ | {"JSOC_EMAIL": REGISTERED}
    ended = subprocess.run(words, env=environment, stderr=subprocess.PIPE, encoding="utf-8")
    if ended.returncode != 0:
        raise KillError(f"the download ended with {ended.returncode}: {ended.stderr[-1000:]}")


if __name__ == "__main__":
    main()
