"""A home folder that cannot be written to, as in containers and on cluster nodes.

sunpy stops when it cannot make a folder for its configuration, though there is none to keep;
matplotlib complains. Where their folders cannot be had, others take their place, in the system's
folder for temporary files.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

# Names of folders in the home folder's .config, by the variable that moves them.
_CONFIGURATIONS = {"SUNPY_CONFIGDIR": "sunpy", "MPLCONFIGDIR": "matplotlib"}


def make_usable() -> None:
    """Name other folders to sunpy and matplotlib, in the environment, where theirs are unusable."""
    try:
        home = Path.home()
    except RuntimeError:  # neither HOME nor an entry among the machine's users
        home = instead()
        os.environ["HOME"] = str(home)
    above = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    for variable, name in _CONFIGURATIONS.items():
        if not can_be_written(Path(os.environ.get(variable) or above / name)):
            os.environ[variable] = str(instead(name))


def can_be_written(folder: Path) -> bool:
    """Whether files can be put into a folder, which is made if it is missing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)


def instead(name: str = "") -> Path:
    """A folder of this user's for temporary files; the same one in every process.

    Raises OSError when there is no folder for temporary files, either.
    """
    place = Path(tempfile.gettempdir(), f"onesun-{os.getuid()}")
    try:
        place.mkdir(mode=0o700, exist_ok=True)
        if place.is_symlink() or place.stat().st_uid != os.getuid():
            raise FileExistsError
    except FileExistsError:  # somebody else's
        place = Path(tempfile.mkdtemp(prefix="onesun-"))
    (place / name).mkdir(exist_ok=True)
    return place / name
