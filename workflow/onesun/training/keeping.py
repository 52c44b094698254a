"""What a training keeps as it goes: a checkpoint every few minutes and when it is asked to stop."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from onesun.training.checkpoint import Checkpoint, Progress
from onesun.training.stopping import Stop, StoppedError
from onesun.training.world import World


@dataclass(frozen=True)
class Keeper:
    """Saves a training between two batches.

    Attributes
    ----------
    checkpoint : where, and how often.
    stop : the signals to this process.
    world : the processes that train together; the first saves, and all stop at the same batch.
    network, optimiser : what is trained, and by what.
    what : names the training.
    """

    checkpoint: Checkpoint
    stop: Stop
    world: World
    network: torch.nn.Module
    optimiser: torch.optim.Optimizer
    what: str

    def restore(self) -> Progress:
        """Where the training left off; its beginning, where nothing usable was kept."""
        return self.checkpoint.restore(self.network, self.optimiser) or Progress()

    def after_batch(self, progress: Progress) -> None:
        """Save if it is time to; stop as :meth:`stop_if_asked` does."""
        self.stop_if_asked(progress)
        if self.world.rank == 0 and self.checkpoint.is_due():
            self._save(progress)

    def stop_if_asked(self, progress: Progress) -> None:
        """Save and raise StoppedError if a signal came to any of the processes.

        All of them have to call this equally often.
        """
        if not self.world.agree(self.stop.asked is not None):
            return
        if self.world.rank == 0:
            self._save(progress)
        self.world.agree(True)  # nobody leaves before all is saved: torchrun ends those who stay
        raise StoppedError(
            f"{self.what}: stopped by {self.stop.asked or 'a signal to another process'} after "
            f"{progress.epoch} epochs and {progress.batch} batches; all is saved, and the same "
            "command resumes from here"
        )

    def _save(self, progress: Progress) -> None:
        self.checkpoint.save(progress, self.network, self.optimiser)
