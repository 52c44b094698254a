"""What each fault of an archive comes to, as a table: ``python -m archive.fault_table``."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from archive.cases import CASES, Case, Cases, Outcome, hold
from archive.demo import changed_config
from onesun.sample.fetch import fetch


def main() -> None:
    """Run all cases and print a table; ends with 1 if any is not as it should be."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--only", default="", help="cases whose fault holds this text")
    arguments.add_argument("--holdings", type=Path, help="what the archive holds, made before")
    given = arguments.parse_args()
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
    """Run ``onesun`` as a user does; exit code and what is read on the terminal."""
    environment = {key: os.environ[key] for key in os.environ if key != "JSOC_EMAIL"}
    ended = subprocess.run(
        [sys.executable, "-c", "from onesun.cli import main; main()", *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    return ended.returncode, ended.stdout


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
