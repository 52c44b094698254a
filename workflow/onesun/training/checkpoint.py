"""Where an interrupted training resumes."""

from __future__ import annotations

import hashlib
import io
import json
import os
import pickle
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from onesun.io import seal
from onesun.io.files import whole_file

_VERSION = 2
_SEALED = "checkpoint"
# What torch raises of a file that was written by something else.
_UNREADABLE = (
    *(EOFError, KeyError, OSError, RuntimeError, TypeError, ValueError),
    pickle.UnpicklingError,
)


@dataclass
class Progress:
    """How far a training has come; with the network and the optimiser, all there is to save.

    No random state is among it: order, flips and dropout are functions of seed, epoch and batch.

    Attributes
    ----------
    epoch, batch : epochs done, and batches done in the one under way.
    running : sums over those batches of the loss and its terms, float64; None before the first.
    curve : rows of the learning curve so far.
    best : weights that validated best so far, and the epoch they are from.
    """

    epoch: int = 0
    batch: int = 0
    running: torch.Tensor | None = None
    curve: list[dict[str, Any]] = field(default_factory=list)
    best: dict[str, torch.Tensor] = field(default_factory=dict)
    best_epoch: int = 0


def stamp(*determining: Any) -> str:
    """Hash of everything that a training depends on, as JSON can hold it."""
    text = json.dumps([_VERSION, *determining], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


class Checkpoint:
    """The checkpoints of a training: the last one, and in case that is damaged the one before.

    Both lie beside the model they lead to. Each begins with a line that holds the SHA-256 of the
    rest, takes its place whole, and is on the disk before the older of the two goes.

    Parameters
    ----------
    path : the file of the last one; that before ends in ``.before``.
    stamp : what the training depends on; a checkpoint with another stamp is left unused.
    minutes : how often to save.
    """

    def __init__(self, path: Path, stamp: str, minutes: float) -> None:
        self.path = Path(path)
        self.before = self.path.with_name(f"{self.path.name}.before")
        self._stamp, self._minutes = stamp, minutes
        self._saved = time.monotonic()

    def is_due(self) -> bool:
        """Whether it is time: since the last one, or since the start."""
        return time.monotonic() - self._saved >= 60 * self._minutes

    def save(
        self, progress: Progress, network: torch.nn.Module, optimiser: torch.optim.Optimizer
    ) -> None:
        """Save where the training is; the last checkpoint becomes the one before."""
        content = {
            "stamp": self._stamp,
            "progress": vars(progress),
            "network": network.state_dict(),
            "optimiser": optimiser.state_dict(),
        }
        saved = io.BytesIO()
        torch.save(content, saved)
        with whole_file(self.path) as part:
            part.write_bytes(seal.sealed_bytes(saved.getvalue(), _SEALED))
            if self.path.exists():
                os.replace(self.path, self.before)
        self._saved = time.monotonic()

    def restore(
        self, network: torch.nn.Module, optimiser: torch.optim.Optimizer
    ) -> Progress | None:
        """Put network and optimiser where the checkpoint left them, and return how far that is.

        A checkpoint that is damaged, or of a training with other settings or data, is left unused
        with a sentence on stderr. Returns None where no other is left.
        """
        found = [path for path in (self.path, self.before) if path.exists()]
        for path in found:
            content = self._usable(path)
            if content is None:
                continue
            if path == self.before:
                _say(f"{path}: the training resumes from this, the checkpoint before the last")
            network.load_state_dict(content["network"])
            optimiser.load_state_dict(content["optimiser"])
            return Progress(**content["progress"])
        if found:
            _say(f"{self.path}: no checkpoint to resume from, training starts from the beginning")
        return None

    def remove(self) -> None:
        for path in (self.path, self.before):
            path.unlink(missing_ok=True)

    def _usable(self, path: Path) -> dict[str, Any] | None:
        """The content of a checkpoint of this training; None, with a sentence, if it is not."""
        try:
            saved = seal.unsealed_bytes(path.read_bytes(), _SEALED)
            content: dict[str, Any] = torch.load(io.BytesIO(saved), "cpu", weights_only=True)
            stamp = content["stamp"]
        except seal.BrokenSealError:
            _say(f"{path}: not a checkpoint, or one whose bytes have changed")
            return None
        except _UNREADABLE as error:
            _say(f"{path}: not readable as a checkpoint ({type(error).__name__})")
            return None
        if stamp != self._stamp:
            _say(f"{path}: checkpoint of a training with other settings or data")
            return None
        return content


def _say(sentence: str) -> None:
    print(f"onesun: {sentence}", file=sys.stderr)
