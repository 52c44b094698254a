"""The section ``analyses``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from onesun.settings import FramesPerMonth, MethodNames, Radius, Section, Seed, key, says

Edges = Annotated[list[float], Field(min_length=2), says(title="a list of rising numbers")]


class NullTest(Section):
    """The target degraded to an input and brought back, beside the target against itself some
    time later.
    """

    methods: MethodNames = key([])
    """What brings the degraded target back."""
    within_radius: Radius = key(0.9, unit="solar radii")
    """Pixels beyond this distance from the disk's centre are left out."""
    field_edges: Edges = key([0, 10, 30, 100, 300, 600, 1000], unit="G")
    """Edges of the bins of the target's |field|; the last bin is open."""
    lags: Edges = key([12, 24, 48, 96], unit="minutes")
    """Times after which the target is compared with itself; frames count for the nearest lag
    within half a cadence of the target.
    """
    frames_per_month: FramesPerMonth = key(24)
    seed: Seed = key(1)
    """Draws the noise that is put in and where the detector's pixels lie."""


class Calibration(Section):
    """Slope and offset of the input against the target at matched resolution, by what they
    may depend on.
    """

    mu_edges: Edges = key([0.3, 0.45, 0.6, 0.7, 0.8, 0.9, 0.95, 1])
    """Edges of the bins of mu, the cosine of the angle to the vertical."""
    field_edges: Edges = key([0, 10, 25, 50, 100, 200, 400, 700], unit="G")
    """Edges of the bins of the target's |field| at matched resolution; the last is open."""
    velocity_edges: Edges = key([-4000, -2000, -1000, 0, 1000, 2000, 4000], unit="m/s")
    """Edges of the bins of the target's OBS_VR."""
    fewest: int = key(200, ge=2)
    """Pixels that a bin must have to be shown."""
    frames_per_month: FramesPerMonth = key(None)


class Continuity(Section):
    """Unsigned and net flux of input, prediction and target in every month of the overlap,
    and tests for steps and trends in their ratios.
    """

    methods: MethodNames = key([])
    """Methods whose fluxes are compared with the target's."""
    within_radius: Radius = key(0.9, unit="solar radii")
    """Limit of the disk and of its regions."""
    active: float = key(30, unit="G", gt=0)
    """Active regions are where the target's |B|, averaged over `smoothing`, is stronger."""
    smoothing: int = key(64, unit="target pixels", ge=1)
    """Side of the square over which |B| is averaged to find active regions."""
    pole: float = key(55, unit="degrees", gt=0, lt=90)
    """The poles are poleward of this latitude, north and south."""
    frames_per_month: FramesPerMonth = key(24)


class Resolution(Section):
    """Coherence and transfer function by spatial frequency, and recall and precision of
    magnetic elements that the input does not resolve, in the test months.
    """

    methods: MethodNames = key([])
    """Whose predictions are measured."""
    wiener: str | None = key(None, title="a name under methods, or null")
    """One of them that is also measured behind its Wiener filter by frequency, fitted to the
    month itself: what no filter exceeds that treats all frames, places and directions alike.
    """
    within_radius: Radius = key(0.9, unit="solar radii")
    """Pixels beyond this distance from the disk's centre are left out."""
    window: int = key(256, unit="target pixels", ge=16)
    """Side of the windows of the spectra, which overlap by half; even, and a divisor of twice
    `grid.target_size`.
    """
    thresholds: list[Annotated[float, Field(gt=0)]] = key(
        [50, 100, 200], unit="G", title="a list of at least one number above 0", min_length=1
    )
    """Elements of the target are sets of neighbouring pixels of one polarity above it."""
    shares: list[Annotated[float, Field(gt=0)]] = key(
        [0.25, 0.5, 0.75, 1.0],
        title="a list of one to four numbers above 0",
        min_length=1,
        max_length=4,
    )
    """Of a threshold, above which the prediction's elements are taken; the table shows the one
    nearest to 1.
    """
    smallest: int = key(3, unit="target pixels", ge=1)
    """Smallest element."""
    frames_per_month: FramesPerMonth = key(24)


class Epochs(Section):
    """Whether the errors of networks hold, as delivered, in months of other epochs than they
    were trained in: by field, radius, mask and size of blocks.
    """

    methods: MethodNames = key([])
    """Networks with an error, such as some with a `split` of their own; one with a
    `split.by_pair` is judged on those pairs only.
    """
    months: Literal["tested", "all"] = key("tested")
    """Months that a method is judged in beside its validation months: those that the pair tests
    and the method is not trained on, or all that it is not trained on.
    """
    block_sizes: list[Annotated[int, Field(ge=1)]] = key(
        [1, 2, 4, 8, 16, 32, 64],
        unit="target pixels",
        title="a list of whole numbers of at least 1",
        uniqueItems=True,
        min_length=1,
    )
    """Sides of the blocks whose means are judged, rising; divisors of `analyses.tile`."""
    frames_per_month: FramesPerMonth = key(24)


class Analyses(Section):
    """Analyses beside the paper's tables, `snakemake analyses`: what limits a conversion, how
    calibration varies, whether fluxes go on (docs/analyses.md). Intervals are drawn as
    `table1.bootstrap` says.
    """

    READ_BY = (
        "the rules",
        "onesun analyse-null",
        "onesun analyse-calibration",
        "onesun analyse-continuity",
        "onesun analyse-resolution",
        "onesun analyse-epochs",
    )

    tile: int = key(512, unit="target pixels", ge=16)
    """Side of the tiles of the disk by which months are added up; a divisor of
    `grid.target_size` and of `table1.bootstrap.tile`, and a multiple of `grid.factor`.
    """
    null_test: NullTest = NullTest()
    calibration: Calibration = Calibration()
    continuity: Continuity = Continuity()
    resolution: Resolution = Resolution()
    epochs: Epochs = Epochs()
