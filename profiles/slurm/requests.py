"""What SLURM would be asked for: the jobs of a run by rule, with CPUs, memory, time and GPUs.

    python profiles/slurm/requests.py                                  everything
    python profiles/slurm/requests.py results/table1.csv --configfile mine.yaml

Arguments are those of snakemake; --workflow-profile too, for a profile of your own. Nothing runs.
Of a rule's jobs it shows the largest first request; a second attempt asks for more.
"""

from __future__ import annotations

import contextlib
import io
import logging
import re
import sys
from pathlib import Path
from typing import Any

from snakemake import cli
from snakemake.logging import logger

HERE = Path(__file__).parent
LINE = "{:<18}{:>6}{:>6}{:>9}{:>9}{:>6}"


class Requests(logging.Filter):
    """Keeps what Snakemake says of each job; a handler would not outlive its start."""

    def __init__(self) -> None:
        super().__init__()
        self.jobs: dict[str, list[dict[str, Any]]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        name = getattr(record, "rule_name", None)
        if name and hasattr(record, "resources"):
            asked = {key: record.resources.get(key, 0) for key in ("mem_mb", "runtime", "gpu")}
            self.jobs.setdefault(name, []).append(asked | {"cpus": record.threads})
        return True


def local_rules() -> set[str]:
    """Rules that run where Snakemake does, those taken from others too."""
    files = sorted((HERE.parents[1] / "workflow" / "rules").glob("*.smk"))
    text = "\n".join(path.read_text("utf-8") for path in files)
    parts = re.split(r"^ *(?:use rule (\w+) as|rule) (\w+)", text, flags=re.MULTILINE)[1:]
    found = list(zip(parts[::3], parts[1::3], parts[2::3], strict=True))
    local = {name for _, name, body in found if re.search(r"^ +localrule: True", body, re.M)}
    return local | {name for taken, name, _ in found if taken in local}


def main(words: list[str]) -> None:
    """Print the table; what Snakemake says only if it stops."""
    if not any(word.startswith("--workflow-profile") for word in words):
        words = [*words, "--workflow-profile", str(HERE)]
    kept, said, code = Requests(), io.StringIO(), None
    logger.addFilter(kept)
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
        try:
            cli.main(["--dry-run", "--cores", "1000", *words])
        except SystemExit as end:
            code = end.code
    if code:
        sys.exit(said.getvalue())
    print(LINE.format("rule", "jobs", "CPUs", "MB", "minutes", "GPUs"))
    for name, jobs in kept.jobs.items():
        most = [max(job[key] for job in jobs) for key in ("cpus", "mem_mb", "runtime", "gpu")]
        cells = ["", "", "here", ""] if name in local_rules() else most
        print(LINE.format(name, len(jobs), *cells))


if __name__ == "__main__":
    main(sys.argv[1:])
