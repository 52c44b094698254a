"""Answers made of the target: what measures have to say, and what catches each kind of cheating."""

from __future__ import annotations

import numpy as np
import pytest

from helpers.benchmarks import STAMPS
from onesun.benchmark import compare, known
from onesun.benchmark.families import FAMILIES
from onesun.benchmark.reading import Answer


@pytest.fixture(scope="module")
def table(small) -> dict[str, dict[str, float]]:
    """Values by known answer and measure."""
    cases = [small.case(Answer, index) for index in range(len(STAMPS))]
    found = compare.compare(known.judged(small.definition, cases), "none")
    return {name: {key: row[name].value for key, (_, row) in found.items()} for name in known.KNOWN}


def test_a_perfect_submission_is_perfect(table, small):
    perfect = table["perfect"]
    for key in ("rmse", "gradient", "extremes", "spectral_distance", "omission", "hallucination"):
        assert perfect[key] == pytest.approx(0, abs=1e-5), key
    for key in ("correlation[disk]", "slope", "power_coarse", "coherence_fine"):
        assert perfect[key] == pytest.approx(1, abs=1e-6), key
    assert perfect["improvement"] == 100
    assert perfect["crps"] == 0
    biases = [key for key in perfect if key.endswith(("_bias", "_error")) or key.startswith("cap")]
    assert len(biases) > 12
    assert all(perfect[key] == pytest.approx(0, abs=1e-9) for key in biases)
    # The input is its block mean and noise, which the optics of the record blur more.
    assert perfect["consistency_slope"] == pytest.approx(1, abs=0.15)


def test_the_right_error_is_told_from_half_of_it(table):
    right, half = table["noise-right"], table["noise-half"]
    for level, promised, found in ((50, 50, 26.4), (68, 68.27, 38.3), (95, 95, 67.3)):
        assert right[f"coverage_{level}"] == pytest.approx(promised, abs=0.5)
        assert half[f"coverage_{level}"] == pytest.approx(found, abs=0.5)
    assert right["spread_skill"] == pytest.approx(1, abs=0.01)
    assert half["spread_skill"] == pytest.approx(0.5, abs=0.01)
    assert right["pit"] < 0.1 < half["pit"]
    assert right["block_16_68"] == pytest.approx(68.27, abs=4)
    assert half["block_16_inflation"] == pytest.approx(2, abs=0.15)
    assert half["interval_score"] > right["interval_score"]
    assert half["crps"] > right["crps"]
    # The fields are the same: no other family can tell.
    assert half["rmse"] == right["rmse"]


def test_a_shift_is_seen_by_all_that_compares_pixels_and_not_by_the_spectrum(table):
    one, four = table["shifted-1"], table["shifted-4"]
    assert one["power_fine"] == pytest.approx(1, abs=0.05)
    assert table["perfect"]["coherence_fine"] - one["coherence_fine"] > 0.05
    assert one["hallucination"] > 5
    # A shift of one pixel is forgiven where it should be, one of four is not.
    assert one["hallucination_near"] < 0.1 * one["hallucination"]
    assert four["hallucination_near"] > 0.3 * four["hallucination"]
    assert four["rmse"] > one["rmse"]
    assert abs(one["disk_flux_bias"]) < 1


def test_a_blurred_field_loses_structure_and_nothing_else(table):
    blurred = table["blurred"]
    assert blurred["power_fine"] < 0.1
    assert blurred["spectral_distance"] > 3
    assert blurred["omission"] > 3
    assert abs(blurred["disk_flux_bias"]) > 1
    assert blurred["slope"] < 0.95


def test_invented_and_removed_regions_are_caught(table):
    moved, perfect = table["regions"], table["perfect"]
    assert moved["hallucination"] > 3
    assert moved["consistency_noise"] > 1.5 * perfect["consistency_noise"]
    # The boxes are the target's: what was removed is missing there.
    assert moved["flux_error"] > 5
    assert moved["correlation[disk]"] < 0.99


def test_a_scale_is_told_in_the_unit_of_each_measure(table):
    scaled, perfect = table["scaled"], table["perfect"]
    assert scaled["slope"] == pytest.approx(1.1, rel=1e-5)
    assert scaled["correlation[disk]"] == pytest.approx(1, abs=1e-6)
    assert scaled["power_middle"] == pytest.approx(1.21, rel=1e-4)
    assert scaled["consistency_slope"] == pytest.approx(perfect["consistency_slope"] / 1.1, 1e-5)
    assert scaled["flux_bias"] == pytest.approx(10, abs=1e-3)


def test_noise_wins_synthesis_and_pays_elsewhere(table):
    baseline, textured = table["baseline"], table["textured"]
    assert textured["spectral_distance"] < baseline["spectral_distance"]
    assert textured["hallucination"] > baseline["hallucination"] + 10
    assert textured["rmse"] > baseline["rmse"]
    assert textured["disk_flux_bias"] > baseline["disk_flux_bias"]
    assert baseline["omission"] == 100


@pytest.mark.parametrize("name", [name for name in known.KNOWN if name != "perfect"])
def test_each_is_caught_by_some_family(table, small, name):
    """Farther from the best than the perfect one, by a tenth of what a perfect one is away."""
    from onesun.benchmark.families import measures

    caught = set()
    for measured in measures(small.definition):
        own, ideal = table[name].get(measured.key), table["perfect"].get(measured.key)
        if own is None or ideal is None:
            continue
        if measured.loss(own) > measured.loss(ideal) + 0.01 * max(1, abs(ideal)):
            caught.add(measured.family)
    assert len(caught & set(FAMILIES)) >= 2, caught


def test_what_is_written_of_them(small, tmp_path):
    known.write_known(small.definition, [small.aligned], 1, tmp_path / "known.md")
    text = (tmp_path / "known.md").read_text()
    assert text.count("\n- `") == len(known.KNOWN)
    assert "| slope of prediction on target | 1.000 |" in text
    assert np.isfinite(float(text.split("RMSE (G) | ")[1].split(" ")[0]))
