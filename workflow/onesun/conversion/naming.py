"""Names of outputs: that of the input, and where this is another's already, instrument and time.

``data.fits`` of two folders become ``mdi.20101015_000000_TAI.onesun.fits`` and the like. An input
whose output is there already keeps its name, whatever else is converted beside it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from astropy.io import fits

from onesun.conversion.source import Source
from onesun.conversion.write import SUFFIX, header_of_output, output_name
from onesun.reading.slots import stamp

_SHORT = 8  # hexadecimal digits of an input's SHA-256 that tell frames of one instrument and time


@dataclass(frozen=True)
class Naming:
    """What is known of an input's output beside the input itself.

    Parameters
    ----------
    before : the output's name as an earlier call wrote it; None if none did.
    own_name : whether the output may be called by the input's file name.
    """

    before: str | None = None
    own_name: bool = True


def namings(files: Sequence[Path], made_from: Mapping[str, str]) -> dict[Path, Naming]:
    """For each input whose name is not to be chosen by its file name alone, what is known.

    Parameters
    ----------
    files : all inputs of a call.
    made_from : the absolute path of the input by name of the output, from earlier calls.
    """
    shared = Counter(output_name(path.name) for path in files)
    before = {source: name for name, source in made_from.items()}
    found = {}
    for path in files:
        name, place = output_name(path.name), whole_path(path)
        anothers = made_from.get(name, place) != place
        naming = Naming(before.get(place), shared[name] == 1 and not anothers)
        if naming not in (Naming(), Naming(before=name)):
            found[path] = naming
    return found


def whole_path(path: Path) -> str:
    """The absolute path of an input, by which later calls know it again."""
    return str(Path(path).absolute())


def by_content(source: Source) -> tuple[str, str]:
    """Names by instrument and time; the second is one that no other frame of that time has."""
    plain = f"{source.frame.instrument}.{stamp(source.frame.time)}"
    return f"{plain}{SUFFIX}", f"{plain}.{source.digest[:_SHORT]}{SUFFIX}"


def made_before(
    folder: Path, names: Iterable[str | None], digest: str
) -> tuple[Path, fits.Header] | None:
    """The output of the input with this SHA-256, if it has one of the names, and its header."""
    for name in filter(None, dict.fromkeys(names)):
        header = _header(folder / name)
        if header is not None and header.get("INSHA256") == digest:
            return folder / name, header
    return None


def choose(path: Path, source: Source, folder: Path, naming: Naming) -> tuple[Path, bool]:
    """Where to write the output of an input, and whether that is a new file.

    What is there may be replaced if it is of the same bytes, of the same input as it was, or
    damaged.
    """
    own, (by_time, by_digest) = output_name(path.name), by_content(source)
    found = made_before(folder, (own, by_time, by_digest), source.digest)
    if found is not None:
        return found[0], False
    if naming.before:
        return folder / naming.before, False
    header = _header(folder / own)
    if naming.own_name and (header is None or _is_of(header, source)):
        name = own
    else:
        name = by_time if _header(folder / by_time) is None else by_digest
    return folder / name, not (folder / name).exists()


def _header(path: Path) -> fits.Header | None:
    return header_of_output(path) if path.exists() else None


def _is_of(header: fits.Header, source: Source) -> bool:
    """Whether an output is of the same observation: then the input is another copy of it."""
    digits = re.sub(r"\D", "", stamp(source.frame.time))
    return (
        str(header.get("INSTRUME", "")).lower() == source.frame.instrument
        and re.sub(r"\D", "", str(header.get("T_OBS", "")))[: len(digits)] == digits
    )
