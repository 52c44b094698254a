"""The stage ``fit``: methods that follow from sums over months of frames."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from onesun.calibration.product import read_matched
from onesun.errors import ConfigError
from onesun.geometry.grid import Grid
from onesun.methods.fitting import equated, product, ridge, wiener
from onesun.methods.fitting.frames import SETS, choose
from onesun.methods.kinds import FITTED, FITTED_TO_TEST
from onesun.products import split as splits
from onesun.products.aligned import read_month
from onesun.products.cards import check_pair

_FITS = {"equated": equated.fit, "ridge": ridge.fit, "wiener": wiener.fit}


def fit(
    pair: str,
    method: str,
    manifests: Sequence[Path],
    split: str | Path,
    calibration: Path | None,
    sections: dict[str, Any],
    out: Path,
) -> None:
    """Fit one method and write its folder, whole or not at all.

    Parameters
    ----------
    pair, method : names.
    manifests : manifests of the aligned training and validation months; for a bound, of the test
        months.
    split, calibration : products of the stages before; the matched line's zero point is used. A
        bound fits a constant of its own and needs no calibration.
    sections : the sections method, fitting, calibration and grid.
    out : folder to write fit.safetensors and card.json into.

    Raises ConfigError when the method is of a kind that is not fitted, a month of another set, or
    the calibration is absent where it is needed.
    """
    kind = sections["method"]["kind"]
    if kind not in _FITS:
        *others, last = _FITS
        raise ConfigError(
            f"method.kind: {kind} found, expected {', '.join(others)} or {last}; other "
            "kinds are not fitted"
        )
    grid = Grid.from_settings(sections["grid"])
    settings, within = sections["fitting"], sections["calibration"]["within_radius"]
    zero_point = _zero_point(kind, calibration, pair)
    names = ("test",) if kind in FITTED_TO_TEST else SETS
    sets = choose(pair, manifests, split, zero_point, settings["frames_per_month"], names)
    fitted = _FITS[kind](sets, grid, within, settings[kind])
    by_month = {read_month(manifest).month: manifest for manifest in manifests}
    card = {
        "pair": pair,
        "method": method,
        "kind": kind,
        "factor": grid.factor,
        "zero_point": zero_point,
        "within_radius": within,
        "settings": {"frames_per_month": settings["frames_per_month"], **settings[kind]},
        "data": {name: frames.described(by_month) for name, frames in sets.items()},
        "split": [vars(row) for row in sorted(splits.read(split)) if row.pair == pair],
        "simulated": any(frames.simulated for frames in sets.values()),
    }
    product.write(out, fitted, card)


def _zero_point(kind: str, calibration: Path | None, pair: str) -> float:
    """The input where the target is 0, gauss; 0 for a bound, which has a constant of its own."""
    if kind not in FITTED:
        return 0.0
    if calibration is None:
        raise ConfigError(f"--calibration: absent, but a method of kind {kind} needs it")
    check_pair(calibration, pair)
    return read_matched(calibration).a
