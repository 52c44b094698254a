"""The package's folders as layers: each imports only from those below it, so there is no circle."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import onesun

PACKAGE = Path(onesun.__file__).parent
ARCHITECTURE = Path(__file__).parents[1] / "docs" / "architecture.md"


def layers() -> list[str]:
    """The folders and modules of docs/architecture.md, from the highest to the lowest."""
    text = ARCHITECTURE.read_text(encoding="utf-8")
    tree = text.split("```text\n", 1)[1].split("```", 1)[0]
    return re.findall(r"^ {2}([a-z_]+)(?:/|\.py) ", tree, flags=re.MULTILINE)


def layer_of(name: str) -> str:
    """Folder or module of the package that a dotted name belongs to; "" for the package itself."""
    return [*name.split("."), ""][1]


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything a file imports from the package."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            whole = module == "onesun"
            names = [f"onesun.{alias.name}" for alias in node.names] if whole else [module]
        else:
            continue
        yield from ((node.lineno, name) for name in names if name.split(".")[0] == "onesun")


def test_the_page_on_architecture_lists_every_folder_and_module():
    found = {path.stem for path in PACKAGE.iterdir() if path.name[0] not in "_." or path.is_dir()}
    assert sorted(layers()) == sorted(found - {"__pycache__", "resources", "schemas"})


def test_the_top_of_the_package_holds_at_most_six_modules():
    assert len(list(PACKAGE.glob("*.py"))) <= 6


def test_no_import_runs_up():
    height = {name: -number for number, name in enumerate(layers())}
    up = []
    for path in sorted(PACKAGE.rglob("*.py")):
        place = path.relative_to(PACKAGE)
        own = place.parts[0].removesuffix(".py")
        if own == "__init__":
            continue  # passes on onesun.convert, when it is asked for
        up += [
            f"{place}:{line} imports {name}"
            for line, name in imports(path)
            if layer_of(name) != own and height[layer_of(name)] >= height[own]
        ]
    assert not up


def test_an_import_of_the_whole_package_is_seen(tmp_path):
    path = tmp_path / "module.py"
    path.write_text("import onesun.io.files\nfrom onesun import tables\nfrom os import path\n")
    assert list(imports(path)) == [(1, "onesun.io.files"), (2, "onesun.tables")]
