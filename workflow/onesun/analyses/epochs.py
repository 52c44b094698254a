"""Other epochs: whether a network's errors hold in months that it was not trained on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from onesun.analyses import blocks, product
from onesun.analyses.epochs_figure import draw_epochs
from onesun.analyses.epochs_month import ANALYSIS, DOUBTED, PIXEL_SUMS, TRUSTED
from onesun.analyses.judged import SCORES, Bin, Epochs, Judgement, Kind, span, whole_blocks
from onesun.analyses.product import AnalysedMonth
from onesun.figures.style import Style
from onesun.statistics.block_coverage import STANDARD, WIDE
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
    write_both(out, csv_text(list(_records(found))), "\n\n".join(_page(found)) + "\n")
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
    value, low, high = blocks.with_interval(table, _scores, bootstrap)
    counts = table[..., 0].sum(axis=0)
    # All pixels, and all blocks of each size.
    whole = {kind.size: count for kind, count in zip(kinds, counts, strict=True) if kind.is_whole}
    return Judgement(
        method=month.method or "",
        month=month.month,
        set=month.set,
        train=month.labels["train"],
        validation=month.labels["validation"],
        frames=len(month.frames),
        tiles=len(table),
        bins=[
            Bin(
                kind=kind,
                count=int(count),
                share=float(count / max(whole[kind.size], 1)),
                scores=dict(zip(SCORES, zip(*numbers, strict=True), strict=True)),
            )
            for kind, count, *numbers in zip(
                kinds, counts, value.tolist(), low.tolist(), high.tolist(), strict=True
            )
        ],
    )


def _table(month: AnalysedMonth) -> tuple[list[Kind], np.ndarray]:
    """Kinds of pixels and blocks, and their sums in each tile that has pixels.

    The sums are (tiles, kinds, 7), in the order of ``PIXEL_SUMS``.
    """
    pixels, in_blocks = (blocks.stacked([month.arrays[name]]) for name in ("pixels", "blocks"))
    used, settings = pixels[:, 0, 0] > 0, month.settings
    edges = [(None, None), *pairwise((*settings["field_edges"], None))]
    kinds = [_kind(name) for name in month.labels["pixels"]]
    kinds += [
        Kind("block", low=low, high=high, size=size)
        for size in settings["block_sizes"]
        for low, high in edges
    ]
    flat = in_blocks[used].reshape(used.sum(), -1, len(PIXEL_SUMS))
    return kinds, np.concatenate([pixels[used], flat], axis=1)


def _kind(name: str) -> Kind:
    """From the name of a class of pixels."""
    by, _, rest = name.partition(" ")
    if by in ("all", "mask"):
        return Kind(by, rest)
    low, high = (float(edge) for edge in rest.split())
    return Kind(by, low=low, high=high if np.isfinite(high) else None)


def _scores(sums: np.ndarray) -> np.ndarray:
    """From sums in the order of ``PIXEL_SUMS`` to scores in that of ``SCORES``."""
    n, *sums = np.moveaxis(sums, -1, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = dict(zip(PIXEL_SUMS[1:], (each / n for each in sums), strict=True))
    return np.stack(
        [
            100 * mean["within_68"],
            100 * mean["within_95"],
            np.sqrt(mean["normalised"]),
            mean["misfit"],
            np.sqrt(mean["squares"]),
            np.sqrt(mean["expected"]),
        ],
        axis=-1,
    )


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
                "tiles": each.tiles,
                "by": part.kind.by,
                "mask": part.kind.name,
                "low": number(part.kind.low),
                "high": number(part.kind.high),
                "block_size": part.kind.size,
                "count": part.count,
                "share": number(part.share),
            }
            for name, values in part.scores.items():
                keys = (name, f"{name}_low", f"{name}_high")
                line_of |= {key: _known(value) for key, value in zip(keys, values, strict=True)}
            yield line_of


def _known(value: float) -> str:
    return number(value) if np.isfinite(value) else ""


def _page(found: Epochs) -> Iterator[str]:
    yield f"# Errors in other epochs: {found.pair}"
    simulated = f" Frames are {SIMULATED}." if found.simulated else ""
    yield (
        "How many of the target's readings lie within the errors as they are delivered: for the "
        "noise that the target had where errors were calibrated, not for that of the month. In "
        f"brackets {100 * found.confidence:g} % intervals from tiles of the disk drawn with "
        f"replacement, each with all frames of the month.{simulated}"
    )
    yield "## By month"
    yield "\n".join(_month_table(found))
    yield (
        f"Promised are {100 * STANDARD:.1f} % and {100 * WIDE:.0f} %. *rms* is the root mean "
        "square of misfits over their standard deviations, 1 if these are right. Errors are "
        "calibrated on validation months; test months were seen neither by the training nor by the "
        "calibration. *Years* are from the nearest month of training."
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
    heads = ["Trained", "Judged", "Set", "Years", "Frames"]
    scores = ["within 68 %", "within 95 %", "rms", "bias (G)"]
    yield line(["Method", *heads, *scores])
    yield line([":---", ":---", ":---", ":---", *("---:" for _ in (*scores, "", ""))])
    for each in found.judgements:
        (whole,) = each.of("all")
        start = [each.method, span(each.train), each.month, each.set]
        cells = [
            _cell(whole.scores["within_68"]),
            _cell(whole.scores["within_95"]),
            _cell(whole.scores["rms_normalised"], "{:.3f}"),
            _cell(whole.scores["bias"], "{:+.2f}"),
        ]
        yield line([*start, f"{each.gap:.1f}", str(each.frames), *cells])


def _bin_table(found: Epochs, by: str) -> Iterator[str]:
    bins = found.judgements[0].of(by)
    heads = [_edges(part) for part in bins]
    yield line(["Method", "Judged", *heads])
    yield line([":---", ":---", *("---:" for _ in heads)])
    for each in found.judgements:
        cells = [
            _cell(part.scores["within_68"]) if part.count >= found.fewest else "—"
            for part in each.of(by)
        ]
        yield line([each.method, each.month, *cells])


def _block_table(found: Epochs) -> Iterator[str]:
    sizes = [part.kind.size for part in whole_blocks(found.judgements[0])]
    yield line(["Method", "Judged", *(f"{size} px" for size in sizes)])
    yield line([":---", ":---", *("---:" for _ in sizes)])
    for each in found.judgements:
        cells = [
            f"{_cell(part.scores['within_68'], '{:.1f}')} / "
            f"{_cell(part.scores['rms_normalised'], '{:.2f}')}"
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
            _cell(bits[DOUBTED].scores["within_68"]),
            _cell(bits[TRUSTED].scores["within_68"]),
            *(f"{100 * bits[name].share:.3f} %" for name in names),
        ]
        yield line([each.method, each.month, *cells])


def _edges(part: Bin) -> str:
    return (
        f"≥ {part.kind.low:g}"
        if part.kind.high is None
        else f"{part.kind.low:g}–{part.kind.high:g}"
    )


def _cell(values: tuple[float, float, float], form: str = "{:.1f}") -> str:
    value, low, high = values
    if not np.isfinite(value):
        return "—"
    text = form.format(value)
    if np.isfinite(low) and np.isfinite(high):
        text += f" [{form.format(low)}, {form.format(high)}]"
    return text
