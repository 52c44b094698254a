"""Cards as trainings of the grid search leave them, without a training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from onesun.io.files import write_json
from onesun.search import candidates
from onesun.tables import search

PAIR = "mdi-hmi"
# Validation scores by candidate: mean squared error, gradient, histogram, SSIM.
SCORES = {
    "mse": (4.0, 2.0, 0.5, 0.1),
    "gradient/0.5": (4.0, 1.8, 0.5, 0.1),  # 1 + 0.9
    "gradient/5": (4.2, 1.4, 0.5, 0.1),  # 1.05 + 0.7
    "gradient/50": (5.0, 1.2, 0.5, 0.1),  # 1.25 + 0.6
    "histogram/1e-06": (4.4, 2.0, 0.2, 0.1),  # 1.1 + 0.4
    "histogram/1e-05": (4.8, 2.0, 0.1, 0.1),  # 1.2 + 0.2
}
WEIGHTS = {"gradient": [0.5, 5, 50], "histogram": [1e-6, 1e-5], "ssim": []}
LOSSES = candidates.losses({"weights": WEIGHTS})


def card(name: str, pair: str = PAIR, **changes: Any) -> dict[str, Any]:
    """The card of a candidate."""
    mse, gradient, histogram, ssim = SCORES[name]
    nothing = dict.fromkeys(("mse", "gradient", "histogram", "ssim"), 0)
    return {
        "product": "model", "pair": pair, "method": name, "network": {"kind": "onesun"},
        "calibration": {"a": -1.0, "b": 1.2}, "loss": {**nothing, **LOSSES[name]},
        "loss_terms": {}, "training": {"epochs": 1}, "precision": "float32", "seed": 1,
        "split": [], "simulated": True, "best_epoch": 1,
        "data": {"validation": {"manifests_sha256": {"2019-06": "0" * 64}, "frames": 4}},
        "scores": {
            "validation_loss": 1.0, "validation_mse": mse, "validation_gradient": gradient,
            "validation_histogram": histogram, "validation_ssim": ssim,
            "validation_rmse": 1000 * mse**0.5, "validation_correlation": 0.6,
        },
    } | changes  # fmt: skip


def write_cards(folder: Path, pair: str = PAIR) -> list[Path]:
    """A card for each candidate."""
    paths = [folder / name / "card.json" for name in SCORES]
    for name, path in zip(SCORES, paths, strict=True):
        write_json(path, card(name, pair))
    return paths


def write_search(folder: Path, pair: str = PAIR) -> Path:
    """A finished search: the chosen weights are gradient 5, histogram 1e-5 at the edge."""
    out = folder / f"{pair}.csv"
    search.search(pair, write_cards(folder / pair, pair), out)
    return out
