"""Figure 7: networks as their modules are built, nothing of them typed by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, Rectangle

from onesun.figures.style import BLUE, GREEN, ORANGE, PURPLE, SKY, Style, Width, sheet
from onesun.networks.base import Network
from onesun.networks.graph import Box, boxes, seen

# Where things stand across a panel, 0 to 1.
_LEFT, _RIGHT = 0.17, 0.56  # of a box
_SHAPE, _NUMBER = 0.71, 1.0  # the middle of the shapes, the right end of the numbers
_LANE = 0.045  # between lines that pass boxes by
_HALF = 0.36  # of a box's height; a row has 1
_COLOURS = {
    "Convolution": SKY, "Upsampling": ORANGE, "Pixel": ORANGE, "Sum": GREEN, "Input": "#d0d0d0",
}  # fmt: skip
_ROW = 0.36  # inches


@dataclass(frozen=True)
class Panel:
    """A network to draw: its name, what it is made of, its parameters, input pixels seen."""

    name: str
    kind: str
    boxes: Sequence[Box]
    parameters: int
    seen: int

    @classmethod
    def of(cls, name: str, network: Network, patch: int) -> Panel:
        """Read a network, passing through it a patch of ``patch`` input pixels on a side."""
        return cls(
            name,
            type(network).__name__,
            boxes(network, patch),
            sum(parameter.numel() for parameter in network.parameters()),
            seen(network),
        )

    @property
    def title(self) -> str:
        return (
            f"{self.name} ({self.kind})\n{self.parameters:,} parameters; a target pixel depends\n"
            f"on {self.seen} × {self.seen} input pixels"
        )


def draw(networks: Mapping[str, Network], patch: int, style: Style, out: Path) -> None:
    """Write the figure, a panel for each network.

    Parameters
    ----------
    networks : by their names, from left to right.
    patch : input pixels on a side of the patch whose shapes are shown.
    """
    panels = [Panel.of(name, network, patch) for name, network in networks.items()]
    rows = max(len(panel.boxes) for panel in panels)
    width: Width = "page" if len(panels) > 1 else "column"
    with sheet(out, style, width, _ROW * (rows + 1) + 0.6, caption(panels, patch)) as figure:
        for axes, panel in zip(
            figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True
        ):
            _panel(axes, panel, rows)


def _panel(axes: Axes, panel: Panel, rows: int) -> None:
    axes.set(xlim=(-0.02, 1.02), ylim=(-rows + 0.4, 1.0))
    axes.axis("off")
    axes.set_title(panel.title, fontsize="medium")
    for x, words, side in (
        ((_LEFT + _RIGHT) / 2, "layer", "center"),
        (_SHAPE, "shape", "center"),
        (_NUMBER, "parameters", "right"),
    ):
        axes.text(x, 0.75, words, ha=side, va="center", fontsize="small", style="italic")
    rows_of = {box.key: -row for row, box in enumerate(panel.boxes)}
    _blocks(axes, panel.boxes)
    for row, box in enumerate(panel.boxes):
        _box(axes, box, -row)
    _lines(axes, panel.boxes, rows_of)


def _box(axes: Axes, box: Box, y: float) -> None:
    """A box with its words, and its shape and parameters at its right."""
    colour = _COLOURS.get(box.words[0].split()[0], "#f2f2f2")
    axes.add_patch(
        FancyBboxPatch(
            (_LEFT, y - _HALF), _RIGHT - _LEFT, 2 * _HALF,
            boxstyle="round,pad=0,rounding_size=0.02", facecolor=colour, alpha=0.45,
            edgecolor="none", mutation_aspect=10,
        )
    )  # fmt: skip
    first, rest = box.words[0], ", ".join(box.words[1:])
    text = f"{first}\n{rest}" if len(rest) > 9 else ", ".join(box.words)
    axes.text((_LEFT + _RIGHT) / 2, y, text, ha="center", va="center", fontsize="small")
    shape = " × ".join(str(side) for side in box.shape)
    axes.text(_SHAPE, y, shape, ha="center", va="center", fontsize="small")
    if box.parameters:
        axes.text(_NUMBER, y, f"{box.parameters:,}", ha="right", va="center", fontsize="small")


def _blocks(axes: Axes, found: Sequence[Box]) -> None:
    """A frame around each block, and how often it is repeated."""
    for block in dict.fromkeys(box.block for box in found if box.block):
        inside = [row for row, box in enumerate(found) if box.block == block]
        top, bottom = -inside[0] + 0.47, -inside[-1] - 0.47
        left = _LEFT - 1.4 * _LANE
        axes.add_patch(
            Rectangle(
                (left, bottom), 1.015 - left, top - bottom, fill=False, lw=0.7, ls=(0, (4, 2)),
                edgecolor=PURPLE,
            )
        )  # fmt: skip
        axes.text(
            _NUMBER, bottom + 0.42, f"× {found[inside[0]].times}", ha="right", va="center",
            color=PURPLE, weight="bold",
        )  # fmt: skip


def _lines(axes: Axes, found: Sequence[Box], rows: Mapping[str, float]) -> None:
    """Arrows from each box to those that take it: straight to the next, others pass at the left."""
    arrow = {"arrowstyle": "-|>,head_width=0.12,head_length=0.25", "lw": 0.8, "color": BLUE,
             "shrinkA": 0, "shrinkB": 0}  # fmt: skip
    middle = (_LEFT + _RIGHT) / 2
    spans = [(rows[key], rows[box.key]) for box in found for key in box.inputs]
    for top, bottom in spans:
        if top - bottom == 1:
            ends = (middle, bottom + _HALF), (middle, top - _HALF)
            axes.annotate("", *ends, arrowprops=arrow)
    for (top, bottom), lane in _lanes([span for span in spans if span[0] - span[1] > 1]).items():
        x, start, end = _LEFT - _LANE * (lane + 0.8), top - 0.15, bottom + 0.15
        axes.plot([_LEFT, x, x], [start, start, end], color=BLUE, lw=0.8)
        axes.annotate("", (_LEFT, end), (x, end), arrowprops=arrow)


def _lanes(spans: Sequence[tuple[float, float]]) -> dict[tuple[float, float], int]:
    """For each (top, bottom) the lane, counted from the boxes, in which it meets no other."""
    lanes: dict[tuple[float, float], int] = {}
    for top, bottom in sorted(spans, key=lambda span: span[0] - span[1]):
        taken = {lane for (high, low), lane in lanes.items() if high > bottom and low < top}
        lanes[top, bottom] = min(set(range(len(lanes) + 1)) - taken)
    return lanes


def caption(panels: Sequence[Panel], patch: int) -> str:
    """The words below it."""
    totals = "; ".join(
        f"`{panel.name}` ({panel.kind}) has {panel.parameters:,} parameters, and a target pixel "
        f"depends on {panel.seen} x {panel.seen} input pixels"
        for panel in panels
    )
    return (
        "The networks as their modules are built, from the input (channel 1: the "
        "field, channel 2: the distance from the disk centre) to the target's field. Each box "
        "gives what it does, the shape of its result (channels x height x width, for a patch of "
        f"{patch} x {patch} input pixels) and its trained parameters; a dashed frame is a block "
        f"that is repeated. All numbers are read from the modules: {totals}."
    )
