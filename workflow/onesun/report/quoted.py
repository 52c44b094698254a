"""Figures that README and docs quote: ``python -m onesun.report.quoted RESULTS FILE...``

In the files they stand between ``<!-- from results/{table} -->`` and ``<!-- end -->``; what is
between is replaced. The paper's own numbers, which no run has, are kept from the old text.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from onesun.errors import DamagedProductError, OneSunError
from onesun.io.files import write_text
from onesun.tables.text import line

_BLOCK = re.compile(r"(<!-- from results/(\S+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)
_OURS = re.compile(r"^[^()]+?(?= \(|$)")  # a cell's number before the paper's in brackets
Rows = list[dict[str, str]]


def quote(results: Path, file: Path) -> None:
    """Replace the quoted figures of a Markdown file by those of a run.

    Raises OneSunError for a quotation of an unknown table, DamagedProductError where the run lacks
    one, or a row or column of it that is quoted.
    """
    found = file.read_text(encoding="utf-8")
    write_text(file, _BLOCK.sub(lambda block: _quoted(results, file, block), found))


def _quoted(results: Path, file: Path, block: re.Match[str]) -> str:
    begin, name, old, end = block.groups()
    if name not in _MADE:
        known = ", ".join(sorted(_MADE))
        raise OneSunError(f"{file}: found a quotation of {name}, expected one of {known}")
    path = results / name
    if not path.is_file():
        raise DamagedProductError(f"{path}: missing, expected a table that {file} quotes")
    try:
        return begin + _MADE[name](path, old) + end
    except (KeyError, StopIteration) as error:
        raise DamagedProductError(f"{path}: lacks {error}, which {file} quotes") from None


def _table1(path: Path, _old: str) -> str:
    """The paper's rows of Table 1, which come first, and who wins where."""
    parts = path.read_text(encoding="utf-8").strip().split("\n\n")[1:]
    tables = [part for part in parts if part.startswith("|")]
    caption = next(i for i, part in enumerate(parts) if part.startswith("Pearson correlation"))
    after = parts[caption + 1 :]
    verdicts = [part for part in after if not part.startswith("|") and not part.endswith(":")]
    return "\n\n".join([tables[0], *verdicts]) + "\n"


def _beside_papers(path: Path, old: str) -> str:
    """A table of areas in which the columns of Table 1 stand beside the paper's."""
    areas = {row["area"]: row for row in _read(path)}
    head, rule, *rows = (_cells(each) for each in old.strip().splitlines())
    made = [
        [
            f"{float(areas[row[0]][column]):.3f}" if column not in ("area", "paper") else cell
            for column, cell in zip(head, row, strict=True)
        ]
        for row in rows
    ]
    return "".join(line(each) + "\n" for each in (head, rule, *made))


def _kernels(path: Path, old: str) -> str:
    """Rows such as "gradient, 4 × 4, ...": of Table 2, the paper's number in brackets."""
    rows = {(row["quantity"], row["kernel"]): row for row in _read(path)}
    head, rule, *lines = (_cells(each) for each in old.strip().splitlines())
    made = []
    for label, *cells in lines:
        quantity, kernel = (part.split()[0] for part in label.split(",")[:2])
        ours = (float(rows[quantity, kernel][column]) for column in head[1:])
        made.append([label, *(_OURS.sub(f"{n:.2f}", c) for n, c in zip(ours, cells, strict=True))])
    return "".join(line(each) + "\n" for each in (head, rule, *made))


def _terms(path: Path, _old: str) -> str:
    """The ablation's methods, the first seed of each, and their gains with intervals."""
    head = [
        "pair", "loss", "E_max, E_min (G)", "skew", "patch ρ", "gain over the line above",
        "gradient (G per pixel)", "unsigned flux over HMI's",
    ]  # fmt: skip
    lines = [line(head), line(["---", "---", *("---:" for _ in head[2:])])]
    for row in _read(path):
        if row["seed"] != "1":
            continue
        known = {key: float(row[key]) for key in row if _is_number(row[key])}
        gain = f"{known['gain']:+.4f}" if "gain" in known else ""
        if "gain_low" in known:
            gain += f" [{known['gain_low']:+.4f}, {known['gain_high']:+.4f}]"
        lines.append(
            line([
                row["pair"], row["label"], f"{known['maximum']:+.1f}, {known['minimum']:+.1f}",
                f"{known['skew']:+.3f}", f"{known['correlation']:.4f}", gain,
                f"{known['gradient']:.3f}", f"{known['unsigned']:.3f}",
            ])
        )  # fmt: skip
    return "\n".join(lines) + "\n"


def _said(path: Path, _old: str) -> str:
    """What the ablation's page says of the terms of each pair's loss, and of seeds."""
    pair, kept = "", []
    for each in path.read_text(encoding="utf-8").splitlines():
        if each.startswith("## "):
            pair = each.removeprefix("## ")
        elif each.startswith("Each network is trained") and each not in kept:
            kept += [each, ""]
        elif each.startswith("- **"):
            kept.append(f"- {pair}, {each.removeprefix('- ')}")
    return "\n".join(kept) + "\n"


_MADE: dict[str, Callable[[Path, str], str]] = {
    "table1.md": _table1,
    "table1.csv": _beside_papers,
    "table2.csv": _kernels,
    "ablation_terms.csv": _terms,
    "ablation.md": _said,
}


def _read(path: Path) -> Rows:
    with open(path, encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def main(words: Sequence[str]) -> None:
    results, *files = map(Path, words)
    for file in files:
        quote(results, file)


if __name__ == "__main__":
    main(sys.argv[1:])
