"""What a small report is made of: two pairs, their predictions, tables, figures and a cost."""

from __future__ import annotations

import copy
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from PIL import Image

from helpers.months import GRID_SETTINGS, sun, write_aligned
from onesun.cli.report import report
from onesun.io.files import folder_listing, write_json
from onesun.products.aligned import write_field

MONTH = "2011-12"
STAMPS = ("20111217_044800_TAI", "20111217_093600_TAI")
PAIRS = {"mdi-hmi": "mdi", "gong-hmi": "gong"}
METHODS = ("bicubic", "onesun")
CONFIG = Path(__file__).parents[2] / "config" / "config.yaml"
TABLE = """\
# Table 1

| Area | MDI | SR-MDI | GONG | SR-GONG |
| :--- | ---: | ---: | ---: | ---: |
| 0 ≤ r ≤ 1 | 0.856 [0.830, 0.870] | **0.915** [0.905, 0.921] | 0.826 [0.825, 0.827] | **0.904** |

Correlation; |B| < 10 G & more. <script>alert(1)</script>

## Rows

By *radius*.
"""


class Parts:
    """The files of a report below ``folder``, the fields in them, and the command on them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config: dict[str, Any] = yaml.safe_load(CONFIG.read_text("utf-8"))
        self.config["grid"] = copy.deepcopy(GRID_SETTINGS)
        self.config["report"]["region"] = {"centre": None, "size": [96, 64]}
        self.frames = {
            pair: {stamp: sun(10 * n + m) for m, stamp in enumerate(STAMPS)}
            for n, pair in enumerate(PAIRS)
        }
        self.guesses = {
            (pair, method, stamp): target * np.float32(0.9) + np.float32(n)
            for pair in PAIRS
            for n, method in enumerate(METHODS)
            for stamp, (_, target) in self.frames[pair].items()
        }
        self.aligned = [
            write_aligned(folder / pair, pair, MONTH, self.frames[pair], instrument=instrument)
            for pair, instrument in PAIRS.items()
        ]
        self.predictions = [self._predict(pair, method) for pair in PAIRS for method in METHODS]
        self.table = folder / "table1.csv"
        self.table.write_text("area,correlation\n0 ≤ r ≤ 1,0.856\n", "utf-8")
        self.table.with_suffix(".md").write_text(TABLE, "utf-8")
        self.cost = folder / "cost.csv"
        self.cost.write_text("stage,jobs\ntrain,8\n", "utf-8")
        self.cost.with_suffix(".md").write_text(
            "# Cost\n\n| Stage | Jobs |\n|:--|--:|\n| train | 8 |\n"
        )
        self.figure = folder / "fig2.png"
        Image.fromarray(np.arange(20 * 30, dtype=np.uint8).reshape(20, 30)).save(self.figure)
        self.figure.with_suffix(".md").write_text("**Figure 2.** Full disks, in G. Four frames.\n")
        self.out = folder / "report.html"

    def copied(self, folder: Path) -> Parts:
        """The same in another folder, free to be changed."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        other = copy.copy(self)
        for name, value in vars(self).items():
            if isinstance(value, Path):
                setattr(other, name, folder / value.relative_to(self.folder))
        for name in ("aligned", "predictions"):
            files = [folder / path.relative_to(self.folder) for path in getattr(self, name)]
            setattr(other, name, files)
        other.folder, other.config = folder, copy.deepcopy(self.config)
        return other

    def _predict(self, pair: str, method: str) -> Path:
        folder = self.folder / pair / method / MONTH
        for stamp in STAMPS:
            write_field(folder / f"{stamp}.fits", self.guesses[pair, method, stamp], {})
        manifest = folder.with_suffix(".json")
        content = {"product": "predictions", "folder": MONTH, "files": folder_listing(folder)}
        write_json(manifest, content | {"pair": pair, "method": method, "month": MONTH})
        return manifest

    def write(self) -> str:
        """Call ``onesun report``; the page's text."""
        report(
            self.aligned, self.predictions, json.dumps(self.config), self.out,
            [self.table], [self.figure], self.cost, "9.27.1",
        )  # fmt: skip
        return self.out.read_text("utf-8")


def kept(field: np.ndarray) -> np.ndarray:
    """A field as a product keeps it, in steps of 0.1 G."""
    return np.rint(field * np.float32(10)).astype(np.float64) / 10
