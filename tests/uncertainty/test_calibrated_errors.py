"""Errors of known truth: the factors that are found, the coverage that follows, how it merges."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from onesun.errors import ConfigError, DamagedProductError, OneSunError
from onesun.io.files import read_json, write_json
from onesun.metrics import covered
from onesun.metrics.coverage import Coverage
from onesun.training.error_scale import ErrorScale
from onesun.uncertainty.calibrate import calibrate, widened
from onesun.uncertainty.promised import check_bins, promised
from onesun.uncertainty.residuals import Residuals
from onesun.uncertainty.settings import Errors

SETTINGS = Errors(
    field_edges=[0, 10, 30, 100, 300, 600, 1000],
    radius_edges=[0, 0.3, 0.5, 0.7, 0.85, 0.95, 1],
    fewest=200,
)
NOISE = 5.0  # gauss, of the target
TAILS = 5  # degrees of freedom of Student's distribution


def true_error(field: np.ndarray, radius: np.ndarray) -> np.ndarray:
    """How wide misfits are; gauss, noise of the target included."""
    return (8 + 0.05 * np.abs(field)) * (1 + 0.8 * radius**4)


def residuals(
    seed: int,
    size: int = 200_000,
    *,
    strongest: float = 2000,
    noise: float = NOISE,
    tails: bool = False,
    stated: float = 1.0,
    unseen: np.ndarray | None = None,
) -> Residuals:
    """Pixels whose misfits are as wide as `true_error` says, and noise in place of NOISE in them.

    Parameters
    ----------
    tails : misfits follow Student's distribution, not the normal one.
    stated : what the network states is 3 G everywhere, times this.
    """
    draw = np.random.default_rng(seed)
    radius = np.sqrt(draw.uniform(0, 1, size))
    field = np.exp(draw.uniform(0, np.log(strongest), size)) * draw.choice([-1, 1], size)
    width = np.sqrt(true_error(field, radius) ** 2 + noise**2 - NOISE**2)
    misfit = draw.standard_t(TAILS, size) / stats.t.std(TAILS) if tails else draw.normal(0, 1, size)
    columns = (field, np.full(size, 3.0 * stated), field + width * misfit, radius)
    return Residuals(
        *(each.astype(np.float32) for each in columns),
        np.full(size, noise, dtype=np.float32),
        np.zeros(size, dtype=bool) if unseen is None else unseen,
    )


def coverage_of(*parts: Residuals, scale: ErrorScale) -> Coverage:
    found = Coverage(SETTINGS.field_edges, SETTINGS.radius_edges)
    for number, part in enumerate(parts):
        found.update(promised(f"201112{number + 1:02}_060000_TAI", part, scale))
    return found


def known(coverage: Coverage) -> list:
    """Rows over what is known when the error is given."""
    return [row for row in coverage.result() if row.by in ("all", "field", "radius")]


@pytest.fixture(scope="module")
def plain() -> ErrorScale:
    return calibrate([residuals(1), residuals(2)], [], SETTINGS)


def test_the_factors_are_those_that_are_missing(plain) -> None:
    for field, radius in ((20, 0.4), (60, 0.6), (200, 0.2), (800, 0.8)):
        place = np.array([field], np.float32), np.array([radius], np.float32)
        found = plain.deviation(np.array([3.0], np.float32), *place)[0]
        assert found == pytest.approx(true_error(*place)[0], rel=0.12)
    assert plain.target_noise == NOISE
    np.testing.assert_allclose(plain.half_widths_68, 1.0, rtol=0.04)
    np.testing.assert_allclose(plain.half_widths_95, 1.96, rtol=0.04)


def test_coverage_on_other_pixels_is_as_promised(plain) -> None:
    found = coverage_of(residuals(11), residuals(12), scale=plain)
    rows = known(found)
    assert rows[0].delivered.half_68 == pytest.approx(68.27, abs=1)
    for row in rows:
        # Within a bin the error changes, so that its ends lie a little off.
        assert row.delivered.half_68 == pytest.approx(68.27, abs=1), row
        assert row.delivered.half_95 == pytest.approx(95, abs=1), row
        assert row.delivered.rms == pytest.approx(1, abs=0.03), row
        assert row.with_noise == row.delivered


def test_a_network_that_states_other_errors_is_corrected() -> None:
    once, twice = (calibrate([residuals(3, stated=stated)], [], SETTINGS) for stated in (1.0, 10.0))
    np.testing.assert_allclose(np.divide(once.field_factors, twice.field_factors), 10, rtol=1e-3)
    np.testing.assert_allclose(once.radius_factors, twice.radius_factors, rtol=1e-3)


def test_long_tails_make_the_wide_interval_wider() -> None:
    scale = calibrate([residuals(4, tails=True)], [], SETTINGS)
    shares = np.array([0.6827, 0.95])
    expected = stats.t.ppf((1 + shares) / 2, TAILS) / stats.t.std(TAILS)
    assert expected[0] < 0.9
    assert expected[1] > 1.96
    np.testing.assert_allclose(scale.half_widths_68, expected[0], rtol=0.06)
    np.testing.assert_allclose(scale.half_widths_95, expected[1], rtol=0.06)
    row = coverage_of(residuals(14, tails=True), scale=scale).result()[0]
    assert row.delivered.rms == pytest.approx(1, abs=0.03)
    assert row.delivered.half_68 == pytest.approx(68.27, abs=0.5)
    assert row.delivered.half_95 == pytest.approx(95, abs=0.5)
    assert row.delivered.normal < 95  # 1.96 standard deviations are too few


def test_another_noise_of_the_month_is_put_in(plain) -> None:
    """The error as delivered is too small where the target is noisier; with its noise it fits."""
    found = known(coverage_of(residuals(21, noise=9.0), scale=plain))
    assert found[0].with_noise.half_68 == pytest.approx(68.27, abs=1)
    weakest = next(row for row in found if row.by == "field")
    assert weakest.delivered.half_68 < 62
    assert weakest.with_noise.half_68 == pytest.approx(68.27, abs=1)


def test_months_of_different_noise_are_each_judged_with_their_own() -> None:
    months = [residuals(5, noise=4.0), residuals(6, noise=8.0)]
    scale = calibrate(months, [], SETTINGS)
    assert scale.target_noise == pytest.approx(np.sqrt((16 + 64) / 2))
    row = coverage_of(*months, scale=scale).result()[0]
    assert row.delivered.half_68 == pytest.approx(68.27, abs=1.5)
    for part in months:
        row = coverage_of(part, scale=scale).result()[0]
        assert row.with_noise.half_68 == pytest.approx(68.27, abs=1)
        assert row.with_noise.rms == pytest.approx(1, abs=0.03)


def stretched(part: Residuals, times: float) -> Residuals:
    """The same with misfits as many times as large."""
    return replace(part, target=part.field + np.float32(times) * (part.target - part.field))


def test_factors_are_for_the_next_month_by_how_those_at_hand_differ() -> None:
    times = np.array([0.8, 1.0, 1.3])
    sizes = (400_000, 40_000, 100_000)  # which do not matter
    months = [stretched(residuals(seed, size), by)
              for seed, size, by in zip((41, 42, 43), sizes, times, strict=True)]  # fmt: skip
    scale, plain = (calibrate(each, [], SETTINGS) for each in (months, [residuals(42)]))
    logs = np.log(times)
    upper = stats.t.ppf(stats.norm.cdf(1), 2) * logs.std(ddof=1) * np.sqrt(4 / 3)
    expected = np.exp(logs.mean() + upper)
    ratio = np.divide(scale.field_factors, plain.field_factors)
    np.testing.assert_allclose(ratio, expected, rtol=0.06)
    assert expected > 1.3


def test_parts_of_a_disk_count_by_field_alone(plain) -> None:
    whole, regions = residuals(9, strongest=90), stretched(residuals(18, noise=7.0), 2)
    ring = replace(regions, radius=np.full_like(regions.radius, 0.99))
    scale = calibrate([whole], [ring], SETTINGS)
    assert len(scale.field_knots) == 7
    assert scale.target_noise == NOISE
    factors = [each.radius_factors for each in (scale, calibrate([whole], [], SETTINGS))]
    np.testing.assert_allclose(*factors, rtol=0.02)


def test_a_bin_of_one_month_alone_gets_no_less_than_the_one_below() -> None:
    quiet, calm = residuals(9, strongest=600), stretched(residuals(18), 0.2)
    scale = calibrate([quiet, calm], [], SETTINGS)
    below, *above = scale.field_factors[4:]
    np.testing.assert_allclose(above, below)


def test_a_month_counts_where_it_has_enough_and_empty_bins_are_left_out() -> None:
    quiet = residuals(9, strongest=90)
    scale = calibrate([quiet], [], SETTINGS)
    assert len(scale.field_knots) == 3  # up to 100 G
    assert len(scale.radius_knots) == 6
    rare = residuals(10, 150, strongest=90)  # fewer than 200 in all: counts nowhere
    both = calibrate([quiet, replace(rare, target=rare.field + 1e4)], [], SETTINGS)
    assert both == scale
    with pytest.raises(OneSunError, match=r"150 pixels .* expected at least 200 .*field_edges$"):
        calibrate([rare], [], SETTINGS)
    ring = residuals(13, 1000)
    one = {"radius_edges": [0.999999, 1]}
    with pytest.raises(OneSunError, match=r"1000 pixels .*errors\.radius_edges$"):
        calibrate([ring], [], SETTINGS.model_copy(update=one))


def test_factors_are_raised_until_unseen_tiles_are_covered(plain) -> None:
    held = residuals(15)
    held = replace(held, target=held.field + 1.3 * (held.target - held.field))
    assert coverage_of(held, scale=plain).result()[0].delivered.half_68 < 58
    scale = widened(plain, [held], SETTINGS)
    row = coverage_of(held, scale=scale).result()[0]
    assert row.delivered.half_68 == pytest.approx(68.27, abs=0.1)
    assert row.delivered.half_95 == pytest.approx(95, abs=0.1)
    np.testing.assert_allclose(np.divide(scale.field_factors, plain.field_factors), 1.3, rtol=0.02)
    # Tiles that ask for less lower nothing.
    calm = replace(held, target=held.field + 0.1 * (held.target - held.field))
    assert widened(plain, [calm], SETTINGS).field_factors == pytest.approx(plain.field_factors)


def test_counts_are_those_of_numpy(plain) -> None:
    part = residuals(16, 20_000)
    deviation = plain.deviation(part.error, part.field, part.radius)
    half = plain.half_68(deviation, part.field)
    rows = coverage_of(part, scale=plain).result()
    assert [row.by for row in rows].count("field") == 7
    for row in rows:
        place = {
            "all": np.zeros(part.field.size), "radius": part.radius,
            "field": np.abs(part.field), "target": np.abs(part.target),
        }[row.by]  # fmt: skip
        inside = (place >= (row.low or 0)) & (place < (row.high or np.inf))
        assert row.pixels == np.count_nonzero(inside)
        within = (part.misfit <= half)[inside]
        assert row.delivered.half_68 == pytest.approx(100 * within.mean())
        squares = np.square(part.misfit / deviation, dtype=np.float64)[inside]
        assert row.delivered.rms == pytest.approx(np.sqrt(squares.mean()))
    by = {row.by: 0 for row in rows}
    for row in rows:
        by[row.by] += row.pixels
    assert by == dict.fromkeys(by, 20_000)


def test_an_empty_bin_has_no_share(plain) -> None:
    rows = coverage_of(residuals(17, strongest=90), scale=plain).result()
    last = [row for row in rows if row.by == "field"][-1]
    assert (last.pixels, last.delivered.half_68, last.with_noise.half_95) == (0, None, None)


def month_of(coverage: Coverage, **changes) -> covered.CoveredMonth:
    about = {
        "pair": "mdi-hmi", "method": "onesun", "month": "2011-12", "set": "test",
        "simulated": True, "weights_sha256": "0" * 64, "noise": 5.5, "promised_noise": NOISE,
        "fewest": 200,
    }  # fmt: skip
    return covered.CoveredMonth(**(about | changes), coverage=coverage)


def test_months_merge_to_the_whole_in_any_order(plain, tmp_path) -> None:
    parts = [residuals(seed, 5_000) for seed in (31, 32, 33)]
    whole = coverage_of(*parts, scale=plain)
    for order in ((0, 1, 2), (2, 0, 1)):
        merged = Coverage(SETTINGS.field_edges, SETTINGS.radius_edges)
        for index in order:
            own = Coverage(SETTINGS.field_edges, SETTINGS.radius_edges)
            own.update(promised(f"201112{index + 1:02}_060000_TAI", parts[index], plain))
            path = tmp_path / f"{index}.json"
            covered.write(path, month_of(own))
            merged.merge(covered.read(path).coverage)
        assert merged.result() == whole.result()
        np.testing.assert_array_equal(merged.by_frame(), whole.by_frame())
    with pytest.raises(DamagedProductError, match="counted twice"):
        merged.merge(covered.read(path).coverage)
    with pytest.raises(ConfigError, match="of different settings"):
        merged.merge(Coverage([0, 5], [0, 1]))


def test_a_damaged_month_is_refused(plain, tmp_path) -> None:
    path = tmp_path / "2011-12.json"
    covered.write(path, month_of(coverage_of(residuals(34, 1_000), scale=plain)))
    assert covered.read(path).noise == 5.5
    content = read_json(path)
    short = content["arrays"] | {"coverage/counts/pixels": [1, 2]}
    for other in (
        {"product": "statistics"}, [], content | {"arrays": short},
        {key: value for key, value in content.items() if key != "noise"},
        content | {"frames": []},
    ):  # fmt: skip
        write_json(path, other)
        with pytest.raises(DamagedProductError, match=r"2011-12\.json: no coverage of a month"):
            covered.read(path)


def test_edges_that_do_not_rise_are_refused() -> None:
    check_bins(SETTINGS)
    with pytest.raises(ConfigError, match=r"errors\.field_edges: found \[0, 30, 10\], expected"):
        check_bins(SETTINGS.model_copy(update={"field_edges": [0, 30, 10]}))
