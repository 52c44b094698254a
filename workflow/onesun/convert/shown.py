"""An output in words and as a picture: what `onesun info` and `onesun show` say of it."""

from __future__ import annotations

import warnings
from pathlib import Path

import matplotlib
import numpy as np

from onesun.convert.flags import MEANINGS, Flag
from onesun.convert.made import MADE_BY
from onesun.convert.output import Converted
from onesun.files import whole_file
from onesun.show import thinned

_ERROR_SHARE = 5.0  # the scale of errors ends at the field's over this


def describe(output: Converted) -> str:
    """What an output is, units included: its input's name, then a line for each."""
    header = output.header
    pointing = output.view.pointing
    on_disk = (output.mask & Flag.OFF_DISK) == 0
    rows = {
        "made by": f"OneSun {header[MADE_BY]}, from {header['INFILE']}",
        "instrument": f"{header['INSTRUME']}, as HMI would have seen it",
        "time": header["T_OBS"],
        "network": f"{header['METHOD']}, {header['WEIGHTS']}, SHA-256 {header['WTSHA256'][:12]}…",
        "geometry": f"{header['GEOMETRY']}, {pointing.scale:.6f} arcsec/px, "
        f"roll {pointing.roll:.4f} deg",
        "field": f"{np.nanmin(output.field):.1f} to {np.nanmax(output.field):.1f} G",
        "error": _error(output),
        "flagged": f"{np.mean(output.mask[on_disk] != 0):.2%} of the disk{_flags(output, on_disk)}",
        **{key.lower(): header[key] for key in header if key.startswith("DOUBT")},
    }
    width = max(len(name) for name in rows)
    return "\n".join([header["INFILE"], *(f"  {name:{width}}  {rows[name]}" for name in rows)])


def _error(output: Converted) -> str:
    if output.error is None:
        return "none, the network states no error"
    low, middle, high = np.nanpercentile(output.error, (5, 50, 95))
    return f"{middle:.1f} G in the median, 5 % below {low:.1f} G, 5 % above {high:.1f} G"


def _flags(output: Converted, on_disk: np.ndarray) -> str:
    bits = int(np.bitwise_or.reduce(output.mask[on_disk], axis=None))
    found = [meaning for flag, meaning in MEANINGS.items() if bits & flag]
    return f" ({'; '.join(found)})" if found else ""


def write_png(output: Converted, path: Path, *, limit: float) -> None:
    """Write the field and, if there is one, its error beside it.

    Parameters
    ----------
    limit : the grey scale of the field ends at plus and minus this many gauss.
    """
    matplotlib.use("Agg")
    from matplotlib.figure import Figure

    panels = {"field": output.field}
    if output.error is not None:
        panels["error"] = output.error
    figure = Figure(figsize=(6.4 * len(panels), 5.6), layout="constrained")
    every = np.atleast_1d(figure.subplots(1, len(panels)))
    for axes, (name, plane) in zip(every, panels.items(), strict=True):
        with warnings.catch_warnings(action="ignore"):  # a block without any value
            shown, extent = thinned(plane, output.view.pointing)
        low, high, cmap = -limit, limit, "gray"
        if name == "error":
            low, high, cmap = 0.0, limit / _ERROR_SHARE, "viridis"
        image = axes.imshow(
            shown, origin="lower", cmap=cmap, vmin=low, vmax=high, extent=extent,
            interpolation="nearest",
        )  # fmt: skip
        axes.set_facecolor("#d8c9a8")
        axes.set(xlabel="x from the disk centre (arcsec)", ylabel="y (arcsec)", title=name)
        figure.colorbar(image, ax=axes, label=f"{name} (G)", extend="max", shrink=0.85)
    figure.suptitle(_title(output), fontsize=10)
    with whole_file(path) as part:
        figure.savefig(part, dpi=150, format="png")


def _title(output: Converted) -> str:
    header = output.header
    without = "; the network states no error" if output.error is None else ""
    return f"{header['INFILE']}, converted by {header['WEIGHTS']}, {header['METHOD']}{without}"
