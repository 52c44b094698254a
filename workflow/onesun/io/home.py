"""A home folder that cannot be written to, as in containers and on cluster nodes.

sunpy stops when it cannot make folders for its configuration and its cache, though it has nothing
to keep there; matplotlib complains. Others then take their place, among the temporary files.
Importing this module sees to it, before anything imports sunpy.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

_SUNPYRC = "[general]\nworking_dir = {}\n"


def make_usable() -> None:
    """Name other folders in the environment where those for configurations and caches are unusable.

    The folder for all configurations stays: what can be read there, pip's for one, still counts.
    """
    try:
        home = Path.home()
    except RuntimeError:  # neither HOME nor an entry among the machine's users
        home = instead()
        os.environ["HOME"] = str(home)
    usual = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    sunpy = Path(os.environ.get("SUNPY_CONFIGDIR") or usual / "sunpy")
    # Without a word from the user, sunpy works in the home folder itself.
    works = (sunpy / "sunpyrc").exists() or (home.is_dir() and os.access(home, os.W_OK))
    if not (can_be_written(sunpy) and works):
        os.environ["SUNPY_CONFIGDIR"] = str(_for_sunpy())
    if not can_be_written(Path(os.environ.get("MPLCONFIGDIR") or usual / "matplotlib")):
        os.environ["MPLCONFIGDIR"] = str(instead("matplotlib"))
    # All caches at once: sunpy and Snakemake have no variables of their own for theirs.
    if not can_be_written(Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")):
        os.environ["XDG_CACHE_HOME"] = str(instead("cache"))


def _for_sunpy() -> Path:
    """A folder with a configuration that has sunpy work there."""
    place = instead("sunpy")
    file, text = place / "sunpyrc", _SUNPYRC.format(place)
    if not file.is_file() or file.read_text(encoding="utf-8") != text:
        with tempfile.NamedTemporaryFile("w", dir=place, delete=False) as part:
            part.write(text)
        os.replace(part.name, file)  # other processes may be about to read it
    return place


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


make_usable()
