"""Resolution: what of the target is right at which spatial frequency, and its smallest elements."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from onesun.analyses import blocks, product
from onesun.analyses.product import AnalysedMonth
from onesun.analyses.resolution_figure import draw_resolution
from onesun.analyses.resolution_month import ANALYSIS, WIENER
from onesun.errors import ConfigError
from onesun.figures.style import Style
from onesun.statistics.elements import RATIOS, ratios
from onesun.statistics.spectra import Spectrum
from onesun.tables.text import SIMULATED, csv_text, line, number, write_both

# Bands of frequency, in the input's Nyquist frequency; the last is open.
OCTAVES = (0.0, 0.25, 0.5, 1.0, 2.0, np.inf)
SPECTRAL = ("coherence", "transfer", "skill")
_HALF = 0.5  # coherence² that the finest scale has which counts as resolved
_SPECTRAL_HEADS = {
    "coherence": "Coherence",
    "transfer": "Transfer",
    "skill": "Share of power right",
}


@dataclass(frozen=True)
class Value:
    """A number with its interval, and how much it exceeds the Wiener filter's, with its own."""

    value: float
    low: float
    high: float
    gain: float = np.nan
    gain_low: float = np.nan
    gain_high: float = np.nan

    @classmethod
    def all_of(cls, scores: np.ndarray, bar: np.ndarray | None, confidence: float) -> list[Value]:
        """Of scores (1 + resamples, n), the first of which are those of all blocks."""
        tail = [(1 - confidence) / 2, (1 + confidence) / 2]
        columns = [scores[0], *np.quantile(scores[1:], tail, axis=0)]
        if bar is not None:
            gain = scores - bar
            columns += [gain[0], *np.quantile(gain[1:], tail, axis=0)]
        return [cls(*(float(part) for part in row)) for row in zip(*columns, strict=True)]


@dataclass(frozen=True)
class Resolved:
    """One method, or the Wiener filter behind one.

    Parameters
    ----------
    name : of the method, or "wiener".
    curves : by name (see ``SPECTRAL``), value and interval at each frequency; (3, rings).
    power : of the target and of the prediction, G² arcsec²; (2, rings).
    bands : by band and name, over the band's power; the first band is all frequencies.
    period : shortest wave of which half of the power is foretold, arcsec.
    elements : by threshold and share, by name of ``RATIOS``.
    counts : small elements of the target and of the prediction at each threshold and share;
        (thresholds, shares, 2).
    """

    name: str
    curves: Mapping[str, np.ndarray]
    power: np.ndarray
    bands: Sequence[Mapping[str, Value]]
    period: Value
    elements: Mapping[tuple[int, int], Mapping[str, Value]]
    counts: np.ndarray


@dataclass(frozen=True)
class Resolution:
    """All methods of a pair.

    Parameters
    ----------
    pair, set, months : what was measured.
    frames : how many.
    simulated : True where frames are simulated.
    settings : that months were measured with.
    methods : in the order of the configuration, the Wiener filter last.
    tiles : blocks with windows of the spectra, of which resamples are drawn.
    blocks : what a block is, in words.
    """

    pair: str
    set: str
    months: Sequence[str]
    frames: int
    simulated: bool
    settings: Mapping[str, Any]
    methods: Sequence[Resolved]
    tiles: int
    blocks: str

    @property
    def frequencies(self) -> np.ndarray:
        """Cycles per arcsec, by ring."""
        return np.asarray(self.settings["frequencies"])

    @property
    def nyquist(self) -> float:
        """The input's, cycles per arcsec."""
        return self.settings["nyquist"]

    def band_edges(self) -> list[tuple[float, float]]:
        """Cycles per arcsec; the first band is all frequencies, the last is open."""
        edges = list(pairwise(octave * self.nyquist for octave in OCTAVES))
        return [(0.0, np.inf), *edges]


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


def merged(
    pair: str,
    months: Sequence[AnalysedMonth],
    methods: Sequence[str],
    bootstrap: Mapping[str, Any],
) -> Resolution:
    """Put months together.

    Raises ConfigError when a method has no month, or not the frames of the others.
    """
    first, sums = months[0], {}
    for name in methods:
        own = [month for month in months if month.method == name]
        if _frames(own) != _frames([month for month in months if month.method == first.method]):
            raise ConfigError(
                f"analyses.resolution: {pair} by {name} is of other frames than by "
                f"{first.method}, expected the same"
            )
        sums[name] = _stacked(own, "")
        if name == first.settings[WIENER]:
            sums[WIENER] = _stacked(own, f"{WIENER}_")
    if WIENER in sums:
        sums[WIENER] = sums.pop(WIENER)
    # The same blocks for all, those that have anything to measure.
    used = np.any([spectra[:, 0, 0] > 0 for spectra, _ in sums.values()], axis=0)
    drawn = {
        name: tuple(_drawn(each[used], bootstrap) for each in both) for name, both in sums.items()
    }
    bar = drawn.get(WIENER)
    return Resolution(
        pair=pair,
        set=first.set,
        months=sorted({month.month for month in months}),
        frames=len(_frames([month for month in months if month.method == first.method])),
        simulated=any(month.simulated for month in months),
        settings=first.settings,
        methods=[
            _resolved(name, both, bar if name != WIENER else None, first.settings, bootstrap)
            for name, both in drawn.items()
        ],
        tiles=int(used.sum()),
        blocks=blocks.kind(len({month.month for month in months})),
    )


def _frames(months: Sequence[AnalysedMonth]) -> list[str]:
    return sorted(frame["stamp"] for month in months for frame in month.frames)


def _stacked(months: Sequence[AnalysedMonth], prefix: str) -> tuple[np.ndarray, np.ndarray]:
    """Blocks of the sums of spectra and elements."""
    names = (f"{prefix}spectra", f"{prefix}elements")
    return tuple(blocks.stacked([month.arrays[name] for month in months]) for name in names)


def _drawn(sums: np.ndarray, bootstrap: Mapping[str, Any]) -> np.ndarray:
    """Sums over all blocks, then over those of each resample."""
    return np.concatenate([sums.sum(axis=0)[None], blocks.resampled(sums, bootstrap)])


def _resolved(
    name: str,
    drawn: tuple[np.ndarray, np.ndarray],
    bar: tuple[np.ndarray, np.ndarray] | None,
    settings: Mapping[str, Any],
    bootstrap: Mapping[str, Any],
) -> Resolved:
    frequencies, confidence = np.asarray(settings["frequencies"]), bootstrap["confidence"]
    spectrum = Spectrum.of_sums(drawn[0])

    def values(score: Callable[[np.ndarray], np.ndarray], which: int) -> list[Value]:
        return Value.all_of(score(drawn[which]), None if bar is None else score(bar[which]),
                            confidence)  # fmt: skip

    tail = [(1 - confidence) / 2, (1 + confidence) / 2]
    curves = {
        each: np.stack([curve[0], *np.quantile(curve[1:], tail, axis=0)])
        for each in SPECTRAL
        for curve in [getattr(spectrum, each)]
    }
    bands = values(lambda sums: _in_bands(sums, frequencies, settings["nyquist"]), 0)
    by_band = [
        dict(zip(SPECTRAL, bands[start : start + 3], strict=True))
        for start in range(0, len(bands), len(SPECTRAL))
    ]
    (period,) = values(lambda sums: _period(sums, frequencies)[:, None], 0)
    shape = drawn[1].shape[1:3]
    flat = values(lambda sums: ratios(sums).reshape(len(sums), -1), 1)
    elements = {
        place: dict(zip(RATIOS, flat[index * len(RATIOS) :][: len(RATIOS)], strict=True))
        for index, place in enumerate(np.ndindex(shape))
    }
    power = np.stack([spectrum.target[0], spectrum.prediction[0]])
    counts = drawn[1][0][..., [0, 4]]
    return Resolved(name, curves, power, by_band, period, elements, counts)


def _in_bands(sums: np.ndarray, frequencies: np.ndarray, nyquist: float) -> np.ndarray:
    """Coherence, transfer and skill of each band's power; (..., bands · 3)."""
    spectrum = Spectrum.of_sums(sums)
    found = []
    for low, high in [(0.0, np.inf), *pairwise(octave * nyquist for octave in OCTAVES)]:
        # The waves of a ring are as many as the ring is long; the mean belongs to no wave.
        weights = np.where((frequencies > low) & (frequencies <= high), frequencies, 0)
        parts = (spectrum.target, spectrum.prediction, spectrum.cross)
        band = Spectrum(*(part @ weights for part in parts))
        found += [getattr(band, name) for name in SPECTRAL]
    return np.stack(found, axis=-1)


def _period(sums: np.ndarray, frequencies: np.ndarray) -> np.ndarray:
    """Shortest wave before coherence² falls below a half for good or for a time, arcsec; (...,).

    Between rings coherence² is linear. NaN where it is below a half from the longest waves on, and
    where it never falls that low.
    """
    power = np.square(Spectrum.of_sums(sums).coherence[..., 1:])
    frequencies = frequencies[1:]
    below = power < _HALF
    at = np.argmax(below, axis=-1)
    determined = below.any(axis=-1) & (at > 0)
    at = np.maximum(at, 1)
    after, before = (
        np.take_along_axis(power, place[..., None], -1)[..., 0] for place in (at, at - 1)
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (before - _HALF) / (before - after)
        crossing = frequencies[at - 1] + share * (frequencies[at] - frequencies[at - 1])
        return np.where(determined, 1 / crossing, np.nan)


def _records(found: Resolution) -> Iterator[dict[str, Any]]:
    """Lines of the CSV."""
    for method in found.methods:
        yield _record(found, method, "period", method.period, unit="arcsec")
        for (low, high), band in zip(found.band_edges(), method.bands, strict=True):
            for name, value in band.items():
                yield _record(found, method, name, value, low=low, high=high)
        for (i, j), row in method.elements.items():
            levels = {
                "threshold": found.settings["thresholds"][i],
                "share": found.settings["shares"][j],
            }
            for name, value in row.items():
                count = method.counts[i, j, int(RATIOS.index(name) >= len(RATIOS) // 2)]
                yield _record(found, method, name, value, elements=int(count), **levels)
        for name, curve in method.curves.items():
            for frequency, (value, low, high) in zip(found.frequencies, curve.T, strict=True):
                if frequency > 0:
                    yield _record(
                        found, method, f"{name}_at", Value(value, low, high),
                        low=frequency, high=frequency,
                    )  # fmt: skip


def _record(
    found: Resolution,
    method: Resolved,
    quantity: str,
    value: Value,
    *,
    unit: str = "1",
    low: float | None = None,
    high: float | None = None,
    threshold: float | None = None,
    share: float | None = None,
    elements: int | None = None,
) -> dict[str, Any]:
    return {
        "pair": found.pair,
        "method": method.name,
        "quantity": quantity,
        "unit": unit,
        "frequency_low_per_arcsec": _known(low),
        "frequency_high_per_arcsec": _known(high),
        "threshold_gauss": _known(threshold),
        "share_of_threshold": _known(share),
        "elements": "" if elements is None else elements,
        "value": _known(value.value),
        "low": _known(value.low),
        "high": _known(value.high),
        "gain_over_wiener": _known(value.gain),
        "gain_low": _known(value.gain_low),
        "gain_high": _known(value.gain_high),
    }


def _known(value: float | None) -> str:
    return number(value) if value is not None and np.isfinite(value) else ""


def _page(found: Resolution, bootstrap: Mapping[str, Any]) -> Iterator[str]:
    yield f"# Resolution: {found.pair}"
    simulated = f" Frames are {SIMULATED}." if found.simulated else ""
    yield (
        f"{found.frames} frames of the {found.set} months {', '.join(found.months)}, r ≤ "
        f"{found.settings['within_radius']:g}.{simulated} The input's Nyquist frequency is "
        f"{found.nyquist:.3f} cycles per arcsec (periods of {1 / found.nyquist:.2f} arcsec), its "
        f"point spread function {found.settings['fwhm']:g} arcsec wide. In brackets "
        f"{100 * bootstrap['confidence']:g} % intervals from {found.tiles} blocks, "
        f"{found.blocks} drawn with replacement."
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
    last = ["half right down to"] if name == "coherence" else []
    yield line(["Method", *heads, *last])
    yield line([":---", *("---:" for _ in (*heads, *last))])
    for method in found.methods:
        cells = [_cell(band[name]) for band in method.bands]
        if last:
            cells.append(_cell(method.period, "{:.2f}″"))
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
                _cell(row["recall"]),
                _plain(row["recall_by_chance"]),
                _plain(row["touched"]),
                _cell(row["precision"]),
                _plain(row["precision_by_chance"]),
            ]
            start = [f"{threshold:g} G", method.name, f"{there:,.0f}", f"{predicted:,.0f}"]
            yield line([*start, *cells])


def _cell(value: Value, form: str = "{:.3f}") -> str:
    if not np.isfinite(value.value):
        return "—"
    text = form.format(value.value)
    if np.isfinite(value.low) and np.isfinite(value.high):
        text += f" [{form.format(value.low)}, {form.format(value.high)}]"
    return text


def _plain(value: Value) -> str:
    return f"{value.value:.3f}" if np.isfinite(value.value) else "—"
