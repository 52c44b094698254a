"""A magnetogram as a picture."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image

from onesun import instruments
from onesun.geometry.grid import RSUN_AT_1AU
from onesun.io.files import whole_file
from onesun.reading.magnetogram import Magnetogram

MADE_WITH = "onesun show"  # by which a picture of an earlier call is known
_PIXELS = 1024  # of the disk's picture; a larger frame is thinned by averaging


def write_png(
    frame: Magnetogram,
    path: Path,
    *,
    limit: float,
    aligned: bool = False,
    title: str | None = None,
    axes_of: str = "detector",
) -> None:
    """Write ``frame`` as a PNG.

    Parameters
    ----------
    frame : what to draw, as the detector saw it or, if ``aligned``, turned to solar north and
        scaled to 1 AU by its header alone.
    limit : the grey scale is symmetric and ends at plus and minus this many gauss.
    title : what it is; if absent, the instrument.
    axes_of : whose x and y the picture has unless it is aligned.
    """
    matplotlib.use("Agg")
    from matplotlib.figure import Figure

    field, extent, labels = _picture(frame, aligned, axes_of)
    figure = Figure(figsize=(6.4, 5.4), layout="constrained")
    axes = figure.subplots()
    image = axes.imshow(
        field, origin="lower", cmap="gray", vmin=-limit, vmax=limit, extent=extent,
        interpolation="nearest",
    )  # fmt: skip
    axes.set_facecolor("#d8c9a8")
    radius = RSUN_AT_1AU if aligned else frame.pointing.rsun
    turn = np.linspace(0, 2 * np.pi, 721)
    axes.plot(radius * np.cos(turn), radius * np.sin(turn), color="#d55e00", lw=0.6)
    axes.set(xlabel=f"{labels[0]} (arcsec)", ylabel=f"{labels[1]} (arcsec)")
    axes.set_title(_title(frame, aligned, title), fontsize=10)
    figure.colorbar(image, ax=axes, label="line-of-sight field (G)", extend="both", shrink=0.85)
    with whole_file(path) as part:
        figure.savefig(part, dpi=150, format="png", metadata={"Software": MADE_WITH})


def is_other_picture(path: Path) -> bool:
    """Whether a file is there that :func:`write_png` did not write."""
    if not path.exists():
        return False
    try:
        with Image.open(path) as picture:
            return picture.info.get("Software") != MADE_WITH
    except OSError:  # no picture at all
        return True


def _title(frame: Magnetogram, aligned: bool, title: str | None) -> str:
    simulated = " (simulated)" if frame.simulated else ""
    time = frame.time.utc.isot[:19].replace("T", " ")
    how = "solar north up" if aligned else f"as recorded, roll {frame.pointing.roll:.2f}°"
    if title:
        how = "solar north up" if aligned else f"roll {frame.pointing.roll:.2f}°"
        return f"{title}  {time} UTC, {how}"
    return f"{instruments.load(frame.instrument).title}{simulated}  {time} UTC, {how}"


def _picture(
    frame: Magnetogram, aligned: bool, axes_of: str
) -> tuple[np.ndarray, tuple[float, float, float, float], tuple[str, str]]:
    """Pixels, where they end (arcsec from the disk centre), and what the axes show."""
    if aligned:
        from onesun.alignment.standard import by_header

        field = by_header(frame, _PIXELS)
        half = field.shape[0] / 2 * (2.2 * RSUN_AT_1AU / _PIXELS)
        labels = ("solar west as from 1 AU", "solar north as from 1 AU")
        return field, (-half, half, -half, half), labels
    pointing = frame.pointing
    thin = max(1, frame.field.shape[0] // _PIXELS)
    ny, nx = (size // thin * thin for size in frame.field.shape)
    blocks = frame.field[:ny, :nx].reshape(ny // thin, thin, nx // thin, thin)
    left, right = (np.array([-0.5, nx - 0.5]) - pointing.x0) * pointing.scale
    low, high = (np.array([-0.5, ny - 0.5]) - pointing.y0) * pointing.scale
    labels = (f"{axes_of} x from the disk centre", f"{axes_of} y from the disk centre")
    return blocks.mean(axis=(1, 3)), (left, right, low, high), labels
