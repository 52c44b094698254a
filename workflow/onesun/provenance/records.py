"""What commands take from instrument records."""

from __future__ import annotations

from typing import Any

import yaml

from onesun import locations

# The keys that a command's results depend on; None stands for all that is not prose.
PARTS: dict[str, tuple[str, ...] | None] = {
    "fetch": ("file_pattern",),
    "simulate": None,
    "slots": ("cadence", "epoch"),  # MDI's, which every simulated instrument keeps to
    "align": ("title", "cadence", "epoch", "detector", "header", "quality", "optics"),
    "calibrate": ("detector", "optics"),
    "predict": ("detector", "optics"),
    "convert": ("title", "cadence", "detector", "header", "quality", "off_disk", "response"),
}
_PROSE = ("sources",)


def record_parts(command: str, *instruments: str) -> dict[str, dict[str, Any]]:
    """By instrument, what ``command`` (a key of PARTS) takes from its record, as written there."""
    found = {}
    for name in instruments:
        path = locations.instrument_records() / f"{name}.yaml"
        record = yaml.safe_load(path.read_text("utf-8"))
        keys = PARTS[command] or [key for key in record if key not in _PROSE]
        found[name] = {key: record[key] for key in keys}
    return found
