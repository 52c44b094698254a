"""The ablation's tables: numbers against NumPy's, and words that follow from them."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import numpy as np
import pytest

from helpers.measured import DSUN, GRID, SETTINGS, fields, gradient, measures
from onesun.cli.tables import ablation
from onesun.errors import ConfigError
from onesun.geometry.flux import flux_per_gauss
from onesun.metrics import product
from onesun.metrics.measures import Measures
from onesun.tables.terms import Errors, Trained, errors_of, words

METHODS = {
    "bicubic": {"kind": "bicubic"},
    "plain": {"kind": "network", "network": "n", "loss": "mse", "seed": 1},
    "more": {"kind": "network", "network": "n", "loss": "grad", "seed": 1},
}
# What a configuration of two seeds adds.
MORE = {f"{name}-seed-2": METHODS[name] | {"seed": 2} for name in ("plain", "more")}
LOSSES = {"mse": {"mse": 1}, "grad": {"mdi-hmi": {"mse": 1, "gradient": 5}}}
# What is left of the target by each: the less, the weaker are extremes.
SHARE = {"bicubic": 0.9, "plain": 0.5, "more": 0.8}
DAYS = (1, 2, 3)


def guess(target: np.ndarray, share: float) -> np.ndarray:
    return np.where(np.isfinite(target), np.float32(share) * target, 0)


def write_month(folder, method: str, share: float):
    """Measures of a method that leaves a share of the target; returns the manifest."""
    made = Measures(SETTINGS, GRID)
    for day in DAYS:
        target, _ = fields(day)
        stamp = f"20111201_{day:02}0000_TAI"
        made.update(made.comparison(stamp, target, guess(target, share), DSUN))
    out = folder / f"{method}.npz"
    product.write(
        out.with_suffix(".json"), product.MonthOf("mdi-hmi", method, "2011-12", "test", True, made)
    )
    return out.with_suffix(".json")


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    folder = tmp_path_factory.mktemp("measures")
    return [write_month(folder, method, share) for method, share in SHARE.items()]


def make(folder, paths, names=tuple(SHARE), seeds=1):
    """Run the command; returns the lines of both CSVs and the Markdown."""
    sections = {
        "ablation": {"methods": list(names), "seeds": seeds},
        "methods": METHODS | MORE if seeds > 1 else METHODS,
        "losses": LOSSES,
        "table1": {"bootstrap": {"resamples": 50, "confidence": 0.9, "seed": 1, "tile": 32}},
    }
    ablation(paths, ["mdi-hmi"], json.dumps(sections), folder / "a.csv")
    tables = []
    for name in ("a.csv", "a_terms.csv"):
        with open(folder / name, encoding="utf-8", newline="") as handle:
            tables.append(list(csv.DictReader(handle)))
    return *tables, (folder / "a.md").read_text(encoding="utf-8")


def patches(method: str) -> tuple[list[float], list[float], list[float]]:
    """E_max, E_min and correlation of 8 x 8 patches within the limit, plainly."""
    within, high, low, correlation = GRID.radius("target") <= 0.9, [], [], []
    for day in DAYS:
        x, _ = fields(day)
        y = guess(x, SHARE[method])
        for row in range(0, GRID.target_size, 8):
            for column in range(0, GRID.target_size, 8):
                square = (slice(row, row + 8), slice(column, column + 8))
                valid = np.isfinite(x[square])
                if within[square].all() and valid.mean() >= 0.5:
                    a, b = x[square][valid], y[square][valid]
                    high.append(a.max() - b.max())
                    low.append(a.min() - b.min())
                    correlation.append(np.corrcoef(a, b)[0, 1])
    return high, low, correlation


def test_terms_are_medians_skew_and_means_over_patches(tmp_path, paths) -> None:
    _, lines, _ = make(tmp_path, paths)
    assert [line["label"] for line in lines] == ["bicubic", "MSE", "MSE + Grad"]
    width = 20  # gauss, of the bins that quantiles are read from
    for line in lines:
        high, low, correlation = patches(line["method"])
        both = [*high, *low]
        q5, q50, q95 = np.quantile(both, [0.05, 0.5, 0.95])
        assert int(line["patches"]) == len(high)
        assert float(line["maximum"]) == pytest.approx(np.median(high), abs=width)
        assert float(line["minimum"]) == pytest.approx(np.median(low), abs=width)
        assert float(line["middle"]) == pytest.approx(q50, abs=width)
        skew = (q95 + q5 - 2 * q50) / (q95 - q5)
        assert float(line["skew"]) == pytest.approx(skew, abs=4 * width / (q95 - q5))
        assert float(line["correlation"]) == pytest.approx(np.mean(correlation), rel=1e-6)
        beyond = np.mean((np.array(both) < -500) | (np.array(both) >= 500))
        assert float(line["beyond"]) == pytest.approx(beyond, rel=1e-9)
        assert float(line["unsigned"]) == pytest.approx(SHARE[line["method"]], rel=1e-6)
    assert (lines[0]["gain"], lines[0]["gain_low"]) == ("", "")
    assert float(lines[1]["gain_low"]) <= float(lines[1]["gain"]) <= float(lines[1]["gain_high"])


def test_terms_of_pixels_are_means_over_them(tmp_path, paths) -> None:
    _, lines, _ = make(tmp_path, paths)
    radius = GRID.radius("target").astype(np.float64)
    within = radius <= SETTINGS["within_radius"]
    per_gauss = flux_per_gauss(np.where(within, radius, 0), GRID.limb_radius("target"), DSUN)
    for line in lines:
        slopes, errors = [], []
        for day in DAYS:
            x, _ = fields(day)
            difference = guess(x, SHARE[line["method"]]).astype(np.float64) - x
            slope = gradient(difference)[within]
            slopes.append(slope[np.isfinite(slope)])
            errors.append((difference * per_gauss)[within & np.isfinite(x)])
        slopes, errors = np.concatenate(slopes), np.concatenate(errors)
        assert float(line["gradient"]) == pytest.approx(slopes.mean(), rel=1e-6)
        size = np.abs(errors).mean()
        assert float(line["flux_error"]) == pytest.approx(size, rel=1e-6)
        assert float(line["flux_bias"]) == pytest.approx(errors.mean(), abs=1e-6 * size)


def test_the_median_correlation_is_that_of_its_bin() -> None:
    found, correlation = errors_of("p", "m", "l", measures(0, 1), None, {}), []
    within = GRID.radius("target") <= SETTINGS["within_radius"]
    for x, y in (fields(seed) for seed in (0, 1)):
        for row in range(0, GRID.target_size, 8):
            for column in range(0, GRID.target_size, 8):
                square = (slice(row, row + 8), slice(column, column + 8))
                valid = np.isfinite(x[square])
                if within[square].all() and valid.mean() >= SETTINGS["min_share"]:
                    correlation.append(np.corrcoef(x[square][valid], y[square][valid])[0, 1])
    bin_width = 2 / 40
    assert found.correlation == pytest.approx(np.mean(correlation), rel=1e-6)
    assert found.correlation_median == pytest.approx(np.median(correlation), abs=bin_width)
    assert abs(np.mean(correlation) - np.median(correlation)) > 1.5 * bin_width  # told apart


def test_the_table_is_table_2_of_every_method(tmp_path, paths) -> None:
    lines, _, page = make(tmp_path, paths)
    line = next(e for e in lines if (e["quantity"], e["kernel"]) == ("maximum_bias", "4"))
    # A method that leaves half of the field is off by half, and by a tenth.
    ratio = float(line["mdi-hmi plain"]) / float(line["mdi-hmi bicubic"])
    assert ratio == pytest.approx(5, rel=1e-4)
    assert "| Kernel, pixels | bicubic | MSE | MSE + Grad | Blocks |" in page
    assert "All frames are simulated MDI/GONG from real HMI." in page
    assert "nan" not in page.lower()


def test_words_follow_from_numbers(tmp_path, paths) -> None:
    _, _, page = make(tmp_path, paths)
    sentences = [line for line in page.splitlines() if line.startswith("- ")]
    assert len(sentences) == 2
    assert sentences[0].startswith("- **MSE**, after bicubic: The median of E_max goes from")
    assert "the two peaks move away from 0." in sentences[0]
    assert sentences[1].startswith("- **MSE + Grad**: The median of E_max goes from")
    assert "Grad centres them: so it is here, in one training of each." in sentences[1]


def test_one_seed_is_said_to_show_no_effect(tmp_path, paths) -> None:
    _, lines, page = make(tmp_path, paths)
    assert [line["seed"] for line in lines] == ["1"] * 3
    assert "Each network is trained once, by one seed" in page
    assert page.count("| one seed |") == 2


def test_several_seeds_stand_beside_each_other(tmp_path, paths) -> None:
    """A second training of each network, which leaves another share of the target."""
    made = [*paths]
    for name, share in (("plain-seed-2", 0.6), ("more-seed-2", 0.82)):
        made.append(write_month(tmp_path, name, share))
    table, lines, page = make(tmp_path, made, seeds=2)
    trainings = ["bicubic", "plain", "plain-seed-2", "more", "more-seed-2"]
    assert [line["method"] for line in lines] == trainings
    assert [line["seed"] for line in lines] == ["1", "1", "2", "1", "2"]
    unsigned = [float(line["unsigned"]) for line in lines]
    assert unsigned == pytest.approx([0.9, 0.5, 0.6, 0.8, 0.82], rel=1e-6)
    # Table 2 is the first seed's; what each term did is the mean over both.
    assert "mdi-hmi plain" in table[0]
    assert "mdi-hmi plain-seed-2" not in table[0]
    of_plain = [line for line in page.splitlines() if line.startswith("| MSE |")][-1]
    assert of_plain.rstrip(" |").endswith("0.550")
    assert "Each network is trained by 2 seeds" in page
    assert "one seed" not in page


PLAIN = Errors(
    "p", "m", "l", patches=9, maximum=10, minimum=-10, middle=0, skew=0.3, beyond=0,
    correlation=0.5, correlation_median=0.5, gain=0.0, gain_interval=None, gradient=1,
    flux_bias=0, flux_error=0, unsigned=0.7,
)  # fmt: skip


def said_of(term: str, before: list[Errors], after: list[Errors]) -> str:
    had = frozenset({"mse"})
    (sentence,) = words([Trained(before, had), Trained(after, had | {term})])
    return sentence


@pytest.mark.parametrize(
    ("term", "change", "said"),
    [
        ("histogram", {"skew": 0.1}, "removes the skew: so it is here, in one training"),
        ("histogram", {"skew": -0.4}, "removes the skew: the opposite is the case here, in one"),
        ("histogram", {"skew": 0.26}, "removes the skew: hardly so here."),
        ("ssim", {"correlation": 0.6}, "helps structure: so it is here, in one training of each."),
        ("ssim", {"correlation": 0.51}, "helps structure: hardly so here."),
        ("gradient", {"minimum": -12}, "centres them: the opposite is the case here, in one"),
        ("gradient", {"maximum": float("nan")}, "centres them: hardly so here."),
    ],
)
def test_each_claim_of_the_paper_is_judged(term, change, said) -> None:
    assert said in said_of(term, [PLAIN], [replace(PLAIN, **change)])


@pytest.mark.parametrize(
    ("spread", "said"),
    [
        (0.01, "helps structure: so it is here, over 5 seeds."),
        (0.2, "helps structure: not beyond what the 5 seeds differ by."),
    ],
)
def test_an_effect_is_claimed_beyond_the_spread_of_seeds(spread, said) -> None:
    moves = spread * np.array([-1, -0.5, 0, 0.5, 1])
    before, after = (
        [replace(PLAIN, correlation=middle + move) for move in moves] for middle in (0.5, 0.6)
    )
    assert said in said_of("ssim", before, after)
    assert said in said_of("ssim", [PLAIN], after)  # a baseline has no seeds


def test_no_method_is_told(tmp_path, paths) -> None:
    with pytest.raises(ConfigError, match=r"ablation\.methods: found an empty list"):
        make(tmp_path, paths, names=())
