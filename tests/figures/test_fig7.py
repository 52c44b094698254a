"""Figure 7: its numbers are the module's."""

from __future__ import annotations

import json

import pytest
import torch
from matplotlib.axes import Axes

from onesun.cli.figures import fig7
from onesun.errors import ConfigError
from onesun.networks import Calibration, build
from onesun.networks.graph import boxes, seen

CALIBRATION = Calibration(0.0, 1.0, 3500.0)


def network(kind="highresnet", **options):
    return build({"kind": kind, **options}, 4, CALIBRATION)


def settings(**networks) -> str:
    return json.dumps(
        {
            "figures": {"style": {"dpi": 60}, "fig7": {"networks": list(networks)}},
            "networks": networks,
        }
    )


@pytest.fixture
def drawn(monkeypatch):
    """Every text that is drawn."""
    texts = []
    write = Axes.text

    def spy(self, x, y, text, *args, **options):
        texts.append(text)
        return write(self, x, y, text, *args, **options)

    monkeypatch.setattr(Axes, "text", spy)
    return texts


def test_channels_of_the_configuration_are_in_the_drawing(drawn, tmp_path):
    for channels in (40, 24):
        drawn.clear()
        chosen = {"kind": "highresnet", "channels": channels, "blocks": 3}
        fig7(settings(paper=chosen), tmp_path / "fig7.png")
        assert f"{channels} × 32 × 32" in drawn
        assert f"{channels} × 128 × 128" in drawn
        # channels x channels kernels of 3 x 3, a bias each, and the PReLU's slope.
        assert f"{9 * channels**2 + channels + 1:,}" in drawn
        assert "× 3" in drawn
        # First and last of the encoder, six in its blocks, one in the decoder, and the 1 x 1.
        first, inner, last = 18 * channels + channels, 9 * channels**2 + channels, channels + 1
        total = first + 8 * inner + last + 8
        assert f"{total:,} parameters" in (tmp_path / "fig7.md").read_text("utf-8")
    assert not [text for text in drawn if "40 ×" in text]
    assert (tmp_path / "fig7.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("kind", ["highresnet", "onesun"])
def test_boxes_hold_every_parameter_once(kind):
    module = network(kind, channels=6, blocks=3)
    found = boxes(module, 32)
    total = sum(box.parameters * box.times for box in found)
    assert total == sum(parameter.numel() for parameter in module.parameters())
    assert {box.times for box in found} == {1, 3}
    keys = [box.key for box in found]
    for number, box in enumerate(found):
        assert set(box.inputs) <= set(keys[:number])


def test_a_block_that_differs_is_not_counted_as_a_repeat():
    module = network("onesun", channels=6, blocks=3)
    module.body[1].layers[0] = torch.nn.Conv2d(6, 6, 5, padding=2)
    times = {box.block: box.times for box in boxes(module, 32) if box.block}
    assert times == {"body.0": 1, "body.1": 1, "body.2": 1}


def test_dropout_and_kernel_are_named():
    words = [box.words for box in boxes(network(channels=4, kernel=5, dropout=0.2), 32)]
    assert ("Convolution 5 × 5", "reflection padding", "PReLU", "dropout 0.2") in words
    assert ("Convolution 1 × 1",) in words


def test_no_box_is_named_by_a_function_of_torch():
    words = [box.words[0] for box in boxes(network(error=True), 32)]
    assert "Limit to -7 … 10" in words
    assert not [word for word in words if word[0].islower()]


@pytest.mark.parametrize(
    ("options", "side"),
    [
        # First and last convolution of the encoder and a pair a block, each one pixel to every
        # side; a target pixel at the edge of its input pixel reaches one more with the bilinear
        # upsampling and the decoder's convolution, to one side only.
        ({"channels": 4, "blocks": 1}, 2 * (2 + 2) + 1 + 2),
        ({"channels": 4, "blocks": 2}, 2 * (2 + 4) + 1 + 2),
        # Head, tail and a pair a block: wider than the bicubic's four pixels.
        ({"kind": "onesun", "channels": 4, "blocks": 4}, 2 * (2 + 8) + 1),
    ],
)
def test_what_a_target_pixel_sees(options, side):
    assert seen(network(**options)) == side


def test_reading_leaves_the_network_as_it_was():
    module = network(channels=4).train()
    before = {name: value.clone() for name, value in module.state_dict().items()}
    boxes(module, 32)
    seen(module)
    assert module.training
    for name, value in module.state_dict().items():
        torch.testing.assert_close(value, before[name], rtol=0, atol=0)


def test_a_name_without_a_network_is_one_sentence(tmp_path):
    chosen = json.dumps({"figures": {"fig7": {"networks": ["x"]}}, "networks": {}})
    with pytest.raises(ConfigError, match=r"fig7\.networks: found x, expected names"):
        fig7(chosen, tmp_path / "fig7.png")
    with pytest.raises(ConfigError, match=r"fig7\.networks: found none"):
        fig7('{"figures": {}, "networks": {}}', tmp_path / "fig7.png")
