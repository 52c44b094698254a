"""Other epochs: whether a network's errors hold in months that it was not trained on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from onesun.analyses import product
from onesun.analyses.epochs_figure import draw_epochs
from onesun.analyses.epochs_month import ANALYSIS, DOUBTED, PIXEL_SUMS, TRUSTED
from onesun.analyses.epochs_results import Bin, Epochs, Judgement, Kind, span, whole_blocks
from onesun.analyses.intervals import Value, sums_of, units_of, with_interval
from onesun.analyses.product import AnalysedMonth
from onesun.analyses.words import interval
from onesun.figures.style import Style
from onesun.metrics.bootstrap import LOGARITHM, LOGIT, PLAIN, Scale
from onesun.metrics.coverage import PROMISED
from onesun.metrics.units import Units
from onesun.tables.text import SIMULATED, csv_text, line, number, write_both


def show_epochs(
    pair: str,
    paths: Sequence[Path],
    settings: Mapping[str, Any],
    bootstrap: Mapping[str, Any],
    style: Style,
    out: Path,
    figure: Path,
) -> None:
    """Put months side by side; write the table as ``out`` (CSV) and Markdown, draw the figure.

    Parameters
    ----------
    paths : manifests of the pair's months, of any methods.
    settings : the configuration's section ``analyses``.
    bootstrap : its section ``table1.bootstrap``.
    figure : PNG to write; a PDF and a caption go beside it.

    Raises ConfigError when months do not fit each other.
    """
    months = product.read_months(paths, ANALYSIS, pair)
    order = settings[ANALYSIS]["methods"]
    found = judged(pair, months, order, bootstrap)
    write_both(out, csv_text(list(_records(found))), "\n\n".join(_page(found, bootstrap)) + "\n")
    draw_epochs(found, style, figure)


def judged(
    pair: str,
    months: Sequence[AnalysedMonth],
    order: Sequence[str],
    bootstrap: Mapping[str, Any],
) -> Epochs:
    """Scores of every month; methods in the given order, others after them."""
    judgements = [_judgement(month, bootstrap) for month in months]
    judgements.sort(key=lambda each: (_place(each.method, order), each.month))
    return Epochs(
        pair=pair,
        simulated=any(month.simulated for month in months),
        fewest=months[0].settings["fewest"],
        confidence=bootstrap["confidence"],
        judgements=judgements,
    )


def _place(method: str, order: Sequence[str]) -> int:
    return list(order).index(method) if method in order else len(order)


def _judgement(month: AnalysedMonth, bootstrap: Mapping[str, Any]) -> Judgement:
    kinds, table = _table(month)
    units = units_of([month], bootstrap)
    sums = sums_of([table], units)
    # All pixels, and all blocks of each size.
    counts = sums[..., 0].sum(axis=0)
    whole = {kind.size: count for kind, count in zip(kinds, counts, strict=True) if kind.is_whole}

    whole_disk = sums[:, 0]
    _, independent = with_interval(
        _mean("within_68"), whole_disk, whole_disk[:, 0], units, bootstrap, LOGIT
    )
    return Judgement(
        method=month.method or "",
        month=month.month,
        set=month.set,
        train=month.labels["train"],
        validation=month.labels["validation"],
        frames=len(month.frames),
        units=units.what,
        independent=independent,
        bins=[
            Bin(
                kind=kind,
                count=int(count),
                share=float(count / max(whole[kind.size], 1)),
                scores=_scored(sums[:, i], units, bootstrap),
            )
            for i, (kind, count) in enumerate(zip(kinds, counts, strict=True))
        ],
    )


def _table(month: AnalysedMonth) -> tuple[list[Kind], np.ndarray]:
    """Kinds of pixels and blocks, and their sums by day and tile.

    The sums are (days, tiles, kinds, 7), in the order of ``PIXEL_SUMS``.
    """
    pixels, in_blocks = month.arrays["pixels"], month.arrays["blocks"]
    edges = [(None, None), *pairwise((*month.settings["field_edges"], None))]
    kinds = [_kind(name) for name in month.labels["pixels"]]
    kinds += [
        Kind("block", low=low, high=high, size=size)
        for size in month.settings["block_sizes"]
        for low, high in edges
    ]
    flat = in_blocks.reshape(*in_blocks.shape[:2], -1, len(PIXEL_SUMS))
    return kinds, np.concatenate([pixels, flat], axis=2)


def _kind(name: str) -> Kind:
    """From the name of a class of pixels."""
    by, _, rest = name.partition(" ")
    if by in ("all", "mask"):
        return Kind(by, rest)
    low, high = (float(edge) for edge in rest.split())
    return Kind(by, low=low, high=high if np.isfinite(high) else None)


def _mean(name: str) -> Callable[[np.ndarray], np.ndarray]:
    """The mean over pixels of what ``PIXEL_SUMS`` calls ``name``; (..., 7) to (...)."""
    column = PIXEL_SUMS.index(name)
    return lambda sums: sums[..., column] / sums[..., 0]


def _root_mean(name: str) -> Callable[[np.ndarray], np.ndarray]:
    return lambda sums: np.sqrt(_mean(name)(sums))


def _scored(sums: np.ndarray, units: Units, bootstrap: Mapping[str, Any]) -> dict[str, Value]:
    """Every score of the sums of one kind, (units, 7), with its interval."""
    return {
        name: with_interval(score, sums, sums[:, 0], units, bootstrap, scale)[0].times(factor)
        for name, (score, scale, factor) in _SCORES.items()
    }


# How scores follow from sums in the order of PIXEL_SUMS, on which scale errors are even, and what
# they are multiplied by.
_SCORES: dict[str, tuple[Callable[[np.ndarray], np.ndarray], Scale, float]] = {
    "within_68": (_mean("within_68"), LOGIT, 100),
    "within_95": (_mean("within_95"), LOGIT, 100),
    "rms_normalised": (_root_mean("normalised"), LOGARITHM, 1),
    "bias": (_mean("misfit"), PLAIN, 1),
    "actual": (_root_mean("squares"), LOGARITHM, 1),
    "expected": (_root_mean("expected"), LOGARITHM, 1),
}


def _records(found: Epochs) -> Iterator[dict[str, Any]]:
    """Lines of the CSV."""
    for each in found.judgements:
        for part in each.bins:
            line_of = {
                "pair": found.pair,
                "method": each.method,
                "train": " ".join(each.train),
                "validation": " ".join(each.validation),
                "month": each.month,
                "set": each.set,
                "years_from_training": number(each.gap),
                "frames": each.frames,
                "independent_blocks": number(each.independent),
                "by": part.kind.by,
                "mask": part.kind.name,
                "low": number(part.kind.low),
                "high": number(part.kind.high),
                "block_size": part.kind.size,
                "count": part.count,
                "share": number(part.share),
            }
            for name, value in part.scores.items():
                line_of |= {key: number(each) for key, each in value.record(name).items()}
            yield line_of


def _page(found: Epochs, bootstrap: Mapping[str, Any]) -> Iterator[str]:
    yield f"# Errors in other epochs: {found.pair}"
    simulated = f" Frames are {SIMULATED}." if found.simulated else ""
    yield (
        "How many of the target's readings lie within the errors as they are delivered: for the "
        "noise that the target had where errors were calibrated, not for that of the month."
        f"{simulated}"
    )
    yield "## By month"
    yield "\n".join(_month_table(found))
    yield (
        f"{interval(found.judgements[0].units, bootstrap)} *Blocks* are how many they are "
        "worth that are independent. "
        f"Promised are {PROMISED['half_68']:.1f} % and {PROMISED['half_95']:.0f} %. *rms* is the "
        "root mean square of misfits over their standard deviations, 1 if these are right. Errors "
        "are calibrated on validation months; test months were seen neither by the training nor by "
        "the calibration. *Years* are from the nearest month of training."
    )
    for by, head, what in (
        (
            "field",
            "By predicted field",
            "Per cent within the 68 % half-width, by predicted |field|",
        ),
        ("radius", "By radius", "Per cent within the 68 % half-width, by limb radii"),
    ):
        yield f"## {head}"
        yield "\n".join(_bin_table(found, by))
        yield f"{what}; bins of fewer than {found.fewest} pixels are left out."
    yield "## By size of a block"
    yield "\n".join(_block_table(found))
    yield (
        "Per cent of square blocks of target pixels whose mean misfit lies within the standard "
        "deviation that the mean would have if its pixels were independent; and, after the stroke, "
        "the inflation, root mean square of the mean misfit over that standard deviation: the "
        "factor that errors of means and sums lack. At one pixel it says what the errors of "
        "single pixels lack."
    )
    yield "## What the mask says"
    yield "\n".join(_mask_table(found))
    yield (
        "Share of the pixels that the mask calls out of the range of the training, per cent of "
        "them and of all others within the 68 % half-width, and each bit's share."
    )


def _month_table(found: Epochs) -> Iterator[str]:
    heads = ["Trained", "Judged", "Set", "Years", "Frames", "Blocks"]
    scores = ["within 68 %", "within 95 %", "rms", "bias (G)"]
    yield line(["Method", *heads, *scores])
    yield line([":---", ":---", ":---", ":---", *("---:" for _ in (*scores, "", "", ""))])
    for each in found.judgements:
        (whole,) = each.of("all")
        start = [each.method, span(each.train), each.month, each.set]
        cells = [
            whole.scores["within_68"].text(1),
            whole.scores["within_95"].text(1),
            whole.scores["rms_normalised"].text(3),
            whole.scores["bias"].text(2),
        ]
        yield line([*start, f"{each.gap:.1f}", str(each.frames), f"{each.independent:.1f}", *cells])


def _bin_table(found: Epochs, by: str) -> Iterator[str]:
    bins = found.judgements[0].of(by)
    heads = [_edges(part) for part in bins]
    yield line(["Method", "Judged", *heads])
    yield line([":---", ":---", *("---:" for _ in heads)])
    for each in found.judgements:
        cells = [
            part.scores["within_68"].text(1) if part.count >= found.fewest else "—"
            for part in each.of(by)
        ]
        yield line([each.method, each.month, *cells])


def _block_table(found: Epochs) -> Iterator[str]:
    sizes = [part.kind.size for part in whole_blocks(found.judgements[0])]
    yield line(["Method", "Judged", *(f"{size} px" for size in sizes)])
    yield line([":---", ":---", *("---:" for _ in sizes)])
    for each in found.judgements:
        cells = [
            f"{part.scores['within_68'].text(1)} / {part.scores['rms_normalised'].text(2)}"
            if part.count
            else "—"
            for part in whole_blocks(each)
        ]
        yield line([each.method, each.month, *cells])


def _mask_table(found: Epochs) -> Iterator[str]:
    names = [part.kind.name for part in found.judgements[0].of("mask")][2:]
    heads = ["Out of range", "of them within", "of others within", *names]
    yield line(["Method", "Judged", *heads])
    yield line([":---", ":---", *("---:" for _ in heads)])
    for each in found.judgements:
        bits = {part.kind.name: part for part in each.of("mask")}
        cells = [
            f"{100 * bits[DOUBTED].share:.3f} %",
            bits[DOUBTED].scores["within_68"].text(1),
            bits[TRUSTED].scores["within_68"].text(1),
            *(f"{100 * bits[name].share:.3f} %" for name in names),
        ]
        yield line([each.method, each.month, *cells])


def _edges(part: Bin) -> str:
    return (
        f"≥ {part.kind.low:g}"
        if part.kind.high is None
        else f"{part.kind.low:g}–{part.kind.high:g}"
    )
