"""From a file to a file, unless the output is there already."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import onesun
from onesun.convert import release
from onesun.convert.convert import Options, convert_source, weights_for
from onesun.convert.naming import Naming, by_content, choose, made_before
from onesun.convert.source import MADE_BY, of_file
from onesun.convert.write import output_name, write_planes
from onesun.errors import UntrustedFrameError
from onesun.files import sha256

_Result = Literal["done", "skipped", "refused"]
_BY_ITS_NAME = Naming()


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
    result: _Result
    reason: str
    output: str
    seconds: float

    def row(self) -> dict[str, Any]:
        return {**asdict(self), "seconds": round(self.seconds, 2)}


def convert_file(
    path: Path,
    folder: Path,
    options: Options,
    *,
    again: bool = False,
    naming: Naming = _BY_ITS_NAME,
) -> Outcome:
    """Convert ``path`` into ``folder``.

    Parameters
    ----------
    again : also where the output is there and was made of the same input in the same way.
    naming : what is known of the output's name.

    A file that cannot be converted is an outcome; what is wrong with the options raises
    OneSunError.
    """
    start = time.perf_counter()
    path, folder = Path(path), Path(folder)

    def ended(result: _Result, reason: str = "", out: Path | str = "") -> Outcome:
        return Outcome(str(path), result, reason, str(out), time.perf_counter() - start)

    def there(names: Iterable[str | None], digest: str) -> Path | None:
        return None if again else _there(folder, names, digest, options)

    try:
        out = path.is_file() and there((naming.before, output_name(path.name)), sha256(path))
        if not out:
            source = of_file(path, force=options.force)
            out = there(by_content(source), source.digest)
        if out:
            return ended("skipped", "converted before", out)
        planes = convert_source(source, weights_for(source, options), options)
    except UntrustedFrameError as error:
        return ended("refused", str(error).removeprefix(f"{path}: "))
    while True:
        out, new = choose(path, source, folder, naming)
        try:
            write_planes(out, planes, options.samples, new=new)
        except FileExistsError:
            if not out.exists():
                raise
            continue  # another process took the name meanwhile, so that there is another for this
        return ended("done", "; ".join(source.doubts), out)


def _there(folder: Path, names: Iterable[str | None], digest: str, options: Options) -> Path | None:
    """The output of an input, if it is there, whole, and what this conversion would make."""
    found = made_before(folder, names, digest)
    if found is None:
        return None
    out, header = found
    weights = options.weights or header.get("WEIGHTS")
    same = (
        header.get(MADE_BY) == onesun.__version__
        and header.get("GEOMETRY") == options.geometry
        and header.get("SAMPLES") == options.samples
        and header.get("WTSHA256") == release.load(weights).digest
        # What was forced then is only taken over if it may be forced now.
        and (options.force or "DOUBT1" not in header)
    )
    return out if same else None
