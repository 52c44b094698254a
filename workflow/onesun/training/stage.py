"""The stage ``train``: from patch stores to a folder with weights, card and learning curve."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save

from onesun.calibration.product import read_matched
from onesun.errors import ConfigError
from onesun.io.files import check_folder, sha256, whole_folder, write_bytes, write_json, write_text
from onesun.products import split
from onesun.products.cards import check_pair
from onesun.products.split import SplitRow
from onesun.search.product import fill
from onesun.training.card import describe
from onesun.training.checkpoint import Checkpoint, stamp
from onesun.training.loop import Recipe, Training
from onesun.training.patchset import PatchSet
from onesun.training.product import CARD, CURVE, WEIGHTS
from onesun.training.settings import Training as TrainingSettings
from onesun.training.world import joined


def train(
    pair: str,
    method: str,
    patches: Sequence[Path],
    split_table: str | Path,
    calibration: Path,
    settings: dict[str, Any],
    out: Path,
    search: Path | None = None,
) -> None:
    """Train one network and write its folder, whole or not at all.

    While it runs, its last two checkpoints lie beside the folder (``.{name}.checkpoint`` and
    ``.{name}.checkpoint.before``), from which the same call resumes after an interruption.

    Parameters
    ----------
    pair, method : names, for the card.
    patches : manifests of the pair's patch stores.
    split_table, calibration : products of the stages before.
    settings : the sections method, network, loss, loss_terms and training.
    out : folder to write weights.safetensors, card.json and learning_curve.csv into.
    search : what the grid search found for the pair; for a loss that takes weights from it.
    """
    check_folder(out, out / CARD)
    rows = [row for row in split.read(split_table) if row.pair == pair]
    check_pair(calibration, pair)
    loss = fill(settings["loss"], search, pair)
    recipe = _recipe(settings | {"loss": loss}, calibration)
    often = recipe.training.checkpoint_minutes
    sets = _sets(recipe.training, patches, rows, pair)
    with joined() as world:
        training = Training(recipe, sets["train"], sets["validation"], world)
        depends = [
            recipe.content(),
            [vars(row) for row in rows],
            [each.months for each in sets.values()],
            str(training.dtype),
            world.size,
        ]
        checkpoint = Checkpoint(out.with_name(f".{out.name}.checkpoint"), stamp(*depends), often)
        progress = training.run(checkpoint, f"train {pair} {method}")
        if world.rank > 0:
            return
        described = describe(training, rows, progress.curve, progress.best_epoch)
        described |= {"pair": pair, "method": method}
        if search is not None and loss != settings["loss"]:
            described["search"] = {"loss": settings["loss"], "sha256": sha256(search)}
        _write(out, progress.best, progress.curve, described)
        checkpoint.remove()


def _recipe(settings: dict[str, Any], calibration: Path) -> Recipe:
    if settings["method"]["kind"] != "network":
        raise ConfigError(
            f"method.kind: {settings['method']['kind']} found, expected network; other "
            "kinds are not trained"
        )
    matched = read_matched(calibration)
    return Recipe(
        network=settings["network"],
        loss=settings["loss"],
        loss_terms=settings["loss_terms"],
        training=TrainingSettings.model_validate(settings["training"]),
        a=matched.a,
        b=matched.b,
        seed=settings["method"]["seed"],
    )


def _sets(
    settings: TrainingSettings, patches: Sequence[Path], rows: Sequence[SplitRow], pair: str
) -> dict[str, PatchSet]:
    """The training and the validation patches; only the latter may lie in held-out tiles."""
    only: dict[str, dict[str, Any]] = {
        "train": {"held_out_tiles": settings.held_out_tiles},
        "validation": {"frames_per_month": settings.validation_frames},
    }
    return {
        name: PatchSet(patches, _rows(rows, name, pair), settings.min_on_disk, **options)
        for name, options in only.items()
    }


def _rows(rows: Sequence[SplitRow], name: str, pair: str) -> list[SplitRow]:
    chosen = [row for row in rows if row.set == name]
    if not chosen:
        raise ConfigError(f"--split: no {name} month of {pair} found, expected at least one")
    return chosen


def _write(
    out: Path,
    weights: dict[str, torch.Tensor],
    curve: Sequence[dict[str, Any]],
    described: dict[str, Any],
) -> None:
    with whole_folder(out, out / CARD) as part:
        write_bytes(part / WEIGHTS, save(weights))
        text = io.StringIO()
        table = csv.DictWriter(text, list(curve[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(curve)
        write_text(part / CURVE, text.getvalue())
        for name, file in (("weights", WEIGHTS), ("curve", CURVE)):
            described[name] = {"file": file, "sha256": sha256(part / file)}
        write_json(part / CARD, described)
