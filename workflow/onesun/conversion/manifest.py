"""The manifest of a folder of conversions, so that a workflow can depend on it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from onesun.conversion.convert import Options
from onesun.conversion.files import Outcome
from onesun.conversion.summary import write_summary
from onesun.conversion.write import header_of_output
from onesun.errors import DamagedProductError, OneSunError
from onesun.io.files import sha256, write_json

PRODUCT = "converted frames"
_COPIED = (
    *("T_OBS", "WEIGHTS", "METHOD", "WTSHA256", "ERRORS", "ERSHA256", "INSHA256"),
    *("USFLUX", "USFLUXN"),
)


def write_manifest(
    manifest: Path, folder: Path, outcomes: Sequence[Outcome], options: Options
) -> None:
    """Write the manifest, and beside it ``.refused.csv`` with the files that were not converted.

    Parameters
    ----------
    folder : of the outputs.

    Raises OneSunError when no file could be converted; the table is then written all the same.
    Raises DamagedProductError when an output has been damaged since.
    """
    refused = [outcome for outcome in outcomes if outcome.result == "refused"]
    table = manifest.with_suffix(".refused.csv")
    write_summary(table, refused)
    made = [Path(outcome.output) for outcome in outcomes if outcome.output]
    if not made:
        raise OneSunError(
            f"{folder}: no file could be converted; {len(refused)} are listed with their reasons "
            f"in {table} (the first: {refused[0].file}: {refused[0].reason})"
        )
    frames = {}
    for path in made:
        header = header_of_output(path)
        if header is None:
            raise DamagedProductError(
                f"{path}: no longer an output of onesun convert, expected the file just written"
            )
        frames[path.name] = {key.lower(): header[key] for key in _COPIED if key in header}
    content = {
        "product": PRODUCT,
        "folder": os.path.relpath(folder, manifest.parent),
        "files": {
            path.name: {"bytes": path.stat().st_size, "sha256": sha256(path)} for path in made
        },
        "frames": frames,
        "refused": len(refused),
        "geometry": options.geometry,
        "forced": options.force,
        "error": sorted({outcome.error for outcome in outcomes if outcome.output}),
    }
    write_json(manifest, content)
