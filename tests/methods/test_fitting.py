"""The stage ``fit`` and the methods it makes: from months to a filter and a map, to predictions."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from helpers.months import GRID, GRID_SETTINGS, sun, write_aligned, write_split
from onesun import config, methods
from onesun.cli.train import fit as command
from onesun.errors import ConfigError, DamagedProductError
from onesun.geometry.grid import Grid
from onesun.geometry.upsample import bicubic, fill_nearest
from onesun.io.files import read_json, write_json
from onesun.methods import Sources
from onesun.methods.fitting import product
from onesun.methods.fitting.frames import spread
from onesun.products.aligned import read_month

PAIR = "mdi-hmi"
ZERO_POINT = 2.0
MONTHS = {"2016-07": "train", "2016-08": "train", "2019-07": "validation"}
FITTING = {
    "frames_per_month": None,
    "ridge": {"kernels": [5, 1, 3], "strengths": [0.0, 1e-3]},
    "equated": {"scale": 10, "width": 0.01, "tail": 200},
    "wiener": {"kernel": 5},
}
INSIDE = GRID.radius("input") <= np.float64(0.9)


class Case:
    """Three months of aligned frames, a split and a calibration, and the command on them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.frames = {
            month: {f"{month.replace('-', '')}0{k}_060000_TAI": sun(10 * n + k) for k in (1, 2)}
            for n, month in enumerate(MONTHS)
        }
        for frames in self.frames.values():
            for field, _ in frames.values():
                field += np.float32(ZERO_POINT)
        self.manifests = [
            write_aligned(folder / "aligned", PAIR, month, frames)
            for month, frames in self.frames.items()
        ]
        self.split = write_split(folder / "split.csv", PAIR, MONTHS)
        self.calibration = folder / "calibration.json"
        matched = {"matched": {"uniform": {"a": ZERO_POINT, "b": 1.4}}}
        write_json(self.calibration, {"pair": PAIR, "fits": matched})

    def fit(self, kind: str, out: str = "out", manifests=None, **fitting) -> Path:
        settings = {
            "method": {"kind": kind}, "fitting": FITTING | fitting, "grid": GRID_SETTINGS,
            "calibration": {"within_radius": 0.9},
        }  # fmt: skip
        command(
            PAIR, kind, manifests or self.manifests, self.split, json.dumps(settings),
            self.folder / out, None if kind == "wiener" else self.calibration,
        )  # fmt: skip
        return self.folder / out

    def load(self, folder: Path, kind: str) -> methods.Method:
        return methods.load({"kind": kind}, GRID, Sources(fit=folder / product.TENSORS))

    def of(self, name: str) -> list[tuple[np.ndarray, np.ndarray]]:
        """The frames of a set as their files hold them."""
        months = [read_month(path) for path in self.manifests]
        chosen = [month for month in months if MONTHS[month.month] == name]
        return [(month.input(f), month.target(f)) for month in chosen for f in month.frames]


@pytest.fixture(scope="module")
def case(tmp_path_factory) -> Case:
    return Case(tmp_path_factory.mktemp("fit"))


@pytest.fixture(scope="module")
def ridge(case: Case) -> Path:
    return case.fit("ridge", "ridge")


@pytest.fixture(scope="module")
def tested(tmp_path_factory) -> Case:
    """The same frames, all of them of test months."""
    made = Case(tmp_path_factory.mktemp("tested"))
    made.split = write_split(made.folder / "test.csv", PAIR, dict.fromkeys(MONTHS, "test"))
    return made


@pytest.fixture(scope="module")
def wiener(tested: Case) -> Path:
    return tested.fit("wiener", "wiener")


@pytest.fixture(scope="module")
def equated(case: Case) -> Path:
    return case.fit("equated", "equated")


def neighbourhoods(frames, kernel: int, flips=((1, 1, 1),)) -> tuple[np.ndarray, np.ndarray]:
    """Rows of x and y of frames in every flip (polarity, rows, columns), pixel by pixel."""
    half, x, y = kernel // 2, [], []
    for given, wanted in frames:
        for sign, up, across in flips:
            field = sign * (given - ZERO_POINT)[::up, ::across].astype(np.float64)
            target = sign * wanted[::up, ::across].astype(np.float64)
            at = np.argwhere(INSIDE)
            shifts = [(i, j) for i in range(-half, half + 1) for j in range(-half, half + 1)]
            x.append(np.stack([field[at[:, 0] + i, at[:, 1] + j] for i, j in shifts], axis=1))
            blocks = target.reshape(128, 4, 128, 4).transpose(0, 2, 1, 3)
            y.append(blocks[at[:, 0], at[:, 1]].reshape(len(at), -1))
    return np.concatenate(x), np.concatenate(y)


def test_the_filter_is_that_of_least_squares_over_frames_and_their_flips(case, ridge) -> None:
    card = read_json(ridge / product.CARD)
    assert card["strength"] == 0.0
    flips = [(sign, up, across) for sign in (1, -1) for up in (1, -1) for across in (1, -1)]
    x, y = neighbourhoods(case.of("train"), card["kernel"], flips)
    # A constant comes out as 0, because every field is there in both polarities.
    expected, *_ = np.linalg.lstsq(np.column_stack([x, np.ones(len(x))]), y, rcond=None)
    np.testing.assert_allclose(expected[-1], 0, atol=1e-9)
    tensors, _ = product.read(ridge / product.TENSORS, "ridge", GRID)
    kernel = card["kernel"]
    np.testing.assert_allclose(
        tensors["filter"], expected[:-1].reshape(kernel, kernel, 4, 4), rtol=1e-4, atol=1e-6
    )


def test_validation_picks_kernel_and_strength(case, ridge) -> None:
    card = read_json(ridge / product.CARD)
    candidates = card["candidates"]
    assert [(entry["kernel"], entry["strength"]) for entry in candidates] == [
        (kernel, strength) for kernel in (1, 3, 5) for strength in (0.0, 1e-3)
    ]
    best = min(candidates, key=lambda entry: entry["validation_rmse"])
    assert (card["kernel"], card["strength"]) == (best["kernel"], best["strength"])
    # Fields of `sun` are wider than an input pixel: neighbours tell more than one pixel does.
    assert card["kernel"] > 1
    x, y = neighbourhoods(case.of("validation"), card["kernel"])
    tensors, _ = product.read(ridge / product.TENSORS, "ridge", GRID)
    errors = x @ tensors["filter"].reshape(-1, 16).astype(np.float64) - y
    assert best["validation_rmse"] == pytest.approx(np.sqrt(np.mean(errors**2)), rel=1e-5)


def test_validation_may_want_another_kernel_than_training(tmp_path) -> None:
    # Beside each training pixel stands its target; in validation, something else.
    draw = np.random.default_rng(1)
    frames = {}
    for month in MONTHS:
        field = draw.normal(0, 100, (GRID.input_size,) * 2).astype(np.float32)
        beside = np.roll(field, 1, axis=1) + np.roll(field, -1, axis=1)
        target = np.kron(field + (beside if MONTHS[month] == "train" else -beside), np.ones((4, 4)))
        field, target = field.copy(), target.astype(np.float32)
        field[GRID.radius("input") >= 1] = np.nan
        target[GRID.radius("target") >= 1] = np.nan
        frames[month] = {f"{month.replace('-', '')}01_060000_TAI": (field, target)}
    case = Case(tmp_path)
    manifests = [write_aligned(tmp_path / "x", PAIR, *item) for item in frames.items()]
    card = read_json(case.fit("ridge", "out", manifests) / product.CARD)
    assert card["kernel"] == 1
    by_training = min(card["candidates"], key=lambda entry: entry["train_rmse"])
    assert by_training["kernel"] > 1


def test_the_filter_predicts_as_it_was_fitted(case, ridge) -> None:
    method = case.load(ridge, "ridge")
    tensors, card = product.read(ridge / product.TENSORS, "ridge", GRID)
    field, _ = case.of("validation")[0]
    x, _ = neighbourhoods([(field, np.zeros((512, 512)))], card["kernel"])
    expected = x @ tensors["filter"].reshape(-1, 16).astype(np.float64)
    found = method.predict(field).reshape(128, 4, 128, 4).transpose(0, 2, 1, 3)[INSIDE]
    np.testing.assert_allclose(found.reshape(expected.shape), expected, atol=2e-3)


def test_the_bound_is_least_squares_with_a_constant_on_the_test_frames(tested, wiener) -> None:
    frames = [frame for name in ("train", "validation") for frame in tested.of(name)]
    x, y = neighbourhoods([(field + ZERO_POINT, target) for field, target in frames], 5)
    expected, *_ = np.linalg.lstsq(np.column_stack([x, np.ones(len(x))]), y, rcond=None)
    tensors, card = product.read(wiener / product.TENSORS, "wiener", GRID)
    np.testing.assert_allclose(
        tensors["filter"], expected[:-1].reshape(5, 5, 4, 4), rtol=1e-4, atol=1e-6
    )
    np.testing.assert_allclose(tensors["constant"], expected[-1].reshape(4, 4), atol=1e-3)
    errors = x @ expected[:-1] + expected[-1] - y
    assert card["test_rmse"] == pytest.approx(np.sqrt(np.mean(errors**2)), rel=1e-6)
    assert (card["data"]["test"]["frames"], card["zero_point"]) == (6, 0)


def test_no_linear_filter_passes_the_bound(case, ridge, tested, wiener) -> None:
    """Over the frames together; and the filter fitted elsewhere is not far below it."""
    bound, fitted = tested.load(wiener, "wiener"), case.load(ridge, "ridge")
    inside = np.kron(INSIDE, np.ones((4, 4))).astype(bool)
    frames = [frame for name in ("train", "validation") for frame in tested.of(name)]
    target = np.concatenate([target[inside] for _, target in frames])

    def scores(method) -> tuple[float, float]:
        found = np.concatenate([method.predict(field)[inside] for field, _ in frames])
        return np.corrcoef(found, target)[0, 1], np.sqrt(np.mean((found - target) ** 2))

    (best, least), (other, more) = scores(bound), scores(fitted)
    assert 0.99 * best < other < best
    assert more > least
    assert least == pytest.approx(read_json(wiener / product.CARD)["test_rmse"], rel=1e-5)


def test_the_bound_is_fitted_to_test_months_alone(case, tested) -> None:
    with pytest.raises(ConfigError, match="is a train month of mdi-hmi, expected a test month"):
        case.fit("wiener", "none")
    assert not (case.folder / "none").exists()


def test_a_fit_to_training_months_needs_the_calibration(case) -> None:
    settings = {"method": {"kind": "ridge"}, "fitting": FITTING, "grid": GRID_SETTINGS}
    with pytest.raises(ConfigError, match="--calibration: absent, but a method of kind ridge"):
        command(PAIR, "x", case.manifests, case.split, json.dumps(settings), case.folder / "none")


@pytest.mark.parametrize("kind", ["ridge", "equated"])
def test_nan_exactly_off_the_disk_and_gaps_are_filled(case, kind, request) -> None:
    method = case.load(request.getfixturevalue(kind), kind)
    assert isinstance(method, methods.Method)
    assert (method.name, method.reads) == (kind, "input")
    field, _ = sun(1)
    field[60:63, 60:64] = np.nan
    before = field.copy()
    prediction = method.predict(field)
    assert prediction.dtype == np.float32
    assert np.array_equal(np.isnan(prediction), GRID.radius("target") >= 1)
    assert np.array_equal(field, before, equal_nan=True)


def test_an_even_field_stays_even_up_to_the_limb(case, ridge) -> None:
    tensors, card = product.read(ridge / product.TENSORS, "ridge", GRID)
    field = np.full((GRID.input_size,) * 2, 100 + ZERO_POINT, dtype=np.float32)
    field[GRID.radius("input") >= 1] = np.nan
    found = case.load(ridge, "ridge").predict(field)
    on_disk = GRID.radius("target") < 1
    sub = np.tile(100 * tensors["filter"].sum(axis=(0, 1)), (128, 128))
    np.testing.assert_allclose(found[on_disk], sub[on_disk], rtol=1e-4)
    assert card["gain"] == pytest.approx(sub.mean() / 100, rel=1e-6)


def test_the_map_equates_the_training_frames(case, equated) -> None:
    inside = GRID.radius("target") <= np.float64(0.9)
    frames = case.of("train")
    upsampled = [bicubic(fill_nearest(field), 4)[inside] for field, _ in frames]
    given = np.abs(np.concatenate(upsampled).astype(np.float64) - ZERO_POINT)
    wanted = np.abs(np.concatenate([target[inside] for _, target in frames]).astype(np.float64))
    method = case.load(equated, "equated")
    _, card = product.read(equated / product.TENSORS, "equated", GRID)
    assert card["pixels"] == given.size
    for value in (5.0, 20.0, 60.0, 150.0):
        expected = np.quantile(wanted, np.mean(given < value))
        field = np.full((128, 128), value + ZERO_POINT, dtype=np.float32)
        assert method.predict(field)[256, 256] == pytest.approx(expected, rel=0.02, abs=0.15)


def test_gaps_are_not_counted(case, equated, tmp_path) -> None:
    frames = {stamp: (f.copy(), t.copy()) for stamp, (f, t) in case.frames["2016-07"].items()}
    field, target = next(iter(frames.values()))
    field[60, 60] = np.nan
    target[200:204, 240:243] = np.nan
    other = write_aligned(tmp_path, PAIR, "2016-07", frames)
    card = read_json(case.fit("equated", "gaps", [other, *case.manifests[1:]]) / product.CARD)
    whole = read_json(equated / product.CARD)
    assert whole["pixels"] - card["pixels"] == 16 + 12


@pytest.mark.parametrize("kind", ["ridge", "equated"])
def test_the_same_frames_give_the_same_bytes(case, kind, request) -> None:
    first = request.getfixturevalue(kind)
    second = case.fit(kind, "again", case.manifests[::-1])
    for name in (product.TENSORS, product.CARD):
        assert (first / name).read_bytes() == (second / name).read_bytes()


def test_any_number_of_cores_gives_the_same_bytes(case, ridge) -> None:
    before, found = torch.get_num_threads(), []
    try:
        for cores in (1, 3):
            torch.set_num_threads(cores)
            folder = case.fit("ridge", f"cores{cores}")
            field, _ = case.of("validation")[0]
            prediction = case.load(folder, "ridge").predict(field)
            files = [(folder / name).read_bytes() for name in (product.TENSORS, product.CARD)]
            found.append((*files, prediction.tobytes()))
    finally:
        torch.set_num_threads(before)
    assert found[0] == found[1]
    assert found[0][0] == (ridge / product.TENSORS).read_bytes()


def test_the_card_says_what_it_was_fitted_to(ridge) -> None:
    card = read_json(ridge / product.CARD)
    assert (card["pair"], card["method"], card["kind"], card["simulated"]) == (
        PAIR, "ridge", "ridge", True,
    )  # fmt: skip
    assert {name: data["frames"] for name, data in card["data"].items()} == {
        "train": 4, "validation": 2,
    }  # fmt: skip
    assert sorted(card["data"]["train"]["manifests_sha256"]) == ["2016-07", "2016-08"]
    assert card["zero_point"] == ZERO_POINT
    assert card["settings"]["kernels"] == [5, 1, 3]
    assert card["pixels"]["train"] == 4 * np.count_nonzero(INSIDE)


def test_only_so_many_frames_of_a_month_are_used(case) -> None:
    card = read_json(case.fit("ridge", "few", frames_per_month=1) / product.CARD)
    assert {name: data["frames"] for name, data in card["data"].items()} == {
        "train": 2, "validation": 1,
    }  # fmt: skip


def test_frames_are_spread_over_each_month(case) -> None:
    month, other = (read_month(path) for path in case.manifests[:2])
    frames = [(month, k) for k in range(10)] + [(other, k) for k in range(3)]
    assert [k for _, k in spread(frames, 4)] == [1, 3, 6, 8, 0, 1, 2]
    assert spread(frames, None) == frames
    assert [k for _, k in spread(frames, 1)] == [5, 1]


def test_a_test_month_is_refused(case, tmp_path) -> None:
    split = write_split(tmp_path / "s.csv", PAIR, {**MONTHS, "2016-08": "test"})
    with pytest.raises(ConfigError, match="2016-08 is a test month of mdi-hmi, expected a train "
                                          "or validation month"):  # fmt: skip
        case.split, before = split, case.split
        try:
            case.fit("ridge", "none")
        finally:
            case.split = before
    assert not (case.folder / "none").exists()


def test_a_set_without_frames_is_refused(case) -> None:
    with pytest.raises(ConfigError, match="no frame of 2016-07, 2016-08 is a validation frame"):
        case.fit("equated", "none", case.manifests[:2])


def test_what_is_not_fitted_is_refused(case) -> None:
    with pytest.raises(ConfigError, match="raw found, expected equated, ridge or wiener"):
        case.fit("raw", "none")


@pytest.mark.parametrize(
    ("damage", "error", "message"),
    [
        (lambda folder: (folder / product.TENSORS).unlink(), DamagedProductError, "missing"),
        (lambda folder: (folder / product.CARD).write_text("{}"), DamagedProductError, "not the"),
        (
            lambda folder: (folder / product.TENSORS).write_bytes(b"x"),
            DamagedProductError,
            "not the tensors whose SHA-256 card.json gives",
        ),
    ],
)
def test_a_damaged_fit_is_refused(case, ridge, damage, error, message, tmp_path) -> None:
    for name in (product.TENSORS, product.CARD):
        (tmp_path / name).write_bytes((ridge / name).read_bytes())
    damage(tmp_path)
    with pytest.raises(error, match=message):
        case.load(tmp_path, "ridge")


def test_a_fit_of_another_kind_or_grid_is_refused(case, ridge) -> None:
    with pytest.raises(ConfigError, match="a fit of kind ridge, expected equated"):
        case.load(ridge, "equated")
    other = Grid(target_size=512, target_scale=4.034184, factor=2, patch=32)
    with pytest.raises(ConfigError, match="a fit of factor 4, expected 2"):
        methods.load({"kind": "ridge"}, other, Sources(fit=ridge / product.TENSORS))


def test_the_default_settings_are_complete() -> None:
    sections = config.settings('{"method": {"kind": "ridge"}}', "method", "fitting")
    assert set(sections["fitting"]) == {"frames_per_month", "ridge", "equated", "wiener"}
    assert sections["fitting"]["ridge"]["kernels"] == [3, 5, 7, 9, 11, 13, 15]
