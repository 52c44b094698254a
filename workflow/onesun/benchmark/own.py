"""The run's own methods as submissions: through the same door as a stranger's."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from astropy.io import fits

from onesun.benchmark.definition import Definition, frames_of
from onesun.benchmark.settings import WORDS
from onesun.benchmark.submission import Submission
from onesun.errors import ConfigError
from onesun.io.files import whole_folder, write_bytes, write_text
from onesun.io.progress import track
from onesun.methods.kinds import ABOUT, REFERENCES
from onesun.methods.network import NetworkMethod
from onesun.products import predictions as predicted
from onesun.products.aligned import place_cards
from onesun.products.selection import open_month
from onesun.products.steps import describe_steps, to_steps
from onesun.training.model import read_errors


def submit(
    definition: Definition,
    method: str,
    kind: str,
    aligned: Sequence[Path],
    predictions: Sequence[Path],
    words: dict[str, Any],
    out: Path,
    weights: Path | None = None,
    errors: Path | None = None,
) -> None:
    """Write a method's predictions of the test months as a submission.

    Parameters
    ----------
    method, kind : its name and kind.
    aligned, predictions : manifests of each test month, in the same order.
    words : of :class:`Submission`, what the run knows: training_months, seconds, memory_mb ...
    out : folder to write, whole or not at all.
    weights, errors : of a network that states an error, and what calibrates it: the error of each
        pixel is then written too.

    Raises ConfigError when predictions are of another pair, method or month.
    """
    if len(aligned) != len(predictions):
        raise ConfigError(
            f"--predictions: {len(predictions)} given, expected {len(aligned)}, one for each month"
        )
    months = [open_month(path, definition.pair) for path in aligned]
    guesses = {
        month.month: predicted.open_month(path, definition.pair, method, month.month)
        for month, path in zip(months, predictions, strict=True)
    }
    frames, _ = frames_of(definition, months)
    network = _Errors(weights, errors, definition) if weights and errors else None
    said = Submission.model_validate(
        {
            "name": method,
            "benchmark": definition.name,
            "version": definition.version,
            "authors": ["OneSun"],
            "reference": f"onesun, methods.{method}: {ABOUT[kind]}",
            "training_data": "the run's own training months",
            "uses_test_targets": kind in REFERENCES,
            "is_reference": kind in REFERENCES,
            "parameters": network.parameters if network else None,
        }
        | words
    )
    with whole_folder(out, out / WORDS) as folder:
        for month, frame, _ in track(frames, f"submitting {method}"):
            field = guesses[month.month].prediction(frame.stamp)
            images = {"FIELD": field}
            if network:
                images["ERROR"] = network.of(field, month.input(frame))
            cards = place_cards(month.folder / frame.target_file)
            _write(folder / f"{frame.stamp}.fits", images, cards)
        content = said.model_dump(mode="json", exclude_none=True)
        write_text(folder / WORDS, yaml.safe_dump(content, sort_keys=False, allow_unicode=True))


class _Errors:
    """The calibrated error of a network's predictions."""

    def __init__(self, weights: Path, errors: Path, definition: Definition) -> None:
        grid = definition.on_grid()
        self._network = NetworkMethod(weights, grid)
        model = self._network.model
        self._scale = read_errors(errors, weights, model.digest)
        self._radius = grid.radius("target")
        self.parameters = sum(each.numel() for each in model.network.parameters())

    def of(self, field: np.ndarray, given: np.ndarray) -> np.ndarray:
        """The standard deviation around ``field``; gauss, NaN off the disk."""
        _, error = self._network.predict_with_error(given)
        if error is None:
            raise ConfigError("--errors: of a network that states no error, expected one that does")
        deviation = self._scale.deviation(error, field, self._radius)
        # Steps of 0.1 G must not make an error of 0.
        safe: np.ndarray = np.maximum(deviation, np.float32(0.1))
        return safe


def _write(path: Path, images: dict[str, np.ndarray], cards: dict[str, Any]) -> None:
    hdus: list[Any] = [fits.PrimaryHDU()]
    for name, values in images.items():
        hdu = fits.CompImageHDU(to_steps(values), name=name, compression_type="RICE_1")
        for keyword, value in cards.items():
            hdu.header[keyword] = value
        describe_steps(hdu.header)
        hdus.append(hdu)
    content = io.BytesIO()
    fits.HDUList(hdus).writeto(content)
    write_bytes(path, content.getvalue())


def cost_of(log: Path) -> dict[str, float]:
    """Seconds and memory from Snakemake's benchmark file of a job; {} where there is none."""
    try:
        header, values = (line.split("\t") for line in log.read_text().splitlines()[:2])
        found = dict(zip(header, values, strict=True))
        return {"seconds": float(found["s"]), "memory_mb": float(found["max_rss"])}
    except (OSError, ValueError, KeyError):
        return {}
