"""The scripts in benchmarks/submissions: from the exported inputs alone, without onesun."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.benchmarks import STAMPS
from onesun.benchmark import score as stage
from onesun.benchmark.inputs import export
from onesun.benchmark.submission import read

SCRIPTS = Path(__file__).parents[2] / "benchmarks" / "submissions"
# As in an environment that has no onesun.
WITHOUT = "import runpy, sys; sys.modules['onesun'] = None; sys.argv = sys.argv[1:]; "
RUN = WITHOUT + "runpy.run_path(sys.argv[0], run_name='__main__')"


@pytest.fixture(scope="module")
def inputs(small, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("strangers") / "inputs"
    export(small.definition, [small.aligned], [small.training], out)
    return out


@pytest.mark.parametrize(("script", "more"), [("wiener.py", []), ("fsrcnn.py", ["30"])])
def test_a_stranger_answers_from_the_exported_inputs(small, inputs, tmp_path, script, more):
    out = tmp_path / "answers"
    words = [sys.executable, "-c", RUN, SCRIPTS / script, inputs, out, *more]
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = stage.score(out, small.definition, [small.aligned])
    assert found.refused is None
    assert found.judgement.stamps == list(STAMPS)
    assert found.judgement.has_error == (script == "wiener.py")
    assert read(out).training_months == ["2016-07"]
    assert found.is_ranked


def test_wiener_puts_the_field_where_it_is(small, inputs, tmp_path):
    """Spots are a few pixels wide: an answer that is some pixels off would not correlate."""
    out = tmp_path / "answers"
    words = [sys.executable, "-c", RUN, SCRIPTS / "wiener.py", inputs, out]
    subprocess.run(list(map(str, words)), check=True, capture_output=True)
    found = stage.score(out, small.definition, [small.aligned])
    assert found.judgement.table1.result()[0].result().correlation > 0.8


@pytest.mark.parametrize("script", sorted(SCRIPTS.glob("*.py")), ids=lambda path: path.name)
def test_a_stranger_shares_no_code(script):
    tree = ast.parse(script.read_text(encoding="utf-8"))
    names = {
        each.name for node in ast.walk(tree) if isinstance(node, ast.Import) for each in node.names
    } | {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not any(name.split(".")[0] == "onesun" for name in names)
