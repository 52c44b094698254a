"""Ask again, later and later: archives are slow, busy, and now and then away."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Mapping
from typing import Any

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

LONGEST = 600.0  # seconds between two attempts


def pause(backoff: float, attempt: int) -> float:
    """Seconds to wait after attempt number ``attempt`` (from 1) before the next.

    ``backoff`` the first time, doubled each time, at most LONGEST; varied at random by up to a
    half, so that several who were turned away together do not come back together.
    """
    return min(backoff * 2.0 ** (attempt - 1), LONGEST) * random.uniform(0.5, 1.5)


def retrying(
    settings: Mapping[str, Any], what: str, transient: Callable[[BaseException], bool]
) -> Retrying:
    """Call a function until it succeeds: ``retrying(...)(function, argument)``.

    Parameters
    ----------
    settings : the configuration's section ``archive``: ``retries`` and ``backoff`` (seconds).
    what : what is asked for, shown to the user at every retry.
    transient : whether an error may be gone at the next attempt.

    The last error is raised as it is.
    """

    def tell(state: RetryCallState) -> None:
        if state.outcome and state.next_action:  # both are there before a pause
            say_again(what, str(state.outcome.exception()), state.next_action.sleep)

    return Retrying(
        stop=stop_after_attempt(settings["retries"] + 1),
        wait=lambda state: pause(settings["backoff"], state.attempt_number),
        retry=retry_if_exception(transient),
        before_sleep=tell,
        reraise=True,
    )


def say_again(what: str, reason: str, seconds: float) -> None:
    """Tell the user that something is asked for again, and why."""
    print(f"{what}: {reason}; retrying in {seconds:.0f} s", file=sys.stderr, flush=True)
