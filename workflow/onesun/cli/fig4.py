"""``onesun fig4``: how the terms of the loss change the errors."""

from __future__ import annotations

from onesun.cli.by_loss import Measures, Out, Pair, Settings, draw_by_loss


def fig4(measures: Measures, pair: Pair, settings: Settings, out: Out) -> None:
    """Draw Figure 4: how the terms of the loss change the errors."""
    from onesun.figures.fig4_losses import draw

    draw_by_loss("fig4", draw, measures, pair, settings, out)
