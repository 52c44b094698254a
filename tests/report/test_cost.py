"""What a run cost: sums by stage, what is absent, and files that are no benchmarks."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from onesun.cli.report import cost
from onesun.errors import DamagedProductError, OutputError

HEAD = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time\n"


def ran(
    logs: Path, name: str, seconds: float | None, memory: str = "100.0", cpu: float = 1
) -> None:
    """A job's log and, unless ``seconds`` is None, its benchmark."""
    path = logs / f"{name}.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("")
    if seconds is not None:
        row = f"{seconds}\t0:00:00\t{memory}\t1\t1\t1\t1\t1\t50\t{cpu}\n"
        path.with_suffix(".tsv").write_text(HEAD + row)


def written(out: Path) -> dict[str, dict[str, str]]:
    with open(out, encoding="utf-8", newline="") as handle:
        return {row["stage"]: row for row in csv.DictReader(handle)}


def test_jobs_of_a_stage_add_up(tmp_path):
    logs = tmp_path / "logs"
    ran(logs, "align/mdi-hmi/2011-12", 17.5, "617.4", 14)
    ran(logs, "align/mdi-hmi/2016-07", 20.0, "593.9", 15)
    ran(logs, "train/mdi-hmi/mse", 3700.0, "2048.6", 7200)
    ran(logs, "table1", 2.0)
    cost(logs, tmp_path / "cost.csv")
    rows = written(tmp_path / "cost.csv")
    assert list(rows) == ["train", "align", "table1"]
    assert rows["align"] == {
        "stage": "align", "jobs": "2", "without_benchmark": "0", "seconds": "37.5",
        "longest_seconds": "20", "longest": "align/mdi-hmi/2016-07", "cpu_seconds": "29",
        "peak_memory_mib": "617.4",
    }  # fmt: skip
    page = (tmp_path / "cost.md").read_text("utf-8")
    assert "| train | 1 | 1:01:40 | 1:01:40 | 2:00:00 | 2,049 |" in page
    assert "| all | 4 | 1:02:20 | 1:01:40 | 2:00:30 | 2,049 |" in page
    assert "Every job that has left a log has left a benchmark." in page


def test_what_is_absent_is_said_and_what_is_running_left_out(tmp_path):
    logs = tmp_path / "logs"
    ran(logs, "split/mdi-hmi", 0.4, "NA")
    ran(logs, "predict/mdi-hmi/onesun/2011-12", None)
    ran(logs, "cost", None)
    cost(logs, tmp_path / "cost.csv", ["cost"])
    rows = written(tmp_path / "cost.csv")
    assert set(rows) == {"split", "predict"}
    assert (rows["predict"]["without_benchmark"], rows["predict"]["longest"]) == ("1", "")
    assert (rows["split"]["seconds"], rows["split"]["peak_memory_mib"]) == ("0.4", "")
    page = (tmp_path / "cost.md").read_text("utf-8")
    assert "not counted in time and memory: predict/mdi-hmi/onesun/2011-12." in page


@pytest.mark.parametrize("text", ["", HEAD, "a\tb\n1\t2\n", HEAD + "fast\t" * 9 + "1\n"])
def test_a_file_that_is_no_benchmark_is_named(tmp_path, text):
    ran(tmp_path / "logs", "split/mdi-hmi", 1)
    (tmp_path / "logs" / "split" / "mdi-hmi.tsv").write_text(text)
    with pytest.raises(DamagedProductError, match=r"split/mdi-hmi\.tsv: no benchmark of a job"):
        cost(tmp_path / "logs", tmp_path / "cost.csv")
    assert not (tmp_path / "cost.csv").exists()


def test_a_folder_without_benchmarks_is_refused(tmp_path):
    ran(tmp_path / "logs", "split", None)
    with pytest.raises(OutputError, match="no benchmark of any job found"):
        cost(tmp_path / "logs", tmp_path / "cost.csv")
