"""From known Suns to weights with scores: the stages of ``onesun release``."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
import torch

from onesun import instruments
from onesun.convert import release
from onesun.errors import ConfigError, DamagedProductError
from onesun.release import errors, inputs, page, realisations, score, stage, tallies
from onesun.release import recipe as recipes
from onesun.release.crops import Crops
from onesun.release.errors import Residuals
from onesun.release.loss import loss_of
from onesun.release.recipe import Loss
from onesun.release.suns import REGIONS, judged, side_by_side
from onesun.release.target_noise import target_noise
from onesun.release.tiles import held_out, training_mask
from onesun.release.training import learning_rate
from onesun.statistics.comparison import Comparison, Disk
from small_release import MONTHS, PAIR, known_suns, simulated, small_recipe


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Recipe and manifest of small realisations."""
    recipe = small_recipe()
    with pytest.MonkeyPatch.context() as patch:
        manifest = simulated(tmp_path_factory.mktemp("release"), patch, recipe)
    return recipe, manifest


def test_the_packages_recipe_is_valid_and_an_unknown_key_is_named(tmp_path):
    assert set(recipes.load().inputs.pairs) == {"mdi-hmi", "gong-hmi"}
    path = tmp_path / "recipe.yaml"
    path.write_text("seed: 1\nsteps: 3\n")
    with pytest.raises(ConfigError, match=r"recipe\.yaml: "):
        recipes.load(path)
    path.write_text("seed: [")
    with pytest.raises(ConfigError, match="not readable as YAML"):
        recipes.load(path)
    with pytest.raises(ConfigError, match="missing"):
        recipes.load(tmp_path / "none.yaml")
    with pytest.raises(ConfigError, match="--pair: sun-moon found, expected one of gong-hmi, mdi-"):
        recipes.load().pair("sun-moon")


def test_an_input_has_the_gain_and_the_noise_that_were_drawn():
    recipe = small_recipe()
    grid, record = recipe.common_grid(), instruments.load("mdi")
    settings = recipe.pair(PAIR)
    flat = np.where(grid.radius("target") < 1, np.float32(200), np.float32(np.nan))
    rng = np.random.default_rng(3)
    drawn = inputs.draw(settings, recipe.inputs, record, rng)
    assert 30 <= drawn.fwhm <= 50
    assert 60 <= drawn.noise <= 90
    assert drawn.header != drawn.true
    field = inputs.record_input(flat, drawn, record, grid, rng)
    middle = field[grid.radius("input") < 0.5]
    # An input pixel averages over this many of the detector's.
    averaged = grid.input_scale / drawn.true.scale * (drawn.true.dsun / 1.495978707e11) ** -1
    assert middle.mean() == pytest.approx(200 * drawn.gain, rel=0.01)
    assert middle.std() == pytest.approx(drawn.noise / averaged, rel=0.25)
    assert np.isnan(field[grid.radius("input") >= 1]).all()


def test_regions_lie_side_by_side_and_only_their_insides_are_judged():
    grid = recipes.load().common_grid()
    fields = [np.full((200, 300), 50.0), np.full((150, 100), -20.0)]
    disk = side_by_side(fields, grid)
    assert (disk == 50).sum() == 200 * 300
    assert (disk == -20).sum() == 150 * 100
    inside = judged(REGIONS, disk)
    assert inside.sum() == (200 - 48) * (300 - 48) + (150 - 48) * (100 - 48)
    assert (disk[inside] != 0).all()
    assert judged("2001-01", disk).sum() == np.isfinite(disk).sum()


def test_realisations_are_those_of_the_seed_and_one_may_be_left_out(made, tmp_path, monkeypatch):
    recipe, manifest = made
    again = simulated(tmp_path, monkeypatch, recipe)
    first, second = (json.loads(path.read_text()) for path in (manifest, again))
    assert first["files"] == second["files"]
    names = [sun.name for sun in realisations.load(manifest, PAIR)]
    assert names == [*MONTHS, REGIONS]
    assert MONTHS[1] not in [
        sun.name for sun in realisations.load(manifest, PAIR, without=MONTHS[1])
    ]
    with pytest.raises(ConfigError, match="--leave-out: 1999-01 found, expected one of 2001-01"):
        realisations.load(manifest, PAIR, without="1999-01")
    with pytest.raises(ConfigError, match="realisations of mdi-hmi, expected gong-hmi"):
        realisations.load(manifest, "gong-hmi")


def test_held_out_tiles_and_frames_never_count_in_a_crop(made):
    recipe, manifest = made
    grid = recipe.common_grid()
    suns = realisations.load(manifest, PAIR)
    mask = training_mask(recipe.held_out_tiles, grid)
    tiles = held_out(recipe.held_out_tiles, grid)
    assert 0 < (~mask).sum() == len(tiles) * 64
    for sun in suns:
        sun.target[np.repeat(np.repeat(~mask, 4, axis=0), 4, axis=1)] = 1e6
        frames = np.array(sun.inputs)
        frames[recipe.inputs.frames - recipe.inputs.held_out :] = 1e6
        object.__setattr__(sun, "inputs", frames)
    crops = Crops(suns, recipe, grid)
    for step in range(20):
        batch = crops.batch(1, step)
        assert batch.given[:, 0].abs().max() * recipe.field_scale < 1e5
        assert batch.target[batch.judged].abs().max() < 1e5
        assert batch.judged.any()
        again = crops.batch(1, step)
        assert torch.equal(batch.given, again.given)
        assert torch.equal(batch.target, again.target)


def test_a_turned_crop_shows_the_same_place_in_input_and_target(made):
    recipe, manifest = made
    crops = Crops(realisations.load(manifest, PAIR), recipe, recipe.common_grid())
    given, target = [], []
    for step in range(10):
        batch = crops.batch(2, step)
        inside = torch.nn.functional.avg_pool2d(batch.judged.float(), 4) == 1
        given.append(batch.given[:, :1][inside])
        target.append(torch.nn.functional.avg_pool2d(batch.target, 4)[inside])
    both = torch.stack([torch.cat(given), torch.cat(target)])
    assert torch.corrcoef(both)[0, 1] > 0.9


@pytest.mark.parametrize("kind", ["decoupled", "beta"])
def test_the_likelihood_is_best_at_the_size_of_the_residual(kind):
    target, judged_ = torch.full((1, 1, 8, 8), 20.0), torch.ones(1, 1, 8, 8, dtype=torch.bool)
    losses = {}
    for error in (10.0, 20.0, 40.0):
        answer = torch.stack([torch.zeros(1, 8, 8), torch.full((1, 8, 8), np.log(error))], dim=1)
        answer.requires_grad_(True)
        loss = loss_of(answer, target, judged_, 100.0, Loss(kind=kind, gradient=0.0))
        loss.backward()
        losses[error] = answer.grad[:, 1].sum()
    assert losses[10.0] < 0 < losses[40.0]
    assert abs(losses[20.0]) < 1e-6


def test_a_decoupled_mean_learns_as_if_there_were_no_error():
    settings = Loss(kind="decoupled", gradient=1.0)
    target = torch.arange(64.0).reshape(1, 1, 8, 8)
    judged_ = torch.ones(1, 1, 8, 8, dtype=torch.bool)
    gradients = []
    for error in (1.0, 50.0):
        answer = torch.stack([torch.ones(1, 8, 8), torch.full((1, 8, 8), np.log(error))], dim=1)
        answer.requires_grad_(True)
        loss_of(answer, target, judged_, 100.0, settings).backward()
        gradients.append(answer.grad[:, 0])
    assert torch.allclose(*gradients)


def test_calibration_undoes_what_depends_on_field_and_radius():
    rng = np.random.default_rng(5)
    size = 300_000
    field = rng.laplace(scale=60, size=size)
    radius = np.sqrt(rng.uniform(0, 1, size))
    true = 5 + 0.2 * np.abs(field)
    target = field + true * rng.standard_normal(size)
    told = true / (1.5 + 0.3 * radius**4) / np.where(np.abs(field) > 100, 0.7, 1.0)
    noise = np.full(size, 5)
    found = Residuals(*(part.astype(np.float32) for part in (field, told, target, radius, noise)))
    settings = recipes.load().errors
    scale = errors.calibrate([found], settings)
    wide = scale.wide(found.field)
    before = errors.coverage(found, found.error, wide, settings)
    after = errors.coverage(found, found.scaled(scale), wide, settings)
    assert before[0]["68"] < 60
    for row in after:
        if row["by"] != "target" and row["pixels"] > 2000:
            assert row["68"] == pytest.approx(68.3, abs=2.5), row
            assert row["95"] == pytest.approx(95.0, abs=1.5), row
            assert row["normal"] == pytest.approx(95.0, abs=1.5), row
    assert sum(row["pixels"] for row in after if row["by"] == "field") == size


def test_long_tails_widen_the_wide_interval_alone():
    rng = np.random.default_rng(6)
    size = 50_000
    ones = np.ones(size, dtype=np.float32)
    misfit = rng.laplace(size=size).astype(np.float32)
    found = Residuals(5 * ones, ones, 5 + misfit, 0.4 * ones, 0 * ones)
    settings = recipes.load().errors
    scale = errors.calibrate([found], settings)
    # Of a Laplace distribution of width 1: -ln(1 - share).
    assert scale.by_field(np.array([5.0]))[0] == pytest.approx(1.148, rel=0.03)
    assert scale.wide(np.array([5.0]))[0] == pytest.approx(2.996 / 1.148, rel=0.03)
    row = errors.coverage(found, found.scaled(scale), scale.wide(found.field), settings)[0]
    assert row["68"] == pytest.approx(68.3, abs=0.5)
    assert row["95"] == pytest.approx(95, abs=0.5)
    assert row["normal"] < 93


def test_suns_weigh_the_same_in_a_bin():
    settings = recipes.load().errors
    parts = []
    for size, width in ((40_000, 1.0), (1_000, 3.0), (50, 100.0)):
        ones = np.ones(size, dtype=np.float32)
        misfit = np.linspace(0, width, size, dtype=np.float32)
        parts.append(Residuals(200 * ones, ones, 200 + misfit, 0.4 * ones, 0 * ones))
    scale = errors.calibrate(parts, settings)
    # Half the weight spreads evenly to 1, half to 3; the last Sun has too few pixels.
    assert scale.by_field(np.array([200.0]))[0] == pytest.approx(3 * (2 * 0.6827 - 1), rel=0.02)


def test_each_sun_is_judged_with_the_noise_of_its_own_target():
    settings = recipes.load().errors
    rng = np.random.default_rng(7)
    parts = []
    for noise in (4.0, 7.0):
        ones = np.ones(40_000, dtype=np.float32)
        misfit = rng.normal(scale=np.hypot(3.0, noise), size=ones.size).astype(np.float32)
        parts.append(Residuals(5 * ones, 6 * ones, 5 + misfit, 0.4 * ones, noise * ones))
    scale = errors.calibrate(parts, settings)
    assert scale.target_noise == pytest.approx(np.sqrt((16 + 49) / 2))
    for part in parts:
        row = errors.coverage(part, part.scaled(scale), scale.wide(part.field), settings)[0]
        assert row["68"] == pytest.approx(68.3, abs=1)
        assert row["95"] == pytest.approx(95, abs=1)
    # Without it, one of them would have too much and the other too little.
    told = 6 * scale.by_field(parts[0].field) * scale.by_radius(parts[0].radius)
    shares = [np.mean(np.abs(part.target - part.field) <= told) for part in parts]
    assert shares[0] > 0.75 > 0.65 > shares[1]


def test_tiles_that_trained_nothing_have_the_last_word():
    settings = recipes.load().errors
    rng = np.random.default_rng(9)

    def seen(width):
        ones = np.ones(40_000, dtype=np.float32)
        misfit = rng.normal(scale=width, size=ones.size).astype(np.float32)
        return Residuals(5 * ones, ones, 5 + misfit, 0.4 * ones, 3 * ones)

    scale = errors.calibrate([seen(4.0), seen(4.0)], settings)
    unseen = seen(4.4)
    wider = errors.widened(scale, [unseen])
    row = errors.coverage(unseen, unseen.scaled(wider), wider.wide(unseen.field), settings)[0]
    assert row["68"] == pytest.approx(68.3, abs=0.1)
    assert row["95"] == pytest.approx(95, abs=0.6)
    better = errors.widened(scale, [seen(3.0)])
    assert better.field_factors == scale.field_factors
    assert better.wide_factors == scale.wide_factors


def test_the_noise_of_a_target_is_the_width_of_its_weak_fields():
    grid = small_recipe().common_grid()
    on_disk = grid.radius("target") < 1
    rng = np.random.default_rng(8)
    field = rng.normal(scale=4.7, size=on_disk.shape).astype(np.float32)
    field[:80] += 300
    sun = realisations.Sun("2001-01", np.where(on_disk, field, np.nan), on_disk, None, [])
    assert target_noise(sun, 10.0) == pytest.approx(4.7, rel=0.02)


def test_scores_are_those_of_the_pixels():
    rng = np.random.default_rng(2)
    grid = small_recipe().common_grid()
    settings = small_recipe().scores
    disk = Disk(grid, settings.within_radius)
    _, target = known_suns(grid)[0]
    guess = target + rng.normal(scale=15, size=target.shape).astype(np.float32)
    tally = tallies.tally(Comparison(disk, "frame", target, guess, 1.0), settings)
    found = dict(zip(tallies.SCORES, tallies.scores(tally.sum(axis=0)), strict=True))
    known = np.isfinite(target)
    difference = (guess - target)[known]
    assert found["rmse"] == pytest.approx(np.sqrt((difference**2).mean()), rel=1e-5)
    assert found["correlation"] == pytest.approx(np.corrcoef(guess[known], target[known])[0, 1])
    assert found["extremes"] > 0
    worse = tallies.tally(Comparison(disk, "frame", target, target * 0.5, 1.0), settings)
    counted = {"bar": tally[None], "half": worse[None]}
    rows = tallies.compare(counted, "bar", settings)
    assert rows["bar"]["rmse"]["gain"] == 0
    low, high = rows["half"]["rmse"]["interval"]
    assert low < rows["half"]["rmse"]["value"] < high
    doubled = tallies.compare(tallies.together([counted, counted]), "bar", settings)
    assert doubled["half"]["rmse"]["value"] == pytest.approx(rows["half"]["rmse"]["value"])


def test_the_step_rises_and_falls():
    settings = small_recipe(steps=100, warmup=0.1, learning_rate=1e-2).training
    steps = [learning_rate(settings, step) for step in range(100)]
    assert max(steps) == pytest.approx(1e-2, rel=0.01)
    assert steps[0] < 2e-3
    assert steps[-1] < 1e-4


def test_from_suns_to_a_page(made, tmp_path):
    recipe, manifest = made
    folds, shipped = tmp_path / "folds", tmp_path / "weights"
    for month in MONTHS:
        stage.train(PAIR, manifest, recipe, folds / month, month, seed=1)
    stage.train(PAIR, manifest, recipe, shipped, None, seed=1)
    loaded = release.load(shipped / f"{PAIR}.safetensors")
    assert loaded.card["suns"] == [*MONTHS, REGIONS]
    assert loaded.card["left_out"] is None
    assert loaded.card["training"]["curve"][-1][1] < loaded.card["training"]["curve"][0][1]

    score.score(PAIR, manifest, folds, recipe, shipped / f"{PAIR}.scores.json")
    found = json.loads((shipped / f"{PAIR}.scores.json").read_text())
    assert set(found["suns"]) == set(MONTHS)
    methods = found["together"]["methods"]
    assert methods["network"]["rmse"]["value"] < methods["raw"]["rmse"]["value"]
    assert found["together"]["coverage"][0]["by"] == "all"

    card = shipped / f"{PAIR}.card.json"
    before = json.loads(card.read_text())
    stage.calibrate(shipped / f"{PAIR}.safetensors", manifest, recipe.errors)
    assert json.loads(card.read_text()) == before

    page.write_page(shipped, tmp_path / "weights.md")
    text = (tmp_path / "weights.md").read_text()
    assert loaded.digest in text
    assert f"{methods['network']['correlation']['value']:.3f} [" in text
    assert "2001-02: 68 %" in text

    shutil.copytree(folds / MONTHS[0], folds / MONTHS[1], dirs_exist_ok=True)
    with pytest.raises(ConfigError, match="that left out 2001-01, expected 2001-02"):
        score.score(PAIR, manifest, folds, recipe, tmp_path / "none.json")


def test_a_page_needs_scores_of_the_same_realisations(made, tmp_path):
    with pytest.raises(release.WeightsError, match="expected at least one"):
        page.write_page(tmp_path, tmp_path / "weights.md")
    recipe, manifest = made
    stage.train(PAIR, manifest, recipe.model_copy(
        update={"training": recipe.training.model_copy(update={"steps": 2})}
    ), tmp_path, None, seed=1)  # fmt: skip
    with pytest.raises(DamagedProductError, match="missing"):
        page.write_page(tmp_path, tmp_path / "weights.md")
