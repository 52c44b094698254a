"""A submission through gates and measures; what was found, as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from onesun.benchmark import gates, submission
from onesun.benchmark.case import Case, Setting
from onesun.benchmark.definition import Definition, Frames, frames_of
from onesun.benchmark.judgement import Judgement
from onesun.benchmark.reading import Answers, open_answers
from onesun.benchmark.submission import Submission
from onesun.errors import ConfigError, DamagedProductError, OneSunError
from onesun.geometry.strongest import strongest_window
from onesun.io.files import read_json, write_json
from onesun.io.progress import track
from onesun.metrics import product
from onesun.products.selection import open_month
from onesun.products.steps import in_gauss, to_steps

REFUSED = "refused submission"
_SHOWN = 256  # target pixels on a side of what the page shows
_SCENE = "scene/"


@dataclass
class Scored:
    """A submission's judgement, or why there is none.

    Parameters
    ----------
    name : of the submission; of its folder where it does not say.
    said : what it says of itself; None where that cannot be read.
    marks : what it is marked with; a mark may keep it from ranks.
    refused : the sentence by which a gate stopped it; None where it passed.
    judgement : None where it was refused.
    scene : a part of the last frame, target and prediction in gauss; empty where refused.
    """

    name: str
    said: Submission | None
    marks: list[str] = field(default_factory=list)
    refused: str | None = None
    judgement: Judgement | None = None
    scene: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def is_ranked(self) -> bool:
        return self.judgement is not None and gates.is_ranked(self.marks)


def score(folder: Path, definition: Definition, aligned: Sequence[Path]) -> Scored:
    """Read, check and measure a submission.

    Parameters
    ----------
    folder : FITS files or a Zarr store, with ``submission.yaml``.
    aligned : manifests of the benchmark's test months.

    Returns what was found, a refusal too. Raises what is wrong with the benchmark's frames.
    """
    folder = Path(folder)
    months = [open_month(path, definition.pair) for path in aligned]
    frames, remarks = frames_of(definition, months, "input", "target")
    said: Submission | None = None
    try:
        said = submission.read(folder)
        marks = [*gates.check_words(said, definition), *remarks]
        judgement, scene = _judge(open_answers(folder), definition, frames, said.name)
    except (ConfigError, DamagedProductError, gates.RefusedError) as error:
        return Scored(said.name if said else folder.name, said, refused=str(error))
    return Scored(said.name, said, marks, None, judgement, scene)


def _judge(
    answers: Answers, definition: Definition, frames: Frames, name: str
) -> tuple[Judgement, dict[str, np.ndarray]]:
    setting, judgement = Setting(definition), None
    scene: dict[str, np.ndarray] = {}
    limb = setting.disk.radius >= definition.gates.limb
    for month, frame, _ in track(frames, f"scoring {name}"):
        target = month.target(frame)
        target[~setting.disk.on_disk] = np.nan
        answer = gates.check_answer(answers.answer(frame), frame.stamp, target, limb)
        gates.check_unit(_slope(target, answer.field, definition.gates.strong), definition)
        has_error = answer.deviation is not None
        if judgement is None:
            judgement = Judgement(definition, has_error)
        elif judgement.has_error != has_error:
            raise gates.RefusedError(
                f"frame {frame.stamp}: {'an' if has_error else 'no'} error, expected errors for "
                "every frame or for none"
            )
        judgement.update(Case(setting, frame, target, month.input(frame), answer))
        scene = _scene(setting, target, answer.field)
    if judgement is None:
        raise ConfigError(f"benchmark {definition.title}: no frames, expected at least one")
    return judgement, scene


def _slope(target: np.ndarray, field: np.ndarray, strong: float) -> float | None:
    """Regression of a field on the target through the origin, where that is strong."""
    with np.errstate(invalid="ignore"):
        use = np.abs(target) >= strong
    x, y = target[use].astype(np.float64), field[use].astype(np.float64)
    return float((x * y).sum() / (x * x).sum()) if x.size else None


def _scene(setting: Setting, target: np.ndarray, field: np.ndarray) -> dict[str, np.ndarray]:
    """The strongest part of a frame; where it lies, arcsec and target pixels, is ``extent``."""
    side = min(_SHOWN, setting.grid.target_size // 4) // setting.grid.factor
    window = strongest_window(target, setting.grid, (side, side))
    if window is None:
        return {}
    return {
        "target": to_steps(window.of_field(target, "target")),
        "field": to_steps(window.of_field(np.where(np.isnan(target), np.nan, field), "target")),
        "extent": np.array(window.extent()),
    }


class _Kept:
    """A judgement with its scene and words, as :mod:`onesun.metrics.product` keeps it."""

    product: ClassVar[str] = Judgement.product

    def __init__(self, judgement: Judgement, scene: dict[str, np.ndarray], words: Any) -> None:
        self.judgement, self.scene, self.words = judgement, scene, words

    def arrays(self) -> dict[str, np.ndarray]:
        scene = {f"{_SCENE}{name}": entry for name, entry in self.scene.items()}
        return self.judgement.arrays() | scene

    def content(self) -> dict[str, Any]:
        return self.judgement.content() | {"words": self.words}

    @classmethod
    def kept(cls, content: Any, arrays: Any) -> _Kept:
        scene = {
            key.removeprefix(_SCENE): entry
            for key, entry in arrays.items()
            if key.startswith(_SCENE)
        }
        rest = {key: entry for key, entry in arrays.items() if not key.startswith(_SCENE)}
        return cls(Judgement.kept(content, rest), scene, content["words"])


def write(path: Path, scored: Scored, definition: Definition) -> None:
    """Write what was found: JSON, with arrays beside it (NPZ) where it was measured."""
    words = {
        "said": None if scored.said is None else scored.said.model_dump(mode="json"),
        "marks": scored.marks,
    }
    if scored.judgement is None:
        content = {"product": REFUSED, "name": scored.name, "refused": scored.refused, **words}
        write_json(path, content | {"benchmark": definition.title})
        return
    kept = _Kept(scored.judgement, scored.scene, words)
    months = " ".join(definition.months)
    about = (definition.pair, scored.name, months, "test", definition.simulated)
    product.write(path, product.MonthOf(*about, kept))


def read(path: Path) -> Scored:
    """Read what :func:`write` wrote.

    Raises DamagedProductError when a file is missing, has changed or is something else.
    """
    content = read_json(path)
    if isinstance(content, dict) and content.get("product") == REFUSED:
        said = content["said"]
        words = Submission.model_validate(said) if said else None
        return Scored(content["name"], words, content["marks"], content["refused"])
    found = product.read(path, _Kept)
    kept = found.statistics
    said = Submission.model_validate(kept.words["said"])
    scene = {
        name: entry if name == "extent" else in_gauss(entry) for name, entry in kept.scene.items()
    }
    return Scored(found.method, said, kept.words["marks"], None, kept.judgement, scene)


def raise_if_refused(scored: Scored) -> None:
    """Raise a refusal as the sentence that ends a command."""
    if scored.refused is not None:
        raise OneSunError(f"submission {scored.name}: {scored.refused}")
