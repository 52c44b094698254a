"""``onesun fig9``: correlation by patch, area and field."""

from __future__ import annotations

from onesun.cli.by_loss import Measures, Out, Pair, Settings, draw_by_loss


def fig9(measures: Measures, pair: Pair, settings: Settings, out: Out) -> None:
    """Draw Figure 9: correlation by patch, area and field."""
    from onesun.figures.fig9_correlation import draw

    draw_by_loss("fig9", draw, measures, pair, settings, out)
