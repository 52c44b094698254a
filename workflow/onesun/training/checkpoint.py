"""Where an interrupted training goes on from."""

from __future__ import annotations

import hashlib
import io
import json
import pickle
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from onesun.files import write_bytes

_VERSION = 1
# What torch raises, depending on where a file is cut off or what else it holds.
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
    """A checkpoint file beside the model it leads to.

    Parameters
    ----------
    path : the file.
    stamp : what the training depends on; a checkpoint with another stamp is left unused.
    """

    def __init__(self, path: Path, stamp: str) -> None:
        self.path = Path(path)
        self._stamp = stamp

    def save(
        self, progress: Progress, network: torch.nn.Module, optimiser: torch.optim.Optimizer
    ) -> None:
        """Replace the checkpoint, whole or not at all."""
        content = {
            "stamp": self._stamp,
            "progress": vars(progress),
            "network": network.state_dict(),
            "optimiser": optimiser.state_dict(),
        }
        saved = io.BytesIO()
        torch.save(content, saved)
        write_bytes(self.path, saved.getvalue())

    def restore(
        self, network: torch.nn.Module, optimiser: torch.optim.Optimizer
    ) -> Progress | None:
        """Put network and optimiser where the checkpoint left them, and tell how far that is.

        Returns None, with a sentence on stderr, where the checkpoint is damaged or belongs to a
        training with other settings or data; and where there is none, silently.
        """
        if not self.path.exists():
            return None
        try:
            content = torch.load(self.path, map_location="cpu", weights_only=True)
            found = content["stamp"]
        except _UNREADABLE:
            _say(f"{self.path}: checkpoint not readable, training starts anew")
            return None
        if found != self._stamp:
            _say(
                f"{self.path}: checkpoint of a training with other settings or data, training "
                "starts anew"
            )
            return None
        network.load_state_dict(content["network"])
        optimiser.load_state_dict(content["optimiser"])
        return Progress(**content["progress"])

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)


def _say(sentence: str) -> None:
    print(f"onesun: {sentence}", file=sys.stderr)
