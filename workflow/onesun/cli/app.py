"""Assemble the sub-commands; turn the errors OneSun expects into one sentence and exit code 2."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress

import typer

from onesun.cli import (
    ablation,
    align,
    analyse_calibration,
    analyse_continuity,
    analyse_epochs,
    analyse_null,
    analyse_resolution,
    archive,
    archive_plan,
    calibrate,
    check,
    convert,
    cost,
    coverage,
    crop,
    errors,
    evaluate,
    fig1,
    fig2,
    fig3,
    fig4,
    fig5,
    fig6,
    fig7,
    fig8,
    fig9,
    fig_errors,
    fit,
    index,
    ladder,
    line,
    look,
    measure,
    noise,
    pointing,
    predict,
    report,
    sample,
    search,
    series,
    split,
    store,
    sunspots,
    table1,
    table2,
    table3,
    table4,
    table_errors,
    table_pointing,
    train,
    variability,
    verify,
    weights,
)
from onesun.errors import OneSunError

_FULL = (errno.ENOSPC, errno.EDQUOT)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="MDI and GONG magnetograms as HMI is expected to have seen them.",
)
app.add_typer(sample.app, name="sample")
# Not beside it in one module: what plans is no reason to download again.
archive.app.command()(archive_plan.plan)
archive.app.command()(archive_plan.status)
app.add_typer(archive.app, name="archive")
app.add_typer(weights.app, name="weights")
app.add_typer(analyse_null.app, name="analyse-null")
app.add_typer(analyse_calibration.app, name="analyse-calibration")
app.add_typer(analyse_continuity.app, name="analyse-continuity")
app.add_typer(analyse_resolution.app, name="analyse-resolution")
app.add_typer(analyse_epochs.app, name="analyse-epochs")
for command in (
    convert.convert,
    check.check,
    index.index,
    align.align,
    store.store,
    split.split,
    calibrate.calibrate,
    line.line,
    train.train,
    errors.errors,
    coverage.coverage,
    search.search,
    fit.fit,
    predict.predict,
    evaluate.evaluate,
    measure.measure,
    pointing.pointing,
    noise.noise,
    crop.crop,
    series.series,
    variability.variability,
    table1.table1,
    table2.table2,
    table3.table3,
    table4.table4,
    ablation.ablation,
    ladder.ladder,
    table_errors.table_errors,
    table_pointing.table_pointing,
    sunspots.sunspots,
    fig1.fig1,
    fig2.fig2,
    fig3.fig3,
    fig4.fig4,
    fig5.fig5,
    fig7.fig7,
    fig9.fig9,
    fig_errors.fig_errors,
    cost.cost,
    report.report,
    fig6.fig6,
    fig8.fig8,
    verify.verify,
    look.info,
    look.show,
):
    app.command()(command)


def main() -> None:
    """Run the command line; the exit code is 2 for anything outside the code that is wrong.

    A training that stopped as a signal asked it to ends with 75: try again.
    """
    try:
        app()
    except OneSunError as error:
        _stop(str(error), error.exit_code)
    except OSError as error:
        if error.errno in _FULL:
            _stop(f"{error.filename or 'the output folder'}: no space left on the disk")
        # Without a file it is a mistake in the code, not something wrong outside of it.
        if error.filename is None or error.errno is None:
            raise
        if error.errno in _FORBIDDEN:
            _stop(f"{error.filename}: not permitted to write or read here")
        _stop(f"{error.filename}: {os.strerror(error.errno).lower()}")


def _stop(sentence: str, code: int = 2) -> None:
    with suppress(OSError):  # who reads the log may have been stopped first
        print(f"onesun: {sentence}", file=sys.stderr)
    sys.exit(code)
