"""The stage ``predict``: a method's answer to every aligned frame of a month."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from onesun.errors import UntrustedFrameError
from onesun.io.files import folder_listing, whole_product, write_json
from onesun.io.progress import track
from onesun.methods.base import Method
from onesun.methods.kinds import REFERENCES
from onesun.products.aligned import AlignedFrame, AlignedMonth, place_cards, write_field
from onesun.products.predictions import PRODUCT, file_name
from onesun.products.selection import open_month


def predict(pair: str, name: str, month: str, manifest: Path, method: Method, out: Path) -> None:
    """Predict a month: FITS files in the folder ``out``, its manifest ``out``.json beside it.

    Parameters
    ----------
    pair, month : of the aligned frames.
    name : the method's name in the configuration.
    manifest : of the month's aligned frames.
    method : what predicts.
    out : folder to write, whole or not at all.

    Raises ConfigError when the manifest is of another pair or month.
    """
    opened = open_month(manifest, pair, month)
    with whole_product(out, out.with_name(out.name + ".json")) as (folder, listing):
        for frame in track(opened.frames, f"predicting {pair} {name} {month}"):
            _predict_frame(opened, frame, name, method, folder)
        content = {
            "product": PRODUCT,
            "folder": out.name,
            "files": folder_listing(folder),
            "pair": pair,
            "method": name,
            "month": month,
            "reads": method.reads,
            "prediction": method.name not in REFERENCES,
            "frames": [frame.stamp for frame in opened.frames],
            "simulated": opened.simulated,
        }
        write_json(listing, content)


def _predict_frame(
    month: AlignedMonth, frame: AlignedFrame, name: str, method: Method, folder: Path
) -> None:
    try:
        prediction = method.predict(month.field(frame, method.reads), frame)
    except UntrustedFrameError as error:
        read = month.folder / frame.file(method.reads)
        raise UntrustedFrameError(f"{read}: {error}") from None
    # A prediction lies where its target does and is of its time.
    cards: dict[str, Any] = place_cards(month.folder / frame.target_file)
    cards["PAIR"] = (month.pair, "input and target instruments")
    cards["METHOD"] = (name, "what made this field")
    cards["READS"] = (method.reads, "made of this; of target: no prediction")
    if method.name in REFERENCES:
        cards["PREDICTS"] = (False, f"it {REFERENCES[method.name]}")
    write_field(folder / file_name(frame.stamp), prediction, cards)
