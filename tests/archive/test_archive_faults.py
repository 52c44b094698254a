"""Whatever an archive does, no bad frame comes in, and the download ends as it should."""

from __future__ import annotations

import sys

import pytest

from helpers.archive.cases import CASES, Case, Cases, hold
from helpers.archive.demo import changed_config
from onesun.cli import main
from onesun.sample.fetch import fetch

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def holdings(tmp_path_factory):
    """Four frames of MDI and of GONG."""
    folder = tmp_path_factory.mktemp("held")
    fetch(folder / "sample")
    hold(folder / "sample.json", changed_config()["sample"], folder / "archive")
    return folder / "archive"


@pytest.fixture(scope="module")
def cases(holdings):
    return Cases(holdings, changed_config()["archive"], lambda arguments: (0, ""))


@pytest.fixture
def onesun(monkeypatch, capfd):
    """Runs the command line in this process; exit code and what the user reads."""
    monkeypatch.delenv("JSOC_EMAIL", raising=False)

    def run(arguments: list[str]) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["onesun", *arguments])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code or 0, "".join(capfd.readouterr())

    return run


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.instrument}: {case.fault}")
def test_fault_ends_as_it_should(case: Case, cases, onesun, tmp_path):
    cases.fetch = onesun
    outcome = cases.run(case, tmp_path)
    assert outcome.problems == ()
    assert outcome.line
