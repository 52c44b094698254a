"""What the schema cannot say of what is shown: ablation, pointing, series, figures, report."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from onesun.config.schema import unknown_name
from onesun.errors import ConfigError
from onesun.geometry.grid import RSUN_AT_1AU, Grid
from onesun.geometry.window import Window
from onesun.methods.kinds import REFERENCES
from onesun.methods.seeds import trainings
from onesun.products import split

Config = dict[str, Any]
_EDGES = (
    ("null_test", "field_edges"),
    ("null_test", "lags"),
    ("calibration", "mu_edges"),
    ("calibration", "field_edges"),
    ("calibration", "velocity_edges"),
)


def problems(config: Config) -> list[str]:
    """Contradictions, one sentence each."""
    return [
        *_named_methods(config),
        *_ablation(config),
        *_series(config),
        *_figures(config),
        *_frames(config),
        *_analyses(config),
    ]


def _named_methods(config: Config) -> Iterator[str]:
    for section in ("ablation", "pointing"):
        for index, name in enumerate(config[section]["methods"]):
            yield from _predicts(f"{section}.methods[{index}]", name, config["methods"])


def _ablation(config: Config) -> Iterator[str]:
    """Names that the trainings by further seeds would share with other methods."""
    for name in config["ablation"]["methods"]:
        for made, method in _by_seed(config, name).items():
            if config["methods"].get(made, method) != method:
                yield (
                    f"methods.{made}: found a method of the name that ablation.seeds gives to one "
                    "of its trainings, expected another name"
                )


def _by_seed(config: Config, name: str) -> Config:
    """The trainings of a method of the ablation; none of one that is not there."""
    method = config["methods"].get(name)
    return trainings(name, method, config["ablation"]["seeds"]) if method else {}


def _analyses(config: Config) -> Iterator[str]:
    """Tiles that fit neither the grid nor the units of intervals, edges, and names of methods."""
    section, grid = config["analyses"], config["grid"]
    tile, unit = section["tile"], config["table1"]["bootstrap"]["tile"]
    # A grid or a unit that fits nothing is reported where it is given.
    filled = grid["target_size"] % (grid["factor"] * grid["patch"]) == 0
    whole = unit % config["measure"]["tiles"]["size"] == 0
    misfits = grid["target_size"] % tile or (whole and unit % tile) or tile % grid["factor"]
    if filled and misfits:
        yield (
            f"analyses.tile: found {tile}, expected a divisor of grid.target_size "
            f"{grid['target_size']} and table1.bootstrap.tile {unit}, and a multiple of "
            f"grid.factor {grid['factor']}"
        )
    for name, key in _EDGES:
        edges = section[name][key]
        if any(low >= high for low, high in pairwise(edges)):
            yield f"analyses.{name}.{key}: found {edges}, expected rising numbers"
    for name in ("null_test", "continuity", "resolution"):
        for index, method in enumerate(section[name]["methods"]):
            yield from _predicts(f"analyses.{name}.methods[{index}]", method, config["methods"])
    measured, wiener = section["resolution"]["methods"], section["resolution"]["wiener"]
    if measured and wiener is not None and wiener not in measured:
        yield unknown_name("analyses.resolution.wiener", wiener, measured, "the methods beside it")
    elif measured and wiener is not None and wiener not in config["methods"]:
        path = "analyses.resolution.wiener"
        yield unknown_name(path, wiener, list(config["methods"]), "methods")


def _predicts(path: str, name: str, methods: Config) -> Iterator[str]:
    if name not in methods:
        yield unknown_name(path, name, list(methods), "methods")
    elif methods[name]["kind"] in REFERENCES:
        yield (
            f'{path}: found "{name}", which {REFERENCES[methods[name]["kind"]]}, expected a method '
            "that predicts"
        )


def _series(config: Config) -> Iterator[str]:
    series, pairs = config["series"], config["pairs"]
    if series["method"] is not None:
        yield from _predicts("series.method", series["method"], config["methods"])
    month = series["month"]
    untested = [name for name in pairs if month is not None and not _tested(pairs[name], month)]
    if untested:
        yield (
            f'series.month: found "{month}", expected a month that every pair tests on, which '
            f"{' and '.join(untested)} {'does' if len(untested) == 1 else 'do'} not"
        )
    yield from _region(config)


def _tested(pair: Config, month: str) -> bool:
    """Whether it is a test month of the pair, or the pair's split is reported as wrong."""
    try:
        rows = split.assign("", pair["split"])
    except ConfigError:
        return True  # reported by _split
    return month in split.months(rows, "test") or not split.months(rows, "test")


def _region(config: Config) -> Iterator[str]:
    series = config["series"]
    try:
        grid = Grid.from_settings(config["grid"])
    except ConfigError:
        return  # reported by _grid
    if grid.limb_radius("target") > grid.target_size / 2:
        return  # reported by _grid
    (x, y), (width, height) = series["region"]["centre"], series["region"]["size"]
    corner = math.hypot(abs(x) + width / 2, abs(y) + height / 2)
    if corner >= RSUN_AT_1AU:
        yield (
            f"series.region: found a corner {corner:.0f} arcsec from the disk's centre, expected "
            f"all within {RSUN_AT_1AU:.0f}, the limb"
        )
        return
    try:
        Window.around(grid, (x, y), (width, height)).widened(series["margin"])
    except ConfigError as error:
        yield f"series.region: with a margin of {series['margin']} input pixels: {error}"


def _figures(config: Config) -> Iterator[str]:
    figures, measure = config["figures"], config["measure"]
    pairs, methods, networks = (list(config[key]) for key in ("pairs", "methods", "networks"))
    if figures["fig2"]["method"] is not None:
        yield from _predicts("figures.fig2.method", figures["fig2"]["method"], config["methods"])
    named = [
        ("fig4.pair", figures["fig4"]["pair"], pairs, "pairs"),
        ("fig5.baseline", figures["fig5"]["baseline"], methods, "methods"),
        ("fig5.method", figures["fig5"]["method"], methods, "methods"),
        *_each("fig6.pairs", figures["fig6"]["pairs"], pairs, "pairs"),
        *_each("fig7.networks", figures["fig7"]["networks"], networks, "networks"),
        ("fig8.pair", figures["fig8"]["pair"], pairs, "pairs"),
        ("fig9.pair", figures["fig9"]["pair"], pairs, "pairs"),
        ("fig9.strong", figures["fig9"]["strong"], list(measure["strong"]), "measure.strong"),
    ]
    for key, name, known, section in named:
        if name is not None and name not in known:
            yield unknown_name(f"figures.{key}", name, known, section)
    for figure in ("fig4", "fig9"):
        patch = figures[figure]["patch"]
        if patch is not None and patch not in measure["patches"]:
            yield (
                f"figures.{figure}.patch: found {patch}, expected one of measure.patches, "
                f"{measure['patches']}"
            )


def _each(
    key: str, names: list[str] | None, known: list[str], section: str
) -> Iterator[tuple[str, str, list[str], str]]:
    for index, name in enumerate(names or []):
        yield f"{key}[{index}]", name, known, section


def _frames(config: Config) -> Iterator[str]:
    """Frames to be shown are of a month that every pair tests."""
    try:
        tests = [
            set(split.months(split.assign(name, pair["split"]), "test"))
            for name, pair in config["pairs"].items()
        ]
    except ConfigError:
        return  # reported by _split
    shared = sorted(set.intersection(*tests)) if tests else []
    sections = {f"figures.{name}": config["figures"][name] for name in ("fig2", "fig3")}
    for path, section in (sections | {"report": config["report"]}).items():
        frame = section["frame"]
        if frame is not None and f"{frame[:4]}-{frame[4:6]}" not in shared:
            months = ", ".join(shared) or "there is none"
            yield (
                f'{path}.frame: found "{frame}", expected a frame of a test month of every pair '
                f"({months})"
            )
