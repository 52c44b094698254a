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

from onesun.provenance import kept

_PACKAGE = Path(__file__).parents[1]
# How files come from the archives. What arrives is checked by size and checksum, and a repair
# here is no reason to download it all again.
_ON_THE_WAY = {
    f"onesun.archive.{name}"
    for name in ("download", "retry", "web", "jsoc.connection", "jsoc.email", "jsoc.requests")
}
# Here annotations of functions are the command line; elsewhere they do nothing.
_COMMANDS = "onesun.cli."
# Of this module counts what is imported by name: another option reruns no other command.
_OPTIONS = "onesun.cli.options"
_ANNOTATIONS = {
    ast.arg: ("annotation",),
    ast.FunctionDef: ("returns",),
    ast.AsyncFunctionDef: ("returns",),
}

_KNOWN: dict[str, kept.Listing] = {}

# (module, name, ...) of an import statement.
Import = tuple[str, ...]


@cache
def code_version(*entries: str, package: Path = _PACKAGE) -> str:
    """Hash of the code that ``entries`` reach; equal hashes mean equal code.

    Parameters
    ----------
    entries : modules such as "onesun.methods.predict". "onesun.cli.sample:fetch" is for a module
        that serves several purposes: of its definitions and imports only those count that belong to
        the one named, or to what it names in turn. Outside of onesun.cli its other definitions
        count themselves, but the imports inside them are not followed.
    package : folder of the package onesun.

    Raises ModuleNotFoundError when there is no such module or function.
    """
    listing = modules(*entries, package=package)
    text = "".join(f"{name} {own}\n" for name, own in listing)
    version = hashlib.sha256(text.encode()).hexdigest()[:16]
    _KNOWN[version] = listing
    return version


@cache
def entry_of(command: str, package: Path = _PACKAGE) -> str:
    """The entry of a command: "onesun.cli.prepare:align" of align, wherever it is defined.

    Parameters
    ----------
    command : its function; with its module if it is one of several under a name: "sample:fetch".

    Raises ModuleNotFoundError when there is no such function, or more than one.
    """
    if ":" in command:
        return f"{_COMMANDS}{command}"
    files = sorted((package / "cli").glob("*.py"))
    found = [f.stem for f in files if _read(f, f"{_COMMANDS}{f.stem}").defines(command)]
    if len(found) != 1:
        raise ModuleNotFoundError(f"{command}: found in {found}, expected one module of onesun.cli")
    return f"{_COMMANDS}{found[0]}:{command}"


def known() -> dict[str, kept.Listing]:
    """The modules behind each code version that this process has asked for."""
    return dict(_KNOWN)


def modules(*entries: str, package: Path = _PACKAGE) -> kept.Listing:
    """The modules that ``entries`` reach, sorted, each with the hash of its own code.

    One of several purposes is named with those that count: "onesun.cli.options:Month,Pair".
    """
    found = kept.listing(package, entries)
    if found is None:
        found = _found(entries, package)
        kept.keep(package, entries, found)
    return found


def _found(entries: tuple[str, ...], package: Path) -> kept.Listing:
    """The modules, from their files."""
    limits: dict[str, set[str]] = {}
    for name, _, purpose in (entry.partition(":") for entry in entries):
        limits.setdefault(name, set()).update(purpose.split(",") if purpose else [])
    found: dict[str, str] = {}
    read: set[str] = set()
    waiting = list(limits)
    options: set[str] = set()
    while waiting or options:
        if not waiting:  # all of the commands are read, and which options they name is known
            limits[_OPTIONS], options = options, set()
            waiting.append(_OPTIONS)
        name = waiting.pop()
        if name in read:
            continue
        read.add(name)
        path = _file(name, package)
        if path is None:
            raise ModuleNotFoundError(f"{name}: no such module in {package}")
        module, purposes = _read(path, name), frozenset(limits.get(name, ()))
        named = f"{name}:{','.join(sorted(purposes))}" if purposes else name
        found[named] = module.hash(purposes)
        for imported in module.imports(purposes):
            if imported[0] == _OPTIONS:
                options.update(imported[1:])
                continue
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
    path, name : its file and its dotted name.
    statements : what it consists of, imports one name each, with the names that each binds.
    """

    path: Path
    name: str
    statements: list[tuple[ast.stmt, list[str]]]

    def defines(self, name: str) -> bool:
        """Whether it has a command of this name; decorated ones are of another, `sample fetch`."""
        return any(
            isinstance(statement, ast.FunctionDef)
            and not statement.decorator_list
            and name in bound
            for statement, bound in self.statements
        )

    @cache  # noqa: B019 (modules are kept anyway, by _read)
    def hash(self, purposes: frozenset[str]) -> str:
        """Hash of what counts for ``purposes``, and of the files beside it that this names."""
        commands = self.name.startswith(_COMMANDS)
        # Elsewhere what chooses between the purposes counts, too.
        counted = self._reached(purposes if commands else frozenset())
        text = _plain(counted, annotated=commands)
        found = hashlib.sha256(text.encode())
        for file in _named_beside(counted, self.path.parent):
            found.update(file.read_bytes())
        return found.hexdigest()[:16]

    @cache  # noqa: B019
    def imports(self, purposes: frozenset[str]) -> set[Import]:
        """Imports of what ``purposes`` reach, or of all if there are none."""
        package = self.name if self.path.name == "__init__.py" else self.name.rpartition(".")[0]
        return {each for node in self._reached(purposes) for each in _imports(node, package)}

    @cache  # noqa: B019
    def _reached(self, purposes: frozenset[str]) -> list[ast.stmt]:
        """Statements that define a purpose or what it names in turn; those that bind no name."""
        if not purposes:
            return [statement for statement, _ in self.statements]
        waiting = list(purposes)
        for statement, bound in self.statements:
            waiting += [] if bound else _names(statement)
        if not self.name.startswith(_COMMANDS):
            waiting += [
                name for each, bound in self.statements for name in bound if _is_import(each)
            ]
        known = {name for _, bound in self.statements for name in bound}
        reached: set[str] = set()
        while waiting:
            name = waiting.pop()
            if name in purposes and name not in known:
                raise ModuleNotFoundError(f"{name}: not defined, expected one of the module's")
            if name not in reached:
                reached.add(name)
                for statement, bound in self.statements:
                    waiting += _names(statement) if name in bound else []
        return [each for each, bound in self.statements if not bound or reached & {*bound}]


@cache
def _read(path: Path, name: str) -> _Module:
    tree = ast.parse(path.read_bytes(), path)
    return _Module(path, name, [pair for each in tree.body for pair in _bound(each)])


def _named_beside(statements: list[ast.stmt], folder: Path) -> list[Path]:
    """The files beside a module that it names and are no modules, such as a page's template."""
    others = _others(folder)
    if not others:  # as a rule: looking through the tree takes a third of the reading
        return []
    nodes = (node for statement in statements for node in ast.walk(statement))
    words = {node.value for node in nodes if isinstance(node, ast.Constant)}
    return [file for file in others if file.name in words]


@cache
def _others(folder: Path) -> list[Path]:
    return [file for file in sorted(folder.iterdir()) if file.suffix != ".py" and file.is_file()]


def _bound(statement: ast.stmt) -> list[tuple[ast.stmt, list[str]]]:
    """A statement with the names that it binds; an import as one statement for each name."""
    if isinstance(statement, ast.Import):
        return [
            (ast.Import([alias]), [alias.asname or alias.name.split(".")[0]])
            for alias in statement.names
        ]
    if isinstance(statement, ast.ImportFrom):
        module, level = statement.module, statement.level
        return [
            # What * brings is not known, so that it counts always.
            (ast.ImportFrom(module, [each], level), [each.asname or each.name][each.name == "*" :])
            for each in statement.names
        ]
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [(statement, [statement.name])]
    targets = getattr(statement, "targets", None) or [getattr(statement, "target", None)]
    return [(statement, [target.id for target in targets if isinstance(target, ast.Name)])]


def _is_import(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Import | ast.ImportFrom)


def _names(statement: ast.stmt) -> set[str]:
    """Names that a statement takes from its module; of a function not its own variables."""
    names = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
    if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
        return names
    signature = [*statement.decorator_list, statement.args, statement.returns]
    outside = {
        node.id
        for part in signature
        if part is not None
        for node in ast.walk(part)
        if isinstance(node, ast.Name)
    }
    return outside | (names - _own_variables(statement))


def _own_variables(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """Parameters of a function, and what it assigns or imports itself."""
    own = set()
    for node in (function.args, *function.body):
        for each in _within(node):
            if isinstance(each, ast.arg):
                own.add(each.arg)
            elif isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
                own.add(each.id)
            elif isinstance(each, ast.Import | ast.ImportFrom):
                own |= {alias.asname or alias.name.split(".")[0] for alias in each.names}
    return own


def _within(node: ast.AST) -> Iterator[ast.AST]:
    """A node and what is below it, but not inside functions, classes or comprehensions."""
    scopes = (
        ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda,
        ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp,
    )  # fmt: skip
    yield node
    if not isinstance(node, scopes):
        for child in ast.iter_child_nodes(node):
            yield from _within(child)


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
