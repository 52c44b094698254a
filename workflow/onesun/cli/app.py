"""Assemble the sub-commands; turn the errors OneSun expects into one sentence and exit code 2."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from inspect import isfunction
from types import ModuleType

import typer
from typer.core import TyperGroup

from onesun.cli import (
    analyses,
    archive,
    benchmark,
    convert,
    evaluate,
    figures,
    files,
    prepare,
    report,
    sample,
    series,
    tables,
    train,
    weights,
)
from onesun.errors import OneSunError

_FULL = (errno.ENOSPC, errno.EDQUOT)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)


def _commands_of(module: ModuleType) -> list[Callable[..., None]]:
    """The functions of a module that are commands, in the order in which they stand there."""
    return [
        value
        for name, value in vars(module).items()
        if isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_")
    ]


# Commands by the panel of `onesun --help` that they are in.
_PANELS = {
    "Your own files": (convert.convert, files.check, files.info, files.show, files.verify),
    "Stages of a run": (
        *(prepare.align, prepare.split, prepare.store, prepare.calibrate, prepare.line),
        *(prepare.noise, train.train, train.search, train.fit, train.errors, evaluate.predict),
        *(evaluate.evaluate, evaluate.measure, evaluate.coverage, evaluate.pointing),
        *(series.crop, series.series, series.variability),
    ),
    "Tables": _commands_of(tables),
    "Figures": _commands_of(figures),
    "Report": _commands_of(report),
    "Analyses": (
        *(analyses.null, analyses.calibration, analyses.continuity),
        *(analyses.resolution, analyses.epochs),
    ),
    "Raw frames": (prepare.index, sample.app, archive.app),
    "Benchmark": (benchmark.app,),
    "Weights of the package": (weights.app,),
}


class _InOrder(TyperGroup):
    """Commands in the order of the panels; typer would put those with sub-commands first."""

    def list_commands(self, context: object) -> list[str]:
        return [name for names in _NAMES.values() for name in names]


app = typer.Typer(
    cls=_InOrder,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="MDI and GONG magnetograms as HMI is expected to have seen them.",
)
_NAMES: dict[str, list[str]] = {}
for _panel, _commands in _PANELS.items():
    for _each in _commands:
        if isinstance(_each, typer.Typer):
            _name = str(_each.info.name)
            app.add_typer(_each, rich_help_panel=_panel)
        else:
            _name = _each.__name__.replace("_", "-")
            app.command(_name, rich_help_panel=_panel)(_each)
        _NAMES.setdefault(_panel, []).append(_name)


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
            _stop(f"{error.filename}: permission denied")
        _stop(f"{error.filename}: {os.strerror(error.errno).lower()}")


def _stop(sentence: str, code: int = 2) -> None:
    with suppress(OSError):  # who reads the log may have been stopped first
        print(f"onesun: {sentence}", file=sys.stderr)
    sys.exit(code)
