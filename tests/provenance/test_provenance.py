"""The hash of a command's code: what changes it, what does not, and what it cannot see."""

from __future__ import annotations

import ast
import itertools
import re
import shutil
from pathlib import Path

import pytest

import onesun
from onesun import methods
from onesun.instruments import Instrument
from onesun.provenance import code_version, entry_of, modules, record_parts
from onesun.provenance.records import PARTS

PACKAGE = Path(onesun.__file__).parent
TINY = {
    "__init__": '__version__ = "1"\n',
    "cli/__init__": "from onesun.cli.app import main\n",
    "cli/app": "def main(): ...\n",
    "cli/go": (
        "def go(n: int):\n    from onesun import config\n    from onesun.science import run\n"
    ),
    "cli/two": (
        "def one():\n    from onesun import far\n\n"
        "def two():\n    helper()\n\n"
        "def helper():\n    from onesun.terms import base\n"
    ),
    "config": "LIMIT = 1\n",
    "science": "import onesun.near\n\ndef run(x):\n    return x + 1\n",
    "near": "from onesun import science\nSCALE = 2\n",
    "far": "SCALE = 3\n",
    "terms/__init__": "from .base import Base\nfrom . import mse\n",
    "terms/base": "class Base:\n    pass\n",
    "terms/mse": "from onesun.terms.base import Base\n",
}


@pytest.fixture
def tiny(tmp_path):
    """Function that makes the package again, with changed files, and hashes entries of it."""
    numbers = itertools.count()

    def version(entry="onesun.cli.go", **changes):
        package = tmp_path / str(next(numbers)) / "onesun"
        for name, text in (
            TINY | {key.replace("__", "/"): changes[key] for key in changes}
        ).items():
            path = package / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return code_version(entry, package=package)

    return version


def reached(entry, package=PACKAGE):
    return {name.removeprefix("onesun.") for name, _ in modules(entry, package=package)}


@pytest.mark.parametrize(
    "science",
    [
        "import onesun.near\n\ndef run(x):\n    return x + 1  # one more\n",
        '"""Science."""\nimport onesun.near\n\ndef run(x):\n    """Run."""\n    return x + 1\n',
        "import onesun.near\n\n\ndef run(\n    x,\n):\n    return (x\n            +1)\n",
        "import onesun.near\n\ndef run(x: int) -> int:\n    return x + 1\n",
        "import onesun.near\n\ndef run(x):\n    pass\n    return x + 1\n",
    ],
    ids=["comment", "docstring", "formatting", "annotation", "pass"],
)
def test_what_does_nothing_does_not_count(tiny, science):
    assert tiny(science=science) == tiny()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("science", "import onesun.near\n\ndef run(x):\n    return x + 2\n"),
        ("science", "import onesun.near\n\ndef run(x):\n    return x + 1.0\n"),
        ("science", "import onesun.near\n\ndef run(x):\n    return x - 1\n"),
        ("science", "import onesun.near\n\ndef run(x, y=0):\n    return x + 1\n"),
        ("science", "import onesun.near, onesun.far\n\ndef run(x):\n    return x + 1\n"),
        ("near", "from onesun import science\nSCALE = 4\n"),
        ("cli__go", TINY["cli/go"].replace("int", "float")),
    ],
    ids=["constant", "type", "operator", "default", "import", "imported", "option"],
)
def test_what_may_change_a_result_counts(tiny, name, text):
    assert tiny(**{name: text}) != tiny()


def test_a_change_in_what_was_imported_a_line_ago_counts(tiny):
    science = "import onesun.near, onesun.far\n\ndef run(x):\n    return x + 1\n"
    assert tiny(science=science) != tiny(science=science, far="SCALE = 5\n")


@pytest.mark.parametrize("name", ["far", "terms__mse", "cli__app", "cli____init__", "config"])
def test_what_is_not_reached_does_not_count(tiny, name):
    assert tiny(**{name: "OTHER = 1\n"}) == tiny()


def test_the_version_is_a_label(tiny):
    science = "from onesun import __version__\n"
    assert tiny(science=science) == tiny(science=science, __init__='__version__ = "2"\n')


def test_settings_are_read_by_commands_and_count_elsewhere(tiny):
    science = "from onesun.config import LIMIT\n"
    assert tiny(science=science) != tiny(science=science, config="LIMIT = 2\n")


@pytest.mark.parametrize("name", ["settings", "terms__settings"])
def test_models_of_the_configuration_do_not_count(tiny, name):
    """What they give a stage is among the params of its rule."""
    module = name.replace("__", ".")
    science = f"from onesun.{module} import LIMIT\n"
    one, two = ({"science": science, name: f"LIMIT = {limit}\n"} for limit in (1, 2))
    assert tiny(**one) == tiny(**two)
    science = science.replace("settings", "setting")
    one, two = ({"science": science, name[:-1]: f"LIMIT = {limit}\n"} for limit in (1, 2))
    assert tiny(**one) != tiny(**two)


def test_a_part_of_a_package_is_not_the_whole_package(tiny):
    part = "from onesun.terms.base import Base\n"
    assert tiny(science=part) == tiny(science=part, terms__mse="OTHER = 1\n")
    whole = "from onesun.terms import Base\n"
    assert tiny(science=whole) != tiny(science=whole, terms__mse="OTHER = 1\n")


@pytest.mark.parametrize(
    ("imports", "counts"),
    [
        ("class A:\n    def f(self):\n        from onesun import far\n", True),
        ("try:\n    import onesun.far\nexcept ImportError:\n    pass\n", True),
        ("def f():\n    if True:\n        import onesun.far as other\n", True),
        ("from . import far\n", True),
        ("from .far import SCALE\n", True),
        ("from onesun.far import *\n", True),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import onesun.far\n", False),
        ("import typing\nif typing.TYPE_CHECKING:\n    from onesun import far\n", False),
    ],
)
def test_imports_are_found_wherever_they_stand(tiny, imports, counts):
    assert (tiny(near=imports) != tiny(near=imports, far="SCALE = 5\n")) == counts


def test_a_module_of_several_purposes_is_followed_for_one(tiny):
    one, two = "onesun.cli.two:one", "onesun.cli.two:two"
    assert tiny(one) != tiny(one, far="SCALE = 5\n")
    assert tiny(one) == tiny(one, terms__base="OTHER = 1\n")
    assert tiny(two) == tiny(two, far="SCALE = 5\n")
    assert tiny(two) != tiny(two, terms__base="OTHER = 1\n")  # by way of helper
    assert tiny("onesun.cli.two") != tiny("onesun.cli.two", far="SCALE = 5\n")


@pytest.mark.parametrize("entry", ["onesun.cli.gone", "onesun.cli.two:three"])
def test_what_is_not_there_is_refused(tiny, entry):
    with pytest.raises(ModuleNotFoundError, match=re.escape(entry.rpartition(":")[2])):
        tiny(entry)


def test_of_a_module_of_several_purposes_only_what_one_reaches_counts(tiny):
    one, text = "onesun.cli.two:one", TINY["cli/two"]
    assert tiny(one) == tiny(
        one, cli__two=text.replace("helper()\n", "helper()\n    helper()\n", 1)
    )
    assert tiny(one) == tiny(one, cli__two=f"from onesun import near\n{text}")
    assert tiny(one) == tiny(one, cli__two=f"OTHER = 1\n{text}")
    assert tiny(one) != tiny(one, cli__two=text.replace("def one():", "def one(n):"))
    assert tiny(one) != tiny(one, cli__two=f"{text}\none = two(one)\n")
    assert tiny(one) != tiny(one, cli__two=f"{text}\nprint(two)\n")  # whenever it is imported
    used = "from onesun import near\n" + text.replace("def one():", "def one():\n    near.SCALE")
    assert tiny(one, cli__two=used) != tiny(one, cli__two=used, near="SCALE = 5\n")


def test_outside_of_commands_what_chooses_a_purpose_counts(tiny):
    one = "onesun.near:one"
    text = (
        "def one():\n    from onesun import far\n\n"
        "def two():\n    from onesun.terms import base\n\n"
        "CHOICE = {1: one, 2: two}\n"
    )
    before = tiny(one, near=text)
    assert tiny(one, near=text, terms__base="OTHER = 1\n") == before
    assert tiny(one, near=text, far="SCALE = 5\n") != before
    assert tiny(one, near=text.replace("1: one", "0: one")) != before
    imported = f"from onesun import science\n{text}"
    assert tiny(one, near=imported) != before
    assert tiny(one, near=imported) != tiny(one, near=imported, science="OTHER = 1\n")


@pytest.mark.parametrize(
    ("one", "reaches"),
    [
        ("def one():\n    two()\n", True),
        ("def one(n=two):\n    pass\n", True),
        ("def one(n: two):\n    pass\n", True),
        ("@two\ndef one():\n    pass\n", True),
        ("def one():\n    return [two for n in range(3)]\n", True),
        ("def one():\n    [two for two in range(3)]\n    two()\n", True),
        ("class one:\n    n = two\n", True),
        ("def one(two):\n    two()\n", False),
        ("def one():\n    two = 1\n    return two\n", False),
        ("def one():\n    from onesun.near import SCALE as two\n    two()\n", False),
        ("def one():\n    other(two=1)\n", False),
    ],
)
def test_a_variable_of_its_own_is_not_the_modules(tiny, one, reaches):
    text = f"{one}\ndef two():\n    from onesun import far\n"
    before = tiny("onesun.cli.two:one", cli__two=text)
    after = tiny("onesun.cli.two:one", cli__two=text, far="SCALE = 5\n")
    assert (before != after) == reaches


def test_of_shared_options_those_count_that_are_imported(tiny):
    go = (
        "from onesun.cli.options import A, B\ndef go(n: A):\n    pass\ndef other(n: B):\n    pass\n"
    )
    options = "A = int\nB = int\n"

    def of(text):
        return tiny("onesun.cli.go:go", cli__go=go, cli__options=text)

    assert of(options) == of(options + "C = int\n") == of(options.replace("B = int", "B = str"))
    assert of(options) != of(options.replace("A = int", "A = str"))


def test_a_command_is_found_in_its_module():
    assert entry_of("align") == "onesun.cli.prepare:align"
    assert entry_of("series") == "onesun.cli.series:series"
    assert entry_of("sample:fetch") == "onesun.cli.sample:fetch"
    with pytest.raises(ModuleNotFoundError, match=r"fetch: found in \[\], expected one"):
        entry_of("fetch")
    with pytest.raises(ModuleNotFoundError, match="gone"):
        entry_of("gone")


def test_commands_in_one_module_do_not_reach_each_others_science():
    assert not any("methods" in name for name in reached(entry_of("crop")))
    assert "training.stage" not in reached(entry_of("errors"))
    assert "figures.fig2_disks" not in reached(entry_of("fig9"))
    assert "alignment.align" not in reached(entry_of("split"))
    assert not any(
        name.startswith("figures") for name in reached("onesun.cli.analyses:null_repeated")
    )


def test_every_module_can_be_hashed():
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        name = ".".join(parts).removesuffix(".__init__")
        assert name in dict(modules(name))


def test_a_plot_or_a_table_reaches_no_result():
    shown = re.compile(r"(tables|figures|report|conversion\.show|reading\.describe)\b")
    stages = (
        "sample:simulate",
        "align",
        "store",
        "calibrate",
        "train",
        "fit",
        "predict",
        "measure",
    )
    for stage in (*stages, "pointing"):
        for name in reached(entry_of(stage)):
            assert not shown.match(name), (stage, name)


def test_kinds_of_methods_do_not_reach_each_other():
    kinds = {kind: reached(f"onesun.methods:_{kind}") for kind in methods._KINDS}
    assert "training.model" in kinds["network"]
    assert "methods.fitting.product" in kinds["ridge"]
    assert "calibration.product" in kinds["matched"]
    assert not any("training.model" in kinds[kind] for kind in kinds if kind != "network")
    assert "methods.ridge" not in kinds["network"]
    # The rule of predictions names them by this convention.
    assert {kind: getattr(methods, f"_{kind}") for kind in kinds} == methods._KINDS


def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def test_packages_only_define_when_imported():
    """They run on the way to a module of theirs, but do not count unless something is taken."""
    defines = (ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.FunctionDef, ast.ClassDef)
    for path in PACKAGE.rglob("__init__.py"):
        for node in tree(path).body:
            docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            for_types = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
            assert docstring or for_types or isinstance(node, defines), (path, node.lineno)


def test_nothing_is_imported_in_ways_that_go_unseen():
    hidden = {"import_module", "__import__", "exec", "eval", "runpy"}
    for path in PACKAGE.rglob("*.py"):
        nodes = list(ast.walk(tree(path)))
        called = {getattr(node.func, "id", None) for node in nodes if isinstance(node, ast.Call)}
        attributes = [node for node in nodes if isinstance(node, ast.Attribute)]
        assert not hidden & (called | ({node.attr for node in attributes} - {"eval"})), path
        assert not any(getattr(node.value, "id", None) == "onesun" for node in attributes), path


def test_package_data_is_read_where_rules_know_of_it():
    """Schemas check and records are params; whoever reads more has to be told to the rules."""
    readers = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if re.search(r"locations\.(?!cache\b)\w+\(", path.read_text(encoding="utf-8"))
    }
    assert readers == {
        "benchmark/definition.py", "config/checks.py", "config/schema.py", "instruments/record.py",
        "provenance/records.py",
        "figures/observatories.py", "sunspots/__init__.py", "training/model.py",
    }  # fmt: skip


def test_how_bytes_come_from_the_archives_is_no_part_of_what_arrives():
    behind = {name for name, _ in modules("onesun.cli.archive:fetch")}
    inside = {name for name in behind if name.startswith("onesun.archive.")}
    assert {"onesun.archive.checking", "onesun.archive.keywords"} <= inside
    assert {"onesun.archive.nso.listing", "onesun.archive.jsoc.records"} <= inside
    for name in ("download", "retry", "web", "jsoc.connection", "plan", "status"):
        assert f"onesun.archive.{name}" not in inside
        assert (PACKAGE / "archive" / f"{name.replace('.', '/')}.py").is_file()


def test_parts_of_records_exist_and_leave_out_prose():
    keys = set(Instrument.model_fields) - {"name", "sources", "archive", "file_size"}
    assert {key for parts in PARTS.values() for key in parts or ()} <= {*keys, "archive"}
    for name in ("hmi", "mdi", "gong"):
        assert record_parts("simulate", name)[name].keys() == keys
        assert record_parts("calibrate", name)[name].keys() == {"detector", "optics"}


def test_a_copy_hashes_as_the_original_does(tmp_path):
    shutil.copytree(PACKAGE, tmp_path / "onesun", ignore=shutil.ignore_patterns("__pycache__"))
    entry = "onesun.cli.train:train"
    assert code_version(entry, package=tmp_path / "onesun") == code_version(entry)
