"""Resolution: what of the target is right at which spatial frequency, and its smallest elements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from onesun.analyses import product
from onesun.analyses.intervals import Value
from onesun.analyses.resolution_figure import draw_resolution
from onesun.analyses.resolution_month import ANALYSIS, WIENER
from onesun.analyses.resolution_results import (
    COUNTED,
    SPECTRAL,
    Resolution,
    Resolved,
    Scored,
    merged,
)
from onesun.analyses.words import interval
from onesun.figures.style import Style
from onesun.tables.text import SIMULATED, csv_text, line, number, write_both

_SPECTRAL_HEADS = {
    "coherence": "Coherence",
    "transfer": "Transfer",
    "skill": "Share of power right",
}


def show_resolution(
    pair: str,
    paths: Sequence[Path],
    settings: Mapping[str, Any],
    bootstrap: Mapping[str, Any],
    style: Style,
    out: Path,
    figure: Path,
) -> None:
    """Merge months; write the table as ``out`` (CSV) and Markdown, and draw the figure.

    Parameters
    ----------
    paths : manifests of the pair's months.
    settings : the configuration's section ``analyses``.
    bootstrap : its section ``table1.bootstrap``.
    figure : PNG to write; a PDF and a caption go beside it.

    Raises ConfigError when months do not fit each other or the settings.
    """
    months = product.read_months(paths, ANALYSIS, pair)
    found = merged(pair, months, settings[ANALYSIS]["methods"], bootstrap)
    write_both(out, csv_text(list(_records(found))), "\n\n".join(_page(found, bootstrap)) + "\n")
    draw_resolution(found, style, figure)


def _records(found: Resolution) -> Iterator[dict[str, Any]]:
    """Lines of the CSV."""
    for method in found.methods:
        period = Scored(method.period, Value.none())
        yield _record(found, method, "period", period, unit="arcsec")
        for (low, high), band in zip(found.band_edges(), method.bands, strict=True):
            for name, scored in band.items():
                yield _record(found, method, name, scored, low=low, high=high)
        for (i, j), row in method.elements.items():
            levels = {
                "threshold": found.settings["thresholds"][i],
                "share": found.settings["shares"][j],
            }
            for index, (name, scored) in enumerate(row.items()):
                count = int(method.counts[i, j, int(COUNTED[index] > 0)])
                yield _record(found, method, name, scored, elements=count, **levels)
        for name, curve in method.curves.items():
            for frequency, parts in zip(found.frequencies[1:], curve.T[1:], strict=True):
                scored = Scored(Value(*parts), Value.none())
                where = {"low": frequency, "high": frequency}
                yield _record(found, method, f"{name}_at", scored, **where)


def _record(
    found: Resolution,
    method: Resolved,
    quantity: str,
    scored: Scored,
    *,
    unit: str = "1",
    low: float | None = None,
    high: float | None = None,
    threshold: float | None = None,
    share: float | None = None,
    elements: int | None = None,
) -> dict[str, Any]:
    numbers = scored.value.record("value") | scored.gain.record("gain_over_wiener")
    return {
        "pair": found.pair,
        "method": method.name,
        "quantity": quantity,
        "unit": unit,
        "frequency_low_per_arcsec": number(low),
        "frequency_high_per_arcsec": number(high if high != np.inf else None),
        "threshold_gauss": number(threshold),
        "share_of_threshold": number(share),
        "elements": number(elements),
        **{key: number(value) for key, value in numbers.items()},
    }


def _page(found: Resolution, bootstrap: Mapping[str, Any]) -> Iterator[str]:
    yield f"# Resolution: {found.pair}"
    simulated = f" Frames are {SIMULATED}." if found.simulated else ""
    yield (
        f"{found.frames} frame{'s' * (found.frames != 1)} of the {found.set} "
        f"month{'s' * (len(found.months) != 1)} {', '.join(found.months)}, r ≤ "
        f"{found.settings['within_radius']:g}.{simulated} The input's Nyquist frequency is "
        f"{found.nyquist:.3f} cycles per arcsec (periods of {1 / found.nyquist:.2f} arcsec), its "
        f"point spread function {found.settings['fwhm']:g} arcsec wide. "
        f"{interval(found.what, bootstrap)} There are {found.units} blocks, effectively "
        f"{found.independent:.1f} independent ones for the share of power right at all frequencies."
    )
    yield "## By spatial frequency"
    edges = found.band_edges()
    for name in SPECTRAL:
        yield f"**{_SPECTRAL_HEADS[name]}**"
        yield "\n".join(_band_table(found, edges, name))
    yield (
        "Periods in arcsec. *Coherence* is the correlation with the target at a frequency; no "
        "linear filter changes its size. *Transfer* is the amplitude with which the target's "
        "structure comes out, 1 being all of it. The *share of power right* is 1 less the power of "
        "the difference over the target's; below 0 the prediction is worse than none. The target's "
        "own noise is in all of them: nothing can foretell it. *Half right down to* is the "
        "shortest wave of which a linear filter of the output could get half of the power right."
    )
    if found.settings[WIENER]:
        yield (
            f"`{WIENER}` is `{found.settings[WIENER]}` behind the best filter by frequency, fitted "
            "to these very frames, month by month. It predicts nothing, but bounds all linear "
            "filters that treat frames, places and directions alike."
        )
    yield "## Elements below the input's resolution"
    yield "\n".join(_element_table(found))
    fewest, most = found.settings["sizes"]
    yield (
        "Elements are sets of neighbouring pixels of one polarity above the threshold, of "
        f"{fewest} to {most:.0f} target pixels: no larger than the input's pixel or the width of "
        "its point spread function. *Recall* is the share of the target's small elements that a "
        "small element of the prediction overlaps, *precision* that of the prediction's which one "
        "of the target overlaps; by chance: after the prediction is moved by half a tile. "
        "*Touched* are those that any element of the prediction overlaps, of whatever size."
    )


def _band_table(
    found: Resolution, edges: Sequence[tuple[float, float]], name: str
) -> Iterator[str]:
    heads = ["all", *(_periods(low, high) for low, high in edges[1:])]
    last = ["half right down to (″)"] if name == "coherence" else []
    yield line(["Method", *heads, *last])
    yield line([":---", *("---:" for _ in (*heads, *last))])
    for method in found.methods:
        cells = [band[name].value.text(3) for band in method.bands]
        if last:
            cells.append(method.period.text(2))
        yield line([method.name, *cells])


def _periods(low: float, high: float) -> str:
    if low == 0:
        return f"> {1 / high:.1f}″"
    if not np.isfinite(high):
        return f"< {1 / low:.1f}″"
    return f"{1 / low:.1f}–{1 / high:.1f}″"


def _element_table(found: Resolution) -> Iterator[str]:
    heads = ["Recall", "by chance", "touched", "Precision", "by chance"]
    yield line(["Threshold", "Method", "In the target", "Predicted", *heads])
    yield line(["---:", ":---", *("---:" for _ in range(2 + len(heads)))])
    whole = int(np.argmin(np.abs(np.array(found.settings["shares"]) - 1)))
    for i, threshold in enumerate(found.settings["thresholds"]):
        for method in found.methods:
            row, (there, predicted) = method.elements[i, whole], method.counts[i, whole]
            cells = [
                row["recall"].value.text(3),
                _plain(row["recall_by_chance"]),
                _plain(row["touched"]),
                row["precision"].value.text(3),
                _plain(row["precision_by_chance"]),
            ]
            start = [f"{threshold:g} G", method.name, f"{there:,.0f}", f"{predicted:,.0f}"]
            yield line([*start, *cells])


def _plain(scored: Scored) -> str:
    value = scored.value.value
    return f"{value:.3f}" if np.isfinite(value) else "—"
