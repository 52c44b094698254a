"""Submissions made of the target itself, of which it is known what measures have to say.

They are no predictions: they show that a scorer says what it should, and what catches each way of
cheating.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np

from onesun.benchmark import regions
from onesun.benchmark.case import Case, Setting
from onesun.benchmark.compare import compare
from onesun.benchmark.definition import Definition, frames_of
from onesun.benchmark.judgement import Judgement
from onesun.benchmark.reading import Answer
from onesun.benchmark.score import Scored
from onesun.benchmark.table import value_text
from onesun.geometry.psf import FWHM_PER_SIGMA
from onesun.io.files import write_text
from onesun.io.progress import track
from onesun.metrics import blocks
from onesun.products.selection import open_month
from onesun.tables.text import line

NOISE = 10.0  # gauss, of what is added to the target
_SEED = 1
_PEAK = 1500.0  # gauss, of the invented region's two spots

# A case of the perfect answer, to that of another.
Make = Callable[[Case], Answer]


def _field(case: Case) -> np.ndarray:
    return case.comparison.target.copy()


def _draw(case: Case) -> np.ndarray:
    shape = case.target.shape
    return np.random.default_rng(_SEED).normal(0, 1, shape).astype(np.float32)


def _noisy(stated: float) -> Make:
    def make(case: Case) -> Answer:
        field = _field(case) + np.float32(NOISE) * _draw(case)
        return Answer(field, np.full_like(field, stated))

    return make


def _shifted(pixels: int) -> Make:
    def make(case: Case) -> Answer:
        return Answer(np.roll(_field(case), pixels, axis=1))

    return make


def _blurred(case: Case) -> Answer:
    sigma = case.setting.grid.factor / FWHM_PER_SIGMA * 2
    return Answer(cv2.GaussianBlur(_field(case), (0, 0), sigma))


def _moved_regions(case: Case) -> Answer:
    """The strongest active region gone, and another where the Sun is quiet."""
    field, both = _field(case), case.comparison
    step = case.setting.grid.factor
    found = regions.find(both.target, both.inside, case.setting.definition.quantities, step)
    if not found:
        return Answer(field)
    box = max(found, key=lambda each: float(np.abs(field[each.where]).sum()))
    height, width = (part.stop - part.start for part in box.where)
    quiet = _quietest(case, height, width)
    field[box.where] = field[quiet]
    # Two spots, as far apart as they are wide, where it was quiet.
    y, x = np.indices((height, width), dtype=np.float32)
    size = min(height, width) / 8
    for side in (-1, 1):
        away = (y - height / 2) ** 2 + (x - width / 2 - 1.5 * side * size) ** 2
        field[quiet] += side * _PEAK * np.exp(-away / (2 * size**2))
    return Answer(field)


def _quietest(case: Case, height: int, width: int) -> tuple[slice, slice]:
    """The part of the disk of this size in which the target is weakest."""
    both, step = case.comparison, case.setting.grid.factor
    strength = np.where(both.inside, np.abs(both.target), 1e6).astype(np.float32)
    coarse = (blocks.sums(step, strength) / step**2).astype(np.float32)
    shape = (width // step, height // step)
    mean = cv2.boxFilter(coarse, -1, shape, anchor=(0, 0), borderType=cv2.BORDER_REPLICATE)
    mean = mean[: coarse.shape[0] - shape[1] + 1, : coarse.shape[1] - shape[0] + 1]
    top, left = (int(each) * step for each in np.unravel_index(np.argmin(mean), mean.shape))
    return slice(top, top + height), slice(left, left + width)


def _scaled(case: Case) -> Answer:
    return Answer(np.float32(1.1) * _field(case))


def _baseline(case: Case) -> Answer:
    return Answer(case.baseline)


def _textured(case: Case) -> Answer:
    """The baseline with noise in the place of what it lacks."""
    lack = (case.comparison.target - case.baseline)[case.comparison.inside]
    width = 1.4826 * np.median(np.abs(lack))
    return Answer(case.baseline + np.float32(width) * _draw(case))


KNOWN: Mapping[str, Make] = {
    "perfect": lambda case: Answer(_field(case)),
    "noise-right": _noisy(NOISE),
    "noise-half": _noisy(NOISE / 2),
    "shifted-1": _shifted(1),
    "shifted-4": _shifted(4),
    "blurred": _blurred,
    "regions": _moved_regions,
    "scaled": _scaled,
    "baseline": _baseline,
    "textured": _textured,
}
ABOUT = {
    "perfect": "the target",
    "noise-right": f"the target and noise of {NOISE:g} G, which is the error that is stated",
    "noise-half": "the same, half the error stated",
    "shifted-1": "the target, 1 pixel to the west",
    "shifted-4": "the target, 4 pixels to the west",
    "blurred": "the target, blurred by two input pixels",
    "regions": "the strongest active region removed, another invented",
    "scaled": "the target times 1.1",
    "baseline": "the calibrated input, upsampled",
    "textured": "the same with white noise, as strong as what it lacks in weak field",
}
SHOWN = (
    "rmse", "slope", "consistency_slope", "consistency_noise", "spectral_distance", "power_fine",
    "coherence_middle", "improvement", "omission", "hallucination", "hallucination_near", "crps",
    "spread_skill", "coverage_68", "coverage_95", "block_16_68", "flux_error", "flux_bias",
    "pil_length_error", "schrijver_r_error", "area_strong_bias",
)  # fmt: skip


def judged(definition: Definition, cases: Sequence[Case]) -> list[Scored]:
    """Every known answer, measured on frames whose own answer is not looked at."""
    found = []
    for name, make in track(list(KNOWN.items()), "known answers"):
        judgement = None
        for case in cases:
            answer = make(case)
            made = Case(case.setting, case.frame, case.target, case.input, answer)
            judgement = judgement or Judgement(definition, answer.deviation is not None)
            judgement.update(made)
        found.append(Scored(name, None, judgement=judgement))
    return found


def write_known(definition: Definition, aligned: Sequence[Path], count: int, out: Path) -> None:
    """Write what measures say of known answers to a benchmark's first frames (Markdown)."""
    months = [open_month(path, definition.pair) for path in aligned]
    frames, _ = frames_of(definition, months)
    setting, cases = Setting(definition), []
    for month, frame, _ in frames[:count]:
        target = month.target(frame)
        target[~setting.disk.on_disk] = np.nan
        cases.append(Case(setting, frame, target, month.input(frame), Answer(target)))
    compared = compare(judged(definition, cases), "none")
    lines = [line(["", *KNOWN]), line([":---", *("---:" for _ in KNOWN)])]
    for key in SHOWN:
        if key in compared:
            measured, row = compared[key]
            unit = f" ({measured.unit})" if measured.unit else ""
            values = [value_text(row[name].value) for name in KNOWN]
            lines.append(line([measured.title + unit, *values]))
    words = "\n".join(f"- `{name}`: {about}" for name, about in ABOUT.items())
    write_text(out, "\n".join(lines) + "\n\n" + words + "\n")
