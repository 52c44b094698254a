"""``onesun fig7``: the networks, drawn from their modules."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def fig7(
    settings: Annotated[
        str,
        typer.Option(
            help='Sections "figures", "networks", "training" and "grid": JSON text, or a file.'
        ),
    ],
    out: Annotated[Path, typer.Option(help="PNG to write; PDF and caption (.md) go beside it.")],
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
