"""Each term of the loss against a plain computation of its definition."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import ndimage
from skimage.metrics import structural_similarity

from onesun.config import schema
from onesun.errors import ConfigError
from onesun.losses import (
    OF_ERROR,
    TERMS,
    CompositeLoss,
    GradientError,
    HistogramDistance,
    MeanSquaredError,
    StructuralDissimilarity,
    names,
)
from onesun.losses.base import whole_windows
from onesun.tables.labels import loss_label, method_label

FIELD_SCALE = 3500.0
HISTOGRAM = {"width": 0.15, "limit": 5000.0, "noise": 60.0}
SETTINGS = {"histogram": HISTOGRAM, "ssim": {"window": 11, "sigma": 1.5, "data_range": 7000}}
NAMES = sorted(set(TERMS) - set(OF_ERROR))


def term(name: str, **settings):
    return TERMS[name](settings or SETTINGS.get(name, {}), FIELD_SCALE)


def fields(seed: int, shape=(3, 1, 24, 26)) -> tuple[torch.Tensor, torch.Tensor]:
    """A target of a few hundred gauss with smooth structure, and a prediction near it."""
    rng = np.random.default_rng(seed)
    smooth = ndimage.gaussian_filter(rng.normal(size=shape), (0, 0, 2, 2)) * 5
    target = (smooth + rng.normal(scale=0.01, size=shape)) * 0.2
    prediction = 0.9 * target + rng.normal(scale=0.02, size=shape)
    return torch.from_numpy(prediction), torch.from_numpy(target)


def with_limb(target: torch.Tensor) -> torch.Tensor:
    """NaN in a corner of every patch and in one pixel amid the last."""
    target = target.clone()
    y, x = np.mgrid[: target.shape[-2], : target.shape[-1]]
    target[..., torch.from_numpy(x + y < 12)] = torch.nan
    target[-1, 0, 15, 17] = torch.nan
    return target


def soft_histogram(gauss: np.ndarray) -> np.ndarray:
    """The docstring's p_k, one bin after the other."""
    last = int(np.ceil(np.arcsinh(5000 / 60) / 0.15))
    u = np.arcsinh(np.clip(gauss, -5000, 5000) / 60) / 0.15
    bins = np.arange(-last, last + 1)
    return np.array([np.maximum(0, 1 - np.abs(u - k)).sum() for k in bins]) / gauss.size


def expected_mse(prediction: np.ndarray, target: np.ndarray) -> float:
    return float(np.nanmean((prediction - target) ** 2))


def expected_gradient(prediction: np.ndarray, target: np.ndarray) -> float:
    values = []
    for difference in (prediction - target)[:, 0]:
        along = [ndimage.sobel(difference, axis, mode="constant", cval=np.nan) for axis in (0, 1)]
        # A kernel's zeros hide a NaN of its middle column: the window's own test finds it.
        hole = ndimage.maximum_filter(np.isnan(difference), 3, mode="constant", cval=True)
        values.append((along[0] ** 2 + along[1] ** 2)[~hole] / 64)
    return float(np.concatenate(values).mean())


def expected_histogram(prediction: np.ndarray, target: np.ndarray) -> float:
    known = np.isfinite(target)
    p = soft_histogram(prediction[known] * FIELD_SCALE)
    q = soft_histogram(target[known] * FIELD_SCALE)
    return float(0.5 * np.abs(p - q).sum())


def expected_ssim(prediction: np.ndarray, target: np.ndarray) -> float:
    values = []
    for x, y in zip(prediction[:, 0], target[:, 0], strict=True):
        hole = ndimage.maximum_filter(np.isnan(y), 11, mode="constant", cval=True)
        _, similarity = structural_similarity(
            np.where(np.isnan(y), 0, x),
            np.nan_to_num(y),
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
            data_range=2,
            full=True,
        )
        values.append(similarity[~hole])
    return float(1 - np.concatenate(values).mean())


EXPECTED = {
    "mse": expected_mse,
    "gradient": expected_gradient,
    "histogram": expected_histogram,
    "ssim": expected_ssim,
}


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_value_is_that_of_a_plain_computation(name, masked):
    prediction, target = fields(1)
    if masked:
        target = with_limb(target)
    expected = EXPECTED[name](prediction.numpy(), target.numpy())
    assert expected > 1e-4
    assert term(name)(prediction, target).item() == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_value_in_single_precision(name):
    prediction, target = fields(2)
    expected = EXPECTED[name](prediction.numpy(), target.numpy())
    assert term(name)(prediction.float(), target.float()).item() == pytest.approx(
        expected, rel=2e-5
    )


@pytest.mark.parametrize("name", NAMES)
def test_gradient_is_that_of_the_value(name):
    prediction, target = fields(3, (1, 1, 13, 14))
    target = target.clone()
    target[..., 0, :2] = torch.nan
    prediction.requires_grad_()
    assert torch.autograd.gradcheck(
        lambda x: term(name)(x, target), prediction, eps=1e-7, atol=1e-7
    )


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_lost_where_prediction_is_target(name):
    _, target = fields(4)
    target = with_limb(target)
    prediction = torch.nan_to_num(target, nan=0.3)
    assert term(name)(prediction, target).item() == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_predicted_off_the_disk_counts_nowhere(name):
    prediction, target = fields(5)
    target = with_limb(target)
    prediction.requires_grad_()
    value = term(name)(prediction, target)
    value.backward()
    off = torch.isnan(target)
    assert torch.all(prediction.grad[off] == 0)
    assert torch.any(prediction.grad[~off] != 0)
    other = torch.where(off, 7.0, prediction.detach())
    assert term(name)(other, target).item() == pytest.approx(value.item(), rel=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_on_the_disk_gives_zero_not_nan(name):
    prediction, target = fields(6)
    prediction.requires_grad_()
    value = term(name)(prediction, torch.full_like(target, torch.nan))
    value.backward()
    assert value.item() == 0
    assert torch.all(prediction.grad == 0)


@pytest.mark.parametrize("name", NAMES)
def test_parts_of_a_batch_add_up_to_the_batch(name):
    prediction, target = fields(7, (4, 1, 20, 20))
    target = with_limb(target)
    loss = CompositeLoss({name: 2.0}, SETTINGS, FIELD_SCALE)
    whole, _ = loss(prediction, target)
    first = loss.sums(prediction[:1], target[:1])
    rest = loss.sums(prediction[1:], target[1:])
    total, parts = loss.combine({name: first[name] + rest[name]})
    assert total.item() == pytest.approx(whole.item(), rel=1e-12)
    assert total.item() == pytest.approx(2 * parts[name].item(), rel=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_prediction_that_is_no_number_gives_none(name):
    prediction, target = fields(9)
    prediction[0, 0, 12, 12] = torch.nan
    assert torch.isnan(term(name)(prediction, target))


def test_gradient_of_a_ramp_is_its_slope():
    x = torch.arange(8.0, dtype=torch.float64).expand(1, 1, 6, 8)
    assert GradientError()(3 * x, torch.zeros_like(x)).item() == pytest.approx(9)
    assert GradientError()(3 * x.mT, torch.zeros_like(x.mT)).item() == pytest.approx(9)


def test_histograms_that_share_no_bin_are_one_apart():
    strong = torch.full((1, 1, 8, 8), 1000 / FIELD_SCALE)
    assert HistogramDistance(FIELD_SCALE, **HISTOGRAM)(strong, -strong).item() == pytest.approx(1)


def test_histogram_counts_fields_beyond_the_limit_at_the_limit():
    distance = HistogramDistance(FIELD_SCALE, **HISTOGRAM)
    limit = torch.full((1, 1, 8, 8), 5000 / FIELD_SCALE, dtype=torch.float64)
    assert distance(3 * limit, limit).item() == pytest.approx(0, abs=1e-12)
    assert distance(-3 * limit, limit).item() == pytest.approx(1)


def test_sum_is_equation_8():
    prediction, target = fields(8)
    target = with_limb(target)
    weights = {"mse": 1, "gradient": 5, "histogram": 1e-5, "ssim": 5e-4}
    total, parts = CompositeLoss(weights, SETTINGS, FIELD_SCALE)(prediction, target)
    alone = {name: term(name)(prediction, target).item() for name in weights}
    assert {name: part.item() for name, part in parts.items()} == pytest.approx(alone)
    assert total.item() == pytest.approx(sum(weights[name] * alone[name] for name in weights))


def test_weight_zero_skips_a_term():
    loss = CompositeLoss({"mse": 1, "ssim": 0}, SETTINGS, FIELD_SCALE)
    small = torch.zeros(1, 1, 4, 4)  # too small for SSIM's window
    _, parts = loss(small, small)
    assert list(parts) == ["mse"]


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ({"mse": -1}, r"loss\.mse: weight -1 found, expected at least 0"),
        ({"mse": float("nan")}, r"loss\.mse: weight nan found"),
        ({"mse": 1, "sobel": 1}, r"loss: term 'sobel' found, expected mse, gradient"),
        ({"mse": 0}, "loss: no weight above 0 found"),
    ],
)
def test_unusable_weights_are_refused(weights, said):
    with pytest.raises(ConfigError, match=said):
        CompositeLoss(weights, SETTINGS, FIELD_SCALE)


@pytest.mark.parametrize("data_range", [7000, 200])
def test_ssim_is_that_of_its_data_range(data_range):
    prediction, target = fields(3)
    expected = 1 - np.mean(
        [
            structural_similarity(
                x, y, gaussian_weights=True, sigma=1.5, use_sample_covariance=False,
                data_range=data_range / FIELD_SCALE, full=True,
            )[1][5:-5, 5:-5].mean()
            for x, y in zip(prediction[:, 0].numpy(), target[:, 0].numpy(), strict=True)
        ]
    )  # fmt: skip
    made = StructuralDissimilarity(FIELD_SCALE, 11, 1.5, data_range)
    assert made(prediction, target).item() == pytest.approx(expected, rel=1e-9)


def test_at_the_papers_data_range_ssim_is_a_squared_error_in_the_quiet_sun():
    """Twice the misfit costs four times as much; at 200 G, where structure counts, less."""
    rng = np.random.default_rng(4)
    target = torch.from_numpy(rng.normal(0, 10 / FIELD_SCALE, (4, 1, 64, 64)))
    misfit = torch.from_numpy(rng.normal(0, 5 / FIELD_SCALE, (4, 1, 64, 64)))
    ratios = {}
    for data_range in (7000, 200):
        made = StructuralDissimilarity(FIELD_SCALE, 11, 1.5, data_range)
        once, twice = (made(target + k * misfit, target).item() for k in (1, 2))
        ratios[data_range] = twice / once
    assert ratios[7000] == pytest.approx(4, rel=0.02)
    assert ratios[200] < 3.5


def test_unusable_terms_are_refused():
    with pytest.raises(ConfigError, match=r"loss_terms\.ssim\.data_range: 0 found"):
        StructuralDissimilarity(FIELD_SCALE, 11, 1.5, 0)
    with pytest.raises(ConfigError, match=r"loss_terms\.ssim\.window: 10 found"):
        StructuralDissimilarity(FIELD_SCALE, 10, 1.5, 7000)
    with pytest.raises(ConfigError, match=r"loss_terms\.ssim\.sigma: 0 found"):
        StructuralDissimilarity(FIELD_SCALE, 11, 0, 7000)
    with pytest.raises(ConfigError, match=r"loss_terms\.histogram\.noise: 0 found"):
        HistogramDistance(FIELD_SCALE, 0.15, 5000, 0)
    patch = torch.zeros(1, 1, 8, 8)
    with pytest.raises(ConfigError, match="expected at most the target patch's 8 pixels"):
        StructuralDissimilarity(FIELD_SCALE, 11, 1.5, 7000)(patch, patch)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 11])
def test_whole_windows(size):
    rng = np.random.default_rng(size)
    valid = rng.random((2, 1, 17, 15)) > 0.005
    windows = np.lib.stride_tricks.sliding_window_view(valid, (size, size), axis=(2, 3))
    expected = windows.all(axis=(-1, -2))
    assert 0 < expected.sum() < expected.size
    assert np.array_equal(whole_windows(torch.from_numpy(valid), size).numpy(), expected)


def test_mean_squared_error_has_the_units_of_the_field():
    zero = torch.zeros(1, 1, 4, 4)
    assert MeanSquaredError()(zero + 0.1, zero).item() == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("weights", "label"),
    [
        ({"mse": 1}, "MSE"),
        ({"ssim": 1e-6, "mse": 1, "histogram": 0, "gradient": 5}, "MSE + Grad + SSIM"),
    ],
)
def test_a_loss_is_named_by_its_terms(weights, label):
    assert loss_label(weights) == label


def test_a_method_is_named_by_its_loss_on_the_pair():
    methods = {"b": {"kind": "bicubic"}, "n": {"kind": "network", "loss": "l"}}
    losses = {"l": {"mdi-hmi": {"mse": 1, "gradient": 5}, "gong-hmi": {"mse": 1}}}
    assert method_label("b", "mdi-hmi", methods, losses) == "b"
    assert method_label("n", "mdi-hmi", methods, losses) == "MSE + Grad"
    assert method_label("n", "gong-hmi", methods, losses) == "MSE"


# The likelihood of an error


def answers(seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """A target with a limb, and a prediction with the logarithm of an error of about 20 G."""
    prediction, target = fields(seed)
    log_error = 3 + 0.3 * torch.from_numpy(np.random.default_rng(seed).normal(size=target.shape))
    return torch.cat([prediction, log_error], dim=1), with_limb(target)


def plain_likelihood(answer: torch.Tensor, target: torch.Tensor) -> np.ndarray:
    """log s + d² / (2 s²) of the valid pixels, both over 10 G."""
    known = np.isfinite(target.numpy())
    error = np.exp(answer[:, 1:].numpy()[known]) / 10
    difference = (answer[:, :1].numpy() - target.numpy())[known] * FIELD_SCALE / 10
    return np.log(error) + difference**2 / (2 * error**2)


def test_decoupled_likelihood_is_that_of_a_plain_computation():
    answer, target = answers(11)
    expected = plain_likelihood(answer, target).mean()
    found = term("likelihood", form="decoupled")(answer, target).item()
    assert found == pytest.approx(expected, rel=1e-9)


def test_beta_likelihood_weighs_each_pixel_by_its_error():
    answer, target = answers(12)
    error = np.exp(answer[:, 1:].numpy()[np.isfinite(target.numpy())]) / 10
    expected = (error * plain_likelihood(answer, target)).mean()
    assert term("likelihood", form="beta")(answer, target).item() == pytest.approx(expected)


@pytest.mark.parametrize(("form", "learns"), [("decoupled", False), ("beta", True)])
def test_field_learns_from_the_beta_form_alone(form, learns):
    answer, target = answers(13)
    answer.requires_grad_()
    term("likelihood", form=form)(answer, target).backward()
    assert bool(answer.grad[:, 0].abs().max() > 0) == learns
    assert answer.grad[:, 1].abs().max() > 0
    assert (answer.grad[:, :, 0, 0] == 0).all()  # beyond the limb


def test_likelihood_is_least_where_the_error_is_the_spread():
    rng = torch.Generator().manual_seed(1)
    target = torch.randn((1, 1, 400, 400), generator=rng, dtype=torch.float64) * 25 / FIELD_SCALE
    values = {}
    for spread in (20.0, 24.0, 25.0, 26.0, 30.0):
        log_error = torch.full_like(target, np.log(spread))
        answer = torch.cat([torch.zeros_like(target), log_error], dim=1)
        values[spread] = term("likelihood", form="decoupled")(answer, target).item()
    assert min(values, key=values.get) == 25.0


def test_parts_of_an_answer_add_up_and_combine_with_other_terms():
    answer, target = answers(14)
    weights = {"mse": 1, "gradient": 5, "likelihood": 1e-3}
    loss = CompositeLoss(weights, {"likelihood": {"form": "decoupled"}}, FIELD_SCALE)
    whole, terms = loss(answer, target)
    parts = [loss.sums(a, t) for a, t in zip(answer.split(1), target.split(1), strict=True)]
    summed = {name: sum(part[name] for part in parts) for name in terms}
    assert loss.combine(summed)[0].item() == pytest.approx(whole.item(), rel=1e-9)
    assert terms["mse"].item() == pytest.approx(
        expected_mse(answer[:, :1].numpy(), target.numpy()), rel=1e-9
    )


def test_unknown_form_is_refused():
    with pytest.raises(ConfigError, match=r"likelihood\.form: 'normal' found, expected decoupled"):
        term("likelihood", form="normal")


def test_every_term_has_its_names_and_its_key_in_the_configuration():
    assert list(names.NAMES) == list(TERMS)
    loss = schema.resolved(schema.schema()["$defs"]["loss"])
    assert set(names.NAMES) == set(loss["properties"])


def test_a_term_without_a_label_is_refused():
    with pytest.raises(ConfigError, match="loss: term 'entropy' found, expected one of mse, grad"):
        loss_label({"mse": 1, "entropy": 0.1})
