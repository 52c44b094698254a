"""An output beside its input: the disk, and three places looked at closely."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from scipy import ndimage

from onesun.conversion.checks import Compared
from onesun.conversion.output import Converted
from onesun.geometry.upsample import repeat
from onesun.io.files import whole_file

_SIDE = 0.14  # limb radii; of the places shown
# Gauss, to which a field and its standard deviation are shown.
_LIMITS = {
    "disk": (200.0, 40.0),
    "active region": (1000.0, 200.0),
    "quiet Sun": (50.0, 20.0),
    "limb": (200.0, 100.0),
}


def write_picture(compared: Compared, path: Path) -> None:
    """Write a PNG: rows are the disk, an active region, quiet Sun and the limb; columns the
    calibrated input, the output and, where there is one, its standard deviation."""
    matplotlib.use("Agg")
    output = compared.output
    columns = {"input": repeat(compared.given, compared.factor), "output": output.field}
    if output.deviation is not None:
        columns["standard deviation"] = output.deviation
    figure = Figure(figsize=(11 / 3 * len(columns), 12.4), layout="constrained")
    grid = figure.subplots(4, len(columns))
    places = {"disk": (slice(None), slice(None)), **_places(compared)}
    for axes, (name, where) in zip(grid, places.items(), strict=True):
        limit, most = _LIMITS[name]
        for each, (what, field) in zip(axes, columns.items(), strict=True):
            low, high, cmap = (
                (0.0, most, "viridis") if what == "standard deviation" else (-limit, limit, "gray")
            )
            image = each.imshow(
                field[where], origin="lower", cmap=cmap, vmin=low, vmax=high,
                interpolation="nearest", extent=_extent(compared, where),
            )  # fmt: skip
            each.set_facecolor("#d8c9a8")
            each.set_title(f"{name}: {what}", fontsize=9)
            each.tick_params(labelsize=7)
            figure.colorbar(image, ax=each, shrink=0.8, label="G")
    figure.suptitle(_title(output), fontsize=10)
    with whole_file(path) as part:
        figure.savefig(part, dpi=110, format="png")


def _title(output: Converted) -> str:
    header = output.header
    without = "" if output.deviation is not None else "\nthe network states no error"
    weights = f"{header['WEIGHTS']}, {header['METHOD']}"
    return f"{header['INFILE']}, weights {weights}, arcsec{without}"


def _extent(compared: Compared, where: tuple[slice, slice]) -> tuple[float, float, float, float]:
    pointing = compared.output.view.pointing
    edges = []
    for part, size, centre in zip(
        where[::-1], compared.output.view.shape[::-1], (pointing.x0, pointing.y0), strict=True
    ):
        first, last, _ = part.indices(size)
        edges += [(edge - 0.5 - centre) * pointing.scale for edge in (first, last)]
    left, right, bottom, top = edges
    return left, right, bottom, top


def _places(compared: Compared) -> dict[str, tuple[slice, slice]]:
    """Rows and columns of the output where the field is strongest, weakest, and at the limb."""
    view, factor = compared.view, compared.factor
    side = max(int(_SIDE * view.pointing.limb_radius), 4)
    strength = ndimage.uniform_filter(np.abs(np.nan_to_num(compared.matched)), side)
    radius = view.radius()
    at = {
        "active region": np.where(radius < 0.8, strength, -np.inf).argmax(),
        "quiet Sun": np.where(radius < 0.5, strength, np.inf).argmin(),
        "limb": np.where((radius > 0.94) & (radius < 0.97), strength, -np.inf).argmax(),
    }
    found = {}
    for name, index in at.items():
        rows, columns = (
            slice(max(centre - side // 2, 0) * factor, (centre + side // 2) * factor)
            for centre in map(int, np.unravel_index(index, view.shape))
        )
        found[name] = rows, columns
    return found
