"""From a file to a file, unless the output is there already."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import onesun
from onesun.convert import release
from onesun.convert.convert import Options, convert_source, weights_for
from onesun.convert.source import MADE_BY, of_file
from onesun.convert.write import header_of_output, output_name, write_planes
from onesun.errors import UntrustedFrameError
from onesun.files import sha256


@dataclass(frozen=True)
class Outcome:
    """What became of one file.

    Parameters
    ----------
    file : the input.
    result : ``done``, ``skipped`` (the output was there) or ``refused``.
    reason : why it was refused or skipped, or what was waived; empty otherwise.
    output : path of the output; empty if refused.
    seconds : that it took.
    """

    file: str
    result: Literal["done", "skipped", "refused"]
    reason: str
    output: str
    seconds: float

    def row(self) -> dict[str, Any]:
        return {**asdict(self), "seconds": round(self.seconds, 2)}


def convert_file(path: Path, folder: Path, options: Options, *, again: bool = False) -> Outcome:
    """Convert ``path`` into ``folder``.

    Parameters
    ----------
    again : also where the output is there and was made of the same input in the same way.

    A file that cannot be converted is an outcome; what is wrong with the options raises
    OneSunError.
    """
    start = time.perf_counter()
    out = Path(folder) / output_name(Path(path).name)

    def ended(result: Literal["done", "skipped", "refused"], reason: str = "") -> Outcome:
        output = "" if result == "refused" else str(out)
        return Outcome(str(path), result, reason, output, time.perf_counter() - start)

    try:
        if not again and _is_there(out, path, options):
            return ended("skipped", "converted before")
        source = of_file(path, force=options.force)
        planes = convert_source(source, weights_for(source, options), options)
    except UntrustedFrameError as error:
        return ended("refused", str(error).removeprefix(f"{path}: "))
    write_planes(out, planes, options.samples)
    return ended("done", "; ".join(source.doubts))


def _is_there(out: Path, path: Path, options: Options) -> bool:
    """Whether ``out`` is whole, and what this conversion would make."""
    if not (out.is_file() and Path(path).is_file()):
        return False
    header = header_of_output(out)
    if header is None:
        return False
    weights = options.weights or header.get("WEIGHTS")
    return (
        header.get(MADE_BY) == onesun.__version__
        and header.get("GEOMETRY") == options.geometry
        and header.get("SAMPLES") == options.samples
        and header.get("INSHA256") == sha256(path)
        and header.get("WTSHA256") == release.load(weights).digest
        # What was forced then is only taken over if it may be forced now.
        and (options.force or "DOUBT1" not in header)
    )
