"""A network's own error against Monte-Carlo dropout and an ensemble.

    python benchmarks/errors.py MANIFEST WEIGHTS DROPOUT MEMBER...

MANIFEST is what ``onesun release simulate`` wrote; WEIGHTS are those of a fold (``onesun release
train --leave-out``), DROPOUT those of the same fold trained with ``network.dropout`` above 0, and
MEMBERs those of the same fold with other seeds. Each way gives a field and an error on tiles of the
Sun that none has seen. Every error gets factors by field and radius from one frame, as the
release's do, and is judged on the other frames: the likelihood (nats per pixel), the rank
correlation of error and misfit, the coverage, and seconds per tile.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from onesun.networks.uncertain import UncertainNetwork, build_uncertain
from onesun.release import errors, realisations
from onesun.release.errors import Residuals
from onesun.release.recipe import Recipe
from onesun.release.target_noise import target_noise
from onesun.release.tiles import held_out
from safetensors.torch import load_file
from scipy.stats import spearmanr

from onesun.convert import release
from onesun.networks import Calibration, dropout_seeded
from onesun.networks.base import Dropout

SAMPLES = 8
_SCALE = 100.0  # gauss; of the fields that networks answer with
Answer = Callable[[torch.Tensor], tuple[torch.Tensor, torch.Tensor]]


def main() -> None:
    if len(sys.argv) < 5:
        print(__doc__)
        return
    manifest, *weights = (Path(argument) for argument in sys.argv[1:])
    cards = [release.load(path).card for path in weights]
    recipe, left_out = Recipe.model_validate(cards[0]["recipe"]), cards[0]["left_out"]
    networks = [load(path, card) for path, card in zip(weights, cards, strict=True)]
    pair = cards[0]["pair"]
    (sun,) = (each for each in realisations.load(manifest, pair) if each.name == left_out)
    print(f"{pair}, {left_out} unseen, {SAMPLES} samples of dropout, {len(networks) - 1} members")
    ways = {
        "own error": own(networks[0]),
        "Monte-Carlo dropout": dropout(networks[1], with_own=False),
        "Monte-Carlo dropout and own error": dropout(networks[1], with_own=True),
        "ensemble": ensemble([networks[0], *networks[2:]], with_own=False),
        "ensemble and own error": ensemble([networks[0], *networks[2:]], with_own=True),
    }
    print("| way | rmse, G | nats | rank correlation | 68 % | 95 % | worst bin off | s per tile |")
    for name, answer in ways.items():
        print(f"| {name} | {judge(answer, sun, recipe, networks[0].halo)} |")


def load(path: Path, card: dict) -> UncertainNetwork:
    calibration = Calibration(**card["calibration"], field_scale=card["field_scale"])
    network = build_uncertain(card["network"], card["factor"], calibration)
    network.load_state_dict(load_file(path))
    return network.eval().requires_grad_(False)


def own(network: UncertainNetwork) -> Answer:
    def answer(given: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        found = network(given)[0]
        return found[0], torch.exp(found[1])

    return answer


def ensemble(networks: list[UncertainNetwork], with_own: bool) -> Answer:
    def answer(given: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return spread(torch.stack([network(given)[0] for network in networks]), with_own)

    return answer


def dropout(network: UncertainNetwork, with_own: bool) -> Answer:
    for layer in network.modules():
        if isinstance(layer, Dropout):
            layer.train()

    def answer(given: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        with dropout_seeded(1, torch.device("cpu")):
            found = torch.stack([network(given)[0] for _ in range(SAMPLES)])
        return spread(found, with_own)

    return answer


def spread(found: torch.Tensor, with_own: bool) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and error of samples: their variance, with the mean of their own or without it."""
    variance = found[:, 0].var(dim=0) * _SCALE**2
    if with_own:
        variance = variance + torch.exp(2 * found[:, 1]).mean(dim=0)
    return found[:, 0].mean(dim=0), variance.sqrt().clamp(min=1e-3)


@torch.inference_mode()
def judge(answer: Answer, sun: realisations.Sun, recipe: Recipe, halo: int) -> str:
    grid = recipe.common_grid()
    first = recipe.inputs.frames - recipe.inputs.held_out
    radius, of_target = grid.radius("input"), target_noise(sun, recipe.errors.weak)
    location, seconds, by_frame = np.where(radius < 1, radius, 0), [], []
    for number in range(first, recipe.inputs.frames):
        frame = np.stack([np.nan_to_num(sun.inputs[number]) / recipe.field_scale, location])
        frame = np.pad(frame, ((0, 0), (halo, halo), (halo, halo))).astype(np.float32)
        parts = []
        for window in held_out(recipe.held_out_tiles, grid):
            rows, columns = (
                slice(low, high + 2 * halo)
                for low, high in ((window.bottom, window.top), (window.left, window.right))
            )
            started = time.perf_counter()
            mean, error = answer(torch.from_numpy(frame[:, rows, columns].copy())[None])
            seconds.append(time.perf_counter() - started)
            cut = halo * grid.factor
            used = window.of_field(sun.judged, "target")
            fields = (part.numpy()[cut:-cut, cut:-cut][used] for part in (mean, error))
            mean, error = fields
            target = window.of_field(sun.target, "target")[used]
            reach = window.radius("target")[used]
            noise = np.full_like(mean, of_target)
            sample = (mean * recipe.field_scale, error, target, reach, noise)
            parts.append(Residuals(*(part[::8] for part in sample)))
        by_frame.append(Residuals.joined(parts))
    scale = errors.calibrate(by_frame[:1], recipe.errors)
    found = Residuals.joined(by_frame[1:])
    return (
        told(found, found.scaled(scale), scale.wide(found.field), recipe)
        + f" | {np.median(seconds):.2f}"
    )


def told(found: Residuals, error: np.ndarray, wide: np.ndarray, recipe: Recipe) -> str:
    misfit = found.target - found.field
    nats = np.log(error) + 0.5 * (misfit / error) ** 2 + 0.5 * np.log(2 * np.pi)
    rows = errors.coverage(found, error, wide, recipe.errors)
    bins = [row for row in rows if row["by"] in ("field", "radius") and row["pixels"] > 500]
    worst = max(max(abs(row["68"] - 68.27), abs(row["95"] - 95)) for row in bins)
    rank = spearmanr(error[::20], np.abs(misfit)[::20]).statistic
    return (
        f"{np.sqrt(np.mean(misfit**2)):.2f} | {nats.mean():.3f} | {rank:.3f} | "
        f"{rows[0]['68']:.1f} | {rows[0]['95']:.1f} | {worst:.1f}"
    )


if __name__ == "__main__":
    main()
