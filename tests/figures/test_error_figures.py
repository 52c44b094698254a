"""Figures 4, 5 and 9: what is drawn is what was measured, and what is not drawn is told."""

from __future__ import annotations

import json
from contextlib import contextmanager
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.measured import DSUN, GRID, SETTINGS, fields
from onesun.cli.figures import fig4, fig5, fig9
from onesun.errors import ConfigError
from onesun.figures import fig4_losses, fig5_pixels, fig9_correlation, style
from onesun.figures.histograms import Axis, beyond, broken, head, percent
from onesun.metrics import product
from onesun.metrics.bins import Bins
from onesun.metrics.measures import Measures
from onesun.tables.sources import Source

SHARE = {"bicubic": 1.0, "plain": 0.6, "more": 0.4}  # of the error that is left
METHODS = {
    "bicubic": {"kind": "bicubic"},
    "plain": {"kind": "network", "network": "n", "loss": "mse", "seed": 1},
    "more": {"kind": "network", "network": "n", "loss": "grad", "seed": 1},
}
LOSSES = {"mse": {"mse": 1}, "grad": {"mse": 1, "gradient": 5}}
PAIRS = ("mdi-hmi", "gong-hmi")
COARSE = {"style": {"dpi": 40}}  # quick to write


def measures_of(pair: str, method: str) -> Measures:
    found = Measures(SETTINGS, GRID)
    for day in (1, 2):
        target, guess = fields(day + 10 * PAIRS.index(pair))
        prediction = target + np.float32(SHARE[method]) * (guess - target)
        prediction[np.isnan(target)] = 0
        found.update(found.comparison(f"201112{day:02}_060000_TAI", target, prediction, DSUN))
    return found


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    """Manifests by pair and method."""
    folder, found = tmp_path_factory.mktemp("measures"), {}
    for pair in PAIRS:
        for method in SHARE:
            out = folder / pair / f"{method}.json"
            month = (pair, method, "2011-12", "test", True, measures_of(pair, method))
            product.write(out, product.MonthOf(*month))
            found[pair, method] = out
    return found


@pytest.fixture
def drawn(monkeypatch):
    """The figures that are drawn, as they are before they are written."""
    figures = []

    @contextmanager
    def sheet(*arguments):
        with style.sheet(*arguments) as figure:
            figures.append(figure)
            yield figure

    for module in (fig4_losses, fig5_pixels, fig9_correlation):
        monkeypatch.setattr(module, "sheet", sheet)
    return figures


def sections(**figures) -> str:
    content = {"figures": figures | COARSE, "ablation": {"methods": list(SHARE)}}
    return json.dumps(content | {"methods": METHODS, "losses": LOSSES})


def of_pair(paths, pair: str = "mdi-hmi"):
    return [path for (name, _), path in paths.items() if name == pair]


def shaded(axes) -> np.ndarray:
    return axes.patches[0].get_data().values


def test_figure_4_shows_the_histograms_of_every_method(tmp_path, paths, drawn) -> None:
    fig4(of_pair(paths), "mdi-hmi", sections(fig4={"patch": 8}), tmp_path / "fig4.png")
    grid = np.array(drawn[0].axes).reshape(3, 4)
    for row, method in enumerate(SHARE):
        found = measures_of("mdi-hmi", method)
        patches = found.patches.result()[8, "within", "all"]
        counts = (
            patches.maximum + patches.minimum, patches.correlation,
            found.gradients.result().counts, found.flux.result().counts,
        )  # fmt: skip
        for axes, count in zip(grid[row], counts, strict=True):
            np.testing.assert_allclose(shaded(axes), 100 * count[1:-1] / count.sum())
    for axes, last in zip(grid[:2].T.ravel(), np.repeat(grid[2], 2), strict=True):
        outline = axes.patches[1].get_data().values
        np.testing.assert_array_equal(outline, shaded(last))
    assert [axes.get_ylabel() for axes in grid[:, 0]] == ["bicubic", "MSE", "MSE + Grad"]
    ideals = [axes.lines[0].get_xdata()[0] for axes in grid[0]]
    assert ideals == [0, 1, 0, 0]


def test_figure_4_says_of_what_it_is(tmp_path, paths) -> None:
    fig4(of_pair(paths), "mdi-hmi", sections(fig4={"patch": 8}), tmp_path / "fig4.png")
    caption = (tmp_path / "fig4.md").read_text(encoding="utf-8")
    result = measures_of("mdi-hmi", "bicubic")
    assert f"({result.patches.result()[8, 'within', 'all'].n:,} patches; bins of 20 G)" in caption
    assert f"({result.gradients.result().n:,} pixels; bins of 2 G/pixel)" in caption
    assert "Inputs are simulated MDI/GONG from real HMI." in caption
    assert (tmp_path / "fig4.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "fig4.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("simulated", [True, False])
def test_pairs_and_simulated_frames_stand_above(simulated) -> None:
    sources = [
        Source("n", pair, "m", None, ("2011-12",), "test", simulated, 4)
        for pair in (*PAIRS, *PAIRS)
    ]
    said = ": simulated MDI/GONG from real HMI" if simulated else ""
    assert head(sources) == f"mdi-hmi and gong-hmi{said}"
    assert head(sources[:1]) == f"mdi-hmi{said}"


def test_nothing_above_a_figure_overlaps(tmp_path, paths, drawn) -> None:
    fig4(of_pair(paths), "mdi-hmi", sections(fig4={"patch": 8}), tmp_path / "fig4.png")
    fig9(of_pair(paths), "mdi-hmi", sections(fig9={"patch": 8}), tmp_path / "fig9.png")
    settings = json.dumps({"figures": {"fig5": {"fewest": 5}} | COARSE})
    chosen = [paths[pair, method] for pair in PAIRS for method in ("bicubic", "more")]
    fig5(chosen, list(PAIRS), "bicubic", "more", settings, tmp_path / "fig5.png")
    for figure in drawn:
        above = [*figure.legends, *([figure._suptitle] if figure._suptitle else [])]
        titles = [axes.title for axes in figure.axes if axes.title.get_text()]
        boxes = [part.get_window_extent() for part in (*above, *titles)]
        assert above
        assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))
        assert all(figure.bbox.y1 >= box.y1 for box in boxes)


def test_letters_in_the_pdf_are_letters(tmp_path, paths) -> None:
    """Embedded as TrueType, not as drawings of Type 3, so that text is found and edited."""
    fig9(of_pair(paths), "mdi-hmi", sections(fig9={"patch": 8}), tmp_path / "fig9.png")
    content = (tmp_path / "fig9.pdf").read_bytes()
    assert b"/FontFile2" in content
    assert b"/Type3" not in content


def test_figure_5_shows_pixels_and_what_follows_from_them(tmp_path, paths, drawn) -> None:
    settings = json.dumps({"figures": {"fig5": {"fewest": 5}} | COARSE})
    chosen = [paths[pair, method] for pair in PAIRS for method in ("bicubic", "more")]
    fig5(chosen, list(PAIRS), "bicubic", "more", settings, tmp_path / "fig5.png")
    grid = np.array(drawn[0].axes[:12]).reshape(4, 3)
    for index, pair in enumerate(PAIRS):
        for column, method in enumerate(("more", "bicubic")):
            pixels = measures_of(pair, method).pixels.result()
            axes = grid[2 * index, column]
            assert axes.get_title() == f"{pair}: {method}"
            image = axes.images[0].get_array().filled(0)
            np.testing.assert_array_equal(image, pixels.counts[1:-1, 1:-1].T)
            slope = np.ptp(axes.lines[0].get_ydata()) / np.ptp(axes.lines[0].get_xdata())
            assert slope == pytest.approx(pixels.regression.slope)
            known = pixels.n[1:-1] >= 5
            np.testing.assert_array_equal(axes.lines[2].get_ydata(), pixels.mean[1:-1][known])
            # The baseline is drawn first.
            line = grid[2 * index + 1, 1].lines[1 - column]
            np.testing.assert_array_equal(line.get_ydata(), pixels.relative_variance[1:-1][known])
    caption = (tmp_path / "fig5.md").read_text(encoding="utf-8")
    assert f"{int(pixels.n.sum()):,} pixels of gong-hmi" in caption
    # The target is the same for both methods of a pair, and so are its bins.
    few = [measures_of(pair, "more").pixels.result().n for pair in PAIRS]
    assert f"at most {max(int(n[n < 5].sum()) for n in few)} pixels of a method" in caption


def test_figure_5_of_a_prediction_without_structure(tmp_path, paths, drawn) -> None:
    """Its correlation is not determined, and is said to be so."""
    target, _ = fields(1)
    chosen = []
    for method, prediction in (("bicubic", target), ("more", np.zeros_like(target))):
        found = Measures(SETTINGS, GRID)
        found.update(found.comparison("20111201_060000_TAI", target, prediction, DSUN))
        chosen.append(tmp_path / f"{method}.json")
        product.write(
            chosen[-1], product.MonthOf("mdi-hmi", method, "2011-12", "test", True, found)
        )
    settings = json.dumps({"figures": {"fig5": {"fewest": 5}} | COARSE})
    fig5(chosen, ["mdi-hmi"], "bicubic", "more", settings, tmp_path / "fig5.png")
    assert [text.get_text() for text in drawn[0].axes[0].texts] == ["slope 0.000\nr undetermined"]


def test_residuals_beyond_the_panel_are_counted(tmp_path, paths, drawn) -> None:
    settings = json.dumps({"figures": {"fig5": {"fewest": 1}} | COARSE})
    chosen = [paths["mdi-hmi", method] for method in ("bicubic", "more")]
    fig5(chosen, ["mdi-hmi"], "bicubic", "more", settings, tmp_path / "fig5.png")
    axes = drawn[0].axes[3]
    both = [measures_of("mdi-hmi", m).pixels.result() for m in ("bicubic", "more")]
    values = np.concatenate([p.relative_residual[1:-1][p.n[1:-1] >= 1] for p in both])
    count = np.count_nonzero(np.abs(values) > 1)
    told = [text.get_text() for text in axes.texts]
    assert told == ([f"{count} bins beyond"] if count else [])


def test_figure_9_shows_both_areas_and_strong_fields(tmp_path, paths, drawn) -> None:
    own = {"patch": 8, "strong": "text", "shown": 0.9}
    fig9(of_pair(paths), "mdi-hmi", sections(fig9=own), tmp_path / "fig9.png")
    grid = np.array(drawn[0].axes).reshape(3, 2)
    for row, method in enumerate(SHARE):
        result = measures_of("mdi-hmi", method).patches.result()
        for column, name in enumerate(("all", "text")):
            grey, blue = grid[row, column].patches
            for patch, area in ((grey, "disk"), (blue, "within")):
                expected = result[8, area, name].correlation[1:-1] / 1000
                np.testing.assert_array_equal(patch.get_data().values, expected)
    assert grid[0, 1].get_title() == "(b) mean |B| ≥ 60 G"
    caption = (tmp_path / "fig9.md").read_text(encoding="utf-8")
    strong = [result[8, area, "text"].n for area in ("disk", "within")]
    assert f"at least 60 G: {strong[0]:,} and {strong[1]:,}." in caption


def test_the_same_measures_give_the_same_bytes(tmp_path, paths) -> None:
    for name in ("a", "b"):
        fig9(of_pair(paths), "mdi-hmi", sections(), tmp_path / f"{name}.png")
    for suffix in (".png", ".pdf", ".md"):
        first, second = (tmp_path / f"{name}{suffix}" for name in ("a", "b"))
        assert first.read_bytes() == second.read_bytes()


def test_what_is_not_measured_is_refused(tmp_path, paths) -> None:
    out = tmp_path / "f.png"
    with pytest.raises(ConfigError, match="patches of 64 pixels: not measured"):
        fig4(of_pair(paths), "mdi-hmi", sections(fig4={"patch": 64}), out)
    with pytest.raises(ConfigError, match="fields faint: not measured, expected one of"):
        fig9(of_pair(paths), "mdi-hmi", sections(fig9={"strong": "faint"}), out)
    with pytest.raises(ConfigError, match="expected those of a column"):
        fig4(of_pair(paths, "gong-hmi"), "mdi-hmi", sections(), out)
    assert not out.exists()


@given(
    counts=st.lists(
        st.lists(st.integers(0, 20), min_size=12, max_size=12).filter(any), min_size=1, max_size=3
    ),
    ideal=st.sampled_from([-5.0, 0.0, 5.0]),
    shown=st.sampled_from([0.5, 0.9, 1.0]),
)
def test_a_panel_holds_what_it_should_and_tells_the_rest(counts, ideal, shown) -> None:
    bins = Bins(-5.0, 5.0, 10)
    arrays = [np.array(each) for each in counts]
    axis = Axis.over(bins, ideal, arrays, shown)
    assert axis.low <= ideal <= axis.high
    inner = (bins.centres > axis.low) & (bins.centres < axis.high)
    for each in arrays:
        below, above = axis.beyond(each)
        held = each[1:-1][inner].sum() / each.sum()
        assert below + held + above == pytest.approx(1)
        # What lies beyond the bins cannot be shown.
        outside = (each[0] + each[-1]) / each.sum()
        assert held >= min(shown, 1 - outside) - outside - 1e-9


def test_shares_and_names_are_told_shortly() -> None:
    assert [percent(share) for share in (0, 2e-6, 0.0123)] == ["0 %", "< 0.01 %", "1.23 %"]
    assert broken("MSE + Grad") == "MSE + Grad"
    assert broken("MSE + Grad + Hist") == "MSE + Grad\n+ Hist"
    assert broken("MSE + Grad + Hist + SSIM") == "MSE + Grad\n+ Hist + SSIM"
    axis = Axis(Bins(0.0, 4.0, 4), 0, 0, 2)
    assert beyond(axis, np.array([0, 1, 1, 1, 0, 1])) == ("", "50.00 % →")
