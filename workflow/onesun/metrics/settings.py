"""The sections ``measure`` and ``pointing``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from onesun.settings import Fraction, MethodNames, Name, Radius, Section, key, says

Sizes = Annotated[
    list[Annotated[int, Field(ge=1)]],
    Field(min_length=1),
    says(title="a list of whole numbers of at least 1", uniqueItems=True),
]


class Bins(Section):
    """Bins of equal width, from one edge to another."""

    model_config = ConfigDict(json_schema_extra={"title": "low, high and count"})

    low: float = key(...)
    """Lower edge of the first bin."""
    high: float = key(...)
    """Upper edge of the last bin."""
    count: int = key(..., ge=1)
    """Bins of equal width."""


class Tiles(Section):
    """Tiles of the disk by which sums are kept, here and for Table 1: intervals are drawn
    from blocks of them (`table1.bootstrap.tile`).
    """

    size: int = key(256, unit="target pixels", ge=1)
    """Side of a tile; a divisor of `grid.target_size`."""
    patch: int = key(32, unit="target pixels", ge=1)
    """Side of the patches whose extreme values count; a divisor of the tile's."""
    strong: float = key(10, unit="G", ge=0)
    """Least mean unsigned field of the target in a strong patch."""


class MeasureBins(Section):
    """Histograms; what lies beyond a range is counted at its end."""

    field: Bins = key(Bins(low=-4000, high=4000, count=400))
    """Target and prediction in the 2-D histogram (Figure 5), G."""
    correlation: Bins = key(Bins(low=-1, high=1, count=100))
    """Correlation of a patch."""
    extreme: Bins = key(Bins(low=-1000, high=1000, count=400))
    """Errors of a patch's maximum and minimum, G."""
    gradient: Bins = key(Bins(low=0, high=200, count=400))
    """Gradient of a pixel's difference, G per pixel."""
    flux: Bins = key(Bins(low=-1e18, high=1e18, count=400))
    """Error of a pixel's signed flux, Mx."""


class Measure(Section):
    """The paper's measurements beyond Table 1 (section 2; docs/metrics.md): extreme values,
    gradients, fluxes, patches, pixels against pixels.
    """

    READ_BY = ("onesun measure",)

    within_radius: Radius = key(0.9, unit="solar radii")
    """Pixels, blocks and patches beyond this distance from the disk's centre are left out where
    the paper leaves them out (section 6.1); one of `radius_edges`.
    """
    kernels: Sizes = key([2, 4, 8, 16, 32], unit="target pixels")
    """Sides of the blocks over which extreme values and gradients are averaged (Table 2); each
    divides the frame.
    """
    flux_blocks: Sizes = key([1, 4, 8, 16, 32], unit="target pixels")
    """Sides of the blocks over which signed flux is summed; each divides the frame."""
    patches: Sizes = key([32, 128], unit="target pixels")
    """Sides of the patches whose correlation and extreme values are counted (Figure 4 has 32,
    equations 3 and 4 have 128); each divides the frame.
    """
    min_share: Fraction = key(0.5, unit="fraction")
    """Share of a patch's pixels that must lie on the disk and have a value."""
    strong: dict[Name, Annotated[float, Field(ge=0), says(title="a number of at least 0")]] = key(
        {"caption": 10, "text": 15}, title="a mapping of names to gauss", unit="G"
    )
    """Classes of patches by the least mean unsigned field of the target, by a name of your
    choice. Figure 9's caption has 10 G, its text 15 G: both are counted.
    """
    tiles: Tiles = Tiles()
    radius_edges: list[Annotated[float, Field(ge=0, le=1)]] = key(
        [
            0,
            0.05,
            0.1,
            0.15,
            0.2,
            0.25,
            0.3,
            0.35,
            0.4,
            0.45,
            0.5,
            0.55,
            0.6,
            0.65,
            0.7,
            0.75,
            0.8,
            0.85,
            0.9,
            0.95,
            1,
        ],
        unit="solar radii",
        title="a list of rising numbers from 0 to 1",
        min_length=2,
    )
    """Bins of the distance from the disk's centre, for the correlation by radius; an upper edge
    belongs to the next bin.
    """
    field_edges: list[Annotated[float, Field(gt=0)]] = key(
        [0, 5, 10, 20, 50, 100, 200, 400, 600, 1000, 2000],
        unit="G",
        title="a list of rising numbers that begins with 0",
        prefixItems=[{"const": 0, "title": "0"}],
        min_length=1,
    )
    """Bins of the target's unsigned field, for the correlation by field strength; an upper edge
    belongs to the next bin, and the last bin is open.
    """
    bins: MeasureBins = MeasureBins()


class Pointing(Section):
    """What predictions score by the header's pointing, and after registration to the target
    (docs/metrics.md), as `results/pointing.csv` and `.md`. Rows, months and intervals are
    those of `table1`; registration is made and judged as `align` says. It is made when asked
    for.
    """

    READ_BY = ("the rules", "onesun pointing")

    methods: MethodNames = key([])
    """Whose predictions are scored, on every pair."""
    models: list[Literal["shift", "similarity", "stretched"]] = key(
        ["shift", "stretched"], uniqueItems=True, min_length=1
    )
    """What registration to the target fits: `shift`: both axes; `similarity`: roll and scale,
    too; `stretched`: and a radial stretch.
    """
