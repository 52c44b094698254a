"""From a run's models and statistics to the files that the package carries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from onesun.errors import ConfigError
from onesun.io.files import read_json, sha256, write_bytes, write_json
from onesun.training import model
from onesun.training.product import ERRORS, WEIGHTS_SUFFIX, card_of
from onesun.weights import scores

SCORES_SUFFIX = ".scores.json"


def collect(
    pair: str,
    weights: Path,
    truths: Sequence[Path],
    measures: Sequence[Path],
    coverage: Sequence[Path],
    settings: dict[str, Any],
    bootstrap: dict[str, Any],
    out: Path,
) -> None:
    """Write ``{pair}.safetensors``, ``{pair}.card.json`` and ``{pair}.scores.json`` into ``out``.

    Parameters
    ----------
    weights : of the network, with its card and its calibrated error beside it.
    truths : what the training months were simulated with, ``{month}.truth.json``.
    measures, coverage : of the Suns that were left out, a file for each method and month.
    settings : the configuration's section ``release``.
    bootstrap : ``resamples``, ``confidence`` and ``seed`` of the scores' intervals.

    Raises ConfigError for a network of another pair or without a calibrated error, and for
    statistics that are missing; DamagedProductError for files that are not as they were written.
    """
    trained = model.load(weights)
    if trained.pair != pair:
        raise ConfigError(f"{weights}: of pair {trained.pair}, expected {pair}")
    if trained.errors is None:
        raise ConfigError(f"{weights}: has no calibrated error, expected one in {ERRORS}")
    scored = scores.scored(pair, measures, coverage, settings, bootstrap)
    kept = out / f"{pair}{WEIGHTS_SUFFIX}"
    card = card_of(kept)
    out.mkdir(parents=True, exist_ok=True)
    card.unlink(missing_ok=True)  # without its card it is no product
    write_bytes(kept, weights.read_bytes())
    described = trained.card | {
        "error_scale": trained.errors.for_card(),
        "ranges": trained.card["ranges"] | _conditions(truths),
        "weights": {"file": kept.name, "sha256": sha256(kept), "bytes": kept.stat().st_size},
    }
    described.pop("curve", None)
    write_json(out / f"{pair}{SCORES_SUFFIX}", scored)
    write_json(card, described)


def _conditions(truths: Iterable[Path]) -> dict[str, list[float]]:
    """The least and the most of what the training's frames were simulated with."""
    frames = [frame for path in truths for frame in read_json(path)["frames"].values()]
    found = {}
    for name in ("fwhm", "gain"):
        values = [frame[name] for frame in frames if name in frame]
        if values:
            found[name] = [min(values), max(values)]
    return found
