"""What the command line does with errors."""

import errno

import pytest

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
        (OSError(errno.EACCES, "denied", "results/x"), "onesun: results/x: not permitted"),
        (OSError(errno.EROFS, "read-only", "results/x"), "onesun: results/x: not permitted"),
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
