"""Which code a command's result comes from: a hash that changes when the result may.

Snakemake reruns a rule when its params change, but it does not look into the modules that a command
imports. So rules take as a param what `code_version` returns for their command. What counts, what
does not and why is in docs/reruns.md.

Modules are read, never imported: of each the syntax tree, without comments, docstrings, formatting
and the annotations of functions.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
# How files come from the archives. What arrives is checked by size and checksum, and a repair
# here is no reason to download it all again.
_ON_THE_WAY = {
    f"onesun.archive.{name}"
    for name in ("download", "retry", "web", "jsoc.connection", "jsoc.email", "jsoc.requests")
}
# Here annotations of functions are the command line; elsewhere they do nothing.
_COMMANDS = "onesun.cli."
_ANNOTATIONS = {
    ast.arg: ("annotation",),
    ast.FunctionDef: ("returns",),
    ast.AsyncFunctionDef: ("returns",),
}

_KNOWN: dict[str, list[tuple[str, str]]] = {}

# (module, name, ...) of an import statement.
Import = tuple[str, ...]


@cache
def code_version(*entries: str, package: Path = _PACKAGE) -> str:
    """Hash of the code that ``entries`` reach; equal hashes mean equal code.

    Parameters
    ----------
    entries : modules such as "onesun.cli.align". "onesun.cli.sample:fetch" is for a module that
        serves several purposes: of the imports inside functions and classes only those are followed
        that belong to the one named, or to what it names in turn.
    package : folder of the package onesun.

    Raises ModuleNotFoundError when there is no such module or function.
    """
    listing = modules(*entries, package=package)
    text = "".join(f"{name} {own}\n" for name, own in listing)
    version = hashlib.sha256(text.encode()).hexdigest()[:16]
    _KNOWN[version] = listing
    return version


def known() -> dict[str, list[tuple[str, str]]]:
    """The modules behind each code version that this process has asked for."""
    return dict(_KNOWN)


def modules(*entries: str, package: Path = _PACKAGE) -> list[tuple[str, str]]:
    """The modules that ``entries`` reach, sorted, each with the hash of its own code."""
    limits: dict[str, set[str]] = {}
    for name, _, purpose in (entry.partition(":") for entry in entries):
        limits.setdefault(name, set()).update([purpose] if purpose else [])
    found: dict[str, str] = {}
    waiting = list(limits)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        path = _file(name, package)
        if path is None:
            raise ModuleNotFoundError(f"{name}: no such module in {package}")
        module = _read(path, name)
        found[name] = module.hash
        for imported in module.imports(frozenset(limits.get(name, ()))):
            waiting += [target for target in _targets(imported, package) if _counts(name, target)]
    return sorted(found.items())


def _counts(importer: str, imported: str) -> bool:
    """False for what cannot change a result, or does so only through other params."""
    if imported in ("onesun", "onesun.version"):
        return False  # a label in products
    if imported in _ON_THE_WAY or imported.endswith(".settings"):
        return False  # of settings, the values are params of the rule
    # A command reads its settings with onesun.config; what it gets is a param of the rule.
    return not (imported == "onesun.config" and importer.startswith(_COMMANDS))


@cache
def _file(name: str, package: Path) -> Path | None:
    """The file of a module of the package; None if there is none."""
    place = package.parent.joinpath(*name.split("."))
    files = (place / "__init__.py", place.with_name(place.name + ".py"))
    return next((file for file in files if file.is_file()), None)


def _targets(imported: Import, package: Path) -> Iterator[str]:
    """Modules of the package that an import statement may take something from."""
    module, *names = imported
    for name in (module, *(f"{module}.{name}" for name in names)):
        if name.split(".")[0] == "onesun" and _file(name, package):
            yield name


@dataclass(frozen=True, eq=False)
class _Module:
    """What is kept of a module.

    Attributes
    ----------
    hash : of its code, and of the files beside it that it names.
    always : the imports outside of definitions.
    definitions : statements that bind a name, by it: functions, classes, variables.
    package : its package, from which relative imports count.
    """

    hash: str
    always: set[Import]
    definitions: dict[str, list[ast.stmt]]
    package: str

    @cache  # noqa: B019 (modules are kept anyway, by _read)
    def imports(self, purposes: frozenset[str]) -> set[Import]:
        """Imports, those in definitions limited to what ``purposes`` reach if there are any."""
        waiting = list(purposes or self.definitions)
        reached: set[str] = set()
        found = set(self.always)
        while waiting:
            name = waiting.pop()
            if name in reached:
                continue
            reached.add(name)
            if name not in self.definitions:
                raise ModuleNotFoundError(f"{name}: not defined, expected one of the module's")
            for statement in self.definitions[name]:
                found |= _imports(statement, self.package)
                if purposes:
                    waiting += _names(statement) & self.definitions.keys()
        return found


@cache
def _read(path: Path, name: str) -> _Module:
    tree = ast.parse(path.read_bytes(), path)
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    always: set[Import] = set()
    definitions: dict[str, list[ast.stmt]] = {}
    for statement in tree.body:
        bound = _bound(statement)
        for each in bound:
            definitions.setdefault(each, []).append(statement)
        if not bound:
            always |= _imports(statement, package)
    own = hashlib.sha256(_plain(tree, annotated=name.startswith(_COMMANDS)).encode())
    for file in _named_beside(tree, path.parent):
        own.update(file.read_bytes())
    return _Module(own.hexdigest()[:16], always, definitions, package)


def _named_beside(tree: ast.Module, folder: Path) -> list[Path]:
    """The files beside a module that it names and are no modules, such as a page's template."""
    others = _others(folder)
    if not others:  # as a rule: looking through the tree takes a third of the reading
        return []
    words = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    return [file for file in others if file.name in words]


@cache
def _others(folder: Path) -> list[Path]:
    return [file for file in sorted(folder.iterdir()) if file.suffix != ".py" and file.is_file()]


def _bound(statement: ast.stmt) -> list[str]:
    """Names that a statement defines: of a function, a class or variables; not of imports."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [statement.name]
    targets = getattr(statement, "targets", None) or [getattr(statement, "target", None)]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _names(statement: ast.stmt) -> set[str]:
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}


def _imports(statement: ast.AST, package: str) -> set[Import]:
    """Imports in a statement and in those inside it, as absolute names."""
    if isinstance(statement, ast.Import):
        return {(alias.name,) for alias in statement.names}
    if isinstance(statement, ast.ImportFrom):
        parts = package.split(".")
        above = parts[: len(parts) + 1 - statement.level] if statement.level else []
        module = ".".join([*above, *filter(None, [statement.module])])
        return {(module, *(alias.name for alias in statement.names))}
    # Of the fields of a statement, these hold further statements.
    blocks = ("body", "orelse", "finalbody", "handlers", "cases")
    return {
        imported
        for block in blocks[_for_type_checkers(statement) :]
        if isinstance(inner := getattr(statement, block, None), list)
        for each in inner
        for imported in _imports(each, package)
    }


def _for_type_checkers(node: ast.AST) -> bool:
    test = getattr(node, "test", None)
    return getattr(test, "id", getattr(test, "attr", None)) == "TYPE_CHECKING"


def _plain(node: object, annotated: bool) -> str:
    """A syntax tree as text, without what does not count.

    Empty fields are left out, so that versions of Python that have more of them agree.
    """
    if isinstance(node, list):
        return "[" + ",".join([_plain(item, annotated) for item in node if _matters(item)]) + "]"
    if not isinstance(node, ast.AST):
        return repr(node)
    kind = type(node)
    skipped = () if annotated else _ANNOTATIONS.get(kind, ())
    if "test" in kind._fields and _for_type_checkers(node):
        skipped = ("body",)
    fields = [
        f"{field}={_plain(value, annotated)}"
        for field in kind._fields
        if field not in skipped
        and (value := getattr(node, field, None)) is not None
        and value != []
    ]
    return f"{kind.__name__}({','.join(fields)})"


def _matters(node: object) -> bool:
    """False for docstrings, ``pass``, and the help texts of options."""
    if isinstance(node, ast.Expr):
        return not isinstance(node.value, ast.Constant)
    return not isinstance(node, ast.Pass) and not (
        isinstance(node, ast.keyword) and node.arg == "help"
    )
