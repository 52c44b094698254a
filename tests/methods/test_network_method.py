"""A trained network on whole frames: no seams, the limb, and what it refuses to load."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from helpers.cards import save_small
from helpers.months import GRID, sun
from onesun.errors import ConfigError, DamagedProductError, UntrustedFrameError
from onesun.geometry.grid import Grid
from onesun.io.files import read_json, sha256, write_json
from onesun.methods import Method, Sources, load
from onesun.methods.bicubic import BicubicMethod
from onesun.methods.network import NetworkMethod
from onesun.training import model


@pytest.fixture(scope="module")
def weights(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("models")
    return {kind: save_small(folder / kind, kind, spread=0.05) for kind in ("onesun", "highresnet")}


@pytest.mark.parametrize("kind", ["onesun", "highresnet"])
def test_no_seams_whatever_the_tiles(weights, kind):
    field, _ = sun(1)
    size = GRID.input_size
    whole = NetworkMethod(weights[kind], GRID, tile=size).predict(field)
    assert np.nanstd(whole) > 1
    for tile in (16, 48, 100):
        tiled = NetworkMethod(weights[kind], GRID, tile=tile).predict(field)
        np.testing.assert_allclose(tiled, whole, atol=1e-3, rtol=0)


def test_tiles_are_what_the_network_gives_for_the_frame(weights):
    field, _ = sun(2)
    radius = GRID.radius("input")
    channels = np.stack([np.nan_to_num(field) / 3500, np.where(radius < 1, radius, 0)])
    network = model.load(weights["onesun"]).network
    expected = network(torch.from_numpy(channels)[None].float())[0, 0].numpy() * 3500
    inside = GRID.radius("target") < 1
    found = NetworkMethod(weights["onesun"], GRID).predict(field)
    np.testing.assert_allclose(found[inside], expected[inside], atol=1e-3)


def test_nan_exactly_off_the_disk_and_gaps_are_filled(weights):
    method = load({"kind": "network"}, GRID, Sources(weights=weights["onesun"]))
    assert isinstance(method, Method)
    field, _ = sun(3)
    field[60:63, 60:64] = np.nan  # a gap on the disk
    before = field.copy()
    prediction = method.predict(field)
    assert prediction.shape == (GRID.target_size,) * 2
    assert prediction.dtype == np.float32
    assert np.array_equal(np.isnan(prediction), GRID.radius("target") >= 1)
    assert np.array_equal(field, before, equal_nan=True)
    assert np.array_equal(prediction, method.predict(field), equal_nan=True)


def test_untrained_default_network_is_the_calibrated_bicubic_input(tmp_path):
    path = save_small(tmp_path / "model", "onesun", spread=0.0)
    field, _ = sun(4)
    found = NetworkMethod(path, GRID).predict(field)
    expected = BicubicMethod(GRID, 1.4).predict(field + np.float32(2.0))
    inner = GRID.radius("target") < 0.95  # nearer the limb, one sees 0 off the disk
    np.testing.assert_allclose(found[inner], expected[inner], atol=2e-3)


def test_same_values_on_any_number_of_cores(weights):
    field, _ = sun(5)
    cores = torch.get_num_threads()
    found = []
    for threads in (1, 3):
        torch.set_num_threads(threads)
        try:
            found.append(NetworkMethod(weights["highresnet"], GRID, tile=32).predict(field))
        finally:
            torch.set_num_threads(cores)
    assert np.array_equal(*found, equal_nan=True)


def test_frames_it_cannot_use_are_refused(weights):
    method = NetworkMethod(weights["onesun"], GRID)
    with pytest.raises(UntrustedFrameError, match=r"input: \(64, 64\) pixels, expected \(128, 128"):
        method.predict(np.zeros((64, 64), np.float32))
    with pytest.raises(UntrustedFrameError, match="no pixel has a value"):
        method.predict(np.full((GRID.input_size,) * 2, np.nan, np.float32))


def test_weights_of_another_factor_are_refused(weights):
    grid = Grid(GRID.target_size, GRID.target_scale, factor=2, patch=32)
    with pytest.raises(ConfigError, match="a network of factor 4, expected 2"):
        NetworkMethod(weights["onesun"], grid)


def test_damaged_models_are_refused(tmp_path):
    path = save_small(tmp_path / "model", "onesun", spread=0.1)
    content = path.read_bytes()
    path.write_bytes(content[:-8])
    with pytest.raises(DamagedProductError, match=r"not the weights whose SHA-256 card\.json"):
        NetworkMethod(path, GRID)
    described = read_json(path.with_name("card.json"))
    write_json(path.with_name("card.json"), described | {"weights": {"sha256": sha256(path)}})
    with pytest.raises(DamagedProductError, match="not readable as safetensors"):
        NetworkMethod(path, GRID)
    path.write_bytes(content)
    other = described | {"network": {**described["network"], "channels": 8}}
    write_json(path.with_name("card.json"), other)
    with pytest.raises(DamagedProductError, match=r"not weights of the network that card\.json"):
        NetworkMethod(path, GRID)
    write_json(path.with_name("card.json"), {"factor": 4})
    with pytest.raises(DamagedProductError, match=r"card\.json: not a model's card"):
        NetworkMethod(path, GRID)
    path.unlink()
    with pytest.raises(DamagedProductError, match=r"weights\.safetensors: missing"):
        NetworkMethod(path, GRID)
    path.write_bytes(content)
    path.with_name("card.json").unlink()
    with pytest.raises(DamagedProductError, match=r"card\.json: missing"):
        NetworkMethod(path, GRID)
