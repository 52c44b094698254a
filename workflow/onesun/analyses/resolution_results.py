"""What the analysis ``resolution`` finds: the scores of every method, put together over months."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from onesun.analyses.intervals import Value, sums_of, units_of, with_interval
from onesun.analyses.product import AnalysedMonth
from onesun.analyses.resolution_month import WIENER
from onesun.errors import ConfigError
from onesun.metrics.bootstrap import FISHER, LOGIT, PLAIN, Scale
from onesun.metrics.elements import RATIOS, ratios
from onesun.metrics.spectra import Spectrum
from onesun.metrics.units import Units

# Bands of frequency, in the input's Nyquist frequency; the last is open.
OCTAVES = (0.0, 0.25, 0.5, 1.0, 2.0, np.inf)
SPECTRAL = ("coherence", "transfer", "skill")
_HALF = 0.5  # coherence² that the finest scale has which counts as resolved
_SCALES = {"coherence": FISHER, "transfer": PLAIN, "skill": PLAIN}
# The column of COUNTS that is the denominator of each of RATIOS.
COUNTED = (0, 0, 0, 4, 4, 4)


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
        return float(self.settings["nyquist"])

    def band_edges(self) -> list[tuple[float, float]]:
        """See :func:`band_edges`."""
        return band_edges(self.nyquist)


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
                    decides=COUNTED[index],
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
        spectra: np.ndarray = np.einsum("urk,r->uk", own.spectra, waves)
        return spectra

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
