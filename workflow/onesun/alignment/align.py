"""The stage: a month of raw frames of two instruments becomes a month of aligned pairs."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from onesun import instruments
from onesun.alignment.mapping import HeaderMapping, input_mapping
from onesun.alignment.pairing import Pair, pair
from onesun.alignment.record import PairRecord
from onesun.alignment.registration import Registrar, check
from onesun.alignment.resample import resample
from onesun.alignment.screening import Observation, Refusal, refuse, screen
from onesun.alignment.settings import Align
from onesun.errors import OneSunError, UntrustedFrameError
from onesun.geometry.grid import Grid
from onesun.geometry.psf import matched
from onesun.io.files import folder_listing, whole_product, write_json, write_text
from onesun.io.progress import track
from onesun.products.aligned import PRODUCT, write_field
from onesun.products.raw import files_of
from onesun.reading import read


@dataclass(frozen=True)
class AlignTask:
    """What to align.

    Parameters
    ----------
    pair, month : names of the pair and of the calendar month (YYYY-MM) of the target's T_REC.
    input_instrument, target_instrument : names of the instrument records.
    input_manifest, target_manifest : manifests of the months of raw frames.
    settings : the configuration's section ``align``.
    grid : the common grid.
    """

    pair: str
    month: str
    input_instrument: str
    target_instrument: str
    input_manifest: Path
    target_manifest: Path
    settings: Align
    grid: Grid


def align_month(task: AlignTask, out: Path) -> None:
    """Align a month: the folder ``out``, and beside it .json, .frames.csv and .refused.csv.

    Every raw frame ends up in one of the two tables. Raises OneSunError when no pair is usable;
    the table of refusals is then written all the same.
    """
    out = Path(out)
    check(task.settings, task.grid)
    pairs, refused = _pairs(task)
    entries: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    refusals_file = Path(f"{out}.refused.csv")
    with whole_product(out, Path(f"{out}.json")) as (folder, listing):
        for source, target in track(pairs, f"aligning {task.pair} {task.month}", total=len(pairs)):
            try:
                paired = _align_pair(task, source, target, folder)
            except UntrustedFrameError as error:
                refused += _both_refused(source, target, str(error))
                continue
            # Not the record itself, which holds both frames.
            entries.append(paired.entry().as_dict())
            rows.append(paired.row())
        write_text(refusals_file, _table([asdict(one) for one in refused], _columns()))
        if not entries:
            raise OneSunError(
                f"{task.pair} {task.month}: no usable pair; {len(refused)} frames are listed with "
                f"their reasons in {refusals_file}{_example(refused)}"
            )
        write_json(listing, _manifest(task, out.name, folder, entries, refused))
        write_text(Path(f"{out}.frames.csv"), _table(rows, list(rows[0])))


def _pairs(task: AlignTask) -> tuple[list[Pair], list[Refusal]]:
    max_missing = task.settings.max_missing
    inputs, refused = screen(files_of(task.input_manifest), task.input_instrument, max_missing)
    targets, others = screen(files_of(task.target_manifest), task.target_instrument, max_missing)
    targets, unwanted = _of_month(targets, task.month)
    pairs, alone = pair(inputs, targets, task.settings.tolerance)
    return pairs, refused + others + unwanted + alone


def _of_month(
    targets: Sequence[Observation], month: str
) -> tuple[list[Observation], list[Refusal]]:
    """The targets of the month, one to a slot, and refusals of the rest."""
    kept: dict[str, Observation] = {}
    refused = []
    for target in targets:
        if target.stamp[:6] != month.replace("-", ""):
            refused.append(refuse(target, f"its T_REC {target.stamp} is not in {month}"))
        elif target.stamp in kept:
            first = kept[target.stamp].path.name
            refused.append(refuse(target, f"its T_REC {target.stamp} is already used by {first}"))
        else:
            kept[target.stamp] = target
    return list(kept.values()), refused


def _align_pair(
    task: AlignTask, source: Observation, target: Observation, folder: Path
) -> PairRecord:
    """Align one pair and write it into ``folder``; only these two frames are in memory."""
    grid = task.grid
    frame, reference = read(source.path, source.instrument), read(target.path, target.instrument)
    aligned_target = resample(
        reference.field,
        reference.pointing,
        HeaderMapping.on_grid(grid, "target", reference.pointing),
    )
    record = instruments.load(source.instrument)
    at_input_resolution = matched(
        aligned_target,
        grid,
        fwhm=record.optics.fwhm,
        pixel=record.detector.plate_scale,
        dsun=frame.pointing.dsun,
    )
    mapping = input_mapping(
        grid, reference.pointing, frame.pointing, source.seconds - target.seconds
    )
    registration = Registrar(frame, at_input_resolution, mapping, grid, task.settings).run()
    aligned_input = resample(
        frame.field, frame.pointing, mapping.corrected(registration.correction)
    )
    paired = PairRecord(target.stamp, grid, frame, reference, registration)
    write_field(folder / paired.file("input"), aligned_input, paired.cards("input"))
    write_field(folder / paired.file("target"), aligned_target, paired.cards("target"))
    return paired


def _both_refused(source: Observation, target: Observation, reason: str) -> list[Refusal]:
    return [
        refuse(source, reason),
        refuse(target, f"no partner: {source.path.name} was refused"),
    ]


def _columns() -> list[str]:
    return [field.name for field in fields(Refusal)]


def _table(rows: Sequence[dict[str, Any]], columns: Sequence[str]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _example(refused: Sequence[Refusal]) -> str:
    return f" (the first: {refused[0].file}: {refused[0].reason})" if refused else ""


def _manifest(
    task: AlignTask,
    name: str,
    folder: Path,
    frames: Sequence[dict[str, Any]],
    refused: Sequence[Refusal],
) -> dict[str, Any]:
    return {
        "product": PRODUCT,
        "pair": task.pair,
        "month": task.month,
        "input_instrument": task.input_instrument,
        "target_instrument": task.target_instrument,
        "folder": name,
        "files": folder_listing(folder),
        "frames": list(frames),
        "refused": len(refused),
        "settings": task.settings.model_dump(),
        "grid": asdict(task.grid),
        "simulated": any(frame["simulated"] for frame in frames),
    }
