"""What each fault of an archive comes to, as a table: ``python -m helpers.archive.fault_table``.

The seconds are those of the download, without the start of Python.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import tempfile
from contextlib import redirect_stderr
from pathlib import Path
from unittest import mock

from helpers.archive.cases import CASES, Case, Cases, Outcome, hold
from helpers.archive.demo import changed_config
from onesun.cli import main as main_of_onesun
from onesun.sample.fetch import fetch


def main() -> None:
    """Run all cases and print a table; ends with 1 if any is not as it should be."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--only", default="", help="cases whose fault holds this text")
    arguments.add_argument("--holdings", type=Path, help="what the archive holds, made before")
    given = arguments.parse_args()
    os.environ.pop("JSOC_EMAIL", None)
    config = changed_config()
    with tempfile.TemporaryDirectory() as made:
        holdings = given.holdings or Path(made, "holdings")
        if not holdings.is_dir():
            fetch(Path(made, "sample"))
            hold(Path(made, "sample.json"), config["sample"], holdings)
        cases = Cases(holdings, config["archive"], onesun)
        print("| archive | fault | outcome | more requests | seconds | what the user reads |")
        print("|---|---|---|---:|---:|---|", flush=True)
        bad = 0
        for number, case in enumerate(CASES):
            if given.only in case.fault:
                outcome = cases.run(case, Path(made, str(number)))
                print(row(case, outcome), flush=True)
                bad += bool(outcome.problems)
    sys.exit(bool(bad))


def onesun(arguments: list[str]) -> tuple[int, str]:
    """Run ``onesun``, in this process; exit code and what is read on the terminal."""
    told = io.StringIO()
    with mock.patch.object(sys, "argv", ["onesun", *arguments]), redirect_stderr(told):
        try:
            main_of_onesun()
        except SystemExit as ended:
            return ended.code or 0, told.getvalue()
    return 0, told.getvalue()


def row(case: Case, outcome: Outcome) -> str:
    """One line of the table."""
    if case.stops:
        end = f"stops ({outcome.code})"
    else:
        end = f"{outcome.arrived} of 4 frames" + ("" if outcome.good else ", A BAD ONE AMONG THEM")
    if case.again:
        end += ", all 4 the next time"
    if outcome.problems:
        end = f"NOT AS EXPECTED: {'; '.join(outcome.problems)}"
    name = {"mdi": "JSOC", "gong": "NSO"}[case.instrument]
    told = f"`{outcome.line}`" + (f"; manifest: `{outcome.reason}`" if outcome.reason else "")
    return (
        f"| {name} | {case.fault} | {end} | {outcome.asked_again:+d} | {outcome.seconds:.1f} "
        f"| {told} |"
    )


if __name__ == "__main__":
    main()
