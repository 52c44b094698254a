"""The sections ``table1``, ``table2``, ``ladder`` and ``ablation``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from onesun.settings import ABSENT, MethodNames, Month, Section, Seed, key


class Column(Section):
    name: str = key(..., min_length=1)
    """The column's heading."""
    pair: str = key(..., title="a name under pairs")
    """Whose months and target the column is of."""
    method: str = key(..., title="a name under methods")
    """Whose predictions are compared with the target."""
    baseline: str = key(ABSENT, title="a name of table1.columns")
    """The column to the left, of the same pair, that this one is measured by; without it, and
    where a table does not show it, the pair's first.
    """


class Row(Section):
    name: str = key(..., min_length=1)
    """The row's heading."""
    r: list[Annotated[float, Field(ge=0, le=1)]] = key(
        [0, 1],
        unit="solar radii",
        title="two numbers from 0 to 1, the lower first",
        min_length=2,
        max_length=2,
    )
    """Distance from the disk's centre."""
    field: list[Annotated[float | None, Field(ge=0)]] = key(
        [None, None],
        unit="G",
        title="two numbers or null, the lower first",
        min_length=2,
        max_length=2,
    )
    """Strength of the target's field; null is an open bound."""
    polarity: Literal["positive", "negative"] | None = key(None, title="positive, negative or null")
    """Only pixels where the target's field has this sign; null takes both."""
    paper: bool = key(False)
    """Whether the row is one of the paper's: Table 1 shows and counts those apart from the
    others.
    """


class Bootstrap(Section):
    """The intervals of every table, from blocks drawn with replacement (docs/metrics.md):
    tiles of the Sun where frames are of few rotations of it, rotations where they are of
    many.
    """

    resamples: int = key(1000, ge=1)
    """How often blocks are drawn."""
    confidence: float = key(0.95, title="a number between 0 and 1", gt=0, lt=1)
    """Probability that the interval covers."""
    seed: Seed = key(1)
    """Seed of the drawing."""
    tile: int = key(512, unit="target pixels", ge=1)
    """Side of a block that is a tile of the Sun; a multiple of `measure.tiles.size`."""
    days: float = key(27, unit="days", ge=1)
    """Length of a block that is a rotation; at least so long."""
    fewest_rotations: int = key(10, ge=2)
    """From so many rotations on, blocks are rotations."""


class Table1(Section):
    """Table 1, the correlation with the target over the test months by area and field."""

    READ_BY = (
        "the rules",
        "onesun evaluate",
        "onesun table1",
        "onesun table2",
        "onesun table4",
        "onesun ladder",
    )

    months: list[Month] | None = key(
        None, title='a list of months as "YYYY-MM", or null', uniqueItems=True, min_length=1
    )
    """The test months that Tables 1 and 2, the ladder and the ablation are made of; null for all
    (the paper's are of 2011-03 alone). Figures take all.
    """
    columns: list[Column] = key([])
    """What is compared, from left to right."""
    rows: list[Row] = key(
        [
            {"name": "0 ≤ r ≤ 1", "r": [0, 1], "paper": True},
            {"name": "0 ≤ r ≤ 2/3", "r": [0, 0.6666666667], "paper": True},
            {"name": "0 ≤ r ≤ 1/3", "r": [0, 0.3333333333], "paper": True},
            {"name": "1/3 ≤ r ≤ 1/2", "r": [0.3333333333, 0.5], "paper": True},
            {"name": "1/2 ≤ r ≤ 3/4", "r": [0.5, 0.75], "paper": True},
            {"name": "10 G ≤ field", "r": [0, 0.9], "field": [10, None], "paper": True},
            {"name": "600 G ≤ field", "r": [0, 0.9], "field": [600, None], "paper": True},
            {"name": "0 ≤ field ≤ 600 G", "r": [0, 0.9], "field": [0, 600], "paper": True},
            {"name": "field < 10 G", "r": [0, 0.9], "field": [0, 9.95]},
            {
                "name": "600 G ≤ field, B > 0",
                "r": [0, 0.9],
                "field": [600, None],
                "polarity": "positive",
            },
            {
                "name": "600 G ≤ field, B < 0",
                "r": [0, 0.9],
                "field": [600, None],
                "polarity": "negative",
            },
        ],
        min_length=1,
    )
    """Areas by distance from the disk's centre and by strength of the target's field; bounds are
    inclusive, absent ones are open. The default is the paper's and three more.
    """
    bootstrap: Bootstrap = Bootstrap()


class Table2(Section):
    """Table 2, errors of gradients and extreme values over small blocks; months, frames and
    intervals as in `table1`.
    """

    READ_BY = ("onesun table2",)

    columns: list[str] | None = key(
        None, title="a list of names of table1.columns, or null", uniqueItems=True, min_length=1
    )
    """Which columns of `table1` it shows, by their names, from left to right; null for all."""


class Ladder(Section):
    """Every method on every pair, in Table 1's rows, as `results/ladder.csv` and `.md`;
    months, frames and intervals as in `table1`. It is made when asked for.
    """

    READ_BY = ("the rules", "onesun ladder")

    methods: MethodNames = key([])
    """Its rungs, from the bottom to the top; of kinds `wiener` and `ceiling` too."""
    bar: str | None = key(None, title="one of ladder.methods, or null")
    """The rung that gains are measured from; null is the first."""


class Ablation(Section):
    """What each term of the loss does: the methods that `results/ablation.csv` and Figures 3,
    4 and 9 compare, on every pair.
    """

    READ_BY = ("the rules", "onesun ablation", "onesun fig3", "onesun fig4", "onesun fig9")

    methods: MethodNames = key([])
    """The baseline, then one term of the loss more each time, up to the full loss."""
    seeds: int = key(1, ge=1)
    """How often each network of them is trained for the ablation's table, by seeds that follow
    its own. What a term of the loss does can only be said from several; one shows one training.
    Figures show the first.
    """
