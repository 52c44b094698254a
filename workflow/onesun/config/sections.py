"""The whole configuration: its sections, from the folders that read them."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict

from onesun.alignment.settings import Align
from onesun.analyses.settings import Analyses
from onesun.archive.settings import Archive, Requests, Source
from onesun.benchmark.settings import Benchmark
from onesun.calibration.settings import Calibration
from onesun.conversion.settings import Convert
from onesun.figures.settings import Figures
from onesun.geometry.settings import Grid
from onesun.losses.settings import Loss, Losses, LossTerms
from onesun.methods.settings import Fitting, Methods, MethodSettings
from onesun.metrics.settings import Measure, Pointing
from onesun.networks.settings import Networks, NetworkSettings
from onesun.products.settings import Pairs, Split
from onesun.report.settings import Report
from onesun.sample.settings import Sample
from onesun.search.settings import Search
from onesun.series.settings import Noise, Series, Variability
from onesun.settings import Section, key
from onesun.store.settings import Store
from onesun.tables.settings import Ablation, Ladder, Table1, Table2
from onesun.training.settings import Training
from onesun.uncertainty.settings import Errors
from onesun.weights.settings import Release


class Configuration(Section):
    """What to compute. How to compute it (cores, memory, cluster) is in profiles/."""

    # A whole configuration says what Table 1 compares; a command that gets the section need not.
    model_config = ConfigDict(json_schema_extra={"required": ["pairs", "methods", "table1"]})

    source: Source = Source()
    archive: Archive = Archive()
    sample: Sample = Sample()
    grid: Grid = Grid()
    pairs: Pairs = key(...)
    align: Align = Align()
    store: Store = Store()
    calibration: Calibration = Calibration()
    fitting: Fitting = Fitting()
    networks: Networks = key({})
    losses: Losses = key({})
    search: Search = Search()
    loss_terms: LossTerms = LossTerms()
    training: Training = Training()
    methods: Methods = key(...)
    table1: Table1 = Table1()
    measure: Measure = Measure()
    table2: Table2 = Table2()
    release: Release | None = key(None, title="method, suns, baselines and bar, or null")
    ladder: Ladder = Ladder()
    pointing: Pointing = Pointing()
    ablation: Ablation = Ablation()
    benchmark: Benchmark = Benchmark()
    errors: Errors = Errors()
    noise: Noise = Noise()
    series: Series = Series()
    variability: Variability = Variability()
    figures: Figures = Figures()
    convert: Convert = Convert()
    analyses: Analyses = Analyses()
    report: Report = Report()


# Sections that a command may be given alone, which a whole configuration holds under a name of the
# user's, or that follow from it.
NAMED: dict[str, Any] = {
    "split": Split,
    "method": MethodSettings,
    "network": NetworkSettings,
    "loss": Loss,
    "request": Requests,
}
