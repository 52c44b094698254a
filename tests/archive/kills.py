"""``kill -9`` at random moments of a download: ``python -m archive.kills``.

A month of HMI, MDI and GONG each is downloaded from the stand-in, which is slowed down so that the
kills fall into transfers, and the process is killed again and again at a moment drawn at random.
Afterwards no file may have been fetched twice, once it was complete, and the manifests have to be
those of a download that was left alone, byte for byte.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from archive.demo import changed_config, of_archive
from archive.server import REGISTERED, Archive
from archive.simulated import INSTRUMENTS, make
from onesun.archive import wanted
from onesun.sample.fetch import fetch

MONTH = "2010-07"
_RATE = 4e6  # bytes per second: a frame of HMI takes three seconds


class KillError(Exception):
    """What is not as it should be, in a sentence."""


def main() -> None:
    """Kill, restart, compare, and print what was found."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--kills", type=int, default=10, help="of each instrument's download")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--holdings", type=Path, help="what the archive holds, made before")
    given = arguments.parse_args()
    config = changed_config()
    with tempfile.TemporaryDirectory() as made:
        holdings = given.holdings or Path(made, "holdings")
        if not holdings.is_dir():
            fetch(Path(made, "sample"))
            make(Path(made, "sample.json"), config["sample"], holdings)
        draw = random.Random(given.seed)
        try:
            for instrument in INSTRUMENTS:
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
    """Download a month once in peace and once under ``kills`` kills; print a line about it.

    Raises KillError when a file was fetched twice or the manifests differ.
    """
    with Archive(holdings, rate=_RATE) as archive:
        settings = of_archive(config, archive.url)
        peace, war = folder / f"{instrument}-peace", folder / f"{instrument}-war"
        started = time.monotonic()
        finish(command(instrument, settings, peace))
        whole = time.monotonic() - started
        archive.entries.clear()
        complete: dict[str, int] = {}
        moments, left = [], kills
        while left:
            # A download that ended before its kill is begun anew: the kill has not been yet.
            moment = draw.uniform(0, whole)
            running = subprocess.Popen(command(instrument, settings, war), stderr=subprocess.DEVNULL)
            if ended(running, moment):
                break
            os.kill(running.pid, signal.SIGKILL)
            running.wait()
            left -= 1
            moments.append(moment)
            settle(archive)
            for path in sorted(war.glob(f"archive/{instrument}/{MONTH}/files/*")):
                # What was asked for when the file was complete, and may be asked for no more.
                complete.setdefault(path.name, len(archive.entries))
        finish(command(instrument, settings, war))
        settle(archive)
        twice = again(instrument, archive, complete)
    if twice:
        raise KillError(f"{instrument}: fetched again though complete: {', '.join(twice)}")
    one, other = (place / "raw" / f"{MONTH}.json" for place in (peace, war))
    if one.read_bytes() != other.read_bytes():
        raise KillError(f"{instrument}: {other} is not {one}")
    held = len(json.loads(one.read_bytes())["files"])
    print(
        f"{instrument} {MONTH}: {len(moments)} kills after "
        f"{', '.join(f'{moment:.1f}' for moment in moments)} s of {whole:.1f} s; {held} files, "
        f"{len(complete)} of them complete at a kill and none of these fetched again; "
        "manifests identical",
        flush=True,
    )


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


def ended(running: subprocess.Popen, seconds: float) -> bool:
    """Whether a process ends by itself within ``seconds``."""
    try:
        running.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def settle(archive: Archive) -> None:
    """Wait until the server has noticed that nobody listens any more."""
    while archive.active:
        time.sleep(0.02)


if __name__ == "__main__":
    main()
