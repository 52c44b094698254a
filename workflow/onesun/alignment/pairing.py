"""Which input goes with which target: nearest in time first, each frame once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from onesun.alignment.screening import Observation, Refusal, refuse

Pair = tuple[Observation, Observation]


def nearest_first(
    inputs: Sequence[float], targets: Sequence[float], tolerance: float
) -> list[tuple[int, int]]:
    """Pair times that differ by at most ``tolerance``, the closest first, each used once.

    Parameters
    ----------
    inputs, targets : times in seconds, each in ascending order.
    tolerance : seconds.

    Returns (input, target) indices in the order of the targets. Equal differences are taken in
    the order of target, then input, so the answer does not depend on chance.
    """
    times = np.asarray(inputs, dtype=np.float64)
    candidates = []
    for j, time in enumerate(targets):
        first, last = np.searchsorted(times, (time - tolerance, time + tolerance))
        # One more on either side: rounding may put a time on the wrong side of the bound.
        for i in range(max(first - 1, 0), min(last + 1, len(times))):
            difference = abs(times[i] - time)
            if difference <= tolerance:
                candidates.append((difference, j, i))
    partner: dict[int, int] = {}
    taken: set[int] = set()
    for _, j, i in sorted(candidates):
        if j not in partner and i not in taken:
            partner[j] = i
            taken.add(i)
    return [(partner[j], j) for j in sorted(partner)]


def pair(
    inputs: Sequence[Observation], targets: Sequence[Observation], tolerance: float
) -> tuple[list[Pair], list[Refusal]]:
    """Pair frames by time of observation; ``tolerance`` in minutes.

    Both sequences are in ascending order of time. Returns the pairs in the order of the targets
    and a refusal for each frame without a partner.
    """
    matches = nearest_first(
        [one.seconds for one in inputs], [one.seconds for one in targets], tolerance * 60
    )
    alone = []
    for mine, others, taken in (
        (inputs, targets, {i for i, _ in matches}),
        (targets, inputs, {j for _, j in matches}),
    ):
        times = np.array([other.seconds for other in others])
        alone += [
            refuse(one, _alone(one, times, tolerance))
            for index, one in enumerate(mine)
            if index not in taken
        ]
    return [(inputs[i], targets[j]) for i, j in matches], alone


def _alone(one: Observation, others: np.ndarray, tolerance: float) -> str:
    if others.size == 0:
        return "no partner: the other instrument has no usable frame"
    nearest = float(np.abs(others - one.seconds).min()) / 60
    if nearest <= tolerance:
        return f"no partner: each frame within {tolerance:g} minutes is nearer to another"
    away = f"{nearest:.1f} minutes" if nearest < 1440 else f"{nearest / 1440:.1f} days"
    return f"no partner: the nearest is {away} away, expected at most {tolerance:g} minutes"
