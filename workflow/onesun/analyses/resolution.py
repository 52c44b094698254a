"""Resolution: what of the target is right at which spatial frequency, and its smallest elements."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from onesun.analyses import product
from onesun.analyses.intervals import Value, sums_of, units_of, with_interval
from onesun.analyses.product import AnalysedMonth
from onesun.analyses.resolution_figure import draw_resolution
from onesun.analyses.resolution_month import ANALYSIS, WIENER
from onesun.analyses.words import interval
from onesun.errors import ConfigError
from onesun.figures.style import Style
from onesun.statistics.bootstrap import FISHER, LOGIT, PLAIN, Scale
from onesun.statistics.elements import RATIOS, ratios
from onesun.statistics.spectra import Spectrum
from onesun.statistics.units import Units
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
class Scored:
    """A score, and how much it exceeds that of the Wiener filter; both with intervals."""

    value: Value
    gain: Value


@dataclass(frozen=True)
class Resolved:
    """One method, or the Wiener filter behind one.

    Parameters
    ----------
    name : of the method, or "wiener".
    curves : by name (see ``SPECTRAL``), value and interval at each frequency; (3, rings).
    power : of the target and of the prediction, G² arcsec²; (2, rings).
    bands : by band and name, over the band's power; the first band is all frequencies.
    period : shortest wave of which half of the power is predicted, arcsec.
    elements : by threshold and share, by name of ``RATIOS``.
    counts : small elements of the target and of the prediction at each threshold and share;
        (thresholds, shares, 2).
    """

    name: str
    curves: Mapping[str, np.ndarray]
    power: np.ndarray
    bands: Sequence[Mapping[str, Scored]]
    period: Value
    elements: Mapping[tuple[int, int], Mapping[str, Scored]]
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
    units : that have windows of the spectra, of which resamples are drawn.
    what : a unit is, in words.
    independent : effective number of independent units for the skill at all frequencies.
    """

    pair: str
    set: str
    months: Sequence[str]
    frames: int
    simulated: bool
    settings: Mapping[str, Any]
    methods: Sequence[Resolved]
    units: int
    what: str
    independent: float

    @property
    def frequencies(self) -> np.ndarray:
        """Cycles per arcsec, by ring."""
        return np.asarray(self.settings["frequencies"])

    @property
    def nyquist(self) -> float:
        """The input's, cycles per arcsec."""
        return self.settings["nyquist"]

    def band_edges(self) -> list[tuple[float, float]]:
        """See :func:`band_edges`."""
        return band_edges(self.nyquist)


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
    first = [month for month in months if month.method == months[0].method]
    settings, units = first[0].settings, units_of(first, bootstrap)
    sums: dict[str, Sums] = {}
    for name in methods:
        own = [month for month in months if month.method == name]
        if _frames(own) != _frames(first):
            raise ConfigError(
                f"analyses.resolution: {pair} by {name} is of other frames than by "
                f"{first[0].method}, expected the same"
            )
        sums[name] = Sums.of(own, "", units)
        if name == settings[WIENER]:
            sums[WIENER] = Sums.of(own, f"{WIENER}_", units)
    bar = sums.pop(WIENER, None)
    scoring = Scoring(units, bootstrap, settings, bar)
    found = [scoring.resolved(name, own) for name, own in sums.items()]
    spectra = sums[methods[0]].spectra
    return Resolution(
        pair=pair,
        set=first[0].set,
        months=sorted(month.month for month in first),
        frames=len(_frames(first)),
        simulated=any(month.simulated for month in months),
        settings=settings,
        methods=found + ([scoring.resolved(WIENER, bar)] if bar else []),
        units=int((spectra[:, 0, 0] > 0).sum()),
        what=units.what,
        independent=scoring.independent(sums[methods[0]]),
    )


def _frames(months: Sequence[AnalysedMonth]) -> list[str]:
    return sorted(frame["stamp"] for month in months for frame in month.frames)


@dataclass(frozen=True)
class Sums:
    """Sums over units: spectra (units, rings, 4), elements (units, thresholds, shares, 8)."""

    spectra: np.ndarray
    elements: np.ndarray

    @classmethod
    def of(cls, months: Sequence[AnalysedMonth], prefix: str, units: Units) -> Sums:
        names = (f"{prefix}spectra", f"{prefix}elements")
        return cls(*(sums_of([month.arrays[name] for month in months], units) for name in names))


@dataclass(frozen=True)
class Scoring:
    """What follows from the sums of a method.

    Parameters
    ----------
    units : that resamples are drawn of.
    bootstrap : the configuration's section ``table1.bootstrap``.
    settings : that months were measured with.
    bar : of the Wiener filter, from which gains are measured; None where there is none.
    """

    units: Units
    bootstrap: Mapping[str, Any]
    settings: Mapping[str, Any]
    bar: Sums | None

    def resolved(self, name: str, own: Sums) -> Resolved:
        """Everything that is shown of a method."""
        bar = self.bar if self.bar is not own else None
        bands = [
            {
                each: self._scored(
                    _spectral(each),
                    self._in_band(own, *edges),
                    None if bar is None else self._in_band(bar, *edges),
                    decides=1,
                    scale=_SCALES[each],
                )
                for each in SPECTRAL
            }
            for edges in band_edges(self.settings["nyquist"])
        ]
        curves = {each: self._curve(each, own) for each in SPECTRAL}
        elements = {
            place: {
                ratio: self._scored(
                    _element_ratio(index),
                    own.elements[:, *place],
                    None if bar is None else bar.elements[:, *place],
                    decides=_COUNTED[index],
                    scale=LOGIT,
                )
                for index, ratio in enumerate(RATIOS)
            }
            for place in np.ndindex(own.elements.shape[1:3])
        }
        spectrum = Spectrum.of_sums(own.spectra.sum(axis=0))
        return Resolved(
            name=name,
            curves=curves,
            power=np.stack([spectrum.target, spectrum.prediction]),
            bands=bands,
            period=_period(curves["coherence"], np.asarray(self.settings["frequencies"])),
            elements=elements,
            counts=own.elements.sum(axis=0)[..., [0, 4]],
        )

    def independent(self, own: Sums) -> float:
        """Effective number of independent units for the skill at all frequencies."""
        sums = self._in_band(own, 0.0, np.inf)
        return self._with_interval(_spectral("skill"), sums, sums[:, 1])[1]

    def _in_band(self, own: Sums, low: float, high: float) -> np.ndarray:
        """Spectra summed over the waves of a band; (units, 4)."""
        frequencies = np.asarray(self.settings["frequencies"])
        # A ring has as many waves as it is long; the mean belongs to no wave.
        waves = np.where((frequencies > low) & (frequencies <= high), frequencies, 0.0)
        return np.einsum("urk,r->uk", own.spectra, waves)

    def _scored(
        self,
        score: Callable[[np.ndarray], np.ndarray],
        own: np.ndarray,
        bar: np.ndarray | None,
        decides: int,
        scale: Scale,
    ) -> Scored:
        """A score of sums (units, k) whose column ``decides`` says how much a unit weighs."""
        value, _ = self._with_interval(score, own, own[:, decides], scale)
        if bar is None:
            return Scored(value, Value.none())
        both, count = np.concatenate([own, bar], axis=1), own.shape[1]
        gain, _ = self._with_interval(
            lambda sums: score(sums[..., :count]) - score(sums[..., count:]), both, own[:, decides]
        )
        return Scored(value, gain)

    def _curve(self, name: str, own: Sums) -> np.ndarray:
        """Value and interval at each frequency; (3, rings)."""
        rings = np.moveaxis(own.spectra, 1, 0)
        values = [
            self._with_interval(_spectral(name), ring, ring[:, 1], _SCALES[name])[0]
            for ring in rings
        ]
        return np.array([[each.value, each.low, each.high] for each in values]).T

    def _with_interval(
        self,
        score: Callable[[np.ndarray], np.ndarray],
        sums: np.ndarray,
        share: np.ndarray,
        scale: Scale = PLAIN,
    ) -> tuple[Value, float]:
        return with_interval(score, sums, share, self.units, self.bootstrap, scale)


_SCALES = {"coherence": FISHER, "transfer": PLAIN, "skill": PLAIN}
# The column of COUNTS that is the denominator of each of RATIOS.
_COUNTED = (0, 0, 0, 4, 4, 4)


def _spectral(name: str) -> Callable[[np.ndarray], np.ndarray]:
    """A score of the sums of a spectrum, (..., 4) to (...)."""
    return lambda sums: getattr(Spectrum.of_sums(sums), name)


def _element_ratio(index: int) -> Callable[[np.ndarray], np.ndarray]:
    """One of ``RATIOS``, of the sums of elements, (..., 8) to (...)."""
    return lambda sums: ratios(sums)[..., index]


def band_edges(nyquist: float) -> list[tuple[float, float]]:
    """Cycles per arcsec; the first band is all frequencies, the last is open."""
    return [(0.0, np.inf), *pairwise(octave * nyquist for octave in OCTAVES)]


def _period(coherence: np.ndarray, frequencies: np.ndarray) -> Value:
    """Shortest wave before coherence² first falls below a half, arcsec.

    Parameters
    ----------
    coherence : (3, rings) value and interval at each frequency; the ends of the period are where
        those of the interval fall below.
    """
    value, low, high = (_crossing(curve, frequencies) for curve in coherence)
    return Value(value, high, low)


def _crossing(coherence: np.ndarray, frequencies: np.ndarray) -> float:
    """Between rings coherence² is linear. NaN where it never is above a half, or never below."""
    power, frequencies = np.square(coherence[1:]), frequencies[1:]
    below = np.flatnonzero(power < _HALF)
    if not below.size or below[0] == 0:
        return np.nan
    at = below[0]
    share = (power[at - 1] - _HALF) / (power[at - 1] - power[at])
    return float(1 / (frequencies[at - 1] + share * (frequencies[at] - frequencies[at - 1])))


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
                count = int(method.counts[i, j, int(_COUNTED[index] > 0)])
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
