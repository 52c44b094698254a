"""Measures of months put together, as tables and figures of several methods want them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from onesun.errors import ConfigError
from onesun.metrics import product
from onesun.metrics.measures import Measures
from onesun.tables.sources import Source, by_column, check_same_frames, measured_by


@dataclass(frozen=True)
class Merged:
    """A pair by a method: where it comes from, and the measures of all its months."""

    source: Source
    measures: Measures


def merge_measures(columns: Sequence[Mapping[str, str]], paths: Sequence[Path]) -> list[Merged]:
    """Merge the files of each column.

    Parameters
    ----------
    columns : name, pair and method of each, and the ``baseline`` that it is measured by, without
        which that is the pair's first.
    paths : manifests of measures, in any order.

    Raises ConfigError when a column has no file or no frame, a file no column, files are of
    different sets or settings, or columns of one pair are of different frames.
    """
    files = {path: product.read(path, Measures) for path in sorted(set(paths))}
    settings = [file.statistics.settings for file in files.values()]
    if any(each != settings[0] for each in settings):
        raise ConfigError("measures of other settings, expected the same in every file")
    found: list[Merged] = []
    made: dict[str, dict[str, Merged]] = defaultdict(dict)
    for entry, months in by_column(columns, files):
        measures = Measures(months[0].statistics.settings, months[0].statistics.grid)
        for month in months:
            measures.merge(month.statistics)
        frames, base = measures.stamps, measured_by(entry, made[entry["pair"]])
        if not frames:
            raise ConfigError(f"{entry['name']}: no frame measured, expected at least one")
        if base:
            check_same_frames(entry["name"], frames, base.source.name, base.measures.stamps)
        baseline = base.source.name if base else None
        merged = Merged(Source.of(entry, baseline, months, len(frames)), measures)
        made[entry["pair"]][entry["name"]] = merged
        found.append(merged)
    return found
