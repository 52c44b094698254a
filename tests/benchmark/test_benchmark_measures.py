"""Every measure of the benchmark against a plain computation, and merged in any order."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
import scipy.ndimage as ndi
from scipy.signal import convolve2d
from scipy.stats import norm
from skimage.morphology import skeletonize

from helpers.benchmarks import STAMPS, SmallBenchmark
from helpers.months import GRID
from onesun.benchmark import compare, families, regions
from onesun.benchmark.case import Case
from onesun.benchmark.correctness import classes
from onesun.benchmark.judgement import Judgement
from onesun.benchmark.reading import Answer
from onesun.benchmark.score import Scored
from onesun.geometry.flux import pixel_area
from onesun.geometry.grid import AU_METRES
from onesun.geometry.psf import blur
from onesun.geometry.sphere import cosine_to_vertical, disk_to_heliographic

LIMB = GRID.limb_radius("target")
RADIUS = GRID.radius("target")
TO = 1e-6


def noisy(target: np.ndarray) -> Answer:
    """Target and noise, with an error that differs from pixel to pixel."""
    draw = np.random.default_rng(5)
    error = draw.uniform(5, 40, target.shape).astype(np.float32)
    field = (target * 0.9 + draw.normal(0, 20, target.shape)).astype(np.float32)
    return Answer(field, error)


@pytest.fixture(scope="module")
def case(small) -> Case:
    return small.case(noisy)


@pytest.fixture(scope="module")
def values(small, case) -> dict[str, float]:
    """The table's values of a submission of one frame."""
    judgement = Judgement(small.definition, True).update(case)
    found = compare.compare([Scored("mine", None, judgement=judgement)], "none")
    return {key: row["mine"].value for key, (_, row) in found.items()}


@pytest.fixture(scope="module")
def pixels(case) -> dict[str, np.ndarray]:
    """Target, prediction and error where they count, float64."""
    inside = np.isfinite(case.target) & (RADIUS < 1) & (np.float64(0.9) >= RADIUS)
    fields = {"t": case.target, "p": case.answer.field, "e": case.answer.error}
    return {"inside": inside} | {
        name: field[inside].astype(np.float64) for name, field in fields.items()
    }


def test_table_1_and_its_rows(values, case):
    disk = np.isfinite(case.target) & (RADIUS < 1)
    t, p = case.target[disk].astype(float), case.answer.field[disk].astype(float)
    assert values["correlation[disk]"] == pytest.approx(np.corrcoef(t, p)[0, 1], rel=TO)
    assert values["rmse"] == pytest.approx(np.sqrt(np.mean((p - t) ** 2)), rel=TO)
    assert values["slope"] == pytest.approx(np.polyfit(t, p, 1)[0], rel=TO)
    strong = disk & (np.abs(case.target) >= 100) & (np.float64(0.9) >= RADIUS)
    expected = np.corrcoef(case.target[strong], case.answer.field[strong])[0, 1]
    assert values["correlation[strong]"] == pytest.approx(expected, rel=TO)


def test_consistency(values, case, small):
    """Blurred by the input's optics in Fourier space, sampled, and held against the input."""
    record = case.setting.record
    scale = (case.frame.input_dsun / AU_METRES) / GRID.target_scale
    field = np.where(RADIUS < 1, np.nan_to_num(case.answer.field), 0).astype(np.float32)
    fwhm, box = record.optics.fwhm * scale, record.detector.plate_scale * scale
    seen = blur(field, fwhm, box, (0.5, 0.5))[1::4, 1::4].astype(float)
    use = np.isfinite(case.input) & (GRID.radius("input") <= np.float64(0.9))
    x, y = seen[use], case.input[use].astype(float) / 1.4
    slope, offset = np.polyfit(x, y, 1)
    assert values["consistency_slope"] == pytest.approx(slope, rel=TO)
    assert values["consistency_offset"] == pytest.approx(offset, abs=1e-5)
    residual = np.sqrt(np.mean((y - x) ** 2))
    assert values["consistency_residual"] == pytest.approx(residual, rel=TO)
    assert values["consistency_noise"] == pytest.approx(residual / (16 / 1.4), rel=TO)


def test_spectra(values, case, pixels):
    """Welch's windows one by one, rings by hand."""
    size, inside = 64, pixels["inside"]
    taper = np.outer(*[np.hanning(size + 1)[:-1]] * 2)
    wave = np.fft.fftfreq(size, 1 / size)
    ring = np.rint(np.hypot(wave[:, None], wave[None, :])).astype(int)
    powers = np.zeros((3, size // 2 + 1))
    for top in range(0, 512 - size + 1, size // 2):
        for left in range(0, 512 - size + 1, size // 2):
            at = slice(top, top + size), slice(left, left + size)
            if not inside[at].all():
                continue
            x, y = (
                np.fft.fft2((field[at].astype(float) - field[at].mean(dtype=float)) * taper)
                for field in (case.target, case.answer.field)
            )
            for row, power in enumerate((abs(x) ** 2, abs(y) ** 2, (x * y.conj()).real)):
                for k in range(size // 2 + 1):
                    powers[row, k] += power[ring == k].mean()
    bands = powers[:, 1:].reshape(3, 8, 4).sum(axis=2)
    distance = np.sqrt(np.mean((10 * np.log10(bands[1] / bands[0])) ** 2))
    assert values["spectral_distance"] == pytest.approx(distance, rel=1e-5)
    coarse = powers[:, 3:8].sum(axis=1)
    assert values["power_coarse"] == pytest.approx(coarse[1] / coarse[0], rel=1e-5)
    coherence = coarse[2] / np.sqrt(coarse[0] * coarse[1])
    assert values["coherence_coarse"] == pytest.approx(coherence, rel=1e-5)


def test_correctness(values, case, pixels):
    """The three distances pixel by pixel, in a loop."""
    t, p, c = (
        field[pixels["inside"]]  # float32, as the fields are
        for field in (case.target, case.answer.field, case.baseline)
    )
    shape = np.where(np.isnan(case.target), 0, case.target)
    low = ndi.minimum_filter(shape, 3, mode="nearest")[pixels["inside"]]
    high = ndi.maximum_filter(shape, 3, mode="nearest")[pixels["inside"]]
    counts = dict.fromkeys(("improvement", "omission", "hallucination", "moved"), 0)
    names = ("improvement", "omission", "hallucination")
    for each in zip(t, p, c, low, high, strict=True):
        kind = one(*each[:3])
        if kind is None:
            continue
        counts[names[kind]] += 1
        near = min(max(each[1], each[3]), each[4])
        counts["moved"] += kind == 2 and one(*each[:3], near) == 0
    n = sum(counts[name] for name in names)
    for name in names:
        assert values[name] == pytest.approx(100 * counts[name] / n, rel=TO)
    near = counts["improvement"] + counts["moved"]
    assert values["improvement_near"] == pytest.approx(100 * near / n, rel=TO)


def one(t: float, p: float, c: float, near: float | None = None) -> int | None:
    """The class of a pixel; None where nothing is added or lacking."""
    if max(abs(t - c), abs(p - c)) < 20:
        return None
    reference = max(abs((t if near is None else near) - c), 1)
    d_i, d_o = (
        float(abs(p - each)) / float(reference) for each in (t if near is None else near, c)
    )
    h = d_i + d_o - 1
    return int(
        np.argmin(
            [
                d_i + d_o * (1 - np.exp(-0.85 * h)),
                d_o + d_i * (1 - np.exp(-0.85 * h)),
                np.exp(-0.85 * d_i * d_o),
            ]
        )
    )


def test_the_ideal_points_of_correctness():
    """All that lacks; nothing; something else twice as large, and the wrong sign."""
    assert classes(np.array([0.0, 1.0, 2.0, 3.0]), np.array([1.0, 0.0, 2.0, 2.0])).tolist() == [
        *(0, 1, 2, 2)
    ]


def test_errors_as_forecasts(values, pixels):
    t, p, e = (pixels[name] for name in "tpe")
    z = (t - p) / e
    crps = e * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi))
    assert values["crps"] == pytest.approx(crps.mean(), rel=TO)
    half = norm.ppf(0.975) * e
    outside = np.maximum(np.abs(t - p) - half, 0)
    assert values["interval_score"] == pytest.approx((2 * half + 40 * outside).mean(), rel=TO)
    spread = np.sqrt(np.mean(e**2) / np.mean((t - p) ** 2))
    assert values["spread_skill"] == pytest.approx(spread, rel=TO)
    for level, bound in ((50, norm.ppf(0.75)), (68, 1.0), (95, norm.ppf(0.975))):
        assert values[f"coverage_{level}"] == pytest.approx(100 * (np.abs(z) <= bound).mean(), TO)
    density = np.histogram(norm.cdf(z), 20, (0, 1))[0] / z.size * 20
    assert values["pit"] == pytest.approx(np.sqrt(np.mean((density - 1) ** 2)), rel=TO)


def test_errors_of_block_means(values, case, pixels):
    size, z = 8, []
    for top in range(0, 512, size):
        for left in range(0, 512, size):
            at = slice(top, top + size), slice(left, left + size)
            if pixels["inside"][at].all():
                wrong = (case.target[at].astype(float) - case.answer.field[at]).mean()
                error = np.sqrt((case.answer.error[at].astype(float) ** 2).sum()) / size**2
                z.append(wrong / error)
    z = np.array(z)
    assert values["block_8_68"] == pytest.approx(100 * (np.abs(z) <= 1).mean(), rel=TO)
    assert values["block_8_inflation"] == pytest.approx(np.sqrt((z**2).mean()), rel=TO)


def test_draws_tell_the_errors_of_block_means(small):
    """Draws that share an offset know that neighbours err together; their pixels' errors do not."""
    draw = np.random.default_rng(3)
    shifts = draw.normal(0, 10, 60).astype(np.float32)

    def together(target: np.ndarray) -> Answer:
        noise = draw.normal(0, 10, (60, *target.shape)).astype(np.float32)
        return Answer(target + np.float32(10), draws=target + shifts[:, None, None] + noise)

    of_draws = Judgement(small.definition, True).update(small.case(together))
    independent = Judgement(small.definition, True).update(
        small.case(lambda target: Answer(target + 10, np.full_like(target, 14.1)))
    )
    inflation = [
        {row.size: row.inflation for row in each.blocks.result() if row.low is None}
        for each in (of_draws, independent)
    ]
    assert inflation[0][16] == pytest.approx(1, abs=0.2)
    assert inflation[1][16] == pytest.approx(16 * 10 / 14.1, rel=0.01)


def test_crps_of_draws_is_that_of_their_distribution(small):
    draw = np.random.default_rng(3)

    def normal(target: np.ndarray) -> Answer:
        draws = target + draw.normal(0, 10, (40, *target.shape)).astype(np.float32)
        return Answer(target, draws=draws)

    judged = Judgement(small.definition, True).update(small.case(normal))
    found = compare.compare([Scored("mine", None, judgement=judged)], "none")
    expected = 10 * (2 * norm.pdf(0) - 1 / np.sqrt(np.pi))
    assert found["crps"][1]["mine"].value == pytest.approx(expected, rel=0.1)


def boxes_of(small: SmallBenchmark, case: Case) -> list[tuple[slice, slice]]:
    found = regions.find(
        case.comparison.target, case.comparison.inside, small.definition.quantities, 4
    )
    return [box.where for box in found]


def test_active_regions_are_where_the_target_is_strong(small, case):
    boxes = boxes_of(small, case)
    assert len(boxes) >= 3
    for box in boxes:
        assert np.nanmax(np.abs(case.target[box])) > 100
        assert all(edge % 4 == 0 for part in box for edge in (part.start, part.stop))
    # They are the target's, whatever is predicted.
    other = small.case(lambda target: Answer(np.zeros_like(target)))
    assert boxes_of(small, other) == boxes


def test_what_users_compute(values, small, case, pixels):
    inside = pixels["inside"]
    mu = cosine_to_vertical(RADIUS.astype(float), float(np.arcsin(6.96e8 / case.frame.dsun)))
    area = np.where(inside, pixel_area(RADIUS, LIMB, case.frame.dsun), 0)  # cm^2
    fields = [np.where(inside, f, 0).astype(float) for f in (case.target, case.answer.field)]
    pixel = GRID.target_scale / 206264.80624709636 * (AU_METRES - 6.96e8) / 1e6
    found = {name: [] for name in regions.NAMES}
    for box in boxes_of(small, case):
        both = []
        for field in fields:
            b, a, m = field[box], area[box], mu[box]
            line = skeletonize(within(b, 150, 4) & inside[box])
            gradient = np.hypot(*np.gradient(b, pixel))[line].mean() if line.any() else np.nan
            both.append(
                [
                    np.nansum(np.abs(b) * a / m),
                    a[np.abs(b) > 50].sum() / 1e16,
                    a[np.abs(b) > 500].sum() / 1e16,
                    line.sum() * pixel,
                    gradient,
                ]
            )
        for name, x, y in zip(regions.NAMES, *both, strict=False):
            if np.isfinite(x) and np.isfinite(y):
                found[name].append((x, y))
    for name in ("flux", "area_weak", "area_strong", "pil_length", "pil_gradient"):
        x, y = np.array(found[name]).T
        assert x.sum() > 0, name
        error = 100 * np.abs(y - x).sum() / x.sum()
        assert values[f"{name}_error"] == pytest.approx(error, rel=1e-5), name
        bias = 100 * (y.sum() / x.sum() - 1)
        assert values[f"{name}_bias"] == pytest.approx(bias, rel=1e-4), name
    flux = [np.nansum(np.abs(field) * area / mu) for field in fields]
    assert values["disk_flux_bias"] == pytest.approx(100 * (flux[1] / flux[0] - 1), rel=1e-5)


def within(field: np.ndarray, strong: float, reach: int) -> np.ndarray:
    square = np.ones((2 * reach + 1,) * 2)
    return ndi.binary_dilation(field > strong, square) & ndi.binary_dilation(
        field < -strong, square
    )


def test_schrijvers_r(case):
    """A line of two polarities: the flux next to it, weighted by a Gaussian of 15 Mm."""
    side, step, pixel = 256, 4, 0.36
    field = np.where(np.arange(side)[None, :] < side // 2, 400.0, -400.0) * np.ones((side, 1))
    flux = np.full_like(field, 1e15)
    patch = regions.Patch(field, np.ones(field.shape, bool), flux, flux, step, pixel)
    small = field[::step, ::step]
    mask = within(small, 150, 1).astype(float)
    sigma = 15 / (2 * np.sqrt(2 * np.log(2))) / (pixel * step)
    # A Gaussian up to four standard deviations, of the sum 1.
    reach = (round(8 * sigma + 1) | 1) // 2
    bell = np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * sigma**2))
    weight = convolve2d(mask, np.outer(bell, bell) / bell.sum() ** 2, mode="same")
    expected = (weight * 400 * 1e15 * step**2).sum()
    assert patch.schrijver(150) == pytest.approx(expected, rel=TO)
    assert patch.schrijver(500) == 0


def test_polar_caps(values, case):
    x, y = np.meshgrid(GRID.axis("target"), GRID.axis("target"))
    rsun = float(np.arcsin(6.96e8 / case.frame.dsun))
    latitude, _ = disk_to_heliographic(x, y, np.deg2rad(case.frame.b0), rsun)
    seen = np.isfinite(case.target) & (RADIUS <= 0.98)
    for name, sign in (("north", 1), ("south", -1)):
        cap = seen & (sign * latitude >= np.deg2rad(60))
        assert cap.sum() > 500
        expected = (
            case.answer.field[cap].astype(float).mean() - case.target[cap].astype(float).mean()
        )
        assert values[f"cap_{name}"] == pytest.approx(expected, rel=TO)


@pytest.fixture(scope="module")
def parts(small) -> list[Case]:
    return [small.case(noisy, index) for index in range(len(STAMPS))]


def test_merging_in_any_order_gives_the_same(small, parts):
    whole = Judgement(small.definition, True)
    for part in parts:
        whole.update(part)
    expected = values_of(whole)
    assert len(expected) > 50
    for order in permutations(parts):
        merged = Judgement(small.definition, True)
        for part in order:
            merged.merge(Judgement(small.definition, True).update(part))
        kept = Judgement.kept(merged.content(), merged.arrays())
        assert values_of(merged) == expected
        assert values_of(kept) == expected


def values_of(judgement: Judgement) -> dict[str, float | None]:
    found = compare.compare([Scored("mine", None, judgement=judgement)], "none")
    return {key: row["mine"].value for key, (_, row) in found.items()}


def test_every_measure_has_a_family_and_a_key_of_its_own(small):
    found = families.measures(small.definition)
    assert {each.family for each in found} == set(families.FAMILIES)
    assert len({each.key for each in found}) == len(found)
