"""Training on a small Sun: order, flips, the same bytes, what cannot be trained."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from helpers.months import GRID, sun, write_aligned
from helpers.searched import write_search
from helpers.trainings import (
    MONTHS,
    PAIR,
    ROWS,
    curve,
    hashes,
    manifests,
    run,
    settings,
    write_stage,
)
from onesun.cli.train import train as train_command
from onesun.errors import ConfigError, DamagedProductError, OneSunError
from onesun.io.files import read_json, write_json
from onesun.losses import OF_ERROR, TERMS
from onesun.products import split
from onesun.products.split import SplitRow
from onesun.store.write import write_month
from onesun.training import model as models
from onesun.training import precision
from onesun.training.batches import Patches, ahead, flips, in_turn
from onesun.training.checkpoint import Progress
from onesun.training.loop import Recipe, Training
from onesun.training.patchset import PatchSet
from onesun.training.scores import Scores
from onesun.training.settings import Training as TrainingSettings
from onesun.training.world import World

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def stage(tmp_path_factory) -> Path:
    return write_stage(tmp_path_factory.mktemp("stage"))


@pytest.fixture(scope="module")
def trained(stage, tmp_path_factory) -> Path:
    return run(stage, tmp_path_factory.mktemp("trained") / "model")


# Order and content of batches


def patch_set(stage: Path, rows=ROWS[:1], min_on_disk: float = 0.5) -> PatchSet:
    return PatchSet(manifests(stage), rows, min_on_disk)


def test_order_holds_every_patch_once_a_buffer_after_the_other(stage):
    patches = patch_set(stage)
    order = Patches(patches, 3500.0, 0.0, 2).order(seed=1, epoch=0)
    assert sorted(map(tuple, order)) == sorted(map(tuple, in_turn(patches)))
    first = order[: 2 * patches.patches.size, 0]
    assert len(set(first)) == 2
    assert len(set(first[:20])) == 2
    assert set(order[2 * patches.patches.size :, 0]).isdisjoint(first)


def test_order_and_flips_are_functions_of_seed_and_epoch(stage):
    patches = patch_set(stage)
    sampler = Patches(patches, 3500.0, 0.0, 2)
    order = sampler.order(1, 0)
    assert np.array_equal(order, sampler.order(1, 0))
    assert not np.array_equal(order, sampler.order(1, 1))
    assert not np.array_equal(order, sampler.order(2, 0))
    drawn = flips(1, 2, 3, 400)
    assert np.array_equal(drawn, flips(1, 2, 3, 400))
    assert not np.array_equal(drawn, flips(1, 2, 4, 400))
    np.testing.assert_allclose(drawn.mean(axis=0), 0.5, atol=0.1)
    without = flips(1, 2, 3, 400, exchange=False)
    assert np.array_equal(without[:, :3], drawn[:, :3])
    assert not without[:, 3].any()


def test_set_takes_patches_on_the_disk_and_frames_of_the_period(stage):
    patches = patch_set(stage)
    assert patches.factor == 4
    assert patches.frames == 3
    radius = GRID.radius("target")
    inside = (radius < 1).reshape(8, 64, 8, 64).mean(axis=(1, 3)).ravel()
    assert np.array_equal(patches.patches, np.flatnonzero(inside >= 0.5))
    assert len(patches) == 3 * (inside >= 0.5).sum()
    assert patches.location.max() < 1
    assert (patches.location == 0).any()
    buffered = SplitRow(PAIR, "2016-07", "train", "2016-07-11", "2016-07-12")
    assert patch_set(stage, [buffered]).frames == 1


def test_batch_is_what_the_frames_hold(stage):
    patches = patch_set(stage)
    field, target = sun(2016 + 2)
    place = 11
    row, column = np.divmod(patches.patches[place], 8)
    batch = Patches(patches, 3500.0, 0.0, 8)(np.array([[0, 1], [2, place]]))
    assert batch.input.shape == (2, 2, 16, 16)
    assert batch.target.shape == (2, 1, 64, 64)
    rows, columns = (slice(16 * i, 16 * i + 16) for i in (row, column))
    expected = np.nan_to_num(field[rows, columns])
    np.testing.assert_allclose(batch.input[1, 0] * 3500, expected, atol=0.051)
    np.testing.assert_allclose(batch.input[1, 1], GRID.radius("input")[rows, columns], atol=1e-6)
    rows, columns = (slice(64 * i, 64 * i + 64) for i in (row, column))
    np.testing.assert_allclose(batch.target[1, 0] * 3500, target[rows, columns], atol=0.051)


def test_flips_turn_field_place_and_target_alike(stage):
    patches = patch_set(stage)
    assemble = Patches(patches, 3500.0, -35.0, 8)
    place = int(np.argmax((patches.location == 0).sum(axis=(1, 2))))  # with the limb in it
    straight = assemble(np.array([[1, place]]))
    turned = assemble(np.array([[1, place]] * 4), np.eye(4, dtype=bool))
    on_disk = straight.input[0, 1] > 0
    mirrored = torch.where(on_disk, -0.02 - straight.input[0, 0], 0)  # about -35 G
    torch.testing.assert_close(turned.input[0, 0], mirrored)
    torch.testing.assert_close(turned.input[0, 1], straight.input[0, 1])
    torch.testing.assert_close(turned.target[0], -straight.target[0], equal_nan=True)
    for patch, dim in ((1, -2), (2, -1)):
        for field in ("input", "target"):
            found, before = getattr(turned, field)[patch], getattr(straight, field)[0]
            torch.testing.assert_close(found, before.flip(dim), equal_nan=True)
    for field in ("input", "target"):
        found, before = getattr(turned, field)[3], getattr(straight, field)[0]
        torch.testing.assert_close(found, before.transpose(-1, -2), equal_nan=True)


def test_frames_are_read_once_a_buffer(stage, monkeypatch):
    patches = patch_set(stage)
    read = []
    load = patches.load
    monkeypatch.setattr(patches, "load", lambda frame: (read.append(frame), load(frame))[1])
    order = Patches(patches, 3500.0, 0.0, 2).order(1, 0)
    jobs = [(order[i : i + 25], None) for i in range(0, len(order), 25)]
    batches = list(ahead(Patches(patches, 3500.0, 0.0, 2), jobs, CPU))
    assert sorted(read) == [0, 1, 2]
    expected = [Patches(patches, 3500.0, 0.0, 3)(places) for places, _ in jobs]
    for found, direct in zip(batches, expected, strict=True):
        torch.testing.assert_close(found.input, direct.input)
        torch.testing.assert_close(found.target, direct.target, equal_nan=True)
    small = Patches(patches, 3500.0, 0.0, 1)
    torch.testing.assert_close(small(jobs[0][0]).input, expected[0].input)
    assert len(small._buffer) == 1


# The training as a whole


def test_it_learns_and_keeps_what_validates_best(stage, trained):
    content = read_json(trained / "card.json")
    rows = curve(trained)
    losses = [float(row["validation_loss"]) for row in rows]
    assert [row["epoch"] for row in rows] == ["0", "1", "2"]
    assert min(losses) < 0.8 * losses[0]
    assert content["best_epoch"] == int(np.argmin(losses)) > 0
    assert content["scores"]["validation_loss"] == min(losses)
    assert (
        content["scores"]["validation_rmse"] < content["scores_before_training"]["validation_rmse"]
    )
    assert rows[0]["training_loss"] == ""
    assert float(rows[2]["training_loss"]) < float(rows[1]["training_loss"])


def test_card_tells_what_the_weights_are(stage, trained):
    content = read_json(trained / "card.json")
    assert content["pair"] == PAIR
    assert content["method"] == "onesun"
    assert content["seed"] == 3
    assert content["simulated"] is True
    assert content["calibration"] == {"a": -1.0, "b": 1.2}
    assert content["training"]["field_scale"] == 3500
    assert list(content["data"]["training"]["manifests_sha256"]) == ["2016-07"]
    assert content["data"]["validation"]["frames"] == 1
    assert [row["month"] for row in content["split"]] == list(MONTHS)
    assert content["weights"]["sha256"] == hashes(trained)["weights.safetensors"]
    assert str(stage) not in (trained / "card.json").read_text()


def test_scores_of_the_card_are_those_of_its_weights(stage, trained):
    model = models.load(trained / "weights.safetensors")
    validation = patch_set(stage, ROWS[1:])
    batch = Patches(validation, 3500.0, -1.0, 1)(in_turn(validation))
    error = (model.network(batch.input) - batch.target).numpy() * 3500
    scores = read_json(trained / "card.json")["scores"]
    assert scores["validation_rmse"] == pytest.approx(np.sqrt(np.nanmean(error**2)), rel=1e-4)


def test_every_term_is_validated_though_only_some_are_minimised(stage, tmp_path):
    sections = settings(epochs=1)
    sections["loss"] = {"mse": 1, "gradient": 5}
    out = run(stage, tmp_path / "model", sections)
    row = curve(out)[1]
    assert [name for name in row if name.startswith("training_")] == [
        "training_loss", "training_mse", "training_gradient",
    ]  # fmt: skip
    model = models.load(out / "weights.safetensors")
    validation = patch_set(stage, ROWS[1:])
    batch = Patches(validation, 3500.0, -1.0, 1)(in_turn(validation))
    prediction = model.network(batch.input)
    terms = {name: float(row[f"validation_{name}"]) for name in TERMS if name not in OF_ERROR}
    given = {"histogram": {"width": 0.15, "limit": 5000, "noise": 60}}
    given["ssim"] = {"window": 11, "sigma": 1.5, "data_range": 7000}
    for name in terms:
        expected = TERMS[name](given.get(name, {}), 3500.0)(prediction, batch.target).item()
        assert terms[name] == pytest.approx(expected, rel=1e-4), name
    loss = terms["mse"] + 5 * terms["gradient"]
    assert float(row["validation_loss"]) == pytest.approx(loss, rel=1e-12)


def test_weights_may_come_from_the_search(stage, tmp_path):
    """Gradient 5 and histogram 1e-5 are what the search chose; its table is part of the card."""
    asked, given = settings(epochs=1), settings(epochs=1)
    asked["loss"] = {"mse": 1, "gradient": "search", "histogram": "search"}
    given["loss"] = {"mse": 1, "gradient": 5, "histogram": 1e-5}
    table = write_search(tmp_path)
    found = run(stage, tmp_path / "found", asked, table)
    typed = run(stage, tmp_path / "typed", given)
    for name in ("weights.safetensors", "learning_curve.csv"):
        assert hashes(found)[name] == hashes(typed)[name]
    content = read_json(found / "card.json")
    assert content["loss"] == read_json(typed / "card.json")["loss"]
    assert content["search"]["loss"]["gradient"] == "search"
    assert content["search"]["sha256"] == hashes(tmp_path)[table.name]
    assert "search" not in read_json(typed / "card.json")
    with pytest.raises(
        ConfigError, match=r"--search: missing, expected the table .* loss\.gradient"
    ):
        run(stage, tmp_path / "model", asked)
    asked["loss"]["ssim"] = "search"
    with pytest.raises(ConfigError, match=r"mdi-hmi\.csv: no weight of ssim found"):
        run(stage, tmp_path / "model", asked, table)
    assert not (tmp_path / "model").exists()


def test_same_seed_same_bytes_on_any_number_of_cores(stage, trained, tmp_path):
    cores = torch.get_num_threads()
    for threads in (1, 3):
        torch.set_num_threads(threads)
        try:
            again = run(stage, tmp_path / f"threads{threads}")
        finally:
            torch.set_num_threads(cores)
        assert hashes(again) == hashes(trained)
    assert torch.get_num_threads() == cores


def test_another_seed_other_weights(stage, trained, tmp_path):
    sections = settings()
    sections["method"]["seed"] = 4
    assert hashes(run(stage, tmp_path / "model", sections)) != hashes(trained)


@pytest.mark.parametrize("kind", ["highresnet", "onesun"])
def test_bfloat16_learns_too(stage, tmp_path, kind):
    sections = settings(precision="bfloat16", epochs=1)
    sections["network"]["kind"] = kind
    rows = curve(run(stage, tmp_path / "model", sections))
    assert float(rows[1]["validation_loss"]) < float(rows[0]["validation_loss"])
    assert read_json(tmp_path / "model" / "card.json")["precision"] == "bfloat16"


def recipe(**training) -> Recipe:
    """Of a small network and all terms of equation 8."""
    return Recipe(
        network={"kind": "onesun", "channels": 8, "blocks": 1},
        loss={"mse": 1, "gradient": 5, "histogram": 1e-5, "ssim": 5e-4},
        loss_terms={
            "histogram": {"width": 0.15, "limit": 5000, "noise": 60},
            "ssim": {"window": 11, "sigma": 1.5, "data_range": 7000},
        },
        training=TrainingSettings.model_validate({
            "field_scale": 3500, "precision": "float32", "learning_rate": 1e-3, "warmup": 0.0,
            "decay": "cosine", "betas": [0.5, 0.999], "batch": 10, "buffer_frames": 8, "epochs": 1,
            "sampling": {"kind": "patches"}, "clip": None, "augment": True,
        } | training),
        a=0.0,
        b=1.4,
        seed=1,
    )  # fmt: skip


def training_of(stage: Path, processes: int = 1, **changes) -> Training:
    patches = patch_set(stage)
    return Training(recipe(**changes), patches, patches, World(0, processes, CPU))


def test_parts_of_a_batch_give_the_gradient_of_the_whole(stage):
    training = training_of(stage)
    batch = training.samples(in_turn(training.training)[:10])
    network = training.network
    loss, _ = training.loss(network(batch.input), batch.target)
    parameters = list(network.parameters())
    expected = torch.autograd.grad(loss, parameters)
    from onesun.training.passes import side_by_side

    with side_by_side(network, training.loss, torch.float32, training.world) as passes:
        total, _ = passes.learn(batch, 0)
    assert total.item() == pytest.approx(loss.item(), rel=1e-5)
    for parameter, gradient in zip(parameters, expected, strict=True):
        torch.testing.assert_close(parameter.grad, gradient, rtol=1e-4, atol=1e-9)


def test_the_step_falls_along_a_half_cosine_and_rises_before_it(stage):
    training = training_of(stage)
    last = training.batches
    steps = [training.learning_rate(i) for i in (0, last / 2, last)]
    assert steps == pytest.approx([1e-3, 5e-4, 0])
    # Never from nothing, and at its highest where the cosine starts.
    training = training_of(stage, warmup=0.5)
    risen = [training.learning_rate(i) for i in (0, last / 2)]
    assert risen == pytest.approx([1e-3 / (last / 2 + 1), 1e-3])


def test_without_decay_the_step_stays(stage):
    training = training_of(stage, decay="none")
    assert {training.learning_rate(i) for i in range(training.batches)} == {1e-3}
    training = training_of(stage, decay="none", warmup=0.5)
    rates = [training.learning_rate(i) for i in range(training.batches)]
    assert rates[0] < rates[1]
    assert rates[-1] == 1e-3


def test_patches_may_be_flipped_without_exchanging_directions(stage):
    drawn = {}
    for augment in (True, "flips", False):
        jobs = training_of(stage, augment=augment)._jobs(Progress())
        drawn[augment] = [flipped for _, flipped in jobs]
    assert all(flipped is None for flipped in drawn[False])
    for flipped, with_exchange in zip(drawn["flips"], drawn[True], strict=True):
        assert np.array_equal(flipped[:, :3], with_exchange[:, :3])
        assert with_exchange[:, 3].any()
        assert not flipped[:, 3].any()


def test_a_batch_has_a_sample_for_each_process(stage):
    with pytest.raises(ConfigError, match=r"training\.batch: 10 samples found, expected at least"):
        training_of(stage, processes=11)


def test_scores_are_those_of_plain_numpy():
    rng = np.random.default_rng(5)
    target = rng.normal(0, 0.1, (4, 1, 8, 8))
    prediction = target + rng.normal(0.01, 0.05, target.shape)
    target[0, 0, :3] = np.nan
    known = np.isfinite(target)
    whole = Scores.of(torch.from_numpy(prediction), torch.from_numpy(target), 3500.0)
    parts = [
        Scores.of(
            torch.from_numpy(prediction[i : i + 1]), torch.from_numpy(target[i : i + 1]), 3500.0
        )
        for i in range(4)
    ]
    merged = sum(parts, Scores.none(CPU))
    x, y = prediction[known] * 3500, target[known] * 3500
    for scores in (whole, merged):
        assert scores.rmse == pytest.approx(np.sqrt(np.mean((x - y) ** 2)))
        assert scores.correlation == pytest.approx(np.corrcoef(x, y)[0, 1])
    assert np.isnan(Scores.none(CPU).rmse)
    assert np.isnan(Scores.none(CPU).correlation)


def test_precision_follows_the_hardware(monkeypatch):
    assert precision.resolve("float32", CPU) is torch.float32
    assert precision.resolve("bfloat16", CPU) is torch.bfloat16
    for able, expected in ((True, torch.bfloat16), (False, torch.float32)):
        monkeypatch.setattr(
            torch.cpu, "get_capabilities", lambda able=able: {"avx512_bf16": able}, raising=False
        )
        assert precision.resolve("auto", CPU) is expected


# What cannot be trained


def test_loss_that_is_no_number_stops_the_training(stage, tmp_path):
    with pytest.raises(OneSunError, match=r"the loss is no longer a number, .* below 1e\+30"):
        run(stage, tmp_path / "model", learning_rate=1e30)
    assert not (tmp_path / "model").exists()


def test_what_is_missing_is_named(stage, tmp_path):
    with pytest.raises(ConfigError, match=r"--patches: no store of mdi-hmi 2014-01 \(train\)"):
        patch_set(stage, [SplitRow(PAIR, "2014-01", "train", "2014-01-01", "2014-02-01")])
    with pytest.raises(ConfigError, match="--patches: no frame of the set found"):
        patch_set(stage, [SplitRow(PAIR, "2016-07", "train", "2016-07-20", "2016-07-31")])
    with pytest.raises(ConfigError, match=r"--split: no validation month of mdi-hmi found"):
        split.write(tmp_path / "split.csv", ROWS[:1])
        train_command(
            PAIR, "onesun", manifests(stage), tmp_path / "split.csv",
            stage / "calibration.json", json.dumps(settings()), tmp_path / "model",
        )  # fmt: skip
    write_json(tmp_path / "c.json", {"pair": "gong-hmi"})
    with pytest.raises(ConfigError, match=r"c\.json: of pair gong-hmi, expected mdi-hmi"):
        train_command(
            PAIR, "onesun", manifests(stage), stage / "split.csv", tmp_path / "c.json",
            json.dumps(settings()), tmp_path / "model",
        )  # fmt: skip
    sections = settings()
    sections["loss"]["mse"] = -1
    with pytest.raises(ConfigError, match=r"loss\.mse.*-1"):
        run(stage, tmp_path / "model", sections)
    assert not (tmp_path / "model").exists()


def test_months_on_different_grids_are_refused(stage, tmp_path):
    aligned = write_aligned(tmp_path, PAIR, "2014-01", {"20140110_000000_TAI": sun(1)})
    other = write_month(aligned, tmp_path / "2014-01.zarr", GRID, 0.1)
    rows = [*ROWS[:1], SplitRow(PAIR, "2014-01", "train", "2014-01-01", "2014-02-01")]
    with pytest.raises(DamagedProductError, match=r"2014-01\.json: patches on another grid"):
        PatchSet([*manifests(stage), other], rows, 0.5)
