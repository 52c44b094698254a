"""The stage ``crop``: a region of a month's aligned frames, kept as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from onesun.errors import ConfigError, DamagedProductError
from onesun.geometry.grid import Grid, Which
from onesun.geometry.window import Window
from onesun.io.files import folder_listing, read_json, whole_product, write_json
from onesun.io.progress import track
from onesun.products.aligned import AlignedFrame, AlignedMonth, place_cards, read_month, write_field
from onesun.products.selection import open_month

PRODUCT = "frames of a region"


@dataclass(frozen=True)
class RegionMonth:
    """What ``onesun crop`` writes.

    Parameters
    ----------
    month : the frames; targets are of ``window``, inputs of ``wide``.
    window : the region.
    margin : input pixels that inputs have more than the region on every side.
    """

    month: AlignedMonth
    window: Window
    margin: int

    @property
    def wide(self) -> Window:
        """The region with its margin: what a method is given."""
        return self.window.widened(self.margin)


def crop(
    pair: str,
    month: str,
    manifest: Path,
    region: Mapping[str, Any],
    margin: int,
    grid: Grid,
    out: Path,
) -> None:
    """Cut a region out of a month: FITS files in the folder ``out``, ``out``.json beside it.

    Parameters
    ----------
    pair, month : of the aligned frames.
    manifest : of the month's aligned frames.
    region : ``centre`` and ``size``, arcsec on the common grid.
    margin : input pixels around it for methods to see.
    grid : the common grid.
    out : folder to write, whole or not at all.

    Raises ConfigError when the manifest is of another pair or month, or the region with its margin
    leaves the grid.
    """
    opened = open_month(manifest, pair, month)
    window = Window.around(grid, region["centre"], region["size"])
    windows: dict[Which, Window] = {"input": window.widened(margin), "target": window}
    with whole_product(out, out.with_name(out.name + ".json")) as (folder, listing):
        for frame in track(opened.frames, f"cropping {pair} {month}"):
            for which, part in windows.items():
                _crop_field(opened, frame, which, part, folder)
        content = {
            "product": PRODUCT,
            "folder": out.name,
            "files": folder_listing(folder),
            "pair": pair,
            "month": month,
            "input_instrument": opened.input_instrument,
            "target_instrument": opened.target_instrument,
            "frames": [frame.as_dict() for frame in opened.frames],
            "window": window.edges(),
            "margin": margin,
            "grid": asdict(grid),
            "simulated": opened.simulated,
        }
        write_json(listing, content)


def _crop_field(
    month: AlignedMonth, frame: AlignedFrame, which: Which, window: Window, folder: Path
) -> None:
    name = frame.file(which)
    cards = place_cards(month.folder / name)
    for key, pixels in zip(("CRPIX2", "CRPIX1"), window.slices(which), strict=True):
        if key in cards:
            value, comment = cards[key]
            cards[key] = (value - pixels.start, comment)
    write_field(folder / name, window.of_field(month.field(frame, which), which), cards)


def open_region(manifest: Path, pair: str, month: str) -> RegionMonth:
    """Open what :func:`crop` wrote.

    Raises DamagedProductError when the manifest is damaged or a file is missing, ConfigError when
    it is of another pair or month than asked for.
    """
    opened, content = read_month(manifest, PRODUCT), read_json(manifest)
    if (opened.pair, opened.month) != (pair, month):
        raise ConfigError(
            f"{manifest}: a region of {opened.pair} {opened.month}, expected {pair} {month}"
        )
    try:
        grid = Grid.from_settings(content["grid"])
        return RegionMonth(opened, Window.of(grid, content["window"]), int(content["margin"]))
    except (KeyError, TypeError, ValueError, ConfigError) as error:
        raise DamagedProductError(f"{manifest}: no manifest of {PRODUCT} ({error})") from None


def shown(region: RegionMonth, wide_field: np.ndarray, which: Which) -> np.ndarray:
    """What of a field on the region with its margin lies in the region; a view."""
    return region.wide.without_margin(wide_field, region.margin, which)
