"""Train one network on the realisations of some Suns."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from onesun import instruments
from onesun.errors import OneSunError
from onesun.networks import Calibration
from onesun.networks.uncertain import UncertainNetwork, build_uncertain
from onesun.progress import track
from onesun.release.crops import Crops
from onesun.release.loss import loss_of
from onesun.release.realisations import Sun
from onesun.release.recipe import PairInputs, Recipe
from onesun.release.recipe import Training as Settings
from onesun.training import precision

_CURVE_ROWS = 20


@dataclass(frozen=True)
class Trained:
    """A network and how it came about.

    Parameters
    ----------
    network : in evaluation mode.
    curve : rows of step and mean training loss since the row before.
    seconds : the training's wall-clock time.
    precision : the arithmetic of its layers.
    """

    network: UncertainNetwork
    curve: list[tuple[int, float]]
    seconds: float
    precision: str


def calibration_of(settings: PairInputs, recipe: Recipe) -> Calibration:
    """The record's gain, about which the recipe's gains spread; zero points spread about 0."""
    record = instruments.load(settings.input)
    return Calibration(a=0.0, b=record.response.gain, field_scale=recipe.field_scale)


def train(pair: str, suns: Sequence[Sun], recipe: Recipe, seed: int) -> Trained:
    """Train on all frames and tiles that are not held out.

    The step rises linearly and falls to 0 along a half cosine; the weights are the last ones. The
    same recipe, data and seed give the same weights on processors with the same instructions.

    Raises OneSunError when the loss is no longer a number.
    """
    settings, started = recipe.training, time.monotonic()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    dtype = precision.resolve("auto", device)
    grid, calibration = recipe.common_grid(), calibration_of(recipe.pair(pair), recipe)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = build_uncertain(recipe.network.model_dump(), grid.factor, calibration)
    network.to(device, memory_format=torch.channels_last)
    optimiser = torch.optim.Adam(
        network.parameters(), lr=settings.learning_rate, betas=settings.betas
    )
    crops = Crops(suns, recipe, grid)
    curve, running, every = [], 0.0, max(1, settings.steps // _CURVE_ROWS)
    for step in track(range(settings.steps), f"train {pair}"):
        batch = crops.batch(seed, step)
        given, target, judged = (
            part.to(device) for part in (batch.given, batch.target, batch.judged)
        )
        with precision.casting(dtype, device):
            answer = network(given)
        loss = loss_of(answer, target, judged, recipe.field_scale, settings.loss)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), settings.clip)
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(settings, step)
        optimiser.step()
        running += float(loss.detach())
        if (step + 1) % every == 0:
            if not math.isfinite(running):
                raise OneSunError(
                    f"train {pair}: the loss is no longer a number, expected a learning_rate "
                    f"below {settings.learning_rate} to keep it one"
                )
            curve.append((step + 1, running / every))
            running = 0.0
    network.cpu().eval()
    seconds = time.monotonic() - started
    return Trained(network, curve, seconds, str(dtype).removeprefix("torch."))


def learning_rate(settings: Settings, step: int) -> float:
    """Adam's step after ``step`` batches."""
    rise = settings.warmup * settings.steps
    if step < rise:
        return settings.learning_rate * (step + 1) / (rise + 1)
    done = (step - rise) / (settings.steps - rise)
    return settings.learning_rate * 0.5 * (1 + math.cos(math.pi * done))
