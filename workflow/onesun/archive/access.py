"""Whether the archives will let one in, asked before anything runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from onesun import instruments
from onesun.products.months import months


def check_access(config: dict[str, Any], folder: Path) -> None:
    """Make sure of what the downloads of a run will need; nothing is asked of the archives yet.

    Parameters
    ----------
    config : a complete configuration.
    folder : of raw frames; of months whose manifests lie there, nothing has to be downloaded.

    Raises ConfigError when files of JSOC are missing and no e-mail address is given.
    """
    if config["source"]["kind"] != "archive" or not _lacks(config, folder, "jsoc"):
        return
    # What it imports, drms with pandas, takes a second that other runs need not wait for.
    from onesun.archive.jsoc.email import address

    address(config["archive"])


def _lacks(config: dict[str, Any], folder: Path, archive: str) -> bool:
    """Whether a month of an instrument that ``archive`` keeps has no manifest in ``folder``."""
    return any(
        not (folder / pair[role] / f"{month}.json").is_file()
        for name, pair in config["pairs"].items()
        for role in ("input", "target")
        if instruments.load(pair[role]).archive == archive
        for month in months(config, name)
    )
