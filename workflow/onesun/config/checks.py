"""What a schema cannot say: names that must exist elsewhere in the configuration, and geometry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from onesun.config import archives, shown
from onesun.config.schema import OF_NAMES, UnknownName, unknown_name
from onesun.errors import ConfigError
from onesun.geometry.grid import RSUN_AT_1AU, Grid
from onesun.io import locations
from onesun.methods.kinds import FITTED, REFERENCES
from onesun.methods.own import is_by_pair, own_split
from onesun.metrics import limits
from onesun.products import split
from onesun.sample import limits as sample
from onesun.search import candidates

Config = dict[str, Any]
PACKAGE = "package"  # of convert.weights: those that come with OneSun
# Where the rules write: Snakemake removes an output before its job runs again.
_MADE = ("results", "logs", "data/sample", ".snakemake")


def problems(config: Config) -> list[str]:
    """Contradictions in a configuration that its schema accepts, one sentence each."""
    return [
        *_source(config["source"]),
        *sample.problems(config["sample"]),
        *_folders(config),
        *_grid(config["grid"]),
        *_pairs(config),
        *archives.problems(config),
        *_methods(config),
        *_table1(config),
        *_measure(config),
        *limits.not_rising("errors", config["errors"]),
        *_table2(config),
        *_ladder(config),
        *_losses(config),
        *_search(config),
        *_convert(config),
        *_release(config),
        *_epochs(config),
        *shown.problems(config),
    ]


def is_sure(sentence: str) -> bool:
    """Whether it is about a name that no pair, method, network or loss has."""
    return isinstance(sentence, UnknownName) and sentence.where in OF_NAMES


def _source(source: Config) -> Iterator[str]:
    if source["kind"] == "folder" and source["folder"] is None:
        yield "source.folder: found null, expected the folder of your own files, as kind is folder"


def _folders(config: Config) -> Iterator[str]:
    """Folders of downloads and of a user's own files that a rule's outputs would lie in."""
    folders = {"archive": config["archive"]["folder"]}
    if config["source"]["kind"] == "folder" and config["source"]["folder"] is not None:
        folders["source"] = config["source"]["folder"]
    for section, folder in folders.items():
        place = Path(folder).absolute()
        if any(place.is_relative_to(Path(made).absolute()) for made in _MADE):
            yield (
                f'{section}.folder: found "{folder}", expected a folder outside of '
                f"{', '.join(_MADE)}, where rules remove what is to be made again"
            )


def _grid(section: Config) -> Iterator[str]:
    try:
        grid = Grid.from_settings(section)
    except ConfigError as error:
        yield str(error)
        return
    if grid.limb_radius("target") > grid.target_size / 2:
        least = 2 * RSUN_AT_1AU / grid.target_size
        yield (
            f"grid.target_scale: found {grid.target_scale}, expected at least {least:.4f} arcsec, "
            f"so that the disk fits into {grid.target_size} target pixels"
        )


def _pairs(config: Config) -> Iterator[str]:
    known = sorted(path.stem for path in locations.instrument_records().glob("*.yaml"))
    for name, pair in config["pairs"].items():
        for role in ("input", "target"):
            if pair[role] not in known:
                path = f"pairs.{name}.{role}"
                yield unknown_name(path, pair[role], known, "resources/instruments")
        yield from _split(f"pairs.{name}.split", name, pair["split"])


def _split(path: str, pair: str, section: Config) -> Iterator[str]:
    try:
        rows = split.assign(pair, section)
    except ConfigError as error:
        yield f"{path}: {str(error).removeprefix(f'pair {pair}: ')}"
        return
    for name in split.SETS:
        if not split.months(rows, name):
            yield f"{path}: found no month for {name}, expected at least one"


def _methods(config: Config) -> Iterator[str]:
    for name, method in config["methods"].items():
        for key, section in (("network", "networks"), ("loss", "losses")):
            if method["kind"] == "network" and method[key] not in config[section]:
                path = f"methods.{name}.{key}"
                yield unknown_name(path, method[key], list(config[section]), section)
        yield from _own_split(config, name, method)
        for key in ("split", "training"):
            for pair, own in (method.get(key) or {}).get("by_pair", {}).items():
                if pair not in config["pairs"] and own is not None:
                    path = f"methods.{name}.{key}.by_pair.{pair}"
                    yield unknown_name(path, pair, list(config["pairs"]), "pairs")
        yield from _error(config, name, method)


def _own_split(config: Config, name: str, method: Config) -> Iterator[str]:
    """Months of a method's own that some pair does not have, or that nothing is fitted to."""
    if method.get("split") is not None and method["kind"] not in ("network", *FITTED):
        yield (
            f"methods.{name}.split: found, expected none, as a method of kind {method['kind']} is "
            "fitted to no months of its own"
        )
    for pair, section in config["pairs"].items():
        try:
            split.assign(pair, section["split"])
        except ConfigError:
            continue  # reported by _split
        try:
            split.own(pair, section["split"], own_split(method, pair))
        except ConfigError as error:
            yield f"methods.{name}.split: {error}"
            return


def _error(config: Config, name: str, method: Config) -> Iterator[str]:
    """A network with an error that its loss does not teach, or the other way round."""
    network = config["networks"].get(method.get("network"))
    loss = config["losses"].get(method.get("loss"))
    if network is None or loss is None:
        return  # reported by _methods
    for weights in loss.values() if is_by_pair(loss) else [loss]:
        taught = weights["likelihood"] > 0
        if network["error"] and not taught:
            yield (
                f'methods.{name}.loss: found "{method["loss"]}", whose likelihood has weight 0, '
                f'expected one above 0, as network "{method["network"]}" has an error'
            )
            return
        if taught and not network["error"]:
            yield (
                f'methods.{name}.loss: found "{method["loss"]}", which weighs the likelihood of an '
                f'error, expected a network with error: true, but "{method["network"]}" has none'
            )
            return


def _table1(config: Config) -> Iterator[str]:
    table = config["table1"]
    if not table["columns"]:
        yield "table1.columns: found an empty list, expected at least one column"
    for index, column in enumerate(table["columns"]):
        for key, section in (("pair", "pairs"), ("method", "methods")):
            if column[key] not in config[section]:
                path = f"table1.columns[{index}].{key}"
                yield unknown_name(path, column[key], list(config[section]), section)
        kind = config["methods"].get(column["method"], {}).get("kind")
        if kind in REFERENCES:
            yield (
                f'table1.columns[{index}].method: found "{column["method"]}", which '
                f"{REFERENCES[kind]}, expected a method that predicts; the ladder shows it"
            )
        yield from _measured_by(table["columns"], index)
    yield from _tabled(config)
    for key in ("columns", "rows"):
        counts = Counter(entry["name"] for entry in table[key])
        for name in [name for name, count in counts.items() if count > 1]:
            yield f'table1.{key}: found "{name}" {counts[name]} times, expected each name once'
    for index, row in enumerate(table["rows"]):
        for key in ("r", "field"):
            low, high = row[key]
            if low is not None and high is not None and low >= high:
                path = f"table1.rows[{index}].{key}"
                yield f"{path}: found [{low}, {high}], expected the lower bound first"


def _measured_by(columns: Sequence[Mapping[str, str]], index: int) -> Iterator[str]:
    """What is wrong with the baseline of a column of Table 1."""
    column = columns[index]
    left = [c["name"] for c in columns[:index] if c["pair"] == column["pair"]]
    found = column.get("baseline")
    if found is not None and found not in left:
        yield (
            f'table1.columns[{index}].baseline: found "{found}", expected a column to the left of '
            f"the same pair, {' or '.join(left) or 'of which there is none'}"
        )


def _tabled(config: Config) -> Iterator[str]:
    """Months of tables that a pair which they show does not test."""
    pairs = {column["pair"] for column in config["table1"]["columns"]} & config["pairs"].keys()
    tested = {}
    for pair in sorted(pairs):
        try:
            tested[pair] = split.months(split.assign(pair, config["pairs"][pair]["split"]), "test")
        except ConfigError:
            return  # reported by _split
    for index, month in enumerate(config["table1"]["months"] or []):
        without = [pair for pair, months in tested.items() if month not in months]
        if without:
            do = "does" if len(without) == 1 else "do"
            yield (
                f'table1.months[{index}]: found "{month}", expected a month that every pair shown '
                f"tests on, which {' and '.join(without)} {do} not"
            )


def _measure(config: Config) -> Iterator[str]:
    try:
        grid = Grid.from_settings(config["grid"])
    except ConfigError:
        return  # reported by _grid
    yield from limits.problems(config["measure"], grid)
    tile, size = config["table1"]["bootstrap"]["tile"], config["measure"]["tiles"]["size"]
    if tile % size:
        yield (
            f"table1.bootstrap.tile: found {tile}, expected a multiple of measure.tiles.size {size}"
        )


def _table2(config: Config) -> Iterator[str]:
    known = [column["name"] for column in config["table1"]["columns"]]
    if not known or len(set(known)) < len(known):
        return  # reported by _table1
    for index, name in enumerate(config["table2"]["columns"] or []):
        if name not in known:
            yield unknown_name(f"table2.columns[{index}]", name, known, "table1.columns")


def _ladder(config: Config) -> Iterator[str]:
    ladder = config["ladder"]
    for section in ("ladder", "benchmark"):
        for index, name in enumerate(config[section]["methods"]):
            if name not in config["methods"]:
                path = f"{section}.methods[{index}]"
                yield unknown_name(path, name, list(config["methods"]), "methods")
    if ladder["bar"] is not None and ladder["bar"] not in ladder["methods"]:
        yield unknown_name("ladder.bar", ladder["bar"], ladder["methods"], "ladder.methods")
    elif ladder["bar"] is not None and ladder["bar"] not in config["methods"]:
        yield unknown_name("ladder.bar", ladder["bar"], list(config["methods"]), "methods")


def _losses(config: Config) -> Iterator[str]:
    for name, loss in config["losses"].items():
        by_pair = is_by_pair(loss)
        for pair, weights in loss.items() if by_pair else [(None, loss)]:
            path = f"losses.{name}.{pair}" if by_pair else f"losses.{name}"
            if by_pair and pair not in config["pairs"]:
                yield unknown_name(path, pair, list(config["pairs"]), "pairs")
            if not any(weights.values()):
                yield f"{path}: found all weights 0, expected one above 0"
    for table, name, pair in _shown(config):
        yield from _shown_loss(config, table, name, pair)


def _shown_loss(config: Config, table: str, name: str, pair: str) -> Iterator[str]:
    """What the loss of a method that a table shows on a pair lacks; nothing if it has no loss."""
    loss_name = config["methods"].get(name, {}).get("loss")
    loss = config["losses"].get(loss_name, {})
    verb = "takes" if table == "convert.weights" else "shows"
    by_pair = is_by_pair(loss)
    if by_pair and pair not in loss:
        yield (
            f"losses.{loss_name}.{pair}: missing, expected weights, as {table} {verb} "
            f'method "{name}" on that pair'
        )
        return
    for term in candidates.asked(loss[pair] if by_pair else loss):
        if not config["search"]["weights"][term]:
            yield (
                f"search.weights.{term}: found no weight, expected some to choose from, as {table} "
                f'{verb} method "{name}", whose loss takes {term} from the search'
            )


def _search(config: Config) -> Iterator[str]:
    search = config["search"]
    for term, weights in search["weights"].items():
        if any(a >= b for a, b in pairwise(weights)):
            yield f"search.weights.{term}: found {weights}, expected rising numbers"
    methods = config["methods"]
    networks = [name for name, each in methods.items() if each["kind"] == "network"]
    if not any(search["weights"].values()):
        return
    if search["method"] not in networks:
        yield unknown_name("search.method", search["method"], networks, "methods of kind network")
    elif config["networks"].get(methods[search["method"]]["network"], {}).get("error"):
        yield (
            f'search.method: found "{search["method"]}", whose network has an error, expected one '
            "without: the search weighs the terms of equation 8 alone"
        )


def _convert(config: Config) -> Iterator[str]:
    """Weights that frames cannot be converted with."""
    name, methods = config["convert"]["weights"], config["methods"]
    if name == PACKAGE:
        return
    networks = [each for each, method in methods.items() if method["kind"] == "network"]
    if name not in methods:
        known = f"{PACKAGE} and the methods of kind network"
        yield unknown_name("convert.weights", name, [PACKAGE, *networks], known)
    elif name not in networks:
        yield (
            f'convert.weights: found "{name}", a method of kind {methods[name]["kind"]}, expected '
            f"{PACKAGE} or a method of kind network"
        )


def _release(config: Config) -> Iterator[str]:
    release = config["release"]
    if release is None:
        return
    methods = config["methods"]
    named = [("release.method", release["method"])]
    if release["bar"] in release["baselines"]:
        named.append(("release.bar", release["bar"]))
    named += [(f"release.baselines[{i}]", name) for i, name in enumerate(release["baselines"])]
    for sun, entry in release["suns"].items():
        path = f"release.suns.{sun}"
        named += [(f"{path}.methods.{row}", name) for row, name in entry["methods"].items()]
        yield from _judged(config, f"{path}.month", entry["month"])
        rows = {*release["baselines"], *entry["methods"]}
        if release["bar"] not in rows:
            yield unknown_name("release.bar", release["bar"], sorted(rows), f"rows of {path}")
    for path, name in named:
        if name not in methods:
            yield unknown_name(path, name, list(methods), "methods")
        elif path.endswith((".method", ".network")) and not _has_error(config, name):
            yield f'{path}: found "{name}", expected a network with error: true'


def _epochs(config: Config) -> Iterator[str]:
    """Methods that the analysis of epochs cannot judge."""
    for index, name in enumerate(config["analyses"]["epochs"]["methods"]):
        path = f"analyses.epochs.methods[{index}]"
        if name not in config["methods"]:
            yield unknown_name(path, name, list(config["methods"]), "methods")
        elif config["methods"][name].get("network") not in {None, *config["networks"]}:
            continue  # reported by _methods
        elif not _has_error(config, name):
            yield f'{path}: found "{name}", expected a network with error: true'


def _judged(config: Config, path: str, month: str) -> Iterator[str]:
    for pair, section in config["pairs"].items():
        try:
            tested = split.months(split.assign(pair, section["split"]), "test")
        except ConfigError:
            continue  # reported by _split
        if month not in tested:
            yield f'{path}: found "{month}", expected a test month of {pair}, {", ".join(tested)}'


def _has_error(config: Config, name: str) -> bool:
    network = config["networks"].get(config["methods"][name].get("network"), {})
    return bool(network.get("error"))


def _shown(config: Config) -> list[tuple[str, str, str]]:
    """What shows which method on which pair: each method and pair once."""
    columns = [
        ("table1", column["method"], column["pair"]) for column in config["table1"]["columns"]
    ]
    everywhere = [
        ("figures.fig2", config["figures"]["fig2"]["method"]),
        ("series", config["series"]["method"]),
        ("convert.weights", config["convert"]["weights"]),
        *(
            (f"analyses.{analysis}", name)
            for analysis in ("null_test", "continuity", "resolution")
            for name in config["analyses"][analysis]["methods"]
        ),
        *(("ablation", name) for name in config["ablation"]["methods"]),
        *(("ladder", name) for name in config["ladder"]["methods"]),
    ]
    rungs = [(where, name, pair) for where, name in everywhere if name for pair in config["pairs"]]
    return list({entry[1:]: entry for entry in [*rungs, *columns]}.values())
