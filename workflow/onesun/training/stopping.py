"""Signals that ask a training to stop: SLURM's warning, the end of a job, Ctrl-C."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from onesun.errors import OneSunError

_ASK = (signal.SIGTERM, signal.SIGUSR1, signal.SIGINT)


class StoppedError(OneSunError):
    """A training stopped as asked to; the same command resumes from its checkpoint."""

    # EX_TEMPFAIL of sysexits.h: nothing is wrong, try again.
    exit_code = 75


class Stop:
    """Whether a signal has asked this process to stop, and which.

    Attributes
    ----------
    asked : name of the first signal that came, such as "SIGTERM"; None before.
    """

    def __init__(self) -> None:
        self.asked: str | None = None

    def _ask(self, number: int, _: object) -> None:
        # A second SIGTERM is no reason to lose the work: torchrun and SLURM may both pass one on.
        # A second Ctrl-C comes from somebody who does not want to wait.
        if number == signal.SIGINT and self.asked == "SIGINT":
            raise KeyboardInterrupt
        self.asked = self.asked or signal.Signals(number).name


@contextmanager
def listening() -> Iterator[Stop]:
    """Take note of SIGTERM, SIGUSR1 and SIGINT within the block, instead of dying of them.

    Only the main thread may: elsewhere nothing is ever asked.
    """
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {number: signal.signal(number, stop._ask) for number in _ASK}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
