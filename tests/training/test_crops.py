"""Crops of whole frames: where they are drawn, what they hold, what never trains."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from helpers.months import GRID, sun
from helpers.trainings import ROWS, curve, hashes, manifests, run, settings, write_stage
from onesun.errors import ConfigError
from onesun.io.files import read_json
from onesun.training import model as models
from onesun.training.crops import Crops
from onesun.training.held_out import held_out
from onesun.training.patchset import PatchSet
from onesun.training.settings import CropSampling, HeldOutTiles

SETTINGS = {"kind": "crops", "size": 32, "margin": 4, "per_frame": 20, "strong": 0.5, "shares": {}}
TILES = {"size": 32, "every": 5}


@pytest.fixture(scope="module")
def stage(tmp_path_factory) -> Path:
    return write_stage(tmp_path_factory.mktemp("stage"))


def patch_set(stage: Path, **options) -> PatchSet:
    return PatchSet(manifests(stage), ROWS[:1], 0.5, **options)


def crops(patches: PatchSet, zero_point: float = 0.0, **changed) -> Crops:
    return Crops(patches, CropSampling(**SETTINGS | changed), 100.0, zero_point, 2, seed=5)


def test_whole_frames_are_those_that_were_cut(stage):
    field, target = sun(2016 + 1)
    given, wanted = patch_set(stage).whole(1)
    np.testing.assert_allclose(given, field, atol=0.051)
    np.testing.assert_allclose(wanted, target, atol=0.051)


def test_an_epoch_holds_as_many_crops_of_each_frame_as_asked_for(stage):
    sampler = crops(patch_set(stage))
    order = sampler.order(1, 0)
    assert len(sampler) == len(order) == 60
    assert np.bincount(order[:, 0]).tolist() == [20, 20, 20]
    again = sampler.order(1, 1)
    assert not set(map(tuple, order)) & set(map(tuple, again))
    assert np.array_equal(order, crops(patch_set(stage)).order(1, 0))


def test_a_month_has_its_share(stage):
    patches = PatchSet(manifests(stage), [*ROWS[:1], ROWS[1]], 0.5)
    order = crops(patches, shares={"2019-06": 0.1}).order(1, 0)
    months = np.array(patches.month_of_frame)[order[:, 0]]
    assert (months == "2019-06").sum() == 8  # of 20 crops a frame, 4 frames
    assert len(order) == 80


def test_crop_is_a_part_of_its_frame_with_a_margin_that_is_not_judged(stage):
    patches = patch_set(stage)
    batch = crops(patches)(np.array([[1, 3], [1, 4], [2, 0]]))
    assert batch.input.shape == (3, 2, 32, 32)
    assert batch.target.shape == (3, 1, 128, 128)
    given, wanted = patches.whole(1)
    location = patches.whole_location()
    for index in (0, 1):
        place = _find(location, batch.input[index, 1].numpy())
        rows, columns = (slice(at, at + 32) for at in place)
        found = batch.input[index, 0].numpy() * 100
        np.testing.assert_allclose(found, np.nan_to_num(given[rows, columns]), atol=1e-3)
        rows, columns = (slice(4 * at, 4 * at + 128) for at in place)
        expected = wanted[rows, columns].copy()
        expected[:16] = expected[-16:] = expected[:, :16] = expected[:, -16:] = np.nan
        np.testing.assert_allclose(batch.target[index, 0].numpy() * 100, expected, atol=1e-3)


def _find(frame: np.ndarray, part: np.ndarray) -> tuple[int, int]:
    windows = np.lib.stride_tricks.sliding_window_view(frame, part.shape)
    away = np.abs(windows - part).sum(axis=(2, 3))
    return np.unravel_index(int(away.argmin()), away.shape)


def test_strong_field_is_drawn_more_often(stage):
    patches = patch_set(stage)
    places = np.stack([np.zeros(200, int), np.arange(200)], axis=1)
    strength = [
        float(np.nanmean(np.abs(crops(patches, strong=share)(places).target.numpy())))
        for share in (0.0, 1.0)
    ]
    assert strength[1] > 1.2 * strength[0]


def test_flips_turn_input_and_target_alike(stage):
    sampler, place = crops(patch_set(stage), zero_point=-35.0), np.array([[1, 3]])
    straight = sampler(place)
    turned = sampler(place, np.array([[False, True, False, True]]))
    for field in ("input", "target"):
        expected = getattr(straight, field).transpose(-1, -2).flip(-2)
        torch.testing.assert_close(getattr(turned, field), expected, equal_nan=True)


def test_held_out_tiles_train_nothing(stage):
    mask = held_out(HeldOutTiles(**TILES), GRID.input_size, 16)
    assert mask.mean() == 3 / 16  # of 4 x 4 tiles
    patches = patch_set(stage, held_out_tiles=HeldOutTiles(**TILES))
    _, wanted = patches.whole(0)
    assert np.isnan(wanted[np.repeat(np.repeat(mask, 4, 0), 4, 1)]).all()
    assert np.isfinite(wanted).any()
    of_patches = mask[::16, ::16].ravel()
    assert not of_patches[patches.patches].any()
    assert len(patches.patches) < len(patch_set(stage).patches)
    places = np.stack([np.zeros(50, int), np.arange(50)], axis=1)
    batch = crops(patches)(places)
    assert 0.3 < float(torch.isnan(batch.target).double().mean()) < 0.95
    assert torch.isfinite(batch.input).all()  # context is seen, only not judged


def test_what_does_not_fit_is_refused(stage):
    patches = patch_set(stage)
    with pytest.raises(ConfigError, match=r"crops of 200 with a margin of 4 input pixels found"):
        crops(patches, size=200)
    with pytest.raises(ConfigError, match="margin below half of a crop"):
        crops(patches, margin=16)
    with pytest.raises(ConfigError, match="month 2011-12 found, expected a training month, one of"):
        crops(patches, shares={"2011-12": 0.5})
    with pytest.raises(ConfigError, match=r"held_out_tiles\.size: 24 found, expected a multiple"):
        held_out(HeldOutTiles(size=24, every=3), 128, 16)


def crop_training(**more) -> dict:
    sections = settings(
        sampling=SETTINGS, held_out_tiles=TILES, clip=0.5, validation_frames=1, batch=8, **more
    )
    sections["network"]["error"] = True
    sections["loss"]["likelihood"] = 1e-4
    return sections


def test_network_with_an_error_learns_both_from_crops(stage, tmp_path):
    out = run(stage, tmp_path / "model", crop_training(epochs=6, learning_rate=5e-3))
    rows = curve(out)
    assert float(rows[-1]["validation_rmse"]) < float(rows[0]["validation_rmse"])
    assert float(rows[-1]["validation_likelihood"]) < float(rows[0]["validation_likelihood"])
    model = models.load(out / "weights.safetensors")
    assert model.network.error
    assert model.errors is None
    assert model.input_instrument == "mdi"
    assert model.card["ranges"]["field"] == pytest.approx(
        max(np.nanmax(np.abs(sun(2016 + day)[0])) for day in range(3)), abs=0.06
    )
    field, radius = sun(2016)[0], GRID.radius("input")
    mean, error = model.predict(field, radius)
    assert mean.shape == error.shape == (GRID.target_size, GRID.target_size)
    assert (error > 0).all()


def test_crops_give_the_same_bytes_on_any_number_of_cores(stage, tmp_path):
    found = []
    before = torch.get_num_threads()
    try:
        for threads in (1, 3):
            torch.set_num_threads(threads)
            found.append(hashes(run(stage, tmp_path / f"{threads}", crop_training())))
    finally:
        torch.set_num_threads(before)
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("error", "likelihood", "sentence"),
    [
        (True, 0, r"network\.error: true found, expected false, or a weight of likelihood"),
        (False, 1e-4, r"loss\.likelihood: weight 0\.0001 found, expected none"),
    ],
)
def test_error_and_likelihood_go_together(stage, tmp_path, error, likelihood, sentence):
    sections = crop_training()
    sections["network"]["error"] = error
    sections["loss"]["likelihood"] = likelihood
    with pytest.raises(ConfigError, match=sentence):
        run(stage, tmp_path / "model", sections)
    assert not (tmp_path / "model").exists()


def test_card_says_how_it_was_trained(stage, tmp_path):
    card = read_json(run(stage, tmp_path / "model", crop_training(epochs=1)) / "card.json")
    assert card["training"]["sampling"] == SETTINGS
    assert card["training"]["held_out_tiles"] == TILES
    assert card["instruments"] == {"input": "mdi", "target": "hmi"}
    assert card["grid"]["factor"] == 4
