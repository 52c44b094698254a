"""Analyses: sums of a month, and an analysis's table and figure."""

from __future__ import annotations

from typing import Annotated

import typer

from onesun.cli.options import (
    Aligned,
    Calibration,
    Errors,
    Figure,
    Fit,
    Line,
    Method,
    Month,
    Months,
    Noise,
    Pair,
    Predictions,
    Split,
    Sums,
    Table,
    Weights,
    WeightsWithError,
    sections,
)

null = typer.Typer(
    name="analyse-null",
    no_args_is_help=True,
    help="The target degraded and brought back; the target against itself.",
)
calibration = typer.Typer(
    name="analyse-calibration",
    no_args_is_help=True,
    help="Input against target at matched resolution, bin by bin.",
)
continuity = typer.Typer(
    name="analyse-continuity",
    no_args_is_help=True,
    help="Fluxes of input, prediction and target in time.",
)
resolution = typer.Typer(
    name="analyse-resolution",
    no_args_is_help=True,
    help="Coherence and transfer by frequency; elements below resolution.",
)
epochs = typer.Typer(
    name="analyse-epochs",
    no_args_is_help=True,
    help="A network's errors, as delivered, in months of other epochs.",
)


@null.command("restored")
def null_restored(
    pair: Pair,
    method: Method,
    month: Month,
    aligned: Aligned,
    split: Split,
    settings: Annotated[str, sections("analyses", "grid", "method")],
    out: Sums,
    calibration: Calibration = None,
    line: Line = None,
    fit: Fit = None,
    weights: Weights = None,
) -> None:
    """Degrade a month's targets to the input's optics, pixels and noise, and bring them back."""
    from onesun import config, methods
    from onesun.analyses.restored import measure_restored
    from onesun.geometry.grid import Grid

    sections = config.settings(settings, "analyses", "grid", "method", pair=pair, method=method)
    grid = Grid.from_settings(sections["grid"])
    sources = methods.Sources(calibration, fit, weights, line=line)
    sources.check_pair(pair)
    chosen = methods.load(sections["method"], grid, sources)
    measure_restored(pair, method, month, aligned, split, chosen, sections["analyses"], grid, out)


@null.command("repeated")
def null_repeated(
    pair: Pair,
    month: Month,
    aligned: Aligned,
    split: Split,
    settings: Annotated[str, sections("analyses", "grid")],
    out: Sums,
) -> None:
    """Compare a month's targets with themselves: read again, and some time later."""
    from onesun import config
    from onesun.analyses.repeated import measure_repeated
    from onesun.geometry.grid import Grid

    sections = config.settings(settings, "analyses", "grid")
    grid = Grid.from_settings(sections["grid"])
    measure_repeated(pair, month, aligned, split, sections["analyses"], grid, out)


@null.command("show")
def null_show(
    months: Months,
    pair: Pair,
    settings: Annotated[str, sections("analyses", "table1", "figures")],
    out: Table,
    figure: Figure,
) -> None:
    """Merge months; write the table and draw the figure."""
    from onesun import config
    from onesun.analyses.null import show_null
    from onesun.figures.style import Style

    sections = config.settings(settings, "analyses", "table1", "figures")
    style = Style.from_settings(sections["figures"]["style"])
    show_null(
        pair, months, sections["analyses"], sections["table1"]["bootstrap"], style, out, figure
    )


@calibration.command("measure")
def calibration_measure(
    pair: Pair,
    month: Month,
    aligned: Aligned,
    split: Split,
    settings: Annotated[str, sections("analyses", "grid")],
    out: Sums,
) -> None:
    """Add up a month's pixels by mu, field, polarity, velocity, interval, site, day and tile."""
    from onesun import config
    from onesun.analyses.calibration_month import measure_calibration
    from onesun.geometry.grid import Grid

    sections = config.settings(settings, "analyses", "grid")
    grid = Grid.from_settings(sections["grid"])
    measure_calibration(pair, month, aligned, split, sections["analyses"], grid, out)


@calibration.command("show")
def calibration_show(
    months: Months,
    pair: Pair,
    settings: Annotated[str, sections("analyses", "table1", "figures")],
    out: Table,
    figure: Figure,
) -> None:
    """Merge months; write the table and draw the figure."""
    from onesun import config
    from onesun.analyses.calibration import show_calibration
    from onesun.figures.style import Style

    sections = config.settings(settings, "analyses", "table1", "figures")
    style = Style.from_settings(sections["figures"]["style"])
    bootstrap = sections["table1"]["bootstrap"]
    show_calibration(pair, months, sections["analyses"], bootstrap, style, out, figure)


@continuity.command("measure")
def continuity_measure(
    pair: Pair,
    method: Method,
    month: Month,
    aligned: Aligned,
    noise: Noise,
    split: Split,
    settings: Annotated[str, sections("analyses", "grid", "method")],
    out: Sums,
    calibration: Calibration = None,
    line: Line = None,
    fit: Fit = None,
    weights: Weights = None,
) -> None:
    """Predict a month and add up fluxes by region, frame and tile."""
    from onesun import config, methods
    from onesun.analyses.continuity_month import measure_continuity
    from onesun.geometry.grid import Grid

    sections = config.settings(settings, "analyses", "grid", "method", pair=pair, method=method)
    grid = Grid.from_settings(sections["grid"])
    sources = methods.Sources(calibration, fit, weights, line=line)
    sources.check_pair(pair)
    chosen = methods.load(sections["method"], grid, sources)
    measure_continuity(
        pair, method, month, aligned, noise, split, chosen, sections["analyses"], grid, out
    )


@continuity.command("show")
def continuity_show(
    months: Months,
    pair: Pair,
    settings: Annotated[str, sections("table1", "figures")],
    out: Table,
    figure: Figure,
) -> None:
    """Merge months; test for steps and trends; write the table and draw the figure."""
    from onesun import config
    from onesun.analyses.continuity import show_continuity
    from onesun.figures.style import Style

    sections = config.settings(settings, "table1", "figures")
    style = Style.from_settings(sections["figures"]["style"])
    show_continuity(pair, months, sections["table1"]["bootstrap"], style, out, figure)


@resolution.command("measure")
def resolution_measure(
    pair: Pair,
    method: Method,
    month: Month,
    aligned: Aligned,
    predictions: Predictions,
    split: Split,
    settings: Annotated[str, sections("analyses", "grid")],
    out: Sums,
) -> None:
    """Measure spectra and small elements of a month's predictions."""
    from onesun import config
    from onesun.analyses.resolution_month import measure_resolved
    from onesun.geometry.grid import Grid

    sections = config.settings(settings, "analyses", "grid")
    grid = Grid.from_settings(sections["grid"])
    measure_resolved(
        pair, method, month, aligned, predictions, split, sections["analyses"], grid, out
    )


@resolution.command("show")
def resolution_show(
    months: Months,
    pair: Pair,
    settings: Annotated[str, sections("analyses", "table1", "figures")],
    out: Table,
    figure: Figure,
) -> None:
    """Merge months; write the table and draw the figure."""
    from onesun import config
    from onesun.analyses.resolution import show_resolution
    from onesun.figures.style import Style

    sections = config.settings(settings, "analyses", "table1", "figures")
    style = Style.from_settings(sections["figures"]["style"])
    show_resolution(
        pair, months, sections["analyses"], sections["table1"]["bootstrap"], style, out, figure
    )


@epochs.command("measure")
def epochs_measure(
    pair: Pair,
    method: Method,
    month: Month,
    aligned: Aligned,
    weights: WeightsWithError,
    errors: Errors,
    split: Annotated[
        str,
        typer.Option(
            help="Table of months, or rows of it as JSON; the set is how the method uses the month."
        ),
    ],
    settings: Annotated[str, sections("analyses", "errors", "grid")],
    out: Sums,
) -> None:
    """Count a month's readings within the errors by field, radius, mask and size of blocks."""
    from onesun import config
    from onesun.analyses.epochs_month import measure_judged
    from onesun.geometry.grid import Grid

    sections = config.settings(settings, "analyses", "errors", "grid")
    grid = Grid.from_settings(sections["grid"])
    measure_judged(pair, method, month, aligned, weights, errors, split, sections, grid, out)


@epochs.command("show")
def epochs_show(
    months: Months,
    pair: Pair,
    settings: Annotated[str, sections("analyses", "table1", "figures")],
    out: Table,
    figure: Figure,
) -> None:
    """Put months side by side; write the table and draw the figure."""
    from onesun import config
    from onesun.analyses.epochs import show_epochs
    from onesun.figures.style import Style

    sections = config.settings(settings, "analyses", "table1", "figures")
    style = Style.from_settings(sections["figures"]["style"])
    show_epochs(
        pair, months, sections["analyses"], sections["table1"]["bootstrap"], style, out, figure
    )
