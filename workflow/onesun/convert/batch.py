"""Many files: found in folders, shared among processes, and told of in one table."""

from __future__ import annotations

import csv
import io
import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path

import torch
from rich.console import Console
from rich.table import Table

from onesun.convert.convert import Options
from onesun.convert.files import NO_ERROR, Outcome, convert_file
from onesun.convert.write import SUFFIX, output_name
from onesun.errors import ConfigError, OneSunError, OutputError
from onesun.files import check_folder, write_text
from onesun.orphans import end_with_parent
from onesun.progress import track
from onesun.raw import FITS_NAME, files_of

SUMMARY = "summary.csv"
_RESULTS = ("done", "skipped", "refused")


def inputs_in(paths: Iterable[Path]) -> list[Path]:
    """The files to convert: those named, those in folders named, those of manifests named.

    Parameters
    ----------
    paths : FITS files, folders (with all below them; outputs of OneSun are left out), and manifests
        of raw frames (``.json``).

    Raises ConfigError when there is nothing to convert, and OutputError when two files would
    become the same output.
    """
    found: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            below = sorted(each for each in path.rglob("*") if FITS_NAME.fullmatch(each.name))
            found += [each for each in below if not each.name.endswith(SUFFIX)]
        elif path.suffix == ".json":
            found += files_of(path)
        else:
            found.append(path)
    if not found:
        raise ConfigError("no FITS file found, expected one, or a folder that holds some")
    outputs: dict[str, Path] = {}
    for path in found:
        earlier = outputs.setdefault(output_name(path.name), path)
        # One that was named twice, as itself and by its folder, is converted once.
        if earlier.resolve() != path.resolve():
            raise OutputError(
                f"{path}: its output would be that of {earlier}, expected files of different names"
            )
    return list(outputs.values())


def convert_files(
    files: Sequence[Path], folder: Path, options: Options, *, workers: int, again: bool
) -> list[Outcome]:
    """Convert files into a folder; the outcomes in the order of ``files``.

    Parameters
    ----------
    workers : processes that share the files; each has its share of the cores.

    Raises OSError when ``folder`` cannot be written to, before anything is computed, and
    OneSunError when a process of them was killed.
    """
    check_folder(folder / SUMMARY)
    workers = max(1, min(workers, len(files)))
    work = _alone if workers == 1 else _shared
    outcomes: dict[Path, Outcome] = {}
    done = work(files, folder, options, workers, again)
    for path, outcome in track(done, "converting", total=len(files)):
        outcomes[path] = outcome
    return [outcomes[path] for path in files]


Told = Iterator[tuple[Path, Outcome]]


def _alone(
    files: Sequence[Path], folder: Path, options: Options, workers: int, again: bool
) -> Told:
    for path in files:
        yield path, convert_file(path, folder, options, again=again)


def _shared(
    files: Sequence[Path], folder: Path, options: Options, workers: int, again: bool
) -> Told:
    # Forked processes would inherit torch's threads in an unusable state.
    context = multiprocessing.get_context("spawn")
    threads = max(1, torch.get_num_threads() // workers)
    with ProcessPoolExecutor(
        workers, mp_context=context, initializer=_begin, initargs=(threads,)
    ) as pool:
        with _deaf_to_interrupts():
            futures = {
                pool.submit(convert_file, path, folder, options, again=again): path
                for path in files
            }
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        except KeyboardInterrupt:
            # Else it would wait for them; the next run removes what they were writing.
            for process in multiprocessing.active_children():
                process.terminate()
            raise
        except BrokenProcessPool:
            raise OneSunError(
                f"{folder}: one of {workers} processes was killed, most likely for want of memory, "
                "expected less of it with fewer --workers; what is done is kept"
            ) from None
        finally:
            pool.shutdown(cancel_futures=True)


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Processes that start meanwhile leave Ctrl-C to this one, which ends them."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _begin(threads: int) -> None:
    """What each process does first."""
    end_with_parent()
    torch.set_num_threads(threads)


def summary_text(outcomes: Sequence[Outcome]) -> str:
    """How many files were done, skipped and refused, and a row for each that was not just done."""
    counts = Counter(outcome.result for outcome in outcomes)
    told = ", ".join(f"{counts[result]} {result}" for result in _RESULTS)
    without = sum(outcome.error == NO_ERROR for outcome in outcomes)
    if without:
        told += f"; {without} without an ERROR extension, as the network states no error"
    worth = [outcome for outcome in outcomes if outcome.reason]
    if not worth:
        return told
    table = Table("file", "result", "reason", box=None, pad_edge=False)
    for outcome in worth:
        table.add_row(os.path.basename(outcome.file), outcome.result, outcome.reason)
    text = io.StringIO()
    # Wide enough for a sentence to a row: a log is not a terminal.
    console = Console(file=text, width=max(_width(worth), 80))
    console.print(table)
    return "\n".join([*(line.rstrip() for line in text.getvalue().splitlines()), told])


def _width(outcomes: Sequence[Outcome]) -> int:
    return max(len(os.path.basename(one.file)) + len(one.reason) for one in outcomes) + 12


def write_summary(path: Path, outcomes: Sequence[Outcome]) -> None:
    """Write a row for each file as CSV."""
    text = io.StringIO()
    columns = [field.name for field in fields(Outcome)]
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(outcome.row() for outcome in outcomes)
    write_text(path, text.getvalue())
