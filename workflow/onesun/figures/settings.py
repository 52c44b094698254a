"""The section ``figures``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from onesun.settings import Section, key, says

Frame = Annotated[
    str | None,
    Field(pattern="^[0-9]{8}_[0-9]{6}_TAI$"),
    says(
        description=(
            "The frame that is shown, a stamp as in the manifests (`20111217_093600_TAI`) of a "
            "test month of every pair; null is the last that all pairs share."
        ),
        title='a stamp as "YYYYMMDD_HHMMSS_TAI", or null',
    ),
]


Place = Annotated[
    list[float] | None,
    Field(min_length=2, max_length=2),
    says(title="a list of two numbers, or null"),
]


class Style(Section):
    """How every figure looks; a change redraws figures and nothing else."""

    size: float = key(8, unit="pt", gt=0)
    """Size of the text."""
    column: float = key(3.5, unit="inch", gt=0)
    """Width of a figure of one column."""
    page: float = key(7.2, unit="inch", gt=0)
    """Width of a figure of both columns."""
    dpi: int = key(200, unit="pixels per inch", ge=30)
    """Resolution of the PNG, and of images within the PDF."""
    field_limit: float = key(150, unit="G", gt=0)
    """The grey scale of fields ends at plus and minus this field."""


class Fig1(Section):
    """Instruments' pixels and years over the sunspot number; also read by `onesun sunspots`."""

    sunspots: Literal["installed", "observatory"] = key("installed")
    """Where the sunspot numbers come from: `installed`, a package that comes with OneSun;
    `observatory`, fetched from SILSO.
    """


class Fig2(Section):
    """Full disks of inputs, predictions and target, with an inset."""

    method: str | None = key(None, title="one of methods, or null")
    """The method whose predictions are shown; null is the last of `ablation.methods`."""
    frame: Frame = key(None)
    inset: Place = key(None, unit="arcsec")
    """Centre of the inset, one patch, to solar west and north of the disk centre; null is the
    patch of strongest unsigned field, all of it within 0.9 R.
    """
    inset_limit: float = key(500, unit="G", gt=0)
    """The insets' grey scale ends at plus and minus this field."""


class Fig3(Section):
    """One region of input, target and the ablation's methods, and what they err by."""

    frame: Frame = key(None)
    region: Place = key(None, unit="arcsec")
    """Centre of the region, one patch; null as for `fig2.inset`."""
    limit: float = key(500, unit="G", gt=0)
    """The grey scale of this region's fields ends at plus and minus this field."""
    difference_limit: float = key(150, unit="G", gt=0)
    """The colours of differences end at plus and minus this field."""


class Fig4(Section):
    """Errors by loss; `results/figures/fig4-{pair}.png` shows any other pair."""

    pair: str | None = key(None, title="one of pairs, or null")
    """The pair that is shown; null is the first."""
    patch: int | None = key(None, unit="target pixels", title="one of measure.patches, or null")
    """Side of the patches, one of `measure.patches`; null is the smallest."""
    shown: float = key(0.99, title="a number above 0 and at most 1", gt=0, le=1)
    """Share of each histogram that its panel holds at least; what lies beyond is stated."""


class Fig5(Section):
    """Prediction against target, pixel by pixel."""

    baseline: str | None = key(None, title="a name under methods, or null")
    """What the method is compared with; null is the first of `ablation.methods`."""
    method: str | None = key(None, title="a name under methods, or null")
    """What is shown beside it; null is the last of `ablation.methods`."""
    fewest: int = key(30, unit="pixels", ge=1)
    """Bins of fewer pixels have no mean in the lower panels; how many is stated."""


class Fig6(Section):
    """A region, and its total field through time."""

    pairs: list[str] | None = key(
        None, title="a list of names under pairs, or null", uniqueItems=True, min_length=1
    )
    """The pairs shown, from left to right; null for all."""


class Fig7(Section):
    """The networks, as their modules are built."""

    networks: list[str] | None = key(
        None,
        title="a list of one or two names under networks, or null",
        uniqueItems=True,
        min_length=1,
        max_length=2,
    )
    """Which of `networks`, from left to right; null for all."""


class Fig8(Section):
    """HMI's daily variability."""

    pair: str | None = key(None, title="a name under pairs, or null")
    """The pair shown; null is the first."""


class Fig9(Section):
    """Correlation by patch, full disk against its inner part."""

    pair: str | None = key(None, title="one of pairs, or null")
    """The pair that is shown; null is the first."""
    patch: int | None = key(None, unit="target pixels", title="one of measure.patches, or null")
    """Side of the patches, one of `measure.patches`; null is the smallest."""
    strong: str | None = key(None, title="a name under measure.strong, or null")
    """The strong fields that are shown; null is the class of the weakest."""
    shown: float = key(0.99, title="a number above 0 and at most 1", gt=0, le=1)
    """Share of each histogram that its panel holds at least; what lies beyond is stated."""


class Figures(Section):
    """The paper's figures, `results/figures/fig{1-9}.png`, `.pdf` and a caption, `.md`."""

    READ_BY = ("every command onesun fig1 to fig9",)

    style: Style = Style()
    fig1: Fig1 = Fig1()
    fig2: Fig2 = Fig2()
    fig3: Fig3 = Fig3()
    fig4: Fig4 = Fig4()
    fig5: Fig5 = Fig5()
    fig6: Fig6 = Fig6()
    fig7: Fig7 = Fig7()
    fig8: Fig8 = Fig8()
    fig9: Fig9 = Fig9()
