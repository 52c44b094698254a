"""Edits that a user or an engineer may make over a finished run, and what each reruns.

A row says what is changed, how, and the jobs that run again, by rule; a rule without a number has
one job. These are over tables; figure_edits.py has those over everything.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# The runs that were finished, and what was made and is asked for again after each edit.
TABLES = [*(f"results/table{number}.csv" for number in range(1, 5)), "results/ladder.csv"]
TARGETS = {"sample": TABLES, "folder": TABLES, "archive": TABLES, "all": ["all"]}


@dataclass
class Place:
    """A copy of the finished run and of the checkout that made it, free to be changed."""

    run: Path
    checkout: Path
    config: dict[str, Any]
    targets: list[str]


Change = Callable[[Place], None]


@dataclass(frozen=True)
class Edit:
    """What is changed, how, and what reruns; ``over`` is one of TARGETS."""

    what: str
    change: Change
    reruns: str = ""
    over: str = "sample"

    def jobs(self) -> dict[str, int]:
        """Jobs by rule that should run again."""
        return {
            name: int(count or 1) for name, count in re.findall(r"(\w+)(?: (\d+))?", self.reruns)
        }


def nothing(_place: Place) -> None:
    pass


def both(*changes: Change) -> Change:
    """All of them, one after the other."""

    def change(place: Place) -> None:
        for each in changes:
            each(place)

    return change


def config(path: str, value: Any) -> Change:
    """Another value of a key of the configuration; ``path`` is dotted, items by their number."""

    def change(place: Place) -> None:
        *parents, last = (int(key) if key.isdigit() else key for key in path.split("."))
        section: Any = place.config
        for key in parents:
            section = section[key]
        assert isinstance(section, list) or section.get(last) != value, path
        section[last] = value

    return change


def without(path: str) -> Change:
    """A key, or an item of a list by its number, taken out of the configuration."""

    def change(place: Place) -> None:
        *parents, last = (int(key) if key.isdigit() else key for key in path.split("."))
        section: Any = place.config
        for key in parents:
            section = section[key]
        del section[last]

    return change


def text(path: str, old: str, new: str) -> Change:
    """Other words in a file of the checkout, at the first place where the old ones stand."""

    def change(place: Place) -> None:
        file = place.checkout / path
        content = file.read_text(encoding="utf-8")
        assert old in content, f"{path}: no longer has {old!r}"
        file.write_text(content.replace(old, new, 1), encoding="utf-8")

    return change


def code(module: str) -> Change:
    """A statement more in a module of the package."""

    def change(place: Place) -> None:
        with open(place.checkout / "workflow" / "onesun" / module, "a", encoding="utf-8") as file:
            file.write("\nEDITED = 1\n")

    return change


def prose(module: str) -> Change:
    """Another docstring, a comment and blank lines in a module of the package."""
    path = f"workflow/onesun/{module}"
    return both(text(path, '"""', '"""Edited: '), text(path, "\n\n\n", "\n\n\n\n# Edited.\n\n"))


def touch(path: str) -> Change:
    """A file of the run with the time of now."""
    return lambda place: os.utime(place.run / path)


def rewrite(path: str) -> Change:
    """A file of the run edited by hand."""

    def change(place: Place) -> None:
        (place.run / path).write_text("edited by hand\n", encoding="utf-8")

    return change


MDI, GONG = "resources/instruments/mdi.yaml", "resources/instruments/gong.yaml"
HMI = "resources/instruments/hmi.yaml"
SHOWN = "predict 2, evaluate 2, measure 2, table1, table2"
NETWORKS = f"train 2, {SHOWN}, ladder"
# The search of weights trains networks, too.
ALL_NETWORKS = f"train 2, train_candidate 26, search 2, {SHOWN}, table4, ladder"
ALL_BELOW = (
    "fit 4, fit_bound 2, train 2, train_candidate 26, search 2, predict 16, evaluate 16, "
    "measure 6, table1, table2, table3, table4, ladder"
)
INTERVALS = "table1, table2, ladder"
PAIR_BELOW = (
    "calibrate, line, fit 2, fit_bound, train, train_candidate 13, search, predict 8, evaluate 8, "
    "measure 3, table1, table2, table3, table4, ladder"
)

EDITS = [
    Edit("nothing", nothing),
    # The configuration.
    Edit(
        "a loss weight of one pair",
        config("losses.with-error.mdi-hmi.ssim", 1e-3),
        "train, predict, evaluate, measure, table1, table2, table4, ladder",
    ),
    Edit(
        "the likelihood's weight of one pair",
        config("losses.with-error.mdi-hmi.likelihood", 2e-5),
        "train, predict, evaluate, measure, table1, table2, table4, ladder",
    ),
    Edit("bins of an error, which none of these tables shows", config("errors.fewest", 300)),
    Edit("a weight of a loss that no table shows", config("losses.mse.mse", 2)),
    Edit("a number in a term of the loss", config("loss_terms.ssim.window", 9), ALL_NETWORKS),
    Edit(
        "SSIM's data range, for one method",
        config("methods.onesun.loss_terms", {"ssim": {"data_range": 200}}),
        f"train 2, {SHOWN}, table4, ladder",
    ),
    Edit(
        "the seed of a network",
        config("methods.onesun.seed", 2),
        f"train 2, {SHOWN}, table4, ladder",
    ),
    Edit(
        "the seed of the sample",
        config("sample.seed", 2),
        f"simulate 9, align 6, store 4, calibrate 2, line 2, {ALL_BELOW}",
    ),
    Edit(
        "the Sun of the sample stands still",
        config("sample.rotation", False),
        f"simulate 9, align 6, store 4, calibrate 2, line 2, {ALL_BELOW}",
    ),
    Edit(
        "a month of active regions in the sample",
        config("sample.regions", "2014-11"),
        f"fetch, simulate 9, align 6, store 4, calibrate 2, line 2, {ALL_BELOW}",
    ),
    Edit("epochs", config("training.epochs", 6), NETWORKS),
    Edit(
        "how one method is trained on one pair",
        config("methods.onesun.training", {"by_pair": {"gong-hmi": {"batch": 64}}}),
        "train, predict, evaluate, measure, table1, table2, table4, ladder",
    ),
    Edit("how often a training is saved", config("training.checkpoint_minutes", 1)),
    Edit("channels of the network", config("networks.onesun.channels", 16), NETWORKS),
    Edit(
        "an additional test month",
        config("pairs.mdi-hmi.split.test", ["2011-12", "2012-01"]),
        "simulate 2, align, split, fit_bound, predict 9, evaluate 9, measure 3, "
        "table1, table2, table3, ladder",
    ),
    Edit(
        "an additional training month",
        config("pairs.mdi-hmi.split.train", ["2016-07", "2016-08"]),
        "simulate 2, align, store, split, calibrate, line, fit 2, train, train_candidate 13, "
        "search, predict 5, evaluate 5, measure 3, table1, table2, table3, table4, ladder",
    ),
    Edit(
        "validation and test months exchanged",
        both(
            *(
                config(f"pairs.{pair}.split.{name}", [month])
                for pair in ("mdi-hmi", "gong-hmi")
                for name, month in (("test", "2019-06"), ("validation", "2011-12"))
            )
        ),
        f"store 2, split 2, {ALL_BELOW}",
    ),
    Edit(
        "a bound of field in Table 1",
        config("table1.rows.6.field", [500, None]),
        "evaluate 16, table1, ladder",
    ),
    Edit("resamples for intervals", config("table1.bootstrap.resamples", 500), INTERVALS),
    Edit("confidence of intervals", config("table1.bootstrap.confidence", 0.9), INTERVALS),
    Edit("seed of the resamples", config("table1.bootstrap.seed", 2), INTERVALS),
    Edit("tiles that are drawn for intervals", config("table1.bootstrap.tile", 1024), INTERVALS),
    Edit("length of what is drawn on archives", config("table1.bootstrap.days", 54), INTERVALS),
    Edit(
        "tiles by which sums are kept",
        config("measure.tiles.size", 128),
        f"evaluate 16, measure 6, {INTERVALS}",
    ),
    Edit(
        "tolerance of pairing",
        config("align.tolerance", 6),
        f"align 6, store 4, calibrate 2, line 2, {ALL_BELOW}",
    ),
    Edit(
        "scale of the grid",
        config("grid.target_scale", 0.51),
        f"align 6, store 4, calibrate 2, line 2, {ALL_BELOW}",
    ),
    Edit(
        "weighting of the calibration",
        config("calibration.weighting", "uniform"),
        "calibrate 2, fit 4, train 2, train_candidate 26, search 2, predict 8, evaluate 8, "
        "measure 4, table1, table2, table4, ladder",
    ),
    Edit(
        "how the line of matched is fitted",
        config("calibration.line.estimator", "orthogonal"),
        f"line 2, {SHOWN}, ladder",
    ),
    Edit(
        "a parameter of one fitted method",
        config("fitting.ridge.kernels", [3, 5]),
        "fit 2, predict 2, evaluate 2, ladder",
    ),
    Edit(
        "the size of the linear bound",
        config("fitting.wiener.kernel", 13),
        "fit_bound 2, predict 2, evaluate 2, ladder",
    ),
    Edit("bins of a measure", config("measure.bins.flux.count", 500), "measure 6, table2"),
    Edit(
        "share of a patch on the disk, for training",
        config("training.min_on_disk", 0.6),
        f"{ALL_NETWORKS}, table3",
    ),
    Edit(
        "an additional weight in the search",
        lambda place: place.config["search"]["weights"]["ssim"].append(0.5),
        "train_candidate 2, search 2, table4",
    ),
    Edit("an additional loss, used by no method", config("losses.other", {"mse": 1})),
    Edit(
        "an additional loss, a network with it and a column of Table 1",
        both(
            config("losses.other", {"mse": 1}),
            config("methods.other", {"kind": "network", "network": "field-only", "loss": "other"}),
            lambda place: place.config["table1"]["columns"].append(
                {"name": "Other", "pair": "mdi-hmi", "method": "other"}
            ),
        ),
        "train, predict, evaluate, table1, table4",
    ),
    Edit(
        "a loss renamed",
        both(
            lambda place: place.config["losses"].update(
                other=place.config["losses"].pop("with-error")
            ),
            config("methods.onesun.loss", "other"),
        ),
        "table4, ladder",
    ),
    Edit(
        "a pair removed",
        both(
            without("pairs.gong-hmi"),
            without("losses.mse-grad-hist.gong-hmi"),
            without("losses.full.gong-hmi"),
            without("losses.full-200.gong-hmi"),
            without("losses.with-error.gong-hmi"),
            without("losses.released.gong-hmi"),
            *(without(f"table1.columns.{index}") for index in (5, 4, 3)),
            config("table2.columns", ["MDI", "MDI-matched", "SR-MDI"]),
        ),
        "table1, table2, table3, table4, ladder",
    ),
    Edit("a method removed from the ladder", without("ladder.methods.3"), "ladder"),
    # Instrument records.
    Edit(
        "GONG's point spread function",
        text(GONG, "fwhm: 5.5", "fwhm: 5.6"),
        f"simulate 3, align 3, store 2, {PAIR_BELOW}",
    ),
    Edit(
        "GONG's gain",
        text(GONG, "gain: 0.83", "gain: 0.8"),
        f"simulate 3, align 3, store 2, {PAIR_BELOW}",
    ),
    Edit("the sources of GONG's numbers", text(GONG, "residual of", "rest of")),
    Edit(
        "MDI's cadence, which the whole sample keeps to",
        text(MDI, "cadence: ", "cadence: 1"),
        f"simulate 9, align 6, store 4, calibrate 2, line 2, {ALL_BELOW}",
    ),
    Edit(
        "GONG's point spread function, with own files",
        text(GONG, "fwhm: 5.5", "fwhm: 5.6"),
        f"align 3, store 2, {PAIR_BELOW}",
        over="folder",
    ),
    Edit(
        "GONG's gain, with own files",
        text(GONG, "gain: 0.83", "gain: 0.8"),
        over="folder",
    ),
    Edit(
        "the use of a bit of HMI's quality word, with own files",
        text(
            HMI, "open in some filtergrams, use: refuse", "open in some filtergrams, use: stratum"
        ),
        f"align 6, store 4, calibrate 2, line 2, {ALL_BELOW}",
        over="folder",
    ),
    # The package.
    Edit("docstring, comment, blank lines: training/loop.py", prose("training/loop.py")),
    Edit(
        "the help text of an option",
        text("workflow/onesun/cli/train.py", 'help="', 'help="Edited '),
    ),
    Edit("the version", text("workflow/onesun/version.py", '__version__ = "', '__version__ = "1.')),
    Edit("checks of the configuration: config/checks.py", code("config/checks.py")),
    Edit("pictures: figures/style.py", code("figures/style.py")),
    Edit(
        "forward model of the sample: sample/forward.py",
        code("sample/forward.py"),
        f"simulate 9, align 6, store 4, calibrate 2, line 2, {ALL_BELOW}",
    ),
    Edit(
        "registration: alignment/registration.py",
        code("alignment/registration.py"),
        f"align 6, store 4, calibrate 2, line 2, {ALL_BELOW}",
    ),
    Edit(
        "the common grid: geometry/grid.py",
        code("geometry/grid.py"),
        f"fetch, simulate 9, align 6, store 4, calibrate 2, line 2, {ALL_BELOW}",
    ),
    Edit(
        "upsampling: geometry/upsample.py",
        code("geometry/upsample.py"),
        "calibrate 2, line 2, fit 4, fit_bound 2, train 2, train_candidate 26, search 2, "
        "predict 16, evaluate 16, measure 6, table1, table2, table4, ladder",
    ),
    Edit(
        "where patches lie: store/patches.py",
        code("store/patches.py"),
        f"store 4, {ALL_NETWORKS}, table3",
    ),
    Edit("a term of the loss: losses/ssim.py", code("losses/ssim.py"), ALL_NETWORKS),
    Edit("the training loop: training/loop.py", code("training/loop.py"), ALL_NETWORKS),
    Edit(
        "the line of matched: calibration/estimators.py",
        code("calibration/estimators.py"),
        f"line 2, {SHOWN}, ladder",
    ),
    Edit(
        "two fitted methods: methods/ridge.py",
        code("methods/ridge.py"),
        "predict 4, evaluate 4, ladder",
    ),
    Edit(
        "correlation: metrics/moments.py",
        code("metrics/moments.py"),
        "evaluate 16, measure 6, table1, table2, ladder",
    ),
    Edit(
        "gradients of Table 2: metrics/gradients.py",
        code("metrics/gradients.py"),
        "measure 6, table2",
    ),
    Edit(
        "intervals: metrics/bootstrap.py",
        code("metrics/bootstrap.py"),
        INTERVALS,
    ),
    Edit("what is drawn: metrics/units.py", code("metrics/units.py"), INTERVALS),
    Edit("look of Table 1: tables/markdown.py", code("tables/markdown.py"), "table1"),
    # How rules run, and files.
    Edit("threads of a rule", text("workflow/rules/train.smk", "threads: 16", "threads: 8")),
    Edit("memory of a rule", text("workflow/rules/prepare.smk", "mem_mb=2000", "mem_mb=4000")),
    Edit("message of a rule", text("workflow/rules/train.smk", '"Training', '"Teaching')),
    Edit("`touch` of an input", touch("results/raw/hmi/2011-12.json")),
    Edit(
        "a test month's manifest edited by hand",
        rewrite("results/aligned/mdi-hmi/2011-12.json"),
        "fit_bound, predict 8, evaluate 8, measure 3, table1, table2, table3, ladder",
    ),
]


def table(edits: Iterable[Edit]) -> str:
    """The rows as docs/reruns.md has them."""
    rows = (f"| {edit.what} | {edit.reruns or 'none'} |" for edit in edits)
    return "\n".join(["| edit | jobs that run again |", "|---|---|", *rows])
