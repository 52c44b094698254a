"""What commands take from instrument records."""

from __future__ import annotations

from typing import Any

from onesun.io import locations, yaml_files

# The keys that a command's results depend on; None stands for all of the instrument itself.
PARTS: dict[str, tuple[str, ...] | None] = {
    "fetch": ("file_pattern", "detector", "header"),
    "simulate": None,
    "slots": ("cadence", "epoch"),  # MDI's, which every simulated instrument keeps to
    "archive": (
        *("title", "series", "segment", "file_pattern", "cadence", "epoch", "detector", "header"),
        *("values", "quality", "archive"),
    ),
    "align": ("title", "cadence", "epoch", "detector", "header", "values", "quality", "optics"),
    "calibrate": ("detector", "optics"),
    "predict": ("detector", "optics"),
    "analyse_degraded": ("detector", "optics", "response"),
    "analyse_repeated": ("cadence", "response"),
    "analyse_calibration": ("detector", "optics", "header"),
    "analyse_continuity": ("response",),
    "analyse_resolution": ("detector", "optics"),
    "analyse_epochs": ("response",),
    "convert": (
        *("title", "cadence", "detector", "header", "values", "quality", "off_disk", "response"),
    ),
}
# Prose, and where an instrument's files are kept.
_ABOUT = ("sources", "archive", "file_size")


def record_parts(command: str, *instruments: str) -> dict[str, dict[str, Any]]:
    """By instrument, what ``command`` (a key of PARTS) takes from its record, as written there."""
    found = {}
    for name in instruments:
        path = locations.instrument_records() / f"{name}.yaml"
        record = yaml_files.read(path)
        keys = PARTS[command] or [key for key in record if key not in _ABOUT]
        found[name] = {key: record[key] for key in keys}
    return found
