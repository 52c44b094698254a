"""A trained network is loaded: its weights, its card, what calibrates its error; and refused."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from helpers.cards import ERROR_SCALE, save_model
from onesun.errors import DamagedProductError
from onesun.io import locations
from onesun.io.files import sha256, write_json
from onesun.networks import Calibration
from onesun.training import model
from onesun.training.error_scale import ErrorScale

NETWORK = {"kind": "onesun", "channels": 4, "blocks": 1, "error": True}
CALIBRATION = Calibration(0.0, 1.4, 100.0)


@pytest.fixture
def copied(tmp_path):
    """A user's own copy of the package's MDI weights and their card."""
    for suffix in (model.WEIGHTS_SUFFIX, f".{model.CARD}"):
        shutil.copy(locations.resource("weights") / f"mdi-hmi{suffix}", tmp_path / f"own{suffix}")
    return tmp_path / "own.safetensors"


def test_a_users_own_weights_load_by_path(copied):
    assert model.load(copied).digest == model.load("mdi-hmi").digest
    assert model.load(str(copied)).pair == "mdi-hmi"


def test_unknown_and_missing_weights_are_refused(tmp_path):
    with pytest.raises(model.WeightsError, match="'kpvt-hmi': expected one of gong-hmi, mdi-hmi"):
        model.load("kpvt-hmi")
    with pytest.raises(DamagedProductError, match=r"none\.safetensors: missing, expected the"):
        model.load(tmp_path / "none.safetensors")


def changed(copied, **entries) -> None:
    """Other entries in the card of the copy."""
    path = copied.with_name("own.card.json")
    write_json(path, json.loads(path.read_text(encoding="utf-8")) | entries)


def test_weights_whose_bytes_changed_are_refused(copied):
    content = copied.read_bytes()
    copied.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(DamagedProductError, match=r"SHA-256 own\.card\.json gives"):
        model.load(copied)


def test_weights_of_another_network_are_refused(copied):
    network = model.load(copied).card["network"]
    changed(copied, network=network | {"blocks": 3})
    with pytest.raises(DamagedProductError, match="not weights of the network that own"):
        model.load(copied)


def test_a_card_of_something_else_is_refused(copied):
    changed(copied, product="calibration")
    with pytest.raises(DamagedProductError, match="of calibration, expected a model's card"):
        model.load(copied)


@pytest.mark.parametrize("entry", ["pair", "method", "instruments", "ranges", "network", "factor"])
def test_a_card_without_what_is_needed_is_refused(copied, entry):
    path = copied.with_name("own.card.json")
    card = json.loads(path.read_text(encoding="utf-8"))
    write_json(path, {name: value for name, value in card.items() if name != entry})
    with pytest.raises(DamagedProductError, match=rf"own\.card\.json: not a model's .*{entry}"):
        model.load(copied)


def test_bytes_that_are_no_weights_are_refused(copied):
    copied.write_bytes(b"no tensors")
    changed(copied, weights={"sha256": sha256(copied)})
    with pytest.raises(DamagedProductError, match="not readable as safetensors"):
        model.load(copied)


def test_a_missing_card_is_named(copied):
    copied.with_name("own.card.json").unlink()
    with pytest.raises(DamagedProductError, match=r"own\.card\.json: missing"):
        model.load(copied)


def test_an_error_is_calibrated_by_the_card_or_by_the_file_beside_the_weights(tmp_path):
    packed = save_model(tmp_path / "a", NETWORK, CALIBRATION, error_scale=ERROR_SCALE)
    assert model.load(packed).errors == ErrorScale.from_card(ERROR_SCALE)
    trained = save_model(tmp_path / "b", NETWORK, CALIBRATION)
    assert model.load(trained).errors is None
    content = {"product": model.ERRORS_PRODUCT, "error_scale": ERROR_SCALE}
    beside = trained.with_name(model.ERRORS)
    write_json(beside, content | {"weights_sha256": sha256(trained)})
    assert model.load(trained).errors == ErrorScale.from_card(ERROR_SCALE)
    write_json(beside, content | {"weights_sha256": "0" * 64})
    with pytest.raises(DamagedProductError, match="of other weights than"):
        model.load(trained)


def test_a_network_without_an_error_predicts_the_field_alone(tmp_path):
    loaded = model.load(save_model(tmp_path, {"kind": "highresnet", "channels": 4}, CALIBRATION))
    field = np.ones((20, 24), np.float32)
    mean, error = loaded.predict(field, np.zeros_like(field))
    assert (mean.shape, error, loaded.errors) == ((80, 96), None, None)


def test_weights_are_laid_out_once_before_threads_share_them(tmp_path):
    loaded = model.load(save_model(tmp_path, NETWORK | {"channels": 8}, CALIBRATION))
    layers = [each for each in loaded.network.parameters() if each.ndim == 4]
    assert all(each.is_contiguous(memory_format=torch.channels_last) for each in layers)
    places = [each.data_ptr() for each in layers]
    field = np.random.default_rng(1).normal(scale=40, size=(40, 40)).astype(np.float32)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: loaded.predict(field, field * 0)[0], range(8)))
    assert all((each == answers[0]).all() for each in answers)
    assert places == [each.data_ptr() for each in layers]


def test_error_factors_are_interpolated_and_constant_beyond_the_knots():
    halves = [0.8, 1.0], [2.0, 4.0]
    scale = ErrorScale([10, 100], [1.0, 2.0], [0.2, 0.8], [3.0, 1.0], *halves, 5.0, [2], [1.5])
    between = np.sqrt(11 * 101) - 1
    found = scale.by_field(np.array([0, -10, -between, 100, 5000]))
    np.testing.assert_allclose(found, [1, 1, 1.5, 2, 2], rtol=1e-5)
    np.testing.assert_allclose(scale.by_radius(np.array([0, 0.5, 1])), [3, 2, 1], rtol=1e-5)
    fields = np.array([0, between, 900])
    np.testing.assert_allclose(scale.half_68(10.0, fields), [8, 9, 10], rtol=1e-5)
    np.testing.assert_allclose(scale.half_95(10.0, fields), [20, 30, 40], rtol=1e-5)
    assert ErrorScale.from_card(json.loads(json.dumps(scale.for_card()))) == scale


def test_an_error_is_larger_against_readings_with_more_noise():
    scale = ErrorScale([0.0], [1.0], [0.0], [1.0], [1.0], [1.96], 5.0)
    found = scale.for_noise(np.array([7.0, 7.0, 7.0]), np.array([5.0, 6.0, 0.0]))
    # 49 - 25 of noise, of which half the error is the least that is left.
    np.testing.assert_allclose(found, [7.0, np.sqrt(49 + 11), np.sqrt(24)], rtol=1e-6)
    assert scale.for_noise(np.array([5.0]), np.array([0.0]))[0] == 2.5
