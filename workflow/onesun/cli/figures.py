"""Figures: the paper's nine and that of errors, and the sunspot number of Figure 1."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from onesun.cli.options import (
    AlignedOfPairs,
    Coverages,
    Figure,
    Measures,
    Pair,
    Pairs,
    sections,
)

ByLoss = Annotated[str, sections("figures", "ablation", "methods", "losses")]


def sunspots(
    settings: Annotated[str, sections("figures")],
    out: Annotated[Path, typer.Option(help="CSV to write; a manifest .json goes beside it.")],
    url: Annotated[
        str | None, typer.Option(help="Another address of the observatory's file.")
    ] = None,
) -> None:
    """Fetch the monthly mean sunspot number, or take it from an installed package."""
    from onesun import config
    from onesun.sunspots import make

    make(config.settings(settings, "figures")["figures"]["fig1"]["sunspots"], out, url)


def fig1(
    sunspots: Annotated[Path, typer.Option(help="Manifest that onesun sunspots wrote.")],
    settings: Annotated[str, sections("figures")],
    out: Figure,
) -> None:
    """Draw Figure 1: instruments' pixels and years over the mean sunspot number."""
    from onesun import config
    from onesun.figures import fig1_observatories, observatories
    from onesun.figures.style import Style
    from onesun.sunspots import read

    section = config.settings(settings, "figures")["figures"]
    style = Style.from_settings(section["style"])
    fig1_observatories.draw(observatories.load(), read(sunspots), style, out)


def fig2(
    aligned: AlignedOfPairs,
    predictions: Annotated[list[Path], typer.Option(help="Manifest of predictions, one a pair.")],
    settings: Annotated[str, sections("figures", "ablation", "grid")],
    out: Figure,
) -> None:
    """Draw Figure 2: one frame's disks, with a patch at full resolution."""
    from onesun import config
    from onesun.errors import ConfigError
    from onesun.figures import fig2_disks
    from onesun.figures.frames import read_frames
    from onesun.figures.style import Style
    from onesun.geometry.grid import Grid

    sections = config.settings(settings, "figures", "ablation", "grid")
    section = sections["figures"]["fig2"]
    method = section["method"] or next(reversed(sections["ablation"]["methods"]), None)
    if method is None:
        raise ConfigError("figures.fig2.method: found null, expected a method: ablation has none")
    frames = read_frames(aligned, predictions, [method], section["frame"], "fig2")
    style = Style.from_settings(sections["figures"]["style"])
    fig2_disks.draw(frames, method, Grid.from_settings(sections["grid"]), section, style, out)


def fig3(
    aligned: AlignedOfPairs,
    predictions: Annotated[
        list[Path], typer.Option(help="Manifests of predictions, of each pair and method.")
    ],
    settings: Annotated[str, sections("figures", "ablation", "methods", "losses", "grid")],
    out: Figure,
) -> None:
    """Draw Figure 3: what each method of the ablation makes of one region."""
    from onesun import config
    from onesun.errors import ConfigError
    from onesun.figures import fig3_region
    from onesun.figures.frames import read_frames
    from onesun.figures.style import Style
    from onesun.geometry.grid import Grid
    from onesun.tables.labels import method_label

    sections = config.settings(settings, "figures", "ablation", "methods", "losses", "grid")
    section, methods = sections["figures"]["fig3"], sections["ablation"]["methods"]
    if not methods:
        raise ConfigError("ablation.methods: found an empty list, expected the methods of Figure 3")
    frames = read_frames(aligned, predictions, methods, section["frame"], "fig3")
    labels = [
        {
            name: method_label(name, frame.month.pair, sections["methods"], sections["losses"])
            for name in methods
        }
        for frame in frames
    ]
    style = Style.from_settings(sections["figures"]["style"])
    fig3_region.draw(frames, labels, Grid.from_settings(sections["grid"]), section, style, out)


def fig4(measures: Measures, pair: Pair, settings: ByLoss, out: Figure) -> None:
    """Draw Figure 4: how the terms of the loss change the errors."""
    from onesun.figures.fig4_losses import draw

    _draw_by_loss("fig4", draw, measures, pair, settings, out)


def fig5(
    measures: Measures,
    pair: Pairs,
    baseline: Annotated[str, typer.Option(help="The method that is compared with.")],
    method: Annotated[str, typer.Option(help="The method that is shown beside it.")],
    settings: Annotated[str, sections("figures")],
    out: Figure,
) -> None:
    """Draw Figure 5: 2-D histograms of output and target, residuals, variances and detail."""
    from onesun import config
    from onesun.figures.fig5_pixels import draw_fig5
    from onesun.figures.style import Style

    section = config.settings(settings, "figures")["figures"]
    fewest = section["fig5"]["fewest"]
    draw_fig5(pair, baseline, method, fewest, Style.from_settings(section["style"]), measures, out)


def fig6(
    series: Annotated[list[Path], typer.Option(help="Series of a pair's region; repeat it.")],
    settings: Annotated[str, sections("figures")],
    out: Figure,
) -> None:
    """Draw Figure 6: input, prediction and target, and their totals through time."""
    from onesun import config
    from onesun.figures.fig6_region import draw
    from onesun.figures.style import Style
    from onesun.series.product import read

    style = Style.from_settings(config.settings(settings, "figures")["figures"]["style"])
    draw(out, [read(path, images=True) for path in series], style)


def fig7(
    settings: Annotated[str, sections("figures", "networks", "training", "grid")],
    out: Figure,
) -> None:
    """Draw Figure 7: layers, shapes and parameters of the networks."""
    from onesun import config
    from onesun.errors import ConfigError
    from onesun.figures import fig7_networks
    from onesun.figures.style import Style
    from onesun.geometry.grid import Grid
    from onesun.networks import Calibration, build

    sections = config.settings(settings, "figures", "networks", "training", "grid")
    known, grid = sections["networks"], Grid.from_settings(sections["grid"])
    names = sections["figures"]["fig7"]["networks"] or list(known)[:2]
    if not names or not set(names) <= known.keys():
        raise ConfigError(
            f"figures.fig7.networks: found {', '.join(names) or 'none'}, expected names under "
            "networks"
        )
    # What a network looks like does not depend on the calibration's values.
    calibration = Calibration(0.0, 1.0, sections["training"]["field_scale"])
    networks = {name: build(known[name], grid.factor, calibration) for name in names}
    style = Style.from_settings(sections["figures"]["style"])
    fig7_networks.draw(networks, grid.patch, style, out)


def fig8(
    series: Annotated[Path, typer.Option(help="Series of the pair's region.")],
    variability: Annotated[Path, typer.Option(help="What onesun variability found in it.")],
    settings: Annotated[str, sections("figures")],
    out: Figure,
) -> None:
    """Draw Figure 8: HMI, the prediction, their ratio and HMI's radial velocity."""
    from onesun import config
    from onesun.figures.fig8_variability import draw
    from onesun.figures.style import Style
    from onesun.series import product
    from onesun.series.variability import read

    style = Style.from_settings(config.settings(settings, "figures")["figures"]["style"])
    followed = product.read(series)
    draw(out, followed, read(variability, followed.pair, followed.month), style)


def fig9(measures: Measures, pair: Pair, settings: ByLoss, out: Figure) -> None:
    """Draw Figure 9: correlation by patch, area and field."""
    from onesun.figures.fig9_correlation import draw

    _draw_by_loss("fig9", draw, measures, pair, settings, out)


def fig_errors(
    coverage: Coverages,
    settings: Annotated[str, sections("figures")],
    out: Figure,
) -> None:
    """Draw the share of readings within 68 % and 95 % intervals against field and radius."""
    from onesun import config
    from onesun.figures.errors import draw_errors
    from onesun.figures.style import Style

    section = config.settings(settings, "figures")["figures"]
    draw_errors(coverage, Style.from_settings(section["style"]), out)


def _draw_by_loss(
    name: str, draw: Callable[..., None], measures: list[Path], pair: str, settings: str, out: Path
) -> None:
    """Draw the figure ``name`` of the configuration with its function ``draw``."""
    from onesun import config
    from onesun.figures.style import Style
    from onesun.tables.labels import labelled
    from onesun.tables.merged import merge_measures

    sections = config.settings(settings, "figures", "ablation", "methods", "losses")
    methods = sections["ablation"]["methods"]
    columns = labelled(methods, pair, sections["methods"], sections["losses"])
    style = Style.from_settings(sections["figures"]["style"])
    draw(merge_measures(columns, measures), sections["figures"][name], style, out)
