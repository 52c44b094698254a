"""One run of the workflow at a time in a folder, and nothing to unlock after one that was killed.

Snakemake's own locks are files: those of a killed run stay and stop the next one, and a run that
ends removes those of others, too. Here the kernel holds the lock (flock) and drops it however the
process ends.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import time
from pathlib import Path
from typing import TextIO

from onesun.errors import OneSunError

_FILE = "onesun.lock"
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)
_PATIENCE = 2.0  # seconds; another run looks for as long as it takes to remove a few files


class RunningError(OneSunError):
    """Another run is under way in this folder."""


def clear_stale(state: Path) -> None:
    """Remove Snakemake's locks in ``state`` (``.snakemake``) if no run is alive to hold them.

    Those of a run on another machine stay: whether the file system tells one machine of the locks
    of another is not known here, and Snakemake says what to do.
    """
    if not (state / "locks").is_dir():
        return
    with open(state / _FILE, "a+", encoding="utf-8") as handle:
        if not _taken(handle, fcntl.LOCK_SH):
            return
        machine = _holder(handle).partition(" ")[0]
        if machine in ("", os.uname().nodename):
            shutil.rmtree(state / "locks", ignore_errors=True)


def hold(state: Path) -> TextIO:
    """Be the only run in the folder until the returned handle is closed, or the process ends.

    Raises RunningError naming the run that is there already.
    """
    state.mkdir(exist_ok=True)
    handle = open(state / _FILE, "a+", encoding="utf-8")  # noqa: SIM115
    deadline = time.monotonic() + _PATIENCE
    while _taken(handle, fcntl.LOCK_EX) is False:
        if time.monotonic() > deadline:
            holder = _holder(handle) or "unknown"
            handle.close()
            raise RunningError(
                f"{state.resolve().parent}: another run is active here (machine and process "
                f"{holder}), expected one at a time"
            )
        time.sleep(0.1)
    handle.truncate(0)
    handle.write(f"{os.uname().nodename} {os.getpid()}")
    handle.flush()
    return handle


def _taken(handle: TextIO, kind: int) -> bool | None:
    """Whether the lock could be had; None on a file system that has none."""
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno in _NO_LOCKS:
            return None
        raise
    return True


def _holder(handle: TextIO) -> str:
    handle.seek(0)
    return handle.read().strip()
