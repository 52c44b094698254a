"""The series of a region as files: numbers of every frame, and the fields of the last one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from onesun.errors import ConfigError, DamagedProductError
from onesun.geometry.grid import Grid
from onesun.geometry.window import Window
from onesun.io.files import open_product, sha256, whole_file, write_json
from onesun.series.totals import Total

PRODUCT = "series of a region"
FIELDS = ("input", "prediction", "target")
_TOTALS = ("target", "input", "matched", "prediction")


@dataclass(frozen=True)
class Moment:
    """One frame of the region.

    Parameters
    ----------
    stamp : the target's T_REC as YYYYMMDD_HHMMSS_TAI.
    time, input_time : of observation of the target and of the input, ISO in TAI.
    interval : integration time of the input, s; None where it is not recorded.
    observer_velocity : the target's OBS_VR, m/s; None where it is not recorded.
    pixels : target pixels measured: those where target and prediction have a value.
    target, input, matched, prediction : what they hold; the input is upsampled and scaled as the
        paper's baseline, ``matched`` is the same by the line of the method ``matched``.
    noise : standard deviation of the target's noise in these pixels, gauss; None where weak fields
        are too few for one.
    response : change of the target's unsigned field by that of its signal, both as fractions
        (:meth:`onesun.metrics.signal.Noise.response`); None without a noise.
    """

    stamp: str
    time: str
    input_time: str
    interval: float | None
    observer_velocity: float | None
    pixels: int
    target: Total
    input: Total
    matched: Total
    prediction: Total
    noise: float | None = None
    response: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """With the ratios to the target, that of the prediction with its noise."""
        unsigned, signed = self.target.unsigned, self.target.signed
        ratios = {
            "input": _over(self.input.unsigned, unsigned),
            "matched": _over(self.matched.unsigned, unsigned),
            "prediction": _over(self.prediction.unsigned_with_noise, unsigned),
            "input_signed": _over(self.input.signed, signed),
            "matched_signed": _over(self.matched.signed, signed),
            "prediction_signed": _over(self.prediction.signed, signed),
        }
        return asdict(self) | {"ratio": ratios}

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Moment:
        """From what :meth:`as_dict` gives."""
        values = {field.name: entry[field.name] for field in fields(cls)}
        totals = {name: Total(**values[name]) for name in _TOTALS}
        return cls(**(values | totals))


@dataclass(frozen=True)
class Series:
    """What ``onesun series`` writes.

    Parameters
    ----------
    pair, method, month : what was followed.
    input_instrument : name of the input's record.
    simulated : True where frames are simulated.
    noise : standard deviation added to the prediction, gauss.
    window : the region.
    moments : its frames in order of time, at least one.
    fields : of the last frame, gauss: ``input`` as observed, on the input grid; ``prediction`` and
        ``target``; empty unless asked for.
    """

    pair: str
    method: str
    month: str
    input_instrument: str
    simulated: bool
    noise: float
    window: Window
    moments: Sequence[Moment]
    fields: Mapping[str, np.ndarray]


def write(out: Path, series: Series) -> None:
    """Write the numbers as ``out`` (JSON) and before them the fields beside it (NPZ).

    Either is whole or absent, and the same series gives the same bytes.
    """
    arrays = out.with_suffix(".npz")
    out.unlink(missing_ok=True)  # an old one must not describe new fields
    with whole_file(arrays) as part:
        fields_only: dict[str, Any] = {name: series.fields[name] for name in FIELDS}
        np.savez_compressed(part, **fields_only)
    content = {
        "product": PRODUCT,
        "folder": ".",
        "files": {arrays.name: {"bytes": arrays.stat().st_size, "sha256": sha256(arrays)}},
        "pair": series.pair,
        "method": series.method,
        "month": series.month,
        "input_instrument": series.input_instrument,
        "simulated": series.simulated,
        "noise": series.noise,
        "grid": asdict(series.window.grid),
        "window": series.window.edges(),
        "frames": [moment.as_dict() for moment in series.moments],
    }
    write_json(out, content)


def read(path: Path, *, images: bool = False) -> Series:
    """Read what :func:`write` wrote; ``images`` also reads the fields of the last frame.

    Raises DamagedProductError when a file is missing, has changed or holds something else.
    """
    folder, content = open_product(path, PRODUCT, contents=images)
    try:
        arrays: dict[str, np.ndarray] = {}
        if images:
            (name,) = content["files"]
            with np.load(folder / name) as kept:
                arrays = {name: kept[name] for name in FIELDS}
        return Series(
            pair=content["pair"],
            method=content["method"],
            month=content["month"],
            input_instrument=content["input_instrument"],
            simulated=content["simulated"],
            noise=content["noise"],
            window=Window.of(Grid.from_settings(content["grid"]), content["window"]),
            moments=[Moment.of(entry) for entry in content["frames"]],
            fields=arrays,
        )
    except (KeyError, TypeError, ValueError, EOFError, BadZipFile, ConfigError) as error:
        raise DamagedProductError(f"{path}: no {PRODUCT} ({error})") from None


def _over(value: float | None, target: float) -> float | None:
    return None if value is None or target == 0 else value / target
