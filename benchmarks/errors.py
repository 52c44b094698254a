"""A network's own error against Monte-Carlo dropout and an ensemble.

    python benchmarks/errors.py ALIGNED WEIGHTS DROPOUT MEMBER...

ALIGNED is the manifest of a month of aligned frames that none of the networks has seen. WEIGHTS are
those of a network with an error, DROPOUT those of the same network trained with ``dropout`` above
0, and each MEMBER those of the same network with another seed. Each way gives a field and an error.
Every error gets factors by field and radius from the first frame, as ``onesun errors`` fits them,
and is judged on the other frames: the likelihood (nats per pixel), the rank correlation of error
and misfit, the coverage, and seconds per frame.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from scipy.stats import spearmanr
from torch import nn

from onesun import config
from onesun.geometry.grid import Grid
from onesun.metrics.coverage import Coverage
from onesun.networks import Network, dropout_seeded
from onesun.networks.base import Dropout
from onesun.products.aligned import AlignedMonth, read_month
from onesun.training import model
from onesun.uncertainty.calibrate import calibrate
from onesun.uncertainty.noise import target_noise
from onesun.uncertainty.promised import promised
from onesun.uncertainty.residuals import Judge, Residuals

SAMPLES = 8
SETTINGS = Path(__file__).parents[1] / "config" / "config.yaml"


def main() -> None:
    if len(sys.argv) < 5:
        print(__doc__)
        return
    aligned, *paths = (Path(argument) for argument in sys.argv[1:])
    month = read_month(aligned)
    first, dropped, *members = (model.load(path).network for path in paths)
    ways = {
        "own error": first,
        "Monte-Carlo dropout": Sampled([dropped] * SAMPLES, own=False),
        "Monte-Carlo dropout and own error": Sampled([dropped] * SAMPLES, own=True),
        "ensemble": Sampled([first, *members], own=False),
        "ensemble and own error": Sampled([first, *members], own=True),
    }
    print(f"{month.pair}, {month.month} unseen, {SAMPLES} samples, {len(members) + 1} members")
    print("| way | rmse, G | nats | rank correlation | 68 % | 95 % | worst bin off | s a frame |")
    for name, network in ways.items():
        print(f"| {name} | {judged(network, month, paths[0])} |", flush=True)


class Sampled(Network):
    """The mean of several networks, or of one with dropout several times, and their spread."""

    def __init__(self, networks: list[Network], *, own: bool) -> None:
        super().__init__()
        self.networks, self.own = nn.ModuleList(networks), own
        self.halo, self.factor, self.error = networks[0].halo, networks[0].factor, True
        for layer in self.modules():
            if isinstance(layer, Dropout):
                layer.train()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        with dropout_seeded(1, x.device):
            found = torch.stack([network(x) for network in self.networks])
        fields, logs = found[:, :, :1], found[:, :, 1:]
        variance = fields.var(dim=0) * self.field_scale**2
        if self.own:
            variance = variance + torch.exp(2 * logs).mean(dim=0)
        return torch.cat([fields.mean(dim=0), 0.5 * torch.log(variance.clamp(min=1e-6))], dim=1)


def judged(network: Network, month: AlignedMonth, weights: Path) -> str:
    """A row of the table, less its name."""
    sections = config.settings(SETTINGS, "errors", "grid")
    errors, grid = sections["errors"], Grid.from_settings(sections["grid"])
    judge = Judge(weights, month.pair, grid)
    network.field_scale = judge.network.model.field_scale
    judge.network.model = replace(judge.network.model, network=network)
    noise = target_noise(month, month.frames, errors["weak"])
    started = time.perf_counter()
    found = list(residuals(judge, month, noise))
    seconds = (time.perf_counter() - started) / len(found)
    scale = calibrate(found[:1], [], errors)
    coverage = Coverage(errors["field_edges"], errors["radius_edges"])
    for number, each in enumerate(found[1:]):
        coverage.update(promised(str(number), each, scale))
    rest = Residuals.joined(found[1:])
    error, misfit = rest.deviation(scale), rest.misfit
    nats = np.log(error) + 0.5 * (misfit / error) ** 2 + 0.5 * np.log(2 * np.pi)
    everywhere, *rows = coverage.result()
    bins = [row.with_noise for row in rows if row.by in ("field", "radius") and row.pixels > 500]
    worst = max(max(abs(row.half_68 - 68.27), abs(row.half_95 - 95)) for row in bins)
    rank = spearmanr(error[::20], misfit[::20]).statistic
    shares = everywhere.with_noise
    return (
        f"{np.sqrt(np.mean(misfit**2)):.2f} | {nats.mean():.3f} | {rank:.3f} | "
        f"{shares.half_68:.1f} | {shares.half_95:.1f} | {worst:.1f} | {seconds:.2f}"
    )


def residuals(judge: Judge, month: AlignedMonth, noise: float) -> Iterator[Residuals]:
    seen = np.zeros(judge.radius.shape, dtype=bool)
    for frame in month.frames:
        yield judge.residuals(judge.answer(month, frame), noise, seen)


if __name__ == "__main__":
    main()
