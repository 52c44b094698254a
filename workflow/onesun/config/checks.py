"""What a schema cannot say: names that must exist elsewhere in the configuration, and geometry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from onesun import locations, split
from onesun.config import archives, shown
from onesun.config.pairs import is_by_pair
from onesun.config.schema import unknown_name
from onesun.errors import ConfigError
from onesun.geometry.grid import RSUN_AT_1AU, Grid
from onesun.methods.kinds import REFERENCES
from onesun.search import candidates
from onesun.statistics import limits

Config = dict[str, Any]
# Where the rules write: Snakemake removes an output before its job runs again.
_MADE = ("results", "logs", "data/sample", ".snakemake")


def problems(config: Config) -> list[str]:
    """Contradictions in a configuration that its schema accepts, one sentence each."""
    return [
        *_source(config["source"]),
        *_folders(config),
        *_grid(config["grid"]),
        *_pairs(config),
        *archives.problems(config),
        *_methods(config),
        *_table1(config),
        *_measure(config),
        *_table2(config),
        *_ladder(config),
        *_losses(config),
        *_search(config),
        *shown.problems(config),
    ]


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


def _table1(config: Config) -> Iterator[str]:
    table = config["table1"]
    if not table["columns"]:
        yield "table1.columns: found an empty list, expected at least one column"
    for index, column in enumerate(table["columns"]):
        for key, section in (("pair", "pairs"), ("method", "methods")):
            if column[key] not in config[section]:
                path = f"table1.columns[{index}].{key}"
                yield unknown_name(path, column[key], list(config[section]), section)
        if config["methods"].get(column["method"], {}).get("kind") in REFERENCES:
            yield (
                f'table1.columns[{index}].method: found "{column["method"]}", which is made of the '
                "target, expected a method that predicts; the ladder shows it"
            )
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


def _tabled(config: Config) -> Iterator[str]:
    """Months of tables that a pair which they show does not test."""
    pairs = {column["pair"] for column in config["table1"]["columns"]} & config["pairs"].keys()
    tested = {}
    for pair in sorted(pairs):
        try:
            tested[pair] = split.months(split.assign(pair, config["pairs"][pair]["split"]), "test")
        except ConfigError:
            return  # told by _split
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
        return  # told by _grid
    yield from limits.problems(config["measure"], grid)


def _table2(config: Config) -> Iterator[str]:
    known = [column["name"] for column in config["table1"]["columns"]]
    if not known or len(set(known)) < len(known):
        return  # told by _table1
    for index, name in enumerate(config["table2"]["columns"] or []):
        if name not in known:
            yield unknown_name(f"table2.columns[{index}]", name, known, "table1.columns")


def _ladder(config: Config) -> Iterator[str]:
    ladder = config["ladder"]
    for index, name in enumerate(ladder["methods"]):
        if name not in config["methods"]:
            path = f"ladder.methods[{index}]"
            yield unknown_name(path, name, list(config["methods"]), "methods")
    if ladder["bar"] is not None and ladder["bar"] not in ladder["methods"]:
        yield unknown_name("ladder.bar", ladder["bar"], ladder["methods"], "ladder.methods")


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
    by_pair = is_by_pair(loss)
    if by_pair and pair not in loss:
        yield (
            f"losses.{loss_name}.{pair}: missing, expected weights, as {table} shows "
            f'method "{name}" on that pair'
        )
        return
    for term in candidates.asked(loss[pair] if by_pair else loss):
        if not config["search"]["weights"][term]:
            yield (
                f"search.weights.{term}: found no weight, expected some to choose from, as {table} "
                f'shows method "{name}", whose loss takes {term} from the search'
            )


def _search(config: Config) -> Iterator[str]:
    search = config["search"]
    for term, weights in search["weights"].items():
        if any(a >= b for a, b in pairwise(weights)):
            yield f"search.weights.{term}: found {weights}, expected rising numbers"
    networks = [name for name, each in config["methods"].items() if each["kind"] == "network"]
    if any(search["weights"].values()) and search["method"] not in networks:
        yield unknown_name("search.method", search["method"], networks, "methods of kind network")


def _shown(config: Config) -> list[tuple[str, str, str]]:
    """What shows which method on which pair: each method and pair once."""
    columns = [
        ("table1", column["method"], column["pair"]) for column in config["table1"]["columns"]
    ]
    everywhere = [
        ("figures.fig2", config["figures"]["fig2"]["method"]),
        ("series", config["series"]["method"]),
        *(("ablation", name) for name in config["ablation"]["methods"]),
        *(("ladder", name) for name in config["ladder"]["methods"]),
    ]
    rungs = [(where, name, pair) for where, name in everywhere if name for pair in config["pairs"]]
    return list({entry[1:]: entry for entry in [*rungs, *columns]}.values())
