"""The training loop."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from onesun.errors import ConfigError, OneSunError
from onesun.io.progress import track
from onesun.losses import OF_ERROR, CompositeLoss, every_term
from onesun.networks import Calibration, Network, build
from onesun.training import precision
from onesun.training.batches import Batch, Job, Patches, Sampler, ahead, flips, in_turn
from onesun.training.checkpoint import Checkpoint, Progress
from onesun.training.crops import Crops
from onesun.training.keeping import Keeper
from onesun.training.passes import Passes, side_by_side
from onesun.training.patchset import PatchSet
from onesun.training.scores import Scores
from onesun.training.settings import PatchSampling
from onesun.training.settings import Training as TrainingSettings
from onesun.training.stopping import listening
from onesun.training.world import World


@dataclass(frozen=True)
class Recipe:
    """What a training does, beside the data it does it with.

    Attributes
    ----------
    network, loss, loss_terms, training : sections of the configuration; ``checkpoint_minutes``
        decides nothing that comes out.
    a, b : calibration of the input, input = a + b * target; a in gauss.
    seed : of the first weights, the shuffling, the flips and the dropout.
    """

    network: dict[str, Any]
    loss: dict[str, float]
    loss_terms: dict[str, dict[str, Any]]
    training: TrainingSettings
    a: float
    b: float
    seed: int

    def content(self) -> dict[str, Any]:
        """What determines the result, as JSON can hold it."""
        training = self.training.model_dump(exclude={"checkpoint_minutes"})
        return {**vars(self), "training": training}

    def first_network(self, factor: int) -> Network:
        """The untrained network, its weights drawn by the seed."""
        calibration = Calibration(self.a, self.b, self.training.field_scale)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seed)
            network = build(self.network, factor, calibration)
        learnt = [name for name in OF_ERROR if self.loss.get(name, 0) > 0]
        if network.error and not learnt:
            raise ConfigError(
                f"network.error: true found, expected false, or a weight of {OF_ERROR[0]} in the "
                "loss, by which an error is learnt"
            )
        if learnt and not network.error:
            raise ConfigError(
                f"loss.{learnt[0]}: weight {self.loss[learnt[0]]} found, expected none, as the "
                "network has no error (network.error)"
            )
        return network


class Training:
    """One training, from the first weights or a checkpoint to the last epoch.

    Batches are drawn as ``training.sampling`` says. Adam with a step that rises linearly over the
    first batches (``warmup``), because Adam's first steps rest on few gradients, and then falls to
    0 along a half cosine, or stays (``decay``). An epoch leaves out the samples of its last,
    incomplete batch (others each time). After every epoch the loss, all its terms, the
    root-mean-square error and the correlation over the patches of the validation set join the
    learning curve, whose first row, epoch 0, is the untrained network; the weights of the epoch
    with the lowest validation loss are kept.

    On a CPU the same recipe and data give the same weights, byte for byte, on any number of
    cores, interrupted or not, on processors with the same instructions.
    """

    def __init__(
        self, recipe: Recipe, training: PatchSet, validation: PatchSet, world: World
    ) -> None:
        settings = recipe.training
        self.recipe, self.settings, self.world = recipe, settings, world
        self.training, self.validation = training, validation
        self.dtype = precision.resolve(settings.precision, world.device)
        self.network = recipe.first_network(training.factor).to(world.device).channels_last()
        self.loss = CompositeLoss(recipe.loss, recipe.loss_terms, settings.field_scale)
        self.judged = every_term(recipe.loss_terms, settings.field_scale, error=self.network.error)
        self.optimiser = torch.optim.Adam(
            self.network.parameters(),
            lr=settings.learning_rate,
            betas=(float(settings.betas[0]), float(settings.betas[1])),  # torch takes no whole ones
        )
        self.samples = _sampler(recipe, training)
        self._validated = Patches(validation, settings.field_scale, recipe.a, 1)
        self.batch = min(settings.batch, len(self.samples))
        if self.batch < world.size:
            raise ConfigError(
                f"training.batch: {self.batch} samples found, expected at least one for each of "
                f"the {world.size} processes"
            )
        self.batches = len(self.samples) // self.batch

    def run(self, checkpoint: Checkpoint, what: str) -> Progress:
        """Train, saving now and then, and return the finished progress.

        Raises OneSunError when the loss is no longer a number, and StoppedError, with all saved,
        when a signal asks this process to stop.
        """
        with (
            listening() as stop,
            side_by_side(self.network, self.loss, self.dtype, self.world) as passes,
        ):
            keeper = Keeper(checkpoint, stop, self.world, self.network, self.optimiser, what)
            progress = keeper.restore()
            while True:
                if len(progress.curve) <= progress.epoch:
                    self._note(progress, passes, keeper)
                if progress.epoch == self.settings.epochs:
                    return progress
                self._finish_epoch(progress, passes, keeper)

    def learning_rate(self, step: int) -> float:
        """Adam's step after ``step`` batches."""
        steps = self.batches * self.settings.epochs
        rise = self.settings.warmup * steps
        highest = self.settings.learning_rate
        if step < rise:
            return highest * (step + 1) / float(rise + 1)
        if self.settings.decay == "none":
            return highest
        return highest * 0.5 * (1 + math.cos(math.pi * (step - rise) / (steps - rise)))

    def _finish_epoch(self, progress: Progress, passes: Passes, keeper: Keeper) -> None:
        """Do the batches of one epoch that are still to be done."""
        label = f"{keeper.what} epoch {progress.epoch + 1}/{self.settings.epochs}"
        jobs = self._jobs(progress)
        batches = ahead(self.samples, jobs, self.world.device)
        for batch in track(batches, label, len(jobs)):
            self._step(progress, passes, batch)
            keeper.after_batch(progress)
        progress.epoch, progress.batch = progress.epoch + 1, 0

    def _jobs(self, progress: Progress) -> list[Job]:
        """This process's share of the epoch's remaining batches."""
        seed, epoch, size = self.recipe.seed, progress.epoch, self.batch
        order, augment = self.samples.order(seed, epoch), self.settings.augment
        mine = slice(self.world.rank, None, self.world.size)
        jobs: list[Job] = []
        for i in range(progress.batch, self.batches):
            flipped = (
                flips(seed, epoch, i, size, exchange=augment is True)[mine] if augment else None
            )
            jobs.append((order[i * size : (i + 1) * size][mine], flipped))
        return jobs

    def _step(self, progress: Progress, passes: Passes, batch: Batch) -> None:
        step = progress.epoch * self.batches + progress.batch
        entropy = [self.recipe.seed, step, self.world.rank, 2]
        draws = int(np.random.SeedSequence(entropy).generate_state(1, np.uint32)[0])
        total, terms = passes.learn(batch, draws)
        if self.settings.clip is not None:
            torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.settings.clip)
        for group in self.optimiser.param_groups:
            group["lr"] = self.learning_rate(step)
        self.optimiser.step()
        losses = torch.stack([total, *terms.values()]).double()
        before = progress.running
        progress.running = losses if before is None else before.to(losses.device) + losses
        progress.batch += 1

    def _note(self, progress: Progress, passes: Passes, keeper: Keeper) -> None:
        """Add a row to the learning curve and keep the weights if they validate best."""
        epoch = f"epoch {progress.epoch}/{self.settings.epochs}"
        label = f"{keeper.what} {epoch if progress.epoch else 'before training'}"
        row: dict[str, Any] = {"epoch": progress.epoch, "steps": progress.epoch * self.batches}
        names = ["loss", *self.loss.terms]
        means = [None] * len(names)
        if progress.running is not None:
            means = (progress.running / self.batches).tolist()
        row |= {f"training_{name}": mean for name, mean in zip(names, means, strict=True)}
        row |= self._validate(passes, lambda: keeper.stop_if_asked(progress))
        progress.running = None
        losses = (row["training_loss"], row["validation_loss"])
        if not all(math.isfinite(loss) for loss in losses if loss is not None):
            raise OneSunError(
                f"{label}: the loss is no longer a number, expected a training.learning_rate "
                f"below {self.settings.learning_rate} so that the training converges"
            )
        best = min((old["validation_loss"] for old in progress.curve), default=math.inf)
        if row["validation_loss"] < best:
            progress.best = {
                name: tensor.detach().cpu().clone(memory_format=torch.contiguous_format)
                for name, tensor in self.network.state_dict().items()
            }
            progress.best_epoch = progress.epoch
        progress.curve.append(row)
        if self.world.rank == 0:
            print(
                f"{label}: validation loss {row['validation_loss']:.4g}, RMSE "
                f"{row['validation_rmse']:.2f} G, correlation {row['validation_correlation']:.4f}",
                file=sys.stderr,
            )

    def _validate(self, passes: Passes, between_batches: Callable[[], None]) -> dict[str, float]:
        """Loss, RMSE (gauss), correlation and every term over the validation set.

        Terms of weight 0 are among them: networks of different losses can be compared.
        """
        scale, device = self.settings.field_scale, self.world.device
        order = in_turn(self.validation)
        batches = [(order[i : i + self.batch], None) for i in range(0, len(order), self.batch)]
        jobs = batches[self.world.rank :: self.world.size]
        totals = self.judged.nothing(device)
        scores = Scores.none(device)
        of_all = len(batches) // self.world.size  # some processes have one more
        for i, batch in enumerate(ahead(self._validated, jobs, device)):
            sums, found = passes.score(batch, self.judged, scale)
            totals = {name: total + sums[name] for name, total in totals.items()}
            scores += found
            if i < of_all:
                between_batches()
        self.world.add_up([*totals.values(), scores.sums])
        _, terms = self.judged.combine(totals)
        named = {"loss": self.loss.weigh(terms), **terms}
        return {
            **{f"validation_{name}": value.item() for name, value in named.items()},
            "validation_rmse": scores.rmse,
            "validation_correlation": scores.correlation,
        }


def _sampler(recipe: Recipe, patches: PatchSet) -> Sampler:
    """What ``training.sampling`` draws batches from."""
    settings = recipe.training
    common = settings.field_scale, recipe.a, settings.buffer_frames
    if isinstance(settings.sampling, PatchSampling):
        return Patches(patches, *common)
    return Crops(patches, settings.sampling, *common, recipe.seed)
