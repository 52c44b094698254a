"""How every figure looks, and how it is written: PNG, PDF and its caption."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.typing import RcKeyType

from onesun.io.files import whole_file, write_text

# Okabe and Ito's colours, which every kind of colour vision tells apart.
BLACK, ORANGE, SKY, GREEN = "#000000", "#e69f00", "#56b4e9", "#009e73"
BLUE, VERMILION, PURPLE = "#0072b2", "#d55e00", "#cc79a7"
# The same role has the same colour in every figure.
TARGET, INPUT, BASELINE, PREDICTION = BLACK, SKY, PURPLE, ORANGE
FAIR = BLUE  # the baseline by the line of equal resolution
IDEAL = VERMILION  # where a perfect method would lie
OFF_DISK = "#d8c9a8"
HEAD = {"size": "medium", "style": "italic"}  # of the words above a whole figure
FIELD = "line-of-sight field (G)"

Width = Literal["column", "page"]
Extent = tuple[float, float, float, float]


@dataclass(frozen=True)
class Style:
    """The configuration's section ``figures.style``.

    Parameters
    ----------
    size : of the text, points.
    column, page : width of a figure of one column and of both, inches.
    dpi : pixels per inch of the PNG and of images within the PDF.
    field_limit : the grey scale of fields ends at plus and minus this many gauss.
    """

    size: float
    column: float
    page: float
    dpi: int
    field_limit: float

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Style:
        return cls(**settings)

    def width(self, width: Width) -> float:
        return self.column if width == "column" else self.page

    def parameters(self) -> dict[RcKeyType, Any]:
        """matplotlib's, whatever the user's own file of them says."""
        small = 0.85 * self.size
        return {
            "font.size": self.size,
            "axes.titlesize": self.size,
            "axes.labelsize": self.size,
            "xtick.labelsize": small,
            "ytick.labelsize": small,
            "legend.fontsize": small,
            "legend.frameon": False,
            "axes.linewidth": 0.6,
            "lines.linewidth": 1.0,
            "image.interpolation": "nearest",
            "pdf.fonttype": 42,  # letters stay letters, for search and for editors
            "savefig.dpi": self.dpi,
        }


@contextmanager
def sheet(out: Path, style: Style, width: Width, height: float, caption: str) -> Iterator[Figure]:
    """Yield an empty figure; what was drawn is written when the block succeeds.

    Parameters
    ----------
    out : PNG to write; the same as PDF, and its caption as .md, go beside it. Each is whole or
        absent, and the same figure gives the same bytes.
    width, height : of the figure; a name, and inches.
    caption : what is shown, of how many frames or pixels, in which units; Markdown. The number of
        a figure that is named fig1 and so on comes before it.
    """
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(style.parameters())
        figure = Figure(figsize=(style.width(width), height), layout="constrained")
        yield figure
        for path, metadata in (
            (out, {"Software": None}),
            (out.with_suffix(".pdf"), {"CreationDate": None, "Producer": None, "Creator": None}),
        ):
            kind = path.suffix.removeprefix(".")
            with whole_file(path) as part:
                figure.savefig(part, format=kind, metadata=metadata)
    number = re.match(r"fig(\d+)\b", out.stem)
    begin = f"**Figure {number[1]}.** " if number else ""
    write_text(out.with_suffix(".md"), f"{begin}{caption.strip()}\n")


def show_field(
    axes: Axes, field: np.ndarray, extent: Extent, limit: float, cmap: str = "gray"
) -> AxesImage:
    """Draw a field on a grey scale from minus to plus ``limit`` gauss, north up.

    Parameters
    ----------
    field : (ny, nx) gauss; NaN shows as the colour of the sky.
    extent : left, right, bottom and top edge, arcsec from the disk centre.
    """
    axes.set_facecolor(OFF_DISK)
    return axes.imshow(
        field, origin="lower", cmap=cmap, vmin=-limit, vmax=limit, extent=extent, rasterized=True
    )
