"""What a submission has to pass before it is measured; each gate has its sentence."""

from __future__ import annotations

import numpy as np

from onesun.benchmark.definition import Definition
from onesun.benchmark.reading import Answer
from onesun.benchmark.submission import Submission
from onesun.errors import OneSunError
from onesun.geometry.upsample import fill_nearest


class RefusedError(OneSunError):
    """A submission that is listed with this sentence, and not measured."""


def check_words(said: Submission, definition: Definition) -> list[str]:
    """What a submission says of itself; returns what it is marked with.

    Raises RefusedError when it answers another benchmark or knows the test months' targets.
    """
    if (said.benchmark, said.version) != (definition.name, definition.version):
        raise RefusedError(
            f"it answers {said.benchmark} {said.version}, expected {definition.title}: the frames "
            "of another version are others"
        )
    if said.uses_test_targets and not said.is_reference:
        raise RefusedError(
            "it says that targets of the test months were used, expected a prediction from inputs"
        )
    marks = ["a bound, no prediction"] if said.is_reference else []
    seen = sorted(set(said.training_months) & set(definition.months))
    if seen and not said.is_reference:
        marks.append(f"trained on the test month {', '.join(seen)}")
    others = sorted(
        set(said.training_months) - set(definition.months) - set(definition.training_months)
    )
    if others:
        listed = ", ".join(others[:3]) + (f" and {len(others) - 3} more" if others[3:] else "")
        marks.append(f"trained on months that are not the benchmark's: {listed}")
    return marks


def is_ranked(marks: list[str]) -> bool:
    """Whether a submission with these marks is compared with others in ranks."""
    return not any(mark.startswith(("a bound", "trained on the test month")) for mark in marks)


def check_answer(answer: Answer | None, stamp: str, target: np.ndarray, limb: np.ndarray) -> Answer:
    """An answer to a frame that may be measured.

    Parameters
    ----------
    target : (N, N) gauss, NaN where nothing is asked for, off the disk too.
    limb : (N, N) bool, pixels next to the limb, where the pointing decides on what is disk: what
        has no value there is given the nearest pixel's.

    Raises RefusedError where it is missing, of another shape, without a value where the target has
    one, or with an error that is not above 0.
    """
    if answer is None:
        raise RefusedError(f"frame {stamp}: no field, expected one for every frame")
    known = np.isfinite(target)
    for name, values in {"field": answer.field, "error": answer.error}.items():
        if values is None:
            continue
        if values.shape != target.shape:
            raise RefusedError(
                f"frame {stamp}: {name} of {_size(values)} pixels, expected {_size(target)}"
            )
        lacking = np.count_nonzero(known & ~np.isfinite(values) & ~limb)
        if lacking:
            raise RefusedError(
                f"frame {stamp}: {name} without a value in {lacking} pixels where the target has "
                "one, expected a value in each"
            )
    if answer.draws is not None:
        _check_draws(answer.draws, stamp, target)
    field, error = (_filled(each, known) for each in (answer.field, answer.error))
    if error is not None and (worst := error[known].min(initial=np.inf)) <= 0:
        raise RefusedError(f"frame {stamp}: an error of {worst:g} G, expected errors above 0")
    return Answer(answer.field if field is None else field, error, answer.draws)


def _filled(values: np.ndarray | None, known: np.ndarray) -> np.ndarray | None:
    """With the nearest pixel's value where there is none, if one is asked for."""
    if values is None or np.isfinite(values[known]).all():
        return values
    return fill_nearest(np.where(np.isfinite(values), values, np.nan))


def _check_draws(draws: np.ndarray, stamp: str, target: np.ndarray) -> None:
    if draws.ndim != 3 or draws.shape[1:] != target.shape or len(draws) < 2:
        raise RefusedError(
            f"frame {stamp}: draws of {_size(draws)}, expected two or more fields of "
            f"{_size(target)} pixels"
        )
    lacking = np.count_nonzero(np.isfinite(target) & ~np.isfinite(draws).all(axis=0))
    if lacking:
        raise RefusedError(
            f"frame {stamp}: draws without a value in {lacking} pixels, expected a value"
        )


def check_unit(slope: float | None, definition: Definition) -> None:
    """Raise RefusedError for a field in another unit, by its regression on strong target fields."""
    low, high = definition.gates.slope
    if slope is not None and not low <= slope <= high:
        raise RefusedError(
            f"its field is {slope:.3g} times the target's where |B| is {definition.gates.strong:g} "
            f"G or more, expected {low:g} to {high:g} times: is it in gauss?"
        )


def _size(values: np.ndarray) -> str:
    return " x ".join(str(side) for side in values.shape)
