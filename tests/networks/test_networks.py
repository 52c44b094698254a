"""The networks: their sizes, where they start, and how far they see."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import nn

from onesun.errors import ConfigError
from onesun.geometry import upsample
from onesun.networks import KINDS, Calibration, build, dropout_seeded
from onesun.networks.base import Dropout

CALIBRATION = Calibration(a=-2.0, b=1.4, field_scale=3500.0)
SMALL = {"channels": 6, "blocks": 1}


def random_weights(network: nn.Module, seed: int = 1) -> nn.Module:
    """Weights without zeros, so that nothing is hidden by a layer that starts at zero."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.2 + 0.05)
    return network


def frames(n: int = 2, h: int = 24, w: int = 20, seed: int = 1) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    field = torch.randn(n, 1, h, w, generator=generator) * 0.03
    radius = torch.rand(n, 1, h, w, generator=generator)
    return torch.cat([field, radius], dim=1)


def test_paper_network_has_the_papers_parameters():
    settings = {"kind": "highresnet", "channels": 64, "blocks": 2, "kernel": 3, "dropout": 0.0}
    network = build(settings, 4, CALIBRATION)
    assert sum(parameter.numel() for parameter in network.parameters()) == 222_855
    assert build({"kind": "highresnet"}, 4, CALIBRATION).state_dict().keys() == (
        network.state_dict().keys()
    )


def test_paper_network_is_the_layers_of_figure_7():
    network = random_weights(build({"kind": "highresnet", **SMALL}, 4, CALIBRATION))
    weights = dict(network.named_parameters())
    x = frames()

    def convolve(x, name, pad=1):
        padded = F.pad(x, (pad,) * 4, mode="reflect") if pad else x
        return F.conv2d(padded, weights[f"{name}.weight"], weights[f"{name}.bias"])

    def prelu(x, name):
        return F.prelu(x, weights[f"{name}.weight"])

    h = prelu(convolve(x, "encoder.0"), "encoder.1")
    inner = prelu(convolve(h, "encoder.3.layers.0"), "encoder.3.layers.1")
    h = h + prelu(convolve(inner, "encoder.3.layers.3"), "encoder.3.layers.4")
    h = convolve(h, "encoder.4")
    h = F.interpolate(h, scale_factor=4, mode="bilinear", align_corners=False)
    h = prelu(convolve(h, "decoder.0"), "decoder.1")
    torch.testing.assert_close(network(x), convolve(h, "decoder.3", pad=0))


def test_default_network_starts_at_the_calibrated_bicubic():
    x = frames()
    network = build({"kind": "onesun"}, 4, CALIBRATION)
    target = (x[:, :1] + 2.0 / 3500) / 1.4
    expected = F.interpolate(target, scale_factor=4, mode="bicubic", align_corners=False)
    torch.testing.assert_close(network(x), expected)


def test_default_network_learns_a_correction():
    network = random_weights(build({"kind": "onesun", **SMALL}, 4, CALIBRATION))
    x = frames()
    field = (x[:, :1] + 2.0 / 3500) / 1.4
    h = network.head(torch.cat([field * 35, x[:, 1:]], dim=1))
    inner = network.body[0].layers
    h = h + inner[3](F.relu(inner[0](h)))
    correction = network.tail(h)
    bicubic = F.interpolate(field, scale_factor=4, mode="bicubic", align_corners=False)
    # Channel 4 i + j of the correction is row i, column j of an input pixel's target pixels.
    difference = (network(x) - bicubic) * 35
    torch.testing.assert_close(difference[:, 0, 2::4, 3::4], correction[:, 11], atol=1e-5, rtol=0)


def test_calibration_is_saved_with_the_weights():
    saved = build({"kind": "onesun", **SMALL}, 4, CALIBRATION).state_dict()
    assert saved["gain"].item() == pytest.approx(1.4)
    assert saved["zero_point"].item() == pytest.approx(-2 / 3500)


@pytest.mark.parametrize("factor", [2, 4])
@pytest.mark.parametrize("kernel", [1, 3, 5])
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_halo_is_as_far_as_the_network_sees(kind, kernel, factor):
    network = random_weights(build({"kind": kind, **SMALL, "kernel": kernel}, factor, CALIBRATION))
    size = 2 * network.halo + 9
    x = frames(1, size, size).double()
    middle = size // 2
    x.requires_grad_()
    out = network.double()(x)
    assert out.shape == (1, 1, factor * size, factor * size)
    pixels = slice(factor * middle, factor * (middle + 1))
    out[..., pixels, pixels].square().sum().backward()
    rows, columns = torch.nonzero(x.grad[0].abs().sum(0), as_tuple=True)
    reach = max((rows - middle).abs().max(), (columns - middle).abs().max()).item()
    assert reach <= network.halo
    assert reach >= network.halo - 1 - (kernel == 5 and factor == 2)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_same_seed_same_first_weights(kind):
    def weights(seed):
        torch.manual_seed(seed)
        network = build({"kind": kind, **SMALL}, 4, CALIBRATION)
        return torch.cat([p.detach().flatten() for p in network.parameters()])

    assert torch.equal(weights(3), weights(3))
    assert not torch.equal(weights(3), weights(4))


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_dropout_is_drawn_by_its_seed_and_only_in_training(kind):
    network = random_weights(build({"kind": kind, **SMALL, "dropout": 0.5}, 4, CALIBRATION))
    x = frames()

    def draw(seed):
        with dropout_seeded(seed, torch.device("cpu")):
            return network(x)

    network.train()
    state = torch.get_rng_state()
    assert torch.equal(draw(1), draw(1))
    assert not torch.equal(draw(1), draw(2))
    assert torch.equal(torch.get_rng_state(), state)
    network.eval()
    certain = network(x)
    assert torch.equal(certain, draw(1))
    network.train()
    assert not torch.equal(certain, draw(1))


def test_dropout_keeps_the_mean():
    with dropout_seeded(5, torch.device("cpu")):
        kept = Dropout(0.25)(torch.ones(200, 200))
    assert kept.mean().item() == pytest.approx(1, abs=0.01)
    assert (kept == 0).float().mean().item() == pytest.approx(0.25, abs=0.01)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"kind": "unet"}, "kind 'unet' found, expected one of highresnet, onesun"),
        ({"kind": "onesun", "kernel": 4}, "kernel 4 found, expected an odd number"),
        ({"kind": "onesun", "channels": 0}, "channels 0 found, expected at least 1"),
        ({"kind": "highresnet", "blocks": 0}, "blocks 0 found, expected at least 1"),
        ({"kind": "highresnet", "dropout": 1.0}, "dropout 1.0 found, expected at least 0"),
    ],
)
def test_unusable_settings_are_refused(settings, said):
    with pytest.raises(ConfigError, match=said):
        build(settings, 4, CALIBRATION)


def test_an_untrained_network_is_the_calibrated_bicubic_and_ten_gauss_off():
    network = build({"kind": "onesun", "error": True}, 4, Calibration(0.0, 1.4, 100.0))
    field = np.random.default_rng(2).normal(size=(20, 24)).astype(np.float32)
    given = torch.from_numpy(np.stack([field, np.zeros_like(field)]))[None]
    with torch.no_grad():
        answer = network(given)[0].numpy()
    np.testing.assert_allclose(answer[0], upsample.bicubic(field, 4) / 1.4, atol=1e-5)
    np.testing.assert_allclose(np.exp(answer[1]), 10, rtol=1e-5)
    assert network.halo == 10


def test_a_steady_field_has_no_pattern_of_input_pixels_whatever_the_weights():
    network = build({"kind": "onesun", "error": True}, 4, Calibration(0.0, 1.4, 100.0))
    torch.manual_seed(3)
    with torch.no_grad():
        network.tail.weight.normal_(0, 0.3)
        network.tail.bias[:16].normal_(0, 3)
        given = torch.stack([torch.full((40, 40), 0.7), torch.full((40, 40), 0.3)])
        mean, log_error = network(given[None])[0]
    cut = 4 * network.halo
    inner = slice(cut, -cut)
    assert (mean[inner, inner] - mean[cut, cut]).abs().max() < 1e-4
    assert (mean[inner, inner] - 0.5).abs().max() > 1e-2  # the layers do say something
    # How well a place between pixels is known may well differ from place to place.
    assert log_error[inner, inner].std() > 0.01
