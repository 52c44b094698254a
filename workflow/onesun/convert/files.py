"""From a file to a file, unless the output is there already."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from astropy.io import fits

import onesun
from onesun.convert import weights
from onesun.convert.convert import Options, convert_source, weights_for
from onesun.convert.made import MADE_BY
from onesun.convert.source import of_file
from onesun.convert.write import header_of_output, output_name, write_planes
from onesun.errors import UntrustedFrameError
from onesun.files import sha256
from onesun.training import model

STANDARD_ERROR = "standard error"
NO_ERROR = "none, the network states no error"


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
    error : whether the output has one: ``standard error``, or in words that it has none; empty if
        refused.
    """

    file: str
    result: Literal["done", "skipped", "refused"]
    reason: str
    output: str
    seconds: float
    error: str = ""

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

    def ended(result: Literal["done", "skipped"], reason: str, errors: str) -> Outcome:
        error = NO_ERROR if errors == weights.NO_ERROR else STANDARD_ERROR
        seconds = time.perf_counter() - start
        return Outcome(str(path), result, reason, str(out), seconds, error)

    try:
        there = None if again else _there(out, path, options)
        if there is not None:
            return ended("skipped", "converted before", there["ERRORS"])
        source = of_file(path, force=options.force)
        planes = convert_source(source, weights_for(source, options), options)
    except UntrustedFrameError as error:
        reason = str(error).removeprefix(f"{path}: ")
        return Outcome(str(path), "refused", reason, "", time.perf_counter() - start)
    write_planes(out, planes, options.samples)
    return ended("done", "; ".join(source.doubts), planes.header["ERRORS"])


def _there(out: Path, path: Path, options: Options) -> fits.Header | None:
    """The header of ``out`` if it is whole, and what this conversion would make."""
    if not (out.is_file() and Path(path).is_file()):
        return None
    header = header_of_output(out)
    if header is None:
        return None
    same = (
        header.get(MADE_BY) == onesun.__version__
        and header.get("GEOMETRY") == options.geometry
        and header.get("SAMPLES") == options.samples
        and header.get("INSHA256") == sha256(path)
        and _of_these_weights(header, options)
        # What was forced then is only taken over if it may be forced now.
        and (options.force or "DOUBT1" not in header)
    )
    return header if same else None


def _of_these_weights(header: fits.Header, options: Options) -> bool:
    if options.weights is None and header.get("WEIGHTS") not in model.names():
        return False
    network = weights.load(options.weights or header["WEIGHTS"], options.samples)
    return all(header.get(keyword) == told for keyword, told in weights.signature(network).items())
