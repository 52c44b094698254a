"""The grid search as people read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from onesun.search.candidates import text
from onesun.search.product import Row
from onesun.tables.text import SIMULATED, line

OBJECTIVE = (
    "L2(w) / L2(0) + L_term(w) / L_term(0) over the validation months, where L2 and L_term are of "
    "a network trained by L2 + w L_term and 0 is one trained by L2 alone"
)
_HEADS = ("Term", "Weight", "L2 (1e-6)", "L_term", "Objective", "RMSE (G)", "Correlation", "")


def page(rows: Sequence[Row], reference: Mapping[str, Any]) -> str:
    """The table, its caption and a sentence on each term, as Markdown.

    Parameters
    ----------
    rows : all terms', one after the other.
    reference : card of the training by MSE alone; the others differ from it in their loss.
    """
    terms = dict.fromkeys(row.term for row in rows)
    verdicts = [_verdict([row for row in rows if row.term == term]) for term in terms]
    parts = [
        f"# Grid search: {rows[0].pair}",
        "\n".join(_table(rows)),
        " ".join(_caption(rows, reference)),
        *verdicts,
    ]
    return "\n\n".join(parts) + "\n"


def _table(rows: Sequence[Row]) -> Iterator[str]:
    yield line(_HEADS)
    yield line([":---", *("---:" for _ in _HEADS[1:-1]), ":---"])
    for row in rows:
        mark = "at the edge of the grid" if row.at_edge else "chosen" if row.chosen else ""
        yield line(
            [
                *(row.term, text(row.weight), f"{1e6 * row.l2:.4f}", f"{row.l_term:.4g}"),
                f"**{row.objective:.4f}**" if row.chosen else f"{row.objective:.4f}",
                *(f"{row.rmse:.2f}", f"{row.correlation:.4f}", mark),
            ]
        )


def _caption(rows: Sequence[Row], reference: Mapping[str, Any]) -> Iterator[str]:
    epochs = reference["training"]["epochs"]
    data = reference["data"]["validation"]
    months = ", ".join(data["manifests_sha256"])
    yield f"Of each term the weight w with the least objective is chosen: {OBJECTIVE}."
    yield (
        f"Each network was trained for {epochs} epoch{'s' * (epochs != 1)}, all from the same seed "
        "and patches in the same order; values are of the epoch whose weights are kept, the one "
        f"with the least loss, over {data['frames']} frames of {months}. Terms are unweighted; "
        "fields are over field_scale."
    )
    if any(row.simulated for row in rows):
        yield f"All frames are {SIMULATED}."


def _verdict(rows: Sequence[Row]) -> str:
    (chosen,) = (row for row in rows if row.chosen)
    sharpest = min(rows, key=lambda row: row.rmse)
    sentence = f"{chosen.term}: {text(chosen.weight)}"
    if chosen.weight == 0:
        sentence += ", no weight that was tried is better than none"
    elif chosen.at_edge:
        sentence += ", at the edge of the grid: a weight beyond it may be better"
    return f"{sentence}. The RMSE alone is least at {text(sharpest.weight)}."
