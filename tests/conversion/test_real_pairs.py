"""The evaluation on two real pairs of MDI and HMI, on pairs made for it: what it measures."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from scipy import ndimage

from helpers.cards import ERROR_SCALE, save_model
from onesun.geometry.psf import FWHM_PER_SIGMA
from onesun.networks import Calibration

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "real_pairs.py"
MOVED = (-3.0, 2.0)  # crop pixels along x and y, from HMI to MDI
SMALL = {"kind": "onesun", "channels": 4, "blocks": 1, "error": True}
MDI = Calibration(a=0.0, b=1.4, field_scale=100.0)


@pytest.fixture
def script(monkeypatch):
    spec = importlib.util.spec_from_file_location("real_pairs", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "real_pairs", module)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def evaluate(script, monkeypatch, capsys):
    """Call it; its exit code, and its output line by line, rows of the table as lists of cells."""

    def run(*weights: object) -> tuple[int, list]:
        monkeypatch.setattr(sys, "argv", ["real_pairs", *map(str, weights)])
        code = script.main()
        out = capsys.readouterr()
        lines = (out.out + out.err).splitlines()
        return code, [
            [cell.strip() for cell in line.strip("| ").split("|")] if "|" in line else line
            for line in lines
        ]

    return run


@pytest.fixture
def pairs(script, tmp_path, monkeypatch) -> Path:
    """Two pairs whose MDI is HMI, blurred, 1.4 times as strong and moved."""
    folder = tmp_path / "pairs"
    folder.mkdir()
    for seed, time in enumerate(script.TIMES):
        noise = np.random.default_rng(seed).standard_normal((256, 256))
        hmi = 3000 * ndimage.gaussian_filter(noise, 3)
        optics = script.OPTICS / script.PLATE_SCALE / FWHM_PER_SIGMA
        seen = ndimage.shift(1.4 * ndimage.gaussian_filter(hmi, optics), MOVED[::-1])
        for name, field in (("hmi", hmi), ("mdi", seen)):
            fits.writeto(folder / f"{name}_{time}.fits", field.astype(np.float32))
    monkeypatch.setattr(script, "PAIRS", folder)
    return folder


def test_without_the_pairs_a_sentence_says_so(evaluate, script, tmp_path, monkeypatch):
    monkeypatch.setattr(script, "PAIRS", tmp_path / "nowhere")
    code, lines = evaluate()
    assert code == 0
    assert lines == ["../shared/real/pairs: not found; without the real pairs nothing is evaluated"]


def test_pairs_are_registered_to_a_fraction_of_a_pixel(script, pairs):
    for time in script.TIMES:
        pair = script.registered(time)
        expected = np.array(MOVED) * script.PLATE_SCALE / script.GRID.target_scale
        np.testing.assert_allclose(pair.shift, expected, atol=0.05)
        assert pair.alike > 0.99


def test_what_has_not_learnt_yet_is_as_good_as_bicubic(evaluate, pairs, tmp_path):
    weights = save_model(tmp_path / "model", SMALL, MDI, error_scale=ERROR_SCALE)
    code, lines = evaluate(weights)
    assert code == 0
    table = [line for line in lines if isinstance(line, list)][2:]
    assert [row[1] for row in table] == 2 * ["the crop", "bicubic", str(weights)]
    for row, baseline in ((table[2], table[1]), (table[5], table[4])):
        assert row[2:5] == baseline[2:5]
        assert 0 < float(row[5]) < float(row[6]) <= 100
        assert baseline[5:] == ["—", "—"]


def test_errors_are_counted_as_they_are_stated_or_not_at_all(evaluate, pairs, tmp_path):
    stated = save_model(tmp_path / "stated", SMALL, MDI)
    without = save_model(tmp_path / "without", SMALL | {"error": False}, MDI)
    _, lines = evaluate(stated, without)
    table = {row[1]: row for row in lines if isinstance(row, list)}
    assert table[str(stated)][6].endswith("(not calibrated)")
    assert table[str(without)][5:] == ["no error", "—"]
    assert table[str(without)][2:5] == table[str(stated)][2:5]


def test_weights_of_another_instrument_are_refused(evaluate, pairs, tmp_path):
    weights = save_model(tmp_path / "gong", SMALL, MDI, pair="gong-hmi")
    assert evaluate(weights) == (
        2,
        [
            f"real_pairs: {weights}: takes frames of gong by a factor of 4, "
            "expected weights for mdi and 4"
        ],
    )
