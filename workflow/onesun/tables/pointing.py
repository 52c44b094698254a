"""Scores by the header's pointing beside scores after registration to the target."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from onesun.errors import ConfigError
from onesun.io.files import whole_file, write_text
from onesun.metrics.pointing.product import Found, PointedMonth, pointed, read, statistics_file
from onesun.metrics.regions import Region
from onesun.tables.columns import Cell, Column, make_columns
from onesun.tables.intervals import bounds, interval
from onesun.tables.text import SIMULATED, csv_text, frames, line, number, write_both


@dataclass(frozen=True)
class Scored:
    """A pair by a method.

    Parameters
    ----------
    method : its name in the configuration.
    months : what registration found.
    columns : Table 1's, by the header and by each model of registration, in this order.
    """

    method: str
    months: Sequence[PointedMonth]
    columns: Sequence[Column]

    @property
    def pair(self) -> str:
        return self.months[0].pair

    @property
    def pointings(self) -> Sequence[str]:
        return self.months[0].pointings

    def found(self, model: str) -> list[Found]:
        """What was found by a model of registration, in the order of months and stamps."""
        return [
            month.frames[stamp][model] for month in self.months for stamp in sorted(month.frames)
        ]


def write_pointing(table1: Mapping[str, Any], paths: Sequence[Path], out: Path) -> None:
    """Write the table as ``out`` (CSV), beside it as Markdown, and the frames as .frames.csv.

    The CSV has a line for each pair, method, pointing and area: pixels, correlation and its
    interval, ``independent``, the effective number of independent blocks that it rests on, the
    gain in correlation over the header's pointing and its interval, RMSE and bias (gauss), and the
    slope of prediction against target. The other has a line for each frame and model of
    registration: where the prediction's features lie.

    Parameters
    ----------
    table1 : its rows and bootstrap.
    paths : what ``onesun pointing`` wrote, in any order; statistics are beside them.

    Raises ConfigError when files are of different models of registration or do not fit each other.
    """
    scored = _scored(table1, paths)
    regions = [Region.from_settings(row) for row in table1["rows"]]
    lines = [record for each in scored for record in _records(each, regions)]
    text = "\n\n".join(_markdown(scored, regions, table1["bootstrap"])) + "\n"
    with whole_file(out.with_suffix(".frames.csv")) as shifts:
        write_text(shifts, csv_text([record for each in scored for record in _shifts(each)]))
        write_both(out, csv_text(lines), text)


def _scored(table1: Mapping[str, Any], paths: Sequence[Path]) -> list[Scored]:
    files = {path: read(path) for path in sorted(set(paths))}
    if len({file.models for file in files.values()}) > 1:
        raise ConfigError("predictions registered by different models, expected the same ones")
    found = []
    for pair, method in sorted({(file.pair, file.method) for file in files.values()}):
        months = {
            path: file for path, file in files.items() if (file.pair, file.method) == (pair, method)
        }
        pointings = next(iter(months.values())).pointings
        columns = [
            {"name": pointing, "pair": pair, "method": pointed(method, pointing)}
            for pointing in pointings
        ]
        beside = [statistics_file(path, pointing) for path in months for pointing in pointings]
        in_time = sorted(months.values(), key=lambda month: month.month)
        found.append(Scored(method, in_time, make_columns({**table1, "columns": columns}, beside)))
    return found


def _records(scored: Scored, regions: Sequence[Region]) -> Iterator[dict[str, Any]]:
    for column in scored.columns:
        for region, cell in zip(regions, column.cells, strict=True):
            agreement, known = cell.agreement, cell.correlation is not None
            yield {
                "pair": scored.pair,
                "method": scored.method,
                "pointing": column.name,
                "area": region.name,
                "frames": column.frames,
                "pixels": agreement.n,
                "correlation": number(cell.correlation),
                **bounds("correlation", cell.interval if known else None),
                "independent": number(cell.independent),
                "gain": number(cell.gain),
                **bounds("gain", cell.gain_interval if known else None),
                "rmse": number(agreement.rmse),
                "bias": number(agreement.bias),
                "slope": number(agreement.slope),
            }


def _shifts(scored: Scored) -> Iterator[dict[str, Any]]:
    for month in scored.months:
        for stamp in sorted(month.frames):
            for model, found in month.frames[stamp].items():
                about = {"pair": month.pair, "method": month.method, "frame": stamp}
                yield {**about, "model": model, **asdict(found)}


def _markdown(
    scored: Sequence[Scored], regions: Sequence[Region], bootstrap: Mapping[str, Any]
) -> Iterator[str]:
    yield "# Scores by the header's pointing, and after registration"
    yield " ".join(_about(scored))
    for each in scored:
        yield f"## {each.pair} by {each.method}"
        yield " ".join([*frames([each.columns[0]]), *_intervals(each, bootstrap)])
        yield "Correlation:"
        yield "\n".join(_table(each.columns, regions, "correlation"))
        yield "Root mean square error, gauss:"
        yield "\n".join(_table(each.columns, regions, "rmse"))
        yield "\n".join(_where(each))
        yield from _left_out(each)


def _about(scored: Sequence[Scored]) -> Iterator[str]:
    yield "Inputs are brought to the target's grid by their headers alone, as for a frame that has"
    yield "no target; what a prediction then lacks by lying elsewhere is an error of the header."
    yield "It is scored as it lies (header), and after its features were registered on the target's"
    yield "(shift: both axes; similarity: roll and scale, too; stretched: and a radial stretch),"
    yield "which moves it by one interpolation more and has seen the target. Tables 1 to 3 and the"
    yield "ladder are of inputs that were registered before anything was predicted. Areas as in"
    yield "Table 1; intervals, gains over the header's pointing, biases and"
    yield "slopes are in the CSV; what was found in each frame is in the CSV of frames."
    if any(column.simulated for each in scored for column in each.columns):
        yield f"Frames are {SIMULATED}."


def _intervals(scored: Scored, bootstrap: Mapping[str, Any]) -> Iterator[str]:
    return interval(
        {scored.pair: scored.columns[0].unit},
        {column.name: [cell.independent for cell in column.cells] for column in scored.columns},
        bootstrap,
    )


def _table(columns: Sequence[Column], regions: Sequence[Region], what: str) -> Iterator[str]:
    yield line(["Area", *(column.name for column in columns)])
    yield line([":---", *("---:" for _ in columns)])
    for row, region in enumerate(regions):
        yield line([region.name, *(_cell(column.cells[row], what) for column in columns)])


def _cell(cell: Cell, what: str) -> str:
    if what == "rmse":
        return "—" if cell.agreement.rmse is None else f"{cell.agreement.rmse:.1f}"
    if cell.correlation is None:
        return "—"
    text = f"{cell.correlation:.3f}"
    return text if cell.gain is None else f"{text} ({cell.gain:+.3f})"


def _where(scored: Scored) -> Iterator[str]:
    """How far predictions lay from the target, in words, model by model."""
    for model in scored.pointings[1:]:
        found = scored.found(model)
        shift = [(one.shift_x**2 + one.shift_y**2) ** 0.5 for one in found]
        text = (
            f"- {model}: predictions lie {statistics.median(shift):.2f} arcsec from the target "
            f"(median of {len(found)} frames; largest {max(shift):.2f})"
        )
        if model != "shift":
            roll, scale = (
                max(abs(getattr(one, key)) for one in found) for key in ("roll", "scale")
            )
            text += f", turned by up to {roll:.3f} degrees, with a scale off by up to {scale:.1e}"
        if model == "stretched":
            text += f" and a stretch of up to {max(abs(one.stretch) for one in found):.1e}"
        scatter = statistics.median(one.scatter for one in found)
        yield f"{text}; {scatter:.2f} arcsec are left in a tile."


def _left_out(scored: Scored) -> Iterator[str]:
    refused = [
        (stamp, reason) for month in scored.months for stamp, reason in month.refused.items()
    ]
    if refused:
        stamp, reason = min(refused)
        count = len(refused)
        yield (
            f"{count} frame{'s' * (count > 1)} could not be registered, so that no column counts "
            f"{'them' if count > 1 else 'it'}; the first: {stamp}: {reason}."
        )
