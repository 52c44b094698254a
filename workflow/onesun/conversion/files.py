"""From a file to a file, unless the output is there already."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from astropy.io import fits

from onesun.conversion import weights
from onesun.conversion.convert import Options, convert_source, weights_for
from onesun.conversion.naming import Naming, by_content, choose, made_before
from onesun.conversion.source import MADE_BY, of_file
from onesun.conversion.write import output_name, write_planes
from onesun.errors import UntrustedFrameError
from onesun.io.files import sha256
from onesun.training import model
from onesun.version import __version__

STATED = "standard deviation and half-widths"
NO_ERROR = "none, the network states no error"

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
    error : what the output has of one, or in words that it has none; empty if refused.
    unsigned_flux_mx, unsigned_flux_with_noise_mx : of the output, r < 0.95, as delivered and as
        expected with HMI's noise; empty if refused.
    """

    file: str
    result: _Result
    reason: str
    output: str
    seconds: float
    error: str = ""
    unsigned_flux_mx: float | str = ""
    unsigned_flux_with_noise_mx: float | str = ""

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

    def ended(
        result: _Result,
        reason: str = "",
        out: Path | str = "",
        header: Mapping[str, Any] | None = None,
    ) -> Outcome:
        seconds = time.perf_counter() - start
        return Outcome(str(path), result, reason, str(out), seconds, *_stated_by(header or {}))

    def there(names: Iterable[str | None], digest: str) -> tuple[Path, fits.Header] | None:
        return None if again else _there(folder, names, digest, options)

    try:
        found = None
        if path.is_file():
            found = there((naming.before, output_name(path.name)), sha256(path))
        if not found:
            source = of_file(path, force=options.force)
            found = there(by_content(source), source.digest)
        if found:
            return ended("skipped", "converted before", found[0], found[1])
        planes = convert_source(source, weights_for(source, options), options)
    except UntrustedFrameError as error:
        return ended("refused", str(error).removeprefix(f"{path}: "))
    while True:
        out, new = choose(path, source, folder, naming)
        try:
            write_planes(out, planes, new=new)
        except FileExistsError:
            if not out.exists():
                raise
            continue  # another process took the name meanwhile, so that there is another for this
        return ended("done", "; ".join(source.doubts), out, planes.header)


def _stated_by(header: Mapping[str, Any]) -> tuple[str, float | str, float | str]:
    """What a row says of an output: its error and its unsigned fluxes."""
    return _error(header.get("ERRORS")), header.get("USFLUX", ""), header.get("USFLUXN", "")


def _error(errors: str | None) -> str:
    """What a row says of an output's error, by its keyword ``ERRORS``."""
    if errors is None:
        return ""
    return NO_ERROR if errors == weights.NO_ERROR else STATED


def _there(
    folder: Path, names: Iterable[str | None], digest: str, options: Options
) -> tuple[Path, fits.Header] | None:
    """The output of an input, if it is there, whole, and what this conversion would make."""
    found = made_before(folder, names, digest)
    if found is None:
        return None
    _, header = found
    same = (
        header.get(MADE_BY) == __version__
        and header.get("GEOMETRY") == options.geometry
        and "USFLUXN" in header
        and _of_these_weights(header, options)
        # What was forced then is only taken over if it may be forced now.
        and (options.force or "DOUBT1" not in header)
    )
    return found if same else None


def _of_these_weights(header: fits.Header, options: Options) -> bool:
    if options.weights is None and header.get("WEIGHTS") not in model.names():
        return False
    network = weights.load(options.weights or header["WEIGHTS"])
    return all(
        header.get(keyword) == value for keyword, value in weights.signature(network).items()
    )
