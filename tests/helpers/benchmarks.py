"""A small benchmark: two frames of an eighth of the real grid, and submissions to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from astropy.io import fits

from helpers.months import GRID, GRID_SETTINGS, sun, write_aligned
from onesun.benchmark.case import Case, Setting
from onesun.benchmark.definition import Definition, load
from onesun.benchmark.reading import Answer
from onesun.benchmark.seal import seal
from onesun.calibration.product import LINE
from onesun.io.files import write_json
from onesun.products.aligned import AlignedMonth, read_month

PAIR = "mdi-hmi"
MONTH, OTHER = "2011-12", "2016-07"
STAMPS = ("20111217_044800_TAI", "20111218_062400_TAI")
DRAFT: dict[str, Any] = {
    "name": "small", "version": 1, "released": False, "simulated": True,
    "about": "Two small frames.", "pair": PAIR, "input": "mdi", "target": "hmi",
    "months": [MONTH], "training_months": [OTHER], "grid": GRID_SETTINGS,
    "noise": 16.0, "window": 64, "blocks": [1, 8, 16],
    "rows": [{"name": "disk"}, {"name": "strong", "r": [0, 0.9], "field": [100, None]}],
    "measure": {
        "kernels": [4], "flux_blocks": [1, 8], "patches": [16], "radius_edges": [0, 0.5, 0.9, 1],
        "tiles": {"size": 32, "patch": 8, "strong": 10},
    },
    "bootstrap": {"resamples": 200, "tile": 64},
    "quantities": {"smooth": 3.0, "threshold": 60.0, "fewest": 40},
}  # fmt: skip
WORDS: dict[str, Any] = {
    "name": "mine", "benchmark": "small", "version": 1, "authors": ["A. Author"],
    "reference": "a test", "training_months": [OTHER], "training_data": "pairs",
    "uses_test_targets": False,
}  # fmt: skip


class SmallBenchmark:
    """A sealed benchmark in a folder, with its aligned months.

    Attributes
    ----------
    definition, file : the benchmark.
    aligned, training : manifests.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        frames = {stamp: sun(seed, gain=1.4) for seed, stamp in enumerate(STAMPS)}
        self.aligned = write_aligned(folder / "aligned", PAIR, MONTH, frames)
        trained = {"20160705_000000_TAI": sun(9)}
        self.training = write_aligned(folder / "aligned", PAIR, OTHER, trained)
        self.line = folder / "line.json"
        write_json(self.line, {"product": LINE, "pair": PAIR, "line": {"a": 0.0, "b": 1.4}})
        self.draft = folder / "draft.yaml"
        self.draft.write_text(yaml.safe_dump(DRAFT))
        self.file = folder / "small.yaml"
        self.definition: Definition = seal(self.draft, [self.aligned], self.line, self.file)
        assert load(self.file) == self.definition

    @property
    def month(self) -> AlignedMonth:
        return read_month(self.aligned)

    def targets(self) -> dict[str, np.ndarray]:
        month = self.month
        return {frame.stamp: month.target(frame) for frame in month.frames}

    def case(self, answer: Callable[[np.ndarray], Answer], index: int = 0) -> Case:
        """A frame with an answer that is made of the target."""
        month = self.month
        frame = month.frames[index]
        target = month.target(frame)
        target[GRID.radius("target") >= 1] = np.nan
        return Case(Setting(self.definition), frame, target, month.input(frame), answer(target))

    def submit(
        self,
        called: str,
        answers: Callable[[np.ndarray], Answer] | None = None,
        **words: Any,
    ) -> Path:
        """Write a submission; ``answers`` make it of a target, which a perfect one is."""
        folder = self.folder / "submissions" / called
        folder.mkdir(parents=True, exist_ok=True)
        content = WORDS | {"name": called} | words
        kept = {key: value for key, value in content.items() if value is not None}
        (folder / "submission.yaml").write_text(yaml.safe_dump(kept))
        for stamp, target in self.targets().items():
            write_answer(folder / f"{stamp}.fits", (answers or Answer)(target))
        return folder


def write_answer(path: Path, answer: Answer) -> None:
    """As FITS in float32."""
    hdus: list[Any] = [fits.PrimaryHDU(), fits.ImageHDU(answer.field, name="FIELD")]
    for name, values in (("ERROR", answer.error), ("DRAWS", answer.draws)):
        if values is not None:
            hdus.append(fits.ImageHDU(values, name=name))
    fits.HDUList(hdus).writeto(path, overwrite=True)
