"""A magnetogram in words."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from onesun import instruments
from onesun.geometry.grid import AU_METRES
from onesun.geometry.pointing import Pointing
from onesun.reading.magnetogram import Magnetogram


def describe(frame: Magnetogram) -> str:
    """What was understood of ``frame``, units included: its file's name, then a line for each."""
    record = instruments.load(frame.instrument)
    pointing = frame.pointing
    made = ", simulated" if frame.simulated else ""
    rows = {
        "instrument": f"{record.title}{made}",
        "time (TAI)": frame.time.isot,
        "time (UTC)": frame.time.utc.isot,
        "integration": _number(frame.interval, "s", 0),
        **where(pointing),
        "observer velocity": _number(frame.observer_velocity, "m/s", 1),
        "unit of the file": frame.unit,
        "field": field_in_words(frame.field),
        "noise": f"at most {frame.core_noise():.2f} G (robust sigma of the disk centre's core, "
        "quiet Sun included)",
        "missing": f"{100 * frame.missing_share():.2f} % of the disk",
        "quality": str(frame.quality),
    }
    if "ZPBIAS" in record.header.keep:
        rows["zero point"] = _zero_point(frame)
    for number, doubt in enumerate(frame.doubts, start=1):
        rows[f"doubt {number}"] = doubt
    return as_text(frame.source, rows)


def as_text(name: str, rows: Mapping[str, str]) -> str:
    """A file's name, and a line for each row."""
    width = max(len(row) for row in rows)
    return "\n".join([name, *(f"  {row:{width}}  {rows[row]}" for row in rows)])


def where(pointing: Pointing) -> dict[str, str]:
    """Rows of where the pixels lie and where the observer was."""
    return {
        "disk centre": f"({pointing.x0 + 1:.3f}, {pointing.y0 + 1:.3f}) px, counted from 1",
        "plate scale": f"{pointing.scale:.6f} arcsec/px",
        "solar radius": f"{pointing.rsun:.3f} arcsec = {pointing.limb_radius:.2f} px",
        "roll (CROTA2)": f"{pointing.roll:.4f} deg",
        "observer": f"B0 {pointing.b0:.4f} deg, Carrington L0 {pointing.l0:.4f} deg, "
        f"{pointing.dsun / AU_METRES:.6f} AU from the Sun",
    }


def field_in_words(field: np.ndarray) -> str:
    """Range and means of a field in gauss, NaN where there is no value."""
    if not np.isfinite(field).any():
        return "no value"
    return (
        f"{np.nanmin(field):.1f} to {np.nanmax(field):.1f} G, mean {np.nanmean(field):.2f} G, "
        f"mean unsigned {np.nanmean(np.abs(field)):.2f} G"
    )


def _zero_point(frame: Magnetogram) -> str:
    """GONG's series zqa and bqa differ in this alone; only the former has the keyword."""
    bias = frame.header.get("ZPBIAS")
    return "not corrected" if bias is None else f"corrected by {bias} G (ZPBIAS)"


def _number(value: float, unit: str, digits: int) -> str:
    return f"{value:.{digits}f} {unit}" if np.isfinite(value) else "not recorded"
