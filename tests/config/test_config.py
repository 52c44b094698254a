"""The configuration: what it accepts, what it fills in, and the sentence for each mistake."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from snakemake.utils import update_config

from onesun import config
from onesun.config import docs, schema
from onesun.errors import ConfigError
from onesun.methods.own import is_for_pair
from onesun.sample.months import REAL_MONTHS

SHIPPED = Path(__file__).parents[2] / "config" / "config.yaml"
PAPER, RELEASE = SHIPPED.with_name("paper.yaml"), SHIPPED.with_name("release.yaml")
Change = Callable[[dict[str, Any]], Any]


@pytest.fixture
def shipped() -> dict[str, Any]:
    return yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))


@pytest.fixture
def least() -> dict[str, Any]:
    """The shortest configuration there is."""
    split = {"train": ["2016-07"], "validation": ["2019-06"], "test": ["2011-12"]}
    return {
        "pairs": {"mdi-hmi": {"input": "mdi", "target": "hmi", "split": split}},
        "methods": {"bicubic": {"kind": "bicubic"}},
        "table1": {"columns": [{"name": "MDI", "pair": "mdi-hmi", "method": "bicubic"}]},
    }


def sentences(content: dict[str, Any]) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        config.complete(content)
    return str(caught.value).splitlines()


def test_the_shipped_configuration_is_valid_and_complete(shipped):
    complete = config.load(SHIPPED)
    for section, content in shipped.items():
        if section not in ("table1", "networks", "losses", "methods"):
            assert complete[section] == content
    assert complete["table1"]["columns"] == shipped["table1"]["columns"]


def test_defaults_are_those_of_the_shipped_configuration(least, shipped):
    complete = config.complete(least)
    for section in (
        "source",
        "archive",
        "sample",
        "grid",
        "align",
        "store",
        "calibration",
        "loss_terms",
    ):
        assert config.canonical(complete[section]) == config.canonical(shipped[section])
    assert config.canonical(complete["loss_terms"]) == config.canonical(shipped["loss_terms"])
    assert config.canonical(complete["fitting"]) == config.canonical(shipped["fitting"])
    assert config.canonical(complete["training"]) == config.canonical(shipped["training"])
    assert config.canonical(complete["measure"]) == config.canonical(shipped["measure"])
    assert config.canonical(complete["noise"]) == config.canonical(shipped["noise"])
    assert config.canonical(complete["variability"]) == config.canonical(shipped["variability"])
    assert complete["series"] == shipped["series"] | {"method": None}
    assert complete["table2"]["columns"] is None
    assert config.canonical(complete["table1"]["bootstrap"]) == config.canonical(
        shipped["table1"]["bootstrap"]
    )
    open_bounds = {"r": [0, 1], "field": [None, None], "polarity": None, "paper": False}
    assert complete["table1"]["rows"] == [
        {**open_bounds, **row} for row in shipped["table1"]["rows"]
    ]
    assert complete["pairs"]["mdi-hmi"]["split"]["mode"] == "explicit"


def test_the_release_trains_on_every_sun_and_judges_by_the_same_ones_seen_again():
    content = config.load(SHIPPED, RELEASE)
    sample = content["sample"]
    for pair in ("mdi-hmi", "gong-hmi"):
        trained = config.months(content, pair, "train")
        assert trained == sorted({*REAL_MONTHS, sample["regions"]})
        judged = config.months(content, pair, "validation", "test")
        assert sorted(sample["again"][month] for month in judged) == trained
    assert not set(sample["again"]) & set(trained)
    assert (content["align"]["registration"], content["align"]["max_missing"]) == ("header", 1)


def test_further_seeds_of_the_ablation_are_methods_of_their_own():
    content = config.load(SHIPPED, PAPER)
    names = ["mse", "mse-grad", "mse-grad-hist", "full"]
    of_seeds = [f"{name}-seed-{k}" if k > 1 else name for name in names for k in range(1, 6)]
    assert config.seeded(content) == ["bicubic", "matched", *of_seeds]
    methods = content["methods"]
    assert [methods[name]["seed"] for name in of_seeds] == 4 * [1, 2, 3, 4, 5]
    assert methods["full-seed-3"] == methods["full"] | {"seed": 3}
    assert content["ablation"]["methods"] == ["bicubic", "matched", *names]
    assert config.complete(content) == content


def test_a_network_kind_brings_its_own_defaults(least):
    least["networks"] = {"paper": {"kind": "highresnet"}, "fast": {"kind": "onesun", "blocks": 6}}
    networks = config.complete(least)["networks"]
    assert networks["paper"] == {
        "kind": "highresnet", "channels": 64, "blocks": 2, "kernel": 3, "dropout": 0.0,
        "error": False,
    }  # fmt: skip
    assert (networks["fast"]["channels"], networks["fast"]["blocks"]) == (32, 6)


def test_completing_changes_nothing_in_what_it_was_given(least):
    before = copy.deepcopy(least)
    config.complete(least)["training"]["betas"].append(0.1)
    assert least == before
    assert config.complete(least)["training"]["betas"] == [0.9, 0.99]


def _set(*path: Any) -> Change:
    """Set the value at a key path: ``_set("align", "tile", 8)`` sets align.tile to 8."""
    *keys, last, value = path

    def change(content: dict[str, Any]) -> None:
        for key in keys:
            content = content[key]
        content[last] = value

    return change


def _drop(*path: Any) -> Change:
    *keys, last = path

    def change(content: dict[str, Any]) -> None:
        for key in keys:
            content = content[key]
        del content[last]

    return change


def _both(*changes: Change) -> Change:
    """All of them, one after the other."""

    def change(content: dict[str, Any]) -> None:
        for each in changes:
            each(content)

    return change


def _conditions(**mdi: Any) -> dict[str, Any]:
    """The conditions of the release, with another range for MDI."""
    conditions = yaml.safe_load(RELEASE.read_text(encoding="utf-8"))["sample"]["conditions"]
    return conditions | {"mdi": conditions["mdi"] | mdi}


MISTAKES: dict[str, tuple[Change, str]] = {
    "misspelt key": (
        _set("align", "tolerence", 8),
        "align.tolerence: unknown key, expected max_missing, max_shift, min_correlation, "
        "registration, tile, tolerance or within_radius; did you mean tolerance?",
    ),
    "misspelt section": (
        _set("trainning", {}),
        "trainning: unknown key, expected ablation, align, analyses, archive, benchmark, "
        "calibration, convert, errors, figures, fitting, grid, ladder, loss_terms, losses, "
        "measure, methods, networks, noise, pairs, pointing, release, report, sample, search, "
        "series, source, store, table1, table2, training or variability; did you mean training?",
    ),
    "a month seen again while the Sun turns": (
        _set("sample", "again", {"2012-01": "2011-12"}),
        "sample.again: found months with sample.rotation true, expected rotation: false, as only a "
        "Sun that stands still can be seen again",
    ),
    "a month that cannot be seen again": (
        _set("sample", {"rotation": False, "again": {"2012-01": "2011-11"}}),
        'sample.again.2012-01: found "2011-11", expected a month with a real frame (2011-12, '
        "2016-07, 2019-06)",
    ),
    "a real month seen again": (
        _set("sample", {"rotation": False, "regions": "2014-11", "again": {"2014-11": "2011-12"}}),
        'sample.again: found the month "2014-11", which has a real frame of its own, expected '
        "another month",
    ),
    "a name for a month": (
        _set("sample", {"rotation": False, "again": {"winter": "2011-12"}}),
        'sample.again: found the name "winter", expected a month as "YYYY-MM"',
    ),
    "regions in a real month": (
        _set("sample", "regions", "2016-07"),
        'sample.regions: found "2016-07", which has a real frame of its own, expected another '
        "month",
    ),
    "conditions with bounds the wrong way round": (
        _set("sample", "conditions", _conditions(fwhm=[4.2, 2.3])),
        "sample.conditions.mdi.fwhm: found [4.2, 2.3], expected the lower bound first",
    ),
    "noise that is none": (
        _set("sample", "conditions", _conditions(noise=[0, 3])),
        "sample.conditions.mdi.noise[0]: found 0, expected a number above 0",
    ),
    "conditions of one instrument alone": (
        _set("sample", "conditions", {k: v for k, v in _conditions().items() if k != "gong"}),
        "sample.conditions.gong: missing, expected a mapping of keys to values",
    ),
    "region off the disk": (
        _set("series", "region", "centre", [-700, 350]),
        "series.region: found a corner 1254 arcsec from the disk's centre, expected all within "
        "960, the limb",
    ),
    "margin beyond the grid": (
        _set("series", "margin", 300),
        "series.region: with a margin of 300 input pixels: window: rows 311 to 1060 and columns "
        "-61 to 986 of the input grid, expected a part of its 1024 x 1024 pixels",
    ),
    "series of a reference": (
        _set("series", "method", "ceiling"),
        'series.method: found "ceiling", which is made of the target, expected a method that '
        "predicts",
    ),
    "series of no test month": (
        _set("series", "month", "2016-07"),
        'series.month: found "2016-07", expected a month that every pair tests on, which mdi-hmi '
        "and gong-hmi do not",
    ),
    "unknown pair of a figure": (
        _set("figures", "fig8", "pair", "mdi"),
        'figures.fig8.pair: found "mdi", expected gong-hmi or mdi-hmi, from pairs; did you mean '
        "mdi-hmi?",
    ),
    "negative weight": (
        _set("losses", "full", "mdi-hmi", "gradient", -1),
        "losses.full.mdi-hmi.gradient: found -1, expected a number of at least 0, or search",
    ),
    "weight that is not a number": (
        _set("losses", "mse", "mse", float("nan")),
        "losses.mse.mse: found NaN, expected a number of at least 0",
    ),
    "number that YAML reads as text": (
        _set("training", "learning_rate", "1e-3"),
        'training.learning_rate: found "1e-3" (text: numbers are written without quotes, and 1e-3 '
        "as 1.0e-3), expected a number above 0",
    ),
    "training of a method by an unknown pair": (
        _set("methods", "full", "training", {"by_pair": {"gong": {"batch": 128}}}),
        'methods.full.training.by_pair.gong: found "gong", expected gong-hmi or mdi-hmi, from '
        "pairs; did you mean gong-hmi?",
    ),
    "training of a method in other units": (
        _set("methods", "full", "training", {"field_scale": 100}),
        "methods.full.training.field_scale: unknown key, expected augment, batch, betas, by_pair, "
        "clip, decay, epochs, learning_rate, precision or warmup",
    ),
    "unknown way to augment": (
        _set("training", "augment", "flip"),
        'training.augment: found "flip", expected true, flips or false',
    ),
    "no weight at all": (
        _set("losses", "mse", "mse", 0),
        "losses.mse: found all weights 0, expected one above 0",
    ),
    "month in two sets": (
        _set("pairs", "mdi-hmi", "split", "test", ["2016-07"]),
        "pairs.mdi-hmi.split: month 2016-07 is in train and test, expected in one set, once",
    ),
    "month that is none": (
        _set("pairs", "mdi-hmi", "split", "test", ["2016-13"]),
        'pairs.mdi-hmi.split.test[0]: found "2016-13", expected a month as "YYYY-MM"',
    ),
    "set without months": (
        _drop("pairs", "mdi-hmi", "split", "test"),
        'pairs.mdi-hmi.split.test: missing, expected a list of months as "YYYY-MM"',
    ),
    "unknown pair": (
        _set("table1", "columns", 0, "pair", "mdi-hni"),
        'table1.columns[0].pair: found "mdi-hni", expected gong-hmi or mdi-hmi, from pairs; '
        "did you mean mdi-hmi?",
    ),
    "unknown method": (
        _set("table1", "columns", 1, "method", "x"),
        'table1.columns[1].method: found "x", expected bicubic, ceiling, equated, full, '
        "full-200, matched, mse, mse-grad, mse-grad-hist, onesun, raw, ridge, searched or "
        "wiener, from methods",
    ),
    "reference shown as a prediction": (
        _set("table1", "columns", 1, "method", "ceiling"),
        'table1.columns[1].method: found "ceiling", which is made of the target, expected a method '
        "that predicts; the ladder shows it",
    ),
    "bound shown as a prediction": (
        _set("table1", "columns", 1, "method", "wiener"),
        'table1.columns[1].method: found "wiener", which is fitted to the target of the test '
        "months, expected a method that predicts; the ladder shows it",
    ),
    "pointing of a reference": (
        _set("pointing", "methods", 1, "ceiling"),
        'pointing.methods[1]: found "ceiling", which is made of the target, expected a method that '
        "predicts",
    ),
    "even kernel of the bound": (
        _set("fitting", "wiener", "kernel", 4),
        "fitting.wiener.kernel: found 4, expected an odd whole number of at least 1",
    ),
    "unknown rung": (
        _set("ladder", "methods", 0, "rew"),
        'ladder.methods[0]: found "rew", expected bicubic, ceiling, equated, full, '
        "full-200, matched, mse, mse-grad, mse-grad-hist, onesun, raw, ridge, searched or "
        "wiener, from methods; "
        "did you mean raw?",
    ),
    "bar that is no rung": (
        _set("ladder", "methods", ["raw", "onesun"]),
        'ladder.bar: found "ridge", expected onesun or raw, from ladder.methods',
    ),
    "rung without weights on a pair": (
        lambda content: [
            content["losses"]["with-error"].pop("gong-hmi"),
            content["table1"].update(columns=content["table1"]["columns"][:1]),
            content["table2"].update(columns=None),
        ],
        "losses.with-error.gong-hmi: missing, expected weights, as ladder shows method "
        '"onesun" on that pair',
    ),
    "method named as a seed of the ablation": (
        lambda content: (
            content["methods"].update({"mse-seed-2": {"kind": "bicubic"}})
            or content["ablation"].update(seeds=2)
        ),
        "methods.mse-seed-2: found a method of the name that ablation.seeds gives to one of its "
        "trainings, expected another name",
    ),
    "tiles for intervals that are not whole tiles": (
        _set("table1", "bootstrap", "tile", 300),
        "table1.bootstrap.tile: found 300, expected a multiple of measure.tiles.size 256",
    ),
    "unknown method of the ablation": (
        _set("ablation", "methods", 1, "mes"),
        'ablation.methods[1]: found "mes", expected bicubic, ceiling, equated, full, '
        "full-200, matched, mse, mse-grad, mse-grad-hist, onesun, raw, ridge, searched or "
        "wiener, from methods; "
        "did you mean mse?",
    ),
    "reference in the ablation": (
        _set("ablation", "methods", 0, "ceiling"),
        'ablation.methods[0]: found "ceiling", which is made of the target, expected a method that '
        "predicts",
    ),
    "unknown pair of Figure 9": (
        _set("figures", "fig9", "pair", "mdi"),
        'figures.fig9.pair: found "mdi", expected gong-hmi or mdi-hmi, from pairs; did you '
        "mean mdi-hmi?",
    ),
    "unknown class of strong fields": (
        _set("figures", "fig9", "strong", "captoin"),
        'figures.fig9.strong: found "captoin", expected caption or text, from measure.strong; did '
        "you mean caption?",
    ),
    "patch that is not measured": (
        _set("figures", "fig4", "patch", 64),
        "figures.fig4.patch: found 64, expected one of measure.patches, [32, 128]",
    ),
    "even kernel": (
        _set("fitting", "ridge", "kernels", [3, 4]),
        "fitting.ridge.kernels[1]: found 4, expected an odd whole number of at least 1",
    ),
    "unknown kind, and so unknown keys beside it": (
        _set("methods", "onesun", "kind", "netwrok"),
        'methods.onesun.kind: found "netwrok", expected raw, bicubic, matched, equated, ridge, '
        "network, wiener or ceiling",
    ),
    "unknown network": (
        _set("methods", "onesun", "network", "onesum"),
        'methods.onesun.network: found "onesum", expected field-only, highresnet or onesun, from '
        "networks; did you mean onesun?",
    ),
    "unknown loss": (
        _set("methods", "onesun", "loss", "l1"),
        'methods.onesun.loss: found "l1", expected full, '
        "full-200, mse, mse-grad, mse-grad-hist, released, "
        "searched or with-error, from losses",
    ),
    "error that no loss teaches": (
        _set("methods", "onesun", "loss", "full"),
        'methods.onesun.loss: found "full", whose likelihood has weight 0, expected one above 0, '
        'as network "onesun" has an error',
    ),
    "likelihood of an error that there is not": (
        _set("methods", "full", "loss", "with-error"),
        'methods.full.loss: found "with-error", which weighs the likelihood of an error, expected '
        'a network with error: true, but "field-only" has none',
    ),
    "search with an error": (
        _set("search", "method", "onesun"),
        'search.method: found "onesun", whose network has an error, expected one without: the '
        "search weighs the terms of equation 8 alone",
    ),
    "months of a method that its pair does not have": (
        _set("methods", "ridge", "split", {"train": ["2016-07"], "validation": ["2016-08"]}),
        "methods.ridge.split: pair mdi-hmi: split has no month 2016-08, expected one of 2011-12, "
        "2016-07, 2019-06",
    ),
    "months of a method that fits nothing": (
        _set("methods", "raw", "split", {"train": ["2016-07"], "validation": ["2019-06"]}),
        "methods.raw.split: found, expected none, as a method of kind raw is fitted to no months "
        "of its own",
    ),
    "months of a method by pair that the pair does not have": (
        _set(
            "methods",
            "ridge",
            "split",
            {"by_pair": {"gong-hmi": {"train": ["2016-07"], "validation": ["2016-08"]}}},
        ),
        "methods.ridge.split: pair gong-hmi: split has no month 2016-08, expected one of 2011-12, "
        "2016-07, 2019-06",
    ),
    "months of a method, of all pairs and by pair": (
        _set("methods", "ridge", "split", {"by_pair": {}, "train": ["2016-07"]}),
        "methods.ridge.split.train: unknown key, expected by_pair",
    ),
    "a network without an error in other epochs": (
        _set("analyses", "epochs", "methods", ["full"]),
        'analyses.epochs.methods[0]: found "full", expected a network with error: true',
    ),
    "crops without a size": (
        _set("training", "sampling", {"kind": "crops", "size": 4}),
        "training.sampling.size: found 4, expected a whole number of at least 8",
    ),
    "key of crops for patches": (
        _set("training", "sampling", {"kind": "patches", "size": 64}),
        "training.sampling.size: unknown key, expected kind",
    ),
    "unknown instrument": (
        _set("pairs", "mdi-hmi", "input", "mdy"),
        'pairs.mdi-hmi.input: found "mdy", expected gong, hmi or mdi, from resources/instruments; '
        "did you mean mdi?",
    ),
    "no weights for a pair": (
        _drop("losses", "with-error", "gong-hmi"),
        "losses.with-error.gong-hmi: missing, expected weights, as table1 shows method "
        '"onesun" on that pair',
    ),
    "weights for a pair there is not": (
        _set("losses", "full", "mdi-hni", {"mse": 1}),
        'losses.full.mdi-hni: found "mdi-hni", expected gong-hmi or mdi-hmi, from pairs; '
        "did you mean mdi-hmi?",
    ),
    "unknown choice": (
        _set("calibration", "weighting", "invers"),
        'calibration.weighting: found "invers", expected inverse, fraction or uniform',
    ),
    "even window": (
        _set("loss_terms", "ssim", "window", 10),
        "loss_terms.ssim.window: found 10, expected an odd whole number of at least 3",
    ),
    "not a whole number": (
        _set("training", "epochs", 1.5),
        "training.epochs: found 1.5, expected a whole number of at least 1",
    ),
    "name unfit for a path": (
        _set("methods", "My/Net", {"kind": "raw"}),
        'methods: found the name "My/Net", expected a name in lower-case letters, digits and '
        "hyphens that begins with a letter",
    ),
    "section left empty": (
        _set("pairs", None),
        "pairs: found null, expected a mapping of keys to values with at least 1 entry",
    ),
    "no columns": (
        _set("table1", "columns", []),
        "table1.columns: found an empty list, expected at least one column",
    ),
    "measured by a column to the right": (
        _set("table1", "columns", 1, "baseline", "SR-MDI"),
        'table1.columns[1].baseline: found "SR-MDI", expected a column to the left of the same '
        "pair, MDI",
    ),
    "measured by a column of another pair": (
        _set("table1", "columns", 3, "baseline", "MDI"),
        'table1.columns[3].baseline: found "MDI", expected a column to the left of the same pair, '
        "of which there is none",
    ),
    "estimator that is unknown": (
        _set("calibration", "line", "estimator", "ortogonal"),
        'calibration.line.estimator: found "ortogonal", expected least-squares, noise-corrected or '
        "orthogonal",
    ),
    "two columns of one name": (
        _set("table1", "columns", 2, "name", "MDI"),
        'table1.columns: found "MDI" 2 times, expected each name once',
    ),
    "bounds the wrong way round": (
        _set("table1", "rows", 0, "r", [1, 0]),
        "table1.rows[0].r: found [1, 0], expected the lower bound first",
    ),
    "column of Table 2 that Table 1 lacks": (
        _set("table2", "columns", ["MDI", "SRMDI"]),
        'table2.columns[1]: found "SRMDI", expected GONG, GONG-matched, MDI, '
        "MDI-matched, SR-GONG or SR-MDI, from table1.columns; did you mean SR-MDI?",
    ),
    "kernel that does not divide the frame": (
        _set("measure", "kernels", [2, 3]),
        "measure.kernels: found 3, expected divisors of grid.target_size 4096",
    ),
    "limit between the bins of radius": (
        _set("measure", "within_radius", 0.92),
        "measure.radius_edges: found [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, "
        "0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1], expected measure.within_radius 0.92 "
        "among them",
    ),
    "bins of an error that do not rise": (
        _set("errors", "radius_edges", [0, 0.5, 0.5, 1]),
        "errors.radius_edges: found [0, 0.5, 0.5, 1], expected rising numbers",
    ),
    "a bin of an error without a month": (
        _set("errors", "fewest", 0),
        "errors.fewest: found 0, expected a whole number of at least 1",
    ),
    "bins of the field that do not rise": (
        _set("measure", "field_edges", [0, 20, 10]),
        "measure.field_edges: found [0, 20, 10], expected rising numbers",
    ),
    "histogram the wrong way round": (
        _set("measure", "bins", "flux", {"low": 1, "high": -1, "count": 10}),
        "measure.bins.flux: found low 1 and high -1, expected the lower first",
    ),
    "grid that patches do not fill": (
        _set("grid", "target_size", 4100),
        "grid.target_size: 4100 found, expected a multiple of grid.factor * grid.patch = 128",
    ),
    "grid smaller than the Sun": (
        _set("grid", "target_size", 2048),
        "grid.target_scale: found 0.504273, expected at least 0.9372 arcsec, so that the disk "
        "fits into 2048 target pixels",
    ),
    "downloads where rules remove": (
        _set("archive", "folder", "results/raw"),
        'archive.folder: found "results/raw", expected a folder outside of results, logs, '
        "data/sample, .snakemake, where rules remove what is to be made again",
    ),
    "own files where rules remove": (
        _set("source", {"kind": "folder", "folder": "./data/sample"}),
        'source.folder: found "./data/sample", expected a folder outside of results, logs, '
        "data/sample, .snakemake, where rules remove what is to be made again",
    ),
    "own files without a folder": (
        _set("source", "kind", "folder"),
        "source.folder: found null, expected the folder of your own files, as kind is folder",
    ),
    "archive of months in which nobody observed": (
        _set("source", "kind", "archive"),
        "pairs.mdi-hmi.split: found 2011-12, 2016-07, 2019-06, expected months in which both "
        "instruments observe, by archive.days (mdi from 1996-05-01 to 2011-04-11, hmi from "
        "2010-05-01 to now)",
    ),
    "cadence of a pair that there is not": (
        _set("archive", "cadence", "by_pair", {"gong": {"test": 10}}),
        'archive.cadence.by_pair.gong: found "gong", expected gong-hmi or mdi-hmi, from pairs; '
        "did you mean gong-hmi?",
    ),
    "day that no calendar has": (
        _set("archive", "days", "mdi", {"last": "2011-02-30"}),
        'archive.days.mdi.last: found "2011-02-30", expected a day of the calendar',
    ),
    "archive without a slash at the end": (
        _set("archive", "jsoc", "url", "http://jsoc.stanford.edu/cgi-bin/ajax"),
        'archive.jsoc.url: found "http://jsoc.stanford.edu/cgi-bin/ajax", expected a URL that '
        "begins with http:// or https:// and ends with a slash",
    ),
    "table of a month that is not tested": (
        _set("table1", "months", ["2011-12", "2016-07"]),
        'table1.months[1]: found "2016-07", expected a month that every pair shown tests on, '
        "which gong-hmi and mdi-hmi do not",
    ),
    "weight that is neither a number nor searched": (
        _set("losses", "searched", "ssim", "serach"),
        'losses.searched.ssim: found "serach", expected a number of at least 0, or search',
    ),
    "weight from a search that there is not": (
        lambda content: [
            content["search"]["weights"].update(ssim=[]),
            content["ladder"]["methods"].append("searched"),
        ],
        "search.weights.ssim: found no weight, expected some to choose from, as ladder shows "
        'method "searched", whose loss takes ssim from the search',
    ),
    "weights of the search that do not rise": (
        _set("search", "weights", "gradient", [5, 0.5]),
        "search.weights.gradient: found [5, 0.5], expected rising numbers",
    ),
    "weight of the search that is none": (
        _set("search", "weights", "ssim", [0]),
        "search.weights.ssim[0]: found 0, expected a number above 0",
    ),
    "search with a method that is not trained": (
        _set("search", "method", "ridge"),
        'search.method: found "ridge", expected full, '
        "full-200, mse, mse-grad, mse-grad-hist, onesun or "
        "searched, from methods of kind network",
    ),
    "conversion by an unknown network": (
        _set("convert", "weights", "onesn"),
        'convert.weights: found "onesn", expected full, '
        "full-200, mse, mse-grad, mse-grad-hist, onesun, "
        "package or searched, from package and the methods of kind network; did you mean onesun?",
    ),
    "conversion by a method that is no network": (
        _set("convert", "weights", "ridge"),
        'convert.weights: found "ridge", a method of kind ridge, expected package or a method of '
        "kind network",
    ),
    "conversion by a network that is trained for one pair": (
        _both(
            _set("convert", "weights", "mse-grad-hist"),
            _drop("losses", "mse-grad-hist", "gong-hmi"),
            _set("ablation", "methods", ["bicubic"]),
        ),
        "losses.mse-grad-hist.gong-hmi: missing, expected weights, as convert.weights takes method "
        '"mse-grad-hist" on that pair',
    ),
    "kind that needs more keys": (
        _set("methods", "raw", "kind", "network"),
        "methods.raw.network: missing, expected a name under networks",
    ),
    "frame of no test month": (
        _set("figures", "fig3", "frame", "20160707_010000_TAI"),
        'figures.fig3.frame: found "20160707_010000_TAI", expected a frame of a test month of '
        "every pair (2011-12)",
    ),
    "frame that is no stamp": (
        _set("figures", "fig2", "frame", "2011-12-17"),
        'figures.fig2.frame: found "2011-12-17", expected a stamp as "YYYYMMDD_HHMMSS_TAI", or '
        "null",
    ),
    "figure of an unknown method": (
        _set("figures", "fig2", "method", "onesn"),
        'figures.fig2.method: found "onesn", expected bicubic, ceiling, equated, full, '
        "full-200, matched, mse, mse-grad, mse-grad-hist, onesun, raw, ridge, searched or "
        "wiener, from methods; did "
        "you mean onesun?",
    ),
    "figure of an unknown network": (
        _set("figures", "fig7", "networks", ["highresnets"]),
        'figures.fig7.networks[0]: found "highresnets", expected field-only, highresnet or '
        "onesun, from networks; did you mean highresnet?",
    ),
    "figure of a reference": (
        _set("figures", "fig2", "method", "ceiling"),
        'figures.fig2.method: found "ceiling", which is made of the target, expected a method that '
        "predicts",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_in_one_sentence(shipped, mistake):
    change, sentence = MISTAKES[mistake]
    # The anchor shares one list between the pairs; a mistake is made in one of them.
    content = json.loads(json.dumps(shipped))
    change(content)
    assert sentence in sentences(content)
    others = [line for line in sentences(content) if line != sentence]
    assert len(others) == (1 if mistake == "kind that needs more keys" else 0), others


def test_every_mistake_is_told(shipped):
    shipped["align"]["tile"] = 1
    shipped["training"]["batch"] = 0
    assert len(sentences(shipped)) == 2


def _named(content: Any, name: str, path: str = "") -> set[str]:
    """Where a name stands in a configuration, as a key or as a value."""
    steps = enumerate(content) if isinstance(content, list) else content.items()
    found = set()
    for step, value in steps:
        place = f"{path}[{step}]" if isinstance(content, list) else f"{path}.{step}".lstrip(".")
        if name in (step, value):
            found.add(place)
        elif isinstance(value, list | dict):
            found |= _named(value, name, place)
    return found


@pytest.mark.parametrize("over", [[], ["paper"], ["paper", "paper-onesun"], ["release"]])
def test_a_pair_that_is_taken_out_is_listed_wherever_it_is_still_named(over):
    content = config.read(SHIPPED)
    for name in over:
        content = config.laid_over(content, config.read(SHIPPED.with_name(f"{name}.yaml")))
    content["pairs"]["gong-hmi"] = None
    named = {line.split(": ")[0] for line in sentences(content)}
    assert named == _named(content, "gong-hmi") - {"pairs.gong-hmi"}


def test_a_method_that_is_taken_out_is_listed_wherever_it_is_still_named(shipped):
    shipped["methods"]["ridge"] = None
    shipped["analyses"]["resolution"]["wiener"] = "ridge"
    shipped["figures"]["fig5"] = {"baseline": "ridge"}
    named = {line.split(": ")[0] for line in sentences(shipped)}
    assert named == {
        "ladder.methods[4]", "ladder.bar", "benchmark.methods[4]",
        "analyses.null_test.methods[2]",
        "analyses.resolution.methods[1]", "analyses.resolution.wiener", "figures.fig5.baseline",
    }  # fmt: skip


def test_names_that_do_not_exist_are_listed_beside_what_the_schema_refuses(shipped):
    del shipped["pairs"]["gong-hmi"]
    named = len(sentences(shipped))
    shipped["align"]["tolerence"] = 8
    shipped["training"]["batch"] = 0
    shipped["table1"]["bootstrap"]["tile"] = "a"
    shipped["analyses"]["null_test"]["field_edges"] = [0, "a"]
    problems = sentences(shipped)
    assert len(problems) == named + 4
    assert len(set(problems)) == len(problems)
    # A loss that is wrong itself is no reason to say that there is none.
    shipped["losses"]["mse"] = 5
    problems = sentences(shipped)
    expected = "losses.mse: found 5, expected a mapping of keys to values with at least 1 entry"
    assert expected in problems
    assert len(problems) == 5


def test_null_in_a_file_on_top_removes_what_has_a_name(tmp_path, least):
    pair = least["pairs"]["mdi-hmi"]
    least["pairs"]["gong-hmi"] = pair | {"input": "gong"}
    least["methods"]["raw"] = {"kind": "raw"}
    least["losses"] = {
        "mse": {"mse": 1},
        "both": {"mdi-hmi": {"mse": 1}, "gong-hmi": {"mse": 2}},
    }
    least["archive"] = {"cadence": {"by_pair": {"gong-hmi": {"test": 10}}}}
    over = {
        "pairs": {"gong-hmi": None},
        "methods": {"raw": None},
        "losses": {"mse": None, "both": {"gong-hmi": None}},
        "archive": {"cadence": {"by_pair": {"gong-hmi": None}}},
    }
    files = [tmp_path / "below.yaml", tmp_path / "over.yaml"]
    for path, content in zip(files, (least, over), strict=True):
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
    complete = config.load(*files)
    assert list(complete["pairs"]) == ["mdi-hmi"]
    assert list(complete["methods"]) == ["bicubic"]
    assert {name: list(loss) for name, loss in complete["losses"].items()} == {"both": ["mdi-hmi"]}
    assert complete["archive"]["cadence"]["by_pair"] == {}
    # As Snakemake lays --configfile over the configuration.
    update_config(least, over)
    assert config.complete(least) == complete


def test_null_removes_nothing_where_it_is_a_value_or_a_key_is_known(least):
    own = {"by_pair": {"mdi-hmi": None}}
    least["methods"]["ridge"] = {"kind": "ridge", "split": own}
    assert config.complete(least)["methods"]["ridge"]["split"] == own
    least["align"] = {"tile": None}
    assert sentences(least) == ["align.tile: found null, expected a whole number of at least 16"]
    least["align"] = None
    assert sentences(least) == ["align: found null, expected a mapping of keys to values"]


def test_the_last_pair_cannot_be_removed(least):
    least["pairs"]["mdi-hmi"] = None
    (sentence, *_) = sentences(least)
    expected = "a mapping of keys to values with at least 1 entry"
    assert sentence == f"pairs: found {{}}, expected {expected}"


def test_settings_of_json_text_are_checked_and_completed():
    sections = config.settings('{"align": {"tile": 64}, "grid": {}}', "align", "grid")
    assert set(sections) == {"align", "grid"}
    assert sections["align"]["tile"] == 64
    assert sections["align"]["registration"] == "stretched"
    assert sections["grid"]["target_size"] == 4096


def test_numbers_of_a_json_file_are_numbers(tmp_path):
    """YAML 1.1 would take 1e-05, which Python's JSON writes, for text."""
    path = tmp_path / "loss.json"
    path.write_text(json.dumps({"loss": {"mse": 1, "histogram": 0.00001}}))
    assert "1e-05" in path.read_text()
    assert config.settings(path, "loss")["loss"]["histogram"] == 1e-5


def test_settings_leave_out_sections_the_command_does_not_use():
    assert set(config.settings('{"align": {}, "training": {}}', "align")) == {"align"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            '{"align": {"tile": 1}}',
            "align.tile: found 1, expected a whole number of at least 16",
        ),
        ('{"algin": {}}', "algin: unknown key, expected align; did you mean align?"),
        ('{"align": ', "settings: not readable as YAML or JSON"),
        (
            '{"align": {}, "align": {}}',
            'settings: not readable as YAML or JSON (the key "align" is',
        ),
    ],
)
def test_settings_refuse_what_the_schema_refuses(text, sentence):
    with pytest.raises(ConfigError, match=re.escape(sentence)):
        config.settings(text, "align")


def test_settings_of_a_section_without_default_must_be_given():
    with pytest.raises(ConfigError, match=r"^method: missing, expected a mapping"):
        config.settings("{}", "method")


def test_settings_from_a_file_of_sections(tmp_path):
    path = tmp_path / "align.yaml"
    path.write_text("align:\n  registration: shift\n", encoding="utf-8")
    assert config.settings(path, "align")["align"]["registration"] == "shift"


def test_settings_from_a_whole_configuration():
    keys = ("split", "method", "network", "loss", "training")
    sections = config.settings(SHIPPED, *keys, pair="gong-hmi", method="onesun")
    assert sections["split"]["test"] == ["2011-12"]
    assert sections["method"]["seed"] == 1
    assert sections["network"]["kind"] == "onesun"
    assert sections["loss"] == {
        "mse": 1, "gradient": 5, "histogram": 1e-6, "ssim": 5e-5, "likelihood": 1.6e-5,
    }  # fmt: skip


OWN_TRAINING = {"epochs": 20, "batch": 64, "by_pair": {"gong-hmi": {"batch": 128}}}


@pytest.mark.parametrize(("pair", "batch"), [("mdi-hmi", 64), ("gong-hmi", 128)])
def test_a_method_may_be_trained_otherwise_and_otherwise_on_a_pair(shipped, pair, batch):
    shipped["methods"]["full"]["training"] = OWN_TRAINING
    expected = shipped["training"] | {"epochs": 20, "batch": batch}
    complete = config.complete(shipped)
    assert config.method_sections(complete, pair, "full")["training"] == expected
    assert config.method_sections(complete, pair, "mse")["training"] == shipped["training"]
    keys = ("method", "network", "loss", "training")
    of_all = config.settings(json.dumps(shipped), *keys, pair=pair, method="full")
    assert of_all["training"] == expected
    # The same in sections of its own, as a command may be given them.
    sections = {"method": shipped["methods"]["full"], "training": shipped["training"]}
    found = config.settings(json.dumps(sections), "method", "training", pair=pair)
    assert found["training"] == expected


def test_a_method_may_have_terms_of_its_own(shipped):
    own = {"ssim": {"data_range": 200}}
    shipped["methods"]["full"]["loss_terms"] = own
    expected = shipped["loss_terms"] | {"ssim": shipped["loss_terms"]["ssim"] | own["ssim"]}
    complete = config.complete(shipped)
    assert config.method_sections(complete, "mdi-hmi", "full")["loss_terms"] == expected
    assert "loss_terms" not in config.method_sections(complete, "mdi-hmi", "full")["method"]
    mse = config.method_sections(complete, "mdi-hmi", "mse")["loss_terms"]
    assert mse == shipped["loss_terms"]
    assert mse["ssim"]["data_range"] == 2 * shipped["training"]["field_scale"]  # the paper's
    names = {"pair": "mdi-hmi", "method": "full"}
    for text in (shipped, {"method": shipped["methods"]["full"]}):
        found = config.settings(json.dumps(text), "method", "loss_terms", **names)
        assert found["loss_terms"] == expected
    assert config.settings(json.dumps(shipped), "loss_terms")["loss_terms"] == mse


def test_the_section_training_alone_is_that_of_no_method(shipped):
    shipped["methods"]["full"]["training"] = OWN_TRAINING
    assert config.settings(json.dumps(shipped), "training")["training"] == shipped["training"]


@pytest.mark.parametrize(
    ("key", "names", "sentence"),
    [
        ("split", {}, '--pair: found "None", expected gong-hmi or mdi-hmi, from pairs'),
        ("method", {"pair": "mdi-hmi", "method": "onesum"}, "did you mean onesun?"),
        (
            "network",
            {"pair": "mdi-hmi", "method": "raw"},
            'methods.raw.kind: found "raw", expected network, which has a network',
        ),
    ],
)
def test_settings_from_a_whole_configuration_need_names_it_holds(key, names, sentence):
    with pytest.raises(ConfigError, match=re.escape(sentence)):
        config.settings(SHIPPED, key, **names)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "found no keys, expected a mapping of keys to values"),
        ("align: [", "not readable as YAML or JSON (line 1, column 9: "),
        ("a: 1\n\tb: 2", "not readable as YAML or JSON (line 2, column 1: found character '\\t'"),
        ("a: {b: 1}\nc: 2\na: 3", 'line 3, column 1: the key "a" is given twice'),
        ("a: {b: 1, b: 2}", 'line 1, column 11: the key "b" is given twice'),
        (None, "No such file or directory, expected a configuration file"),
    ],
)
def test_an_unreadable_file_is_named(tmp_path, text, sentence):
    path = tmp_path / "mine.yaml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=re.escape(f"{path}: ") + ".*" + re.escape(sentence)):
        config.load(path)


def test_the_same_section_has_the_same_text():
    one = {"b": [1, 2.5], "a": {"y": None, "x": "≤"}}
    other = {"a": {"x": "≤", "y": None}, "b": [1, 2.5]}
    assert config.canonical(one) == config.canonical(other)
    assert config.canonical(one) == '{"a":{"x":"\\u2264","y":null},"b":[1,2.5]}'


def test_months_of_a_pair(least):
    complete = config.complete(least)
    assert config.months(complete, "mdi-hmi") == ["2011-12", "2016-07", "2019-06"]
    assert config.months(complete, "mdi-hmi", "train", "test") == ["2011-12", "2016-07"]


def test_months_of_a_method_may_differ_by_pair(shipped):
    own = {"train": ["2019-06"], "validation": ["2011-12"]}
    shipped["methods"]["onesun"]["split"] = {"by_pair": {"gong-hmi": own}}
    complete = config.complete(shipped)

    def months(pair: str) -> dict[str, str]:
        return {row.set: row.month for row in config.trained_rows(complete, pair, "onesun")}

    assert months("gong-hmi") == {"train": "2019-06", "validation": "2011-12"}
    assert months("mdi-hmi") == {"train": "2016-07", "validation": "2019-06"}
    method = complete["methods"]["onesun"]
    assert [is_for_pair(method, pair) for pair in ("mdi-hmi", "gong-hmi")] == [False, True]
    assert is_for_pair(complete["methods"]["ridge"], "mdi-hmi")


def test_months_may_be_drawn(least):
    months = {"first": "2011-01", "last": "2012-12"}
    split = {"mode": "random", "months": months, "pinned": ["2011-03"]}
    least["pairs"]["mdi-hmi"]["split"] = split
    complete = config.complete(least)
    assert complete["pairs"]["mdi-hmi"]["split"]["train_per_year"] == 10
    assert len(config.months(complete, "mdi-hmi", "train")) == 20
    assert "2011-03" in config.months(complete, "mdi-hmi", "test")
    assert len(config.months(complete, "mdi-hmi")) == 24


def test_a_draw_that_leaves_a_set_empty_is_refused(least):
    split = {"mode": "random", "months": ["2011-01", "2011-02"], "validation_per_year": 0}
    least["pairs"]["mdi-hmi"]["split"] = split
    assert sentences(least) == [
        "pairs.mdi-hmi.split: found no month for validation, expected at least one"
    ]


def test_the_schema_and_the_readme_are_those_made_from_the_models():
    for path, text in docs.generated().items():
        written = (SHIPPED.parents[1] / path).read_text(encoding="utf-8")
        assert written == text, f"{path} is stale: python -m onesun.config.docs"


def test_the_readme_tells_every_key():
    text = docs.readme()
    for path, part in _parts(schema.schema()):
        if path.startswith("/$defs/request/"):
            continue  # what rules hand to a command; nobody writes it
        if path.rsplit("/", 2)[-2:-1] == ["properties"] and "properties" not in part:
            key = path.rsplit("/", 1)[-1]
            assert f".{key}`" in text or f".{key}." in text or f"## {key}" in text, path


def _parts(part: Any, path: str = "") -> list[tuple[str, dict[str, Any]]]:
    """Every subschema that has properties or that a key leads to, with where it stands."""
    if not isinstance(part, dict):
        return []
    found = [(path, part)]
    for word in ("properties", "$defs"):
        for key, value in part.get(word, {}).items():
            found += _parts(value, f"{path}/{word}/{key}")
    for word in ("items", "additionalProperties", "then", "else"):
        found += _parts(part.get(word), f"{path}/{word}")
    return found


def test_the_schema_is_one_and_refuses_unknown_keys():
    Draft202012Validator.check_schema(schema.schema())
    for path, part in _parts(schema.schema()):
        if "properties" in part and "if" not in part and part.get("type") == "object":
            assert part.get("additionalProperties") is False, f"{path} takes unknown keys"


def test_every_key_has_a_type_and_a_description():
    for path, part in _parts(schema.schema()):
        if "/properties/" in f"{path}/" and path.rsplit("/", 2)[-2] == "properties":
            full = schema.resolved(part)
            assert full.get("description"), f"{path} has no description"
            assert {"type", "enum", "const"} & set(full), f"{path} has no type"


def test_the_series_is_of_the_last_test_month_that_pairs_share(shipped):
    complete = config.complete(shipped)
    assert config.series_month(complete) == "2011-12"
    complete["series"]["month"] = "2011-03"
    assert config.series_month(complete) == "2011-03"
    complete["series"]["month"] = None
    for pair, tested in (("mdi-hmi", ["2010-06", "2011-03"]), ("gong-hmi", ["2010-06", "2018-02"])):
        split = {**complete["pairs"][pair]["split"], "test": tested}
        complete["pairs"][pair] = {**complete["pairs"][pair], "split": split}
    assert config.series_month(complete) == "2010-06"
    complete["pairs"]["mdi-hmi"]["split"]["test"] = ["2011-03"]
    with pytest.raises(ConfigError, match="the pairs share no test month"):
        config.series_month(complete)
