"""The section ``calibration``."""

from __future__ import annotations

from typing import Literal

from onesun.settings import Radius, Section, key


class Line(Section):
    """The line of the method `matched` (docs/metrics.md, Calibration). The paper's reading is
    `{resolution: native, estimator: least-squares, weighting: inverse, bins: input, fewest:
    1}`.
    """

    READ_BY = ("onesun line",)

    resolution: Literal["native", "block", "matched"] = key("matched")
    """Where input and target are compared, as for the baseline. Only `matched` compares what is
    equally sharp.
    """
    estimator: Literal["least-squares", "noise-corrected", "orthogonal"] = key("noise-corrected")
    """`least-squares` takes the target for exact; `noise-corrected` takes the target's noise off
    its variance; `orthogonal` measures distances from the line in units of both noises.
    """
    weighting: Literal["inverse", "fraction", "uniform"] = key("uniform")
    """Weight of a pixel by its bin, as for the baseline."""
    bins: Literal["input", "target", "both"] = key("both")
    """What is binned for the weights: the `input`'s field, as in the paper; the `target`'s; or
    the true field that is likeliest by `both`. Bins of a field with errors bias the line.
    """
    fewest: int = key(10, unit="pixels", title="a whole number of at least 1", ge=1)
    """A bin with fewer pixels does not count."""
    target_noise: float = key(4.7, unit="G", ge=0)
    """Noise of a target pixel; the default is HMI's (paper, section 4.4). How much is left at
    the resolution of the comparison is computed.
    """


class Blocks(Section):
    """What the jackknife of every fit leaves out in turn: rotations of the Sun or, with fewer
    than `fewest` of them, tiles of the disk through all frames.
    """

    READ_BY = ("onesun calibrate", "onesun line")

    days: float = key(27.2753, unit="d", gt=0)
    """Length of a block; the default is a Carrington rotation as seen from the Earth."""
    fewest: int = key(3, title="a whole number of at least 2", ge=2)
    """Blocks of time; with fewer, blocks are tiles."""
    tile: int = key(128, unit="input pixels", title="a whole number of at least 1", ge=1)
    """Side of a tile."""


class Calibration(Section):
    """Weighted regression, input = a + b * target (paper, section 3.1 and footnote 1). Every
    weighting and resolution is reported; `weighting` and `resolution` say which one gives the
    b of the paper's baseline, `line` how the line of the method `matched` is fitted.
    """

    READ_BY = ("onesun calibrate", "onesun line", "onesun fit")

    weighting: Literal["inverse", "fraction", "uniform"] = key("inverse")
    """Weight of a pixel: `inverse` to or the `fraction` of the pixels in its bin (the two
    readings of footnote 1), or `uniform`.
    """
    resolution: Literal["native", "block", "matched"] = key("native")
    """Resolution of the regression: `native` target pixels, `block` averages over input pixels,
    or the target as the input's optics would have seen it, `matched`.
    """
    bin_width: float = key(10, unit="G", gt=0)
    """Width of the bins of the field by which pixels are weighted."""
    within_radius: Radius = key(0.9, unit="solar radii")
    """Pixels beyond this distance from the disk's centre are left out."""
    line: Line = Line()
    blocks: Blocks = Blocks()
