"""Many files: found in folders, and shared among processes."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path

import torch

from onesun.conversion.convert import Options
from onesun.conversion.files import Outcome, convert_file
from onesun.conversion.naming import Naming, namings
from onesun.conversion.summary import SUMMARY, made_from
from onesun.conversion.write import SUFFIX
from onesun.errors import ConfigError, OneSunError
from onesun.io.files import check_folder
from onesun.io.orphans import end_with_parent
from onesun.io.progress import track
from onesun.products.raw import FITS_NAME, files_of


def inputs_in(paths: Iterable[Path]) -> list[Path]:
    """The files to convert: those named, those in folders named, those of manifests named.

    Parameters
    ----------
    paths : FITS files, folders (with all below them; outputs of OneSun are left out), and manifests
        of raw frames (``.json``).

    Raises ConfigError when there is nothing to convert.
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
    # One that was named twice, as itself and by its folder, is converted once.
    once: dict[tuple[str, Path], Path] = {}
    for path in found:
        once.setdefault((path.name, path.resolve()), path)
    return list(once.values())


def convert_files(
    files: Sequence[Path], folder: Path, options: Options, *, workers: int, again: bool
) -> list[Outcome]:
    """Convert files into a folder; the outcomes in the order of ``files``.

    Files of one name, in one call or in several, have outputs of different names: see
    :mod:`onesun.conversion.naming`.

    Parameters
    ----------
    workers : processes that share the files; each has its share of the cores.

    Raises OSError when ``folder`` cannot be written to, before anything is computed, OutputError
    when its summary is not one of OneSun's, and OneSunError when a process of them was killed.
    """
    check_folder(folder / SUMMARY)
    known = namings(files, made_from(folder / SUMMARY))
    # Of most files, nothing is known that their names do not tell.
    named = {path: {"naming": known[path]} if path in known else {} for path in files}
    workers = max(1, min(workers, len(files)))
    work = _alone if workers == 1 else _shared
    outcomes: dict[Path, Outcome] = {}
    done = work(named, folder, options, workers, again)
    for path, outcome in track(done, "converting", total=len(files)):
        outcomes[path] = outcome
    return [outcomes[path] for path in files]


Outcomes = Iterator[tuple[Path, Outcome]]
Named = Mapping[Path, Mapping[str, Naming]]


def _alone(files: Named, folder: Path, options: Options, workers: int, again: bool) -> Outcomes:
    for path, naming in files.items():
        yield path, convert_file(path, folder, options, again=again, **naming)


def _shared(files: Named, folder: Path, options: Options, workers: int, again: bool) -> Outcomes:
    # Forked processes would inherit torch's threads in an unusable state.
    context = multiprocessing.get_context("spawn")
    threads = max(1, torch.get_num_threads() // workers)
    with ProcessPoolExecutor(
        workers, mp_context=context, initializer=_begin, initargs=(threads,)
    ) as pool:
        with _deaf_to_interrupts():
            futures = {
                pool.submit(convert_file, path, folder, options, again=again, **naming): path
                for path, naming in files.items()
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
                f"{folder}: one of {workers} processes was killed, probably for lack of memory; "
                "use fewer --workers; finished outputs are kept"
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
