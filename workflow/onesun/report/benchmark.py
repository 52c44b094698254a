"""The benchmark's page: sortable, by family; the fields of two submissions under the slider."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from onesun.benchmark.compare import Entry, Row
from onesun.benchmark.definition import Definition
from onesun.benchmark.families import FAMILIES, Measured
from onesun.benchmark.score import Scored
from onesun.benchmark.table import best_text, rank, value_text
from onesun.geometry.grid import RSUN_AT_1AU
from onesun.io.files import write_text
from onesun.products.steps import QUANTUM
from onesun.report.page import shipped
from onesun.report.scenes import Layer, encoded

_LIMIT = 300  # gauss at the ends of the grey scale


def write_page(
    submissions: Sequence[Scored],
    definition: Definition,
    reference: str,
    compared: Mapping[str, tuple[Measured, Row]],
    out: Path,
) -> None:
    """Write the page, in one file that needs nothing else; the same inputs give the same bytes.

    Parameters
    ----------
    submissions : as scored, refused ones too.
    reference : whose differences the table tells.
    compared : of :func:`onesun.benchmark.compare.compare`.
    """
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    judged = [each for each in submissions if each.judgement is not None]
    scenes = _scenes(judged, definition)
    page = environment.from_string(shipped("benchmark.html")).render(
        css=Markup(shipped("page.css") + shipped("benchmark.css")),
        script=Markup(
            shipped("benchmark.js") + shipped("fields.js") + shipped("slider.js")
            if scenes
            else shipped("benchmark.js")
        ),
        definition=definition,
        reference=reference,
        families={
            family: {"title": title, "measures": _columns(family, compared, judged)}
            for family, title in FAMILIES.items()
            if any(measured.family == family for measured, _ in compared.values())
        },
        submissions=judged,
        refused=[each for each in submissions if each.refused],
        scenes=scenes,
        limit=_LIMIT,
    )
    write_text(out, page)


def _columns(
    family: str, compared: Mapping[str, tuple[Measured, Row]], judged: Sequence[Scored]
) -> list[dict[str, Any]]:
    """A family's measures with what the page says and draws of each submission."""
    return [
        {
            "key": measured.key,
            "title": measured.title,
            "unit": measured.unit,
            "best": best_text(measured),
            "cells": _cells(measured, row, judged),
        }
        for measured, row in compared.values()
        if measured.family == family
    ]


def _cells(measured: Measured, row: Row, judged: Sequence[Scored]) -> list[dict[str, Any]]:
    entries = [row[each.name] for each in judged]
    low, high = _span(entries)
    return [
        {
            "text": value_text(entry.value),
            "sort": _sort(measured, entry),
            "rank": rank(entry),
            "range": _range(entry),
            "bar": _bar(entry, low, high),
            "difference": _difference(entry),
        }
        for entry in entries
    ]


def _sort(measured: Measured, entry: Entry) -> str:
    """What rows are sorted by: the loss, so that the best comes first; last without a value."""
    return "" if entry.value is None else f"{measured.loss(entry.value):.10g}"


def _range(entry: Entry) -> str:
    if entry.interval is None:
        return ""
    return f"{value_text(entry.interval[0])} to {value_text(entry.interval[1])}"


def _difference(entry: Entry) -> str:
    if entry.difference is None:
        return ""
    text = f"{'+' if entry.difference > 0 else ''}{value_text(entry.difference)}"
    if entry.difference_interval is None:
        return text
    low, high = (value_text(bound) for bound in entry.difference_interval)
    return f"{text} [{low}, {high}]"


def _span(entries: Sequence[Entry]) -> tuple[float, float]:
    """The least and the largest of all values and bounds."""
    found = [entry.value for entry in entries if entry.value is not None]
    for entry in entries:
        found += entry.interval or ()
    return (min(found), max(found)) if found else (0.0, 1.0)


def _bar(entry: Entry, low: float, high: float) -> dict[str, str] | None:
    """Where value and interval lie between the least and largest of a column, per cent."""
    if entry.value is None or high <= low:
        return None
    bounds = entry.interval or (entry.value, entry.value)
    left, middle, right = (
        100 * (each - low) / (high - low) for each in (bounds[0], entry.value, bounds[1])
    )
    return {"left": f"{left:.1f}", "width": f"{right - left:.1f}", "value": f"{middle:.1f}"}


def _scenes(judged: Sequence[Scored], definition: Definition) -> dict[str, Any] | None:
    """The part of the last frame that every submission was kept of, and the target there."""
    shown = [each for each in judged if each.scene]
    if not shown:
        return None
    west, _, south, _ = (float(edge) for edge in shown[0].scene["extent"])
    half = definition.grid.target_scale / 2
    return {
        "scale": definition.grid.target_scale,
        "corner": [west + half, south + half],
        "limb": RSUN_AT_1AU,
        "quantum": QUANTUM,
        "target": encoded(Layer("target", shown[0].scene["target"], None)),
        "layers": [encoded(Layer(each.name, each.scene["field"], None)) for each in shown],
    }
