"""The unit of a file's values: what its header says, or what else in the file proves.

GONG's files of one site have come in m/s without BUNIT, and in gauss. Their sky shows which: it is
filled with SKYVALUE, in m/s, and what made gauss of the field was applied to the fill, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from onesun.errors import UntrustedFrameError
from onesun.instruments import Instrument
from onesun.reading.keywords import optional_number

# Gauss per unit, as units are spelt in FITS files; without blanks, in lower case.
_FIELD = {
    **dict.fromkeys(("gauss", "g"), 1.0),
    **dict.fromkeys(("mx/cm^2", "mx/cm2", "mx/cm**2", "mxcm-2", "mxcm^-2", "mxcm**-2"), 1.0),
    **dict.fromkeys(("kg", "kgauss", "kilogauss"), 1e3),
    **dict.fromkeys(("mg", "milligauss"), 1e-3),
    **dict.fromkeys(("t", "tesla"), 1e4),
    **dict.fromkeys(("mt", "millitesla"), 10.0),
}
_NEAR = 0.02  # share by which a sky may differ from the fill of the header


@dataclass(frozen=True)
class Unit:
    """What a file's values are in.

    Parameters
    ----------
    factor : gauss per unit.
    name : of the unit, as the file or the instrument record has it; empty where nothing tells.
    proof : how it is known, in words; empty where nothing tells.
    by_sky : whether the sky proves it.
    doubt : a sentence where header and sky contradict each other.
    """

    factor: float
    name: str
    proof: str
    by_sky: bool = False
    doubt: str | None = None

    @property
    def known(self) -> bool:
        return bool(self.proof)

    def __str__(self) -> str:
        scaled = "" if self.factor == 1 else f" times {self.factor:g} G"
        return f"{self.name}{scaled} (by {self.proof})"


def find_unit(
    header: Mapping[str, Any], level: float | None, record: Instrument, path: Path
) -> Unit:
    """The unit by BUNIT or, where there is none, by the sky.

    Parameters
    ----------
    level : of the sky, in the file's unit; None where there is none.

    Raises UntrustedFrameError for a BUNIT that is no unit of a magnetic field.
    """
    by_sky = _by_sky(header, level, record)
    text = str(header.get("BUNIT") or "").strip()
    if not text:
        return by_sky or Unit(1.0, "", "")
    known = _FIELD | {_plain(name): each for name, each in record.values.units.factors.items()}
    factor = known.get(_plain(text))
    if factor is None:
        raise UntrustedFrameError(f"{path}: BUNIT is {text!r}, expected gauss")
    doubt = None
    if by_sky is not None and abs(by_sky.factor / factor - 1) > _NEAR:
        doubt = f"BUNIT is {text!r}, but its sky of {level:.6g} is that of values in {by_sky.name}"
    return Unit(factor, text, "BUNIT", by_sky is not None and doubt is None, doubt)


def _plain(text: str) -> str:
    """A unit's name without blanks, in lower case."""
    return text.lower().replace(" ", "")


def unit_by_statistics(record: Instrument, *, agree: bool, path: Path) -> Unit:
    """The unit of a file that has no BUNIT and no telling sky.

    Parameters
    ----------
    agree : whether the header's statistics are those of the data.

    Raises UntrustedFrameError where they are not, or where the archive does not always write them
    in gauss.
    """
    rule = record.values.statistics
    if agree and rule is not None and rule.in_gauss:
        return Unit(1.0, "gauss", f"{rule.rms} and the like, which {record.title} has in gauss")
    raise UntrustedFrameError(
        f"{path}: header has no BUNIT, and nothing else in the file proves its unit, expected "
        f"{_proofs(record)}"
    )


def _by_sky(header: Mapping[str, Any], level: float | None, record: Instrument) -> Unit | None:
    rule = record.values.units.sky
    if rule is None or level is None:
        return None
    fill = optional_number(header, rule.keyword)
    factor = record.values.units.factors[rule.unit]
    zero = optional_number(header, rule.zero_point)
    in_gauss = fill * factor - (zero if zero == zero else 0.0)
    # An unknown fill, or one of zero, is near nothing.
    if abs(level - fill) < _NEAR * abs(fill):
        return Unit(factor, rule.unit, f"its sky of {level:.6g}, which is {rule.keyword}", True)
    if abs(level - in_gauss) < _NEAR * abs(fill * factor):
        said = f"its sky of {level:.6g}, which is {rule.keyword} times {factor:g}"
        return Unit(1.0, "gauss", said, True)
    return None


def _proofs(record: Instrument) -> str:
    if record.values.units.sky is not None:
        return f"a BUNIT, or a sky filled with {record.values.units.sky.keyword}"
    rule = record.values.statistics
    if rule is None:
        return "a BUNIT"
    return f"a BUNIT, or {rule.minimum}, {rule.maximum} and {rule.rms} that its values agree with"
