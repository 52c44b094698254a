"""What the command line shows, and what it does with errors."""

import ast
import errno
import re
from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

from onesun.cli import app as cli
from onesun.errors import UntrustedFrameError


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (UntrustedFrameError("a.fits: header has no RSUN_OBS"), "onesun: a.fits: header has no"),
        (
            OSError(errno.ENOSPC, "full", "results/x"),
            "onesun: results/x: no space left on the disk",
        ),
        (OSError(errno.EACCES, "denied", "results/x"), "onesun: results/x: permission denied"),
        (OSError(errno.EROFS, "read-only", "results/x"), "onesun: results/x: permission denied"),
        (OSError(errno.ENOTDIR, "no folder", "results/x"), "onesun: results/x: not a directory"),
    ],
)
def test_what_can_be_expected_is_one_sentence_and_exit_code_2(monkeypatch, capsys, error, sentence):
    def fail():
        raise error

    monkeypatch.setattr(cli, "app", fail)
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    assert stopped.value.code == 2
    printed = capsys.readouterr().err
    assert printed.startswith(sentence)
    assert printed.count("\n") == 1


def test_a_mistake_in_the_code_is_not_hidden(monkeypatch):
    def fail():
        raise OSError("in no file")

    monkeypatch.setattr(cli, "app", fail)
    with pytest.raises(OSError, match="in no file"):
        cli.main()


def test_help_shows_commands_in_panels_a_users_own_files_first():
    shown = CliRunner().invoke(cli.app, ["--help"], terminal_width=100)
    assert shown.exit_code == 0
    panels = re.findall(r"^╭─ (.+?) ─+╮$", shown.output, re.M)
    assert panels[:3] == ["Options", "Your own files", "Stages of a run"]
    assert "Commands" not in panels
    names = re.findall(r"^│ ([a-z][\w-]*) {2}", shown.output, re.M)
    assert names[:5] == ["convert", "check", "info", "show", "verify"]
    assert {"align", "table4", "fig9", "analyse-null", "archive", "weights"} <= {*names}
    assert len(names) == len({*names})


def test_an_option_that_several_commands_take_is_declared_once():
    folder = Path(cli.__file__).parent
    found = Counter(
        ast.unparse(node)
        for file in folder.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Subscript) and getattr(node.value, "id", None) == "Annotated"
        # Which sections of the configuration are read is a command's own.
        if "sections(" not in ast.unparse(node)
    )
    assert len(found) > 60
    assert [text for text, times in found.items() if times > 1] == []
