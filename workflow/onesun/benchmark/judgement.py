"""Everything that is measured of a submission: statistics that merge, in files of months."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np

from onesun.benchmark.case import Case
from onesun.benchmark.consistency import ConsistencyStatistic
from onesun.benchmark.correctness import CorrectnessStatistic
from onesun.benchmark.definition import Definition
from onesun.benchmark.forecasts import ForecastStatistic
from onesun.benchmark.quantities import QuantityStatistic
from onesun.errors import ConfigError
from onesun.metrics.block_coverage import BlockCoverage, Judged
from onesun.metrics.measures import Measures
from onesun.metrics.regions import Region, RegionMoments, RegionStatistics
from onesun.metrics.spectra import SpectrumStatistic
from onesun.metrics.statistic import Statistic
from onesun.metrics.tiled import TileSums


class Judgement:
    """The statistics of one submission.

    Parameters
    ----------
    definition : of the benchmark.
    has_error : whether the submission states an error or possible fields.
    """

    product: ClassVar[str] = "judgement of a submission"

    def __init__(self, definition: Definition, has_error: bool) -> None:
        self.definition, self.has_error = definition, has_error
        grid = definition.on_grid()
        self.measures = Measures(definition.measure.model_dump(), grid)
        self.tiling = tiling = self.measures.tiling
        rows = [Region.from_settings(row.model_dump()) for row in definition.rows]
        self.table1 = RegionStatistics(rows, tiling)
        self._moments = RegionMoments(grid, rows, tiling)
        self.spectra = SpectrumStatistic(grid, definition.window, tiling.size)
        self.blocks = BlockCoverage(definition.blocks, [0.0])
        self.consistency = ConsistencyStatistic(tiling)
        self.correctness = CorrectnessStatistic(tiling, definition.added)
        self.forecasts = ForecastStatistic(tiling)
        self.quantities = QuantityStatistic(tiling, definition.quantities)

    @property
    def stamps(self) -> list[str]:
        """The frames so far, ascending."""
        return self.measures.stamps

    @property
    def days(self) -> list[str]:
        """YYYYMMDD of the frames, ascending."""
        return sorted({stamp[:8] for stamp in self.stamps})

    def update(self, case: Case) -> Self:
        """Add a frame; returns self. Raises DamagedProductError when it is there already."""
        both = case.comparison
        self.measures.update(both)
        moments = self._moments.sums(
            np.where(both.valid, both.target, np.nan), np.where(both.valid, both.prediction, np.nan)
        )
        self.table1.update(case.stamp, moments)
        self.spectra.update(both)
        for statistic in self._own:
            statistic.update(case)
        if case.deviation is not None:
            target = np.where(both.inside, both.target, np.nan)
            only_draws = case.answer.error is None
            self.blocks.update(
                Judged(
                    case.stamp,
                    both.prediction,
                    target,
                    case.deviation,
                    case.answer.draws if only_draws else None,
                )
            )
        return self

    @property
    def _own(self) -> tuple[Statistic[Case], ...]:
        return self.consistency, self.correctness, self.forecasts, self.quantities

    @property
    def _merging(self) -> tuple[Statistic[Any], ...]:
        shared: list[Statistic[Any]] = [self.spectra, *self._own]
        return (*shared, self.blocks) if self.has_error else tuple(shared)

    def merge(self, other: Judgement) -> Self:
        """Add another's frames; returns self.

        Raises ConfigError for another benchmark, or where only one has errors;
        DamagedProductError when a frame is in both.
        """
        if (other.definition, other.has_error) != (self.definition, self.has_error):
            raise ConfigError("judgements of other benchmarks or errors, expected the same")
        self.measures.merge(other.measures)
        self.table1.merge(other.table1)
        for mine, others in zip(self._merging, other._merging, strict=True):
            mine.merge(others)
        return self

    def spectra_by_tile(self) -> np.ndarray:
        """Sums of power by day and tile; (days, tiles, rings, 4)."""
        by_day = TileSums()
        for stamp, sums in self.spectra.frames.items():
            by_day.add(stamp, sums)
        return by_day.table("sums")

    def arrays(self) -> dict[str, np.ndarray]:
        """Everything but the stamps and Table 1's moments, to be kept."""
        kept = {key: entry for each in self._merging for key, entry in each.arrays().items()}
        table1 = {f"table1/{name}": entry for name, entry in self.table1.arrays().items()}
        return self.measures.arrays() | kept | table1

    def content(self) -> dict[str, Any]:
        """What a manifest says of it, as JSON can hold it."""
        return {
            "definition": self.definition.model_dump(mode="json"),
            "has_error": self.has_error,
            "frames": self.stamps,
            "grid": self.measures.content()["grid"],
            "table1": self.table1.content(),
        }

    @classmethod
    def kept(cls, content: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Self:
        """What :meth:`content` and :meth:`arrays` gave."""
        made = cls(Definition.model_validate(content["definition"]), content["has_error"])
        stamps = content["frames"]
        of_table1 = {
            key.removeprefix("table1/"): entry
            for key, entry in arrays.items()
            if key.startswith("table1/")
        }
        rest = {key: entry for key, entry in arrays.items() if not key.startswith("table1/")}
        for statistic in (*made.measures.all, *made._merging):
            statistic.restore(stamps, rest)
        made.table1 = RegionStatistics.kept(content["table1"], of_table1)
        return made
