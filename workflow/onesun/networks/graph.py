"""What a network is made of, read from its module: layers, shapes, parameters, what it sees.

torch.fx follows the module's own ``forward`` with a patch; nothing about a particular network is
written down here.
"""

from __future__ import annotations

import copy
import operator
from dataclasses import dataclass, replace
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from torch import fx, nn
from torch.fx.passes.shape_prop import ShapeProp

from onesun.networks.base import Dropout, Network

Shape = tuple[int, int, int]
_ACTIVATIONS = (nn.ReLU, nn.PReLU)
_SIGNS: dict[object, str] = {
    operator.add: "+",
    operator.sub: "−",
    operator.mul: "×",
    operator.truediv: "÷",
}
_PADDING = {"zeros": "zero padding", "reflect": "reflection padding"}


@dataclass(frozen=True)
class Box:
    """A step of a network.

    Parameters
    ----------
    key : name of the box.
    words : what it does, in order: a layer, then its activation and the like.
    shape : channels, height and width of what it gives.
    parameters : trained numbers within it.
    inputs : keys of the boxes that it takes.
    block : path of the module around it that may be repeated; "" where there is none.
    times : how often its block is repeated, one after the other.
    """

    key: str
    words: tuple[str, ...]
    shape: Shape
    parameters: int
    inputs: tuple[str, ...]
    block: str
    times: int = 1


def boxes(network: Network, patch: int) -> list[Box]:
    """The steps of a network's forward pass, alike blocks in a row only once.

    Parameters
    ----------
    patch : input pixels on a side of the patch that is passed through.
    """
    network = copy.deepcopy(network).eval()
    traced = fx.GraphModule(network, _Tracer().trace(network))
    with torch.no_grad():
        ShapeProp(traced).propagate(torch.zeros(1, 2, patch, patch))
    reader = _Reader(traced)
    for node in traced.graph.nodes:
        reader.read(node)
    return _once(list(reader.boxes.values()))


def seen(network: Network) -> int:
    """Input pixels on a side of the square that a target pixel can depend on.

    Measured: the extent of the gradient of a target pixel, for the place within its input pixel
    where it is largest. All weights are made positive, so that no path is closed by chance.
    """
    network = copy.deepcopy(network).eval()
    for parameter in network.parameters():
        nn.init.constant_(parameter, 1 / max(1, parameter[0].numel()))
    size = 16
    while True:
        size *= 2
        extent = _extent(network, size)
        if extent < size - 2:
            return extent


def _extent(network: Network, size: int) -> int:
    x = torch.ones(1, 2, size, size, requires_grad=True)
    result, middle, extents = network(x), size // 2 * network.factor, []
    for place in range(network.factor):
        pixel = result[0, 0, middle + place, middle + place]
        (gradient,) = torch.autograd.grad(pixel, x, retain_graph=True)
        rows = torch.nonzero(gradient[0].abs().sum(dim=(0, 2)))
        extents.append(int(rows.max() - rows.min()) + 1)
    return max(extents)


class _Tracer(fx.Tracer):
    def is_leaf_module(self, module: nn.Module, name: str) -> bool:
        # Dropout's forward asks for a number and a mode, which no trace can follow; what a
        # convolution of our own does with its weights is no step of the network.
        return isinstance(module, Dropout | nn.Conv2d) or super().is_leaf_module(module, name)


class _Reader:
    """Turns the nodes of a trace into boxes, one after the other."""

    def __init__(self, traced: fx.GraphModule) -> None:
        self.traced = traced
        self.modules = dict(traced.named_modules())
        self.boxes: dict[str, Box] = {}
        self.box_of: dict[fx.Node, str] = {}

    def read(self, node: fx.Node) -> None:
        if node.op in ("output", "get_attr"):
            return
        sources = [self.box_of[one] for one in node.all_input_nodes if one in self.box_of]
        words = self._words(node)
        alone = len(sources) == 1 and len(node.all_input_nodes[0].users) == 1
        if not words:
            self.box_of[node] = sources[0]
        elif self._continues(node) and alone:
            self._extend(node, sources[0], words)
        else:
            self._begin(node, tuple(sources), words)

    def _begin(self, node: fx.Node, sources: tuple[str, ...], words: tuple[str, ...]) -> None:
        self.box_of[node] = node.name
        self.boxes[node.name] = Box(
            node.name, words, self._shape(node), self._parameters(node), sources, _block(node)
        )

    def _extend(self, node: fx.Node, key: str, words: tuple[str, ...]) -> None:
        box = self.boxes[key]
        self.box_of[node] = key
        self.boxes[key] = replace(
            box,
            words=box.words + words,
            shape=self._shape(node),
            parameters=box.parameters + self._parameters(node),
        )

    def _continues(self, node: fx.Node) -> bool:
        """Whether it belongs to the layer before it: activations, dropout, numbers."""
        if node.op == "call_module":
            return isinstance(self.modules[node.target], (*_ACTIVATIONS, Dropout))
        return node.target in _SIGNS

    def _shape(self, node: fx.Node) -> Shape:
        return tuple(node.meta["tensor_meta"].shape[1:])

    def _parameters(self, node: fx.Node) -> int:
        if node.op != "call_module":
            return 0
        return sum(parameter.numel() for parameter in self.modules[node.target].parameters())

    def _words(self, node: fx.Node) -> tuple[str, ...]:
        """What a node does; nothing where it changes no number."""
        arguments: Any = node.args  # each of them may be nearly anything
        if node.op == "placeholder":
            return ("Input",)
        if node.op == "call_module":
            return _module_words(self.modules[node.target])
        if node.target is F.interpolate:
            return (f"Upsampling × {node.kwargs['scale_factor']}", str(node.kwargs["mode"]))
        if node.target is F.pixel_shuffle:
            return (f"Pixel shuffle × {arguments[1]}",)
        if node.target is torch.cat:
            return ("Join channels",)
        if node.target is operator.getitem:
            return (_channels(arguments[1][1], arguments[0].meta["tensor_meta"].shape[1]),)
        if node.target == "clamp":
            return (f"Limit to {arguments[1]:g} … {arguments[2]:g}",)
        if node.target in _SIGNS:
            return (self._arithmetic(node),)
        return () if node.target == "float" else (str(node.target),)

    def _arithmetic(self, node: fx.Node) -> str:
        other = node.args[1]
        if isinstance(other, fx.Node) and other.op != "get_attr":
            return "Sum"
        name = str(other.target).replace("_", " ") if isinstance(other, fx.Node) else f"{other:g}"
        return f"{_SIGNS[node.target]} {name}"


def _module_words(module: nn.Module) -> tuple[str, ...]:
    if isinstance(module, nn.Conv2d):
        kernel = " × ".join(str(side) for side in module.kernel_size)
        padded = any(module.padding)
        mode = _PADDING.get(module.padding_mode, module.padding_mode)
        return (f"Convolution {kernel}", *([mode] if padded else []))
    if isinstance(module, Dropout):
        return (f"dropout {module.probability:g}",) if module.probability else ()
    return (type(module).__name__,)


def _channels(part: slice, count: int) -> str:
    first, last, _ = part.indices(count)
    names = [str(number + 1) for number in range(first, last)]
    return f"Channel{'s' * (len(names) > 1)} {', '.join(names)}"


def _block(node: fx.Node) -> str:
    """The innermost module around a node that has a ``forward`` of its own, if not the network."""
    around = [
        path
        for path, kind in node.meta.get("nn_module_stack", {}).values()
        if path and kind is not nn.Sequential and path != node.target
    ]
    return around[-1] if around else ""


def _once(found: list[Box]) -> list[Box]:
    """Put a block and those alike that follow it at once into one, with its ``times``."""
    groups: list[list[Box]] = []
    for box in found:
        if groups and box.block and groups[-1][0].block == box.block:
            groups[-1].append(box)
        else:
            groups.append([box])
    kept = [groups[0]]
    same: dict[str, str] = {}
    for group in groups[1:]:
        if _alike(kept[-1], group):
            same |= {box.key: first.key for box, first in zip(group, kept[-1], strict=True)}
            kept[-1] = [replace(box, times=box.times + 1) for box in kept[-1]]
        else:
            kept.append(group)
    return [
        replace(box, inputs=tuple(same.get(key, key) for key in box.inputs))
        for group in kept
        for box in group
    ]


def _alike(one: list[Box], other: list[Box]) -> bool:
    def content(group: list[Box]) -> list[tuple[object, ...]]:
        return [(box.words, box.shape, box.parameters) for box in group]

    return bool(one[0].block and other[0].block) and content(one) == content(other)
