"""Kills `make table1` with all its processes at random moments, and starts it again each time.

    make test-kills                              the tests' small sample, 20 kills: minutes
    make test-kills SAMPLE=whole KILLS=5 SEED=2  the sample as it is shipped
    make test-kills TARGET=weights KILLS=2       `make weights` instead, on a small sample, too

An undisturbed run comes first, in a folder of its own. Moments are drawn evenly over its time, so
that what takes long is hit more often. Each is kept as a command and the seconds since that began:
a run that was killed before gets there later, by what it lost. In the end every product has to have
the bytes of the undisturbed run's, and nothing may lie about.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import pairwise, takewhile
from pathlib import Path
from typing import Any

import psutil
import yaml

sys.path.insert(0, str(Path(__file__).parent / "workflow"))
from running import ROOT, shipped_config, shipped_release, small_config, small_release

CHECKOUT = ("Makefile", "Snakefile", "pyproject.toml", "constraints.txt")
FOLDERS = ("workflow", "resources", "profiles", "envs")
PRODUCTS = ("results", "data", "resources/weights", "docs")
LOOK = 0.1  # seconds between two looks at what runs
OVERTAKEN = 3.0  # seconds into the next run, for a moment that its command's end came before
NAMING = ("--pair", "--instrument", "--method", "--month")
Command = tuple[str, ...]


class CheckError(Exception):
    """What is not as it should be, in a sentence."""


@dataclass(frozen=True)
class Moment:
    """Seconds since a command began; since the run began, if before any command."""

    command: Command | None
    seconds: float


@dataclass(frozen=True)
class Kill:
    """What a kill hit.

    Attributes
    ----------
    second : of the run.
    starting : seconds until its first command.
    running : the commands in a few words; none where the run came to its end before.
    lost : seconds since the oldest of them began; since the last one ended, where none ran.
    """

    second: float
    starting: float
    running: list[str]
    lost: float


def main() -> None:
    """Check, and say what was found."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--sample", choices=("small", "whole"), default="small")
    arguments.add_argument("--kills", type=int, default=20)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--cores", type=int, default=os.cpu_count())
    arguments.add_argument("--target", default="table1", help="of the Makefile")
    asked = arguments.parse_args()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    folder = Path(tempfile.mkdtemp(prefix="onesun-kills-"))
    small = asked.sample == "small"
    configs = {
        "config.yaml": small_config() if small else shipped_config(),
        "release.yaml": small_release() if small else shipped_release(),
    }
    try:
        compare(folder, configs, asked)
    except CheckError as failure:
        sys.exit(f"test-kills: {failure}\n  (all it left is in {folder})")
    except (KeyboardInterrupt, SystemExit):
        shutil.rmtree(folder, ignore_errors=True)
        raise
    shutil.rmtree(folder)
    print("test-kills: passed")


def compare(folder: Path, configs: dict[str, Any], asked: argparse.Namespace) -> None:
    """Run once in peace and once with kills; raise CheckError where the products differ."""
    words = [asked.target, f"CORES={asked.cores}"]
    calm = Checkout(folder / "undisturbed", configs)
    moments, needed = calm.moments(words, asked.kills, random.Random(asked.seed))
    print(f"make {' '.join(words)}, undisturbed: {needed:.0f} s\n", flush=True)
    hit = Checkout(folder / "killed", configs)
    print(f"{'kill':>4} {'second':>7} {'lost, s':>8}  what was running", flush=True)
    spent = lost = starting = 0.0
    number = 0
    while moments:
        kill = hit.kill(words, moments)
        spent, starting = spent + kill.second, starting + kill.starting
        if not kill.running:
            continue
        number, lost = number + 1, lost + kill.lost
        row = f"{number:4} {kill.second:7.1f} {kill.lost:8.1f}  {', '.join(kill.running)}"
        print(row, flush=True)
    spent += hit.finish(words)
    print(
        f"\n{number} kills: {spent:.0f} s in all, undisturbed {needed:.0f} s; {lost:.0f} s of work "
        f"begun in vain, {starting:.0f} s of starting again",
        flush=True,
    )
    expected, found = calm.products(), hit.products()
    print(f"{len(expected)} files undisturbed, {len(found)} after the kills", flush=True)
    for name in sorted(expected):
        if Path(name).parent in (Path("results"), Path("resources/weights")):
            print(f"  {expected[name]}  {name}")
            print(f"  {found.get(name, '(absent)'):64}  after the kills")
    wrong = sorted(
        name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name)
    )
    if wrong:
        raise CheckError(f"{len(wrong)} files have other bytes, among them {', '.join(wrong[:5])}")


class Checkout:
    """OneSun in a folder of its own, with the environment that this runs in."""

    def __init__(self, folder: Path, configs: dict[str, Any]) -> None:
        self.folder = folder
        folder.mkdir()
        for name in CHECKOUT:
            shutil.copy2(ROOT / name, folder)
        for name in FOLDERS:
            skip = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, folder / name, ignore=skip)
        (folder / ".venv").symlink_to(sys.prefix)
        for name in ("config", "docs"):
            (folder / name).mkdir()
        for name, config in configs.items():
            text = yaml.safe_dump(config, allow_unicode=True, sort_keys=False)
            (folder / "config" / name).write_text(text, encoding="utf-8")

    def moments(
        self, words: list[str], count: int, draw: random.Random
    ) -> tuple[list[Moment], float]:
        """Run in peace: random moments of it, and the seconds that it took."""
        begun: dict[Command, float] = {}
        with Run(self.folder, words) as run:
            while run.look() is None:
                pass
            begun = run.begun
            needed = time.time() - run.started
        run.demand_success()
        moments = []
        for second in (draw.uniform(0, needed) for _ in range(count)):
            before = {at - run.started: name for name, at in begun.items()}
            last = max((at for at in before if at <= second), default=None)
            moments.append(
                Moment(None, second) if last is None else Moment(before[last], second - last)
            )
        return moments, needed

    def kill(self, words: list[str], moments: list[Moment]) -> Kill:
        """Run, and kill at the first of the moments to come, which is taken off the list.

        A run that ends before any leaves all that are left to the start of the next ones.
        """
        with Run(self.folder, words) as run:
            while (code := run.look()) is None:
                due = next((moment for moment in moments if run.is_past(moment)), None)
                if due is not None:
                    break
            second = time.time() - run.started
            running = [name for name in run.begun if name not in run.ended]
            oldest = min((run.begun[name] for name in running), default=run.idle_since())
            run.kill()
        if code is None:
            moments.remove(due)
            overtaken = [moment for moment in moments if moment.command in run.ended]
        else:
            run.demand_success()
            overtaken = list(moments)
        for moment in overtaken:
            moments[moments.index(moment)] = Moment(None, OVERTAKEN)
        if code is not None:
            return Kill(second, run.starting(), [], 0.0)
        names = [label(name) for name in running] or ["(Snakemake)"]
        return Kill(second, run.starting(), names, run.started + second - oldest)

    def finish(self, words: list[str]) -> float:
        """Run to the end; the seconds that it took."""
        with Run(self.folder, words) as run:
            while run.look() is None:
                pass
        run.demand_success()
        return time.time() - run.started

    def products(self) -> dict[str, str]:
        """SHA-256 of every file that the runs made, by its path; logs are not among them."""
        paths = [path for name in PRODUCTS for path in (self.folder / name).rglob("*")]
        return {
            str(path.relative_to(self.folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in paths
            if path.is_file()
        }


class Run:
    """One call of make, with all the processes below it; in a session of its own.

    Attributes
    ----------
    started : when it was called.
    begun, ended : when each command of onesun was first and last seen, as `time.time()` tells.
    """

    def __init__(self, folder: Path, words: list[str]) -> None:
        self._printed = open(folder / "printed.txt", "a+", encoding="utf-8")  # noqa: SIM115
        # The environment is there, whatever the times of the copied files say.
        command = ["make", "--old-file=.venv/.installed", *words]
        package = os.pathsep.join([str(folder / "workflow"), os.getenv("PYTHONPATH", "")])
        self.started = time.time()
        self.begun: dict[Command, float] = {}
        self.ended: dict[Command, float] = {}
        self._process = psutil.Popen(
            command,
            cwd=folder,
            env=os.environ | {"PYTHONPATH": package.rstrip(os.pathsep)},
            stdin=subprocess.DEVNULL,
            stdout=self._printed,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def look(self) -> int | None:
        """See what runs now; the exit code of make once it has ended."""
        time.sleep(LOOK)
        now, seen = time.time(), set()
        for process in self._below():
            try:
                words = process.cmdline()
                begun = process.create_time()
            except psutil.Error:
                continue
            if len(words) > 2 and Path(words[1]).name == "onesun":
                name = tuple(words[2:])
                seen.add(name)
                self.begun[name] = min(begun, self.begun.get(name, now))
        for name in self.begun.keys() - seen - self.ended.keys():
            self.ended[name] = now
        return self._process.poll()

    def is_past(self, moment: Moment) -> bool:
        since = self.started if moment.command is None else self.begun.get(moment.command)
        return since is not None and time.time() - since >= moment.seconds

    def idle_since(self) -> float:
        """When the last command ended; when it was called, if there was none."""
        return max(self.ended.values(), default=self.started)

    def starting(self) -> float:
        """Seconds until the first command, or until now if there was none."""
        return min(self.begun.values(), default=time.time()) - self.started

    def kill(self) -> None:
        """Kill all at once: nobody is left to notice that another has gone."""
        tree = [*self._below(), self._process]
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        for process in tree:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        psutil.wait_procs(tree)

    def demand_success(self) -> None:
        """Raises CheckError with the end of what was printed if make failed."""
        code = self._process.wait()
        if code:
            self._printed.seek(0)
            last = "\n".join(self._printed.read().splitlines()[-40:])
            raise CheckError(f"make ended with {code}, expected 0\n{last}")

    def _below(self) -> list[psutil.Process]:
        try:
            return self._process.children(recursive=True)
        except psutil.NoSuchProcess:
            return []


def label(command: Command) -> str:
    """A command in a few words: ``train mdi-hmi onesun``, or by where its product goes."""
    verbs = takewhile(lambda word: not word.startswith("-"), command)
    options = dict(pairwise(command))
    names = [options[name] for name in NAMING if name in options]
    return " ".join([*verbs, *(names or [options.get("--out", "")])])


if __name__ == "__main__":
    main()
