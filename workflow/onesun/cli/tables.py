"""Tables: the paper's four, the ladder of baselines, the ablation, errors and pointing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from onesun.cli.options import Coverages, Measures, Pairs, Statistics, Table, sections


def table1(
    statistics: Statistics,
    settings: Annotated[str, sections("table1")],
    out: Table,
) -> None:
    """Merge months into Table 1: correlation with the target by area, method beside baseline."""
    from onesun import config
    from onesun.tables.table1 import write_table1

    write_table1(config.settings(settings, "table1")["table1"], statistics, out)


def table2(
    measures: Measures,
    settings: Annotated[str, sections("table1", "table2")],
    out: Table,
) -> None:
    """Merge months into Table 2: errors of gradients and extreme values, by kernel."""
    from onesun import config
    from onesun.tables.sources import named
    from onesun.tables.table2 import write_table2

    sections = config.settings(settings, "table1", "table2")
    columns = named(sections["table1"]["columns"], sections["table2"]["columns"])
    write_table2(columns, sections["table1"]["bootstrap"], measures, out)


def table3(
    split: Annotated[list[Path], typer.Option(help="Table of months that onesun split wrote.")],
    aligned: Annotated[list[Path], typer.Option(help="Manifest of a month's aligned frames.")],
    settings: Annotated[str, sections("grid", "training")],
    out: Table,
) -> None:
    """Tell the split as it was used: months, frames aligned and refused, patches."""
    from onesun import config
    from onesun.geometry.grid import Grid
    from onesun.tables.table3 import write_table3

    sections = config.settings(settings, "grid", "training")
    grid = Grid.from_settings(sections["grid"])
    write_table3(split, aligned, grid, sections["training"]["min_on_disk"], out)


def table4(
    pair: Annotated[list[str], typer.Option(help="Pair of instruments, such as mdi-hmi.")],
    input_instrument: Annotated[
        list[str], typer.Option(help="The pair's input instrument, one for each --pair.")
    ],
    settings: Annotated[str, sections("methods", "losses", "table1")],
    out: Table,
    search: Annotated[
        list[Path] | None, typer.Option(help="Table that onesun search wrote; one for each pair.")
    ] = None,
) -> None:
    """Tell the weights of each network's loss beside the paper's."""
    from onesun import config
    from onesun.errors import ConfigError
    from onesun.tables.table4 import write_table4

    if len(pair) != len(input_instrument):
        raise ConfigError(
            f"--input-instrument: found {len(input_instrument)}, expected one for each of "
            f"{len(pair)} pairs"
        )
    inputs = dict(zip(pair, input_instrument, strict=True))
    sections = config.settings(settings, "methods", "losses", "table1")
    columns = sections["table1"]["columns"]
    write_table4(inputs, sections["methods"], sections["losses"], columns, out, search or [])


def ladder(
    statistics: Statistics,
    settings: Annotated[str, sections("ladder", "table1", "methods")],
    out: Table,
) -> None:
    """Merge months into the ladder of baselines: correlation and error of each method and pair."""
    from onesun import config
    from onesun.tables.ladder import write_ladder

    sections = config.settings(settings, "ladder", "table1", "methods")
    write_ladder(sections["ladder"], sections["table1"], sections["methods"], statistics, out)


def ablation(
    measures: Measures,
    pair: Pairs,
    settings: Annotated[str, sections("ablation", "methods", "losses", "table1")],
    out: Annotated[
        Path,
        typer.Option(help="Table to write (CSV); a .md and a _terms.csv are written beside it."),
    ],
) -> None:
    """Table 2 for every method of the ablation, and what each term of the loss did."""
    from onesun import config
    from onesun.tables.ablation import write_ablation

    sections = config.settings(settings, "ablation", "methods", "losses", "table1")
    write_ablation(
        sections["ablation"],
        sections["methods"],
        sections["losses"],
        pair,
        sections["table1"]["bootstrap"],
        measures,
        out,
    )


def table_errors(
    coverage: Coverages,
    out: Table,
) -> None:
    """Merge months into the table of errors: per cent of readings within them, bin by bin."""
    from onesun.tables.errors import write_errors

    write_errors(coverage, out)


def table_pointing(
    pointing: Annotated[list[Path], typer.Argument(help="What onesun pointing wrote.")],
    settings: Annotated[str, sections("table1")],
    out: Annotated[
        Path,
        typer.Option(help="Table to write (CSV); a .md and a .frames.csv are written beside it."),
    ],
) -> None:
    """Merge months into the table of scores by header, after registration, and shifts found."""
    from onesun import config
    from onesun.tables.pointing import write_pointing

    write_pointing(config.settings(settings, "table1")["table1"], pointing, out)
