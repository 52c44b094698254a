"""Units of angles, as headers spell them."""

from __future__ import annotations

from typing import Any

from astropy import units


def angle(text: Any) -> units.UnitBase | None:
    """The unit of an angle as headers spell it; None where there is none, or it is no angle."""
    name = str(text or "").strip().lower().split("/")[0]
    for spelling in (name, name.rstrip("s"), name.replace("arcsecond", "arcsec").rstrip("s")):
        try:
            unit = units.Unit(spelling)
        except ValueError:
            continue
        if unit.is_equivalent(units.arcsec):
            return unit
    return None
