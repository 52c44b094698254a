"""What a run cost: the benchmark files that Snakemake leaves beside the logs, stage by stage."""

from __future__ import annotations

import csv
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from onesun.errors import DamagedProductError, OutputError
from onesun.tables.text import csv_text, line, number, write_both

_NONE = ("", "-", "NA")  # what a job that ended before it could be watched has for memory or CPU


@dataclass(frozen=True)
class Job:
    """The last run of one job; None where nothing was recorded.

    Parameters
    ----------
    stage : first part of the log's path, the name of a rule.
    name : path below ``logs`` without its ending.
    seconds : from start to end.
    cpu_seconds : of all cores together.
    memory : highest resident memory, MiB.
    """

    stage: str
    name: str
    seconds: float | None = None
    cpu_seconds: float | None = None
    memory: float | None = None


def write_cost(logs: Path, without: Collection[str], out: Path) -> None:
    """Write what each stage cost as ``out`` (CSV) and beside it as Markdown.

    The CSV has a line for each stage: jobs, jobs without a benchmark, seconds of all jobs together,
    of the longest and its name, CPU seconds, and the highest memory of a job (MiB).

    Parameters
    ----------
    logs : folder with a .log and a .tsv for each job, in Snakemake's format.
    without : stages to leave out, such as the one that is running.

    Raises DamagedProductError naming a file that is no benchmark, OutputError when there is none.
    """
    jobs = [job for job in _jobs(logs) if job.stage not in without]
    if not any(job.seconds is not None for job in jobs):
        raise OutputError(f"{logs}: no benchmark of any job found, expected those of a run")
    stages = _by_stage(jobs)
    table = [_record(name, members) for name, members in stages.items()]
    write_both(out, csv_text(table), _markdown(stages, jobs))


def _jobs(logs: Path) -> list[Job]:
    """Every job that has left a log or a benchmark, in the order of names."""
    names = {path.relative_to(logs).with_suffix("") for path in logs.rglob("*.log")}
    names |= {path.relative_to(logs).with_suffix("") for path in logs.rglob("*.tsv")}
    return [_job(logs, name) for name in sorted(names)]


def _job(logs: Path, name: Path) -> Job:
    path = logs / f"{name}.tsv"
    if not path.exists():
        return Job(name.parts[0], str(name))
    try:
        with open(path, encoding="utf-8", newline="") as handle:
            (row,) = csv.DictReader(handle, delimiter="\t")
        seconds, cpu, memory = (_value(row[key]) for key in ("s", "cpu_time", "max_rss"))
    except (ValueError, KeyError, TypeError, csv.Error):
        raise DamagedProductError(
            f"{path}: no benchmark of a job, expected a header and one line with s, max_rss and "
            "cpu_time"
        ) from None
    return Job(name.parts[0], str(name), seconds, cpu, memory)


def _value(text: str) -> float | None:
    if text.strip() in _NONE:
        return None
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _known(jobs: Sequence[Job], key: str) -> list[float]:
    return [value for job in jobs if (value := getattr(job, key)) is not None]


def _by_stage(jobs: Sequence[Job]) -> dict[str, list[Job]]:
    """Jobs of each stage; what took longest comes first."""
    stages: dict[str, list[Job]] = {}
    for job in jobs:
        stages.setdefault(job.stage, []).append(job)
    return dict(sorted(stages.items(), key=lambda item: -sum(_known(item[1], "seconds"))))


def _longest(jobs: Sequence[Job]) -> Job:
    return max(jobs, key=lambda job: job.seconds or 0.0)


def _record(stage: str, jobs: Sequence[Job]) -> dict[str, str]:
    seconds, memory = _known(jobs, "seconds"), _known(jobs, "memory")
    return {
        "stage": stage,
        "jobs": str(len(jobs)),
        "without_benchmark": str(len(jobs) - len(seconds)),
        "seconds": number(sum(seconds)),
        "longest_seconds": number(max(seconds, default=None)),
        "longest": _longest(jobs).name if seconds else "",
        "cpu_seconds": number(sum(_known(jobs, "cpu_seconds"))),
        "peak_memory_mib": number(max(memory, default=None)),
    }


def _markdown(stages: dict[str, list[Job]], jobs: Sequence[Job]) -> str:
    rows = [
        line(["Stage", "Jobs", "Time", "Longest job", "CPU time", "Peak memory"]),
        line([":---", *["---:"] * 5]),
        *(line(_cells(name, members)) for name, members in stages.items()),
        line(_cells("all", jobs)),
    ]
    absent = [job.name for job in jobs if job.seconds is None]
    missing = (
        f"Without a benchmark, and so not counted in time and memory: {', '.join(absent)}."
        if absent
        else "Every job that has left a log has left a benchmark."
    )
    caption = (
        "Time from start to end of the last run of each job, added up over jobs (several run at "
        "once, so a run takes less), hours:minutes:seconds; CPU time of all cores together; peak "
        "memory is the highest resident memory of one job, MiB. What an earlier configuration has "
        f"left in the logs counts as well. {missing}"
    )
    return "\n\n".join(["# Cost", "\n".join(rows), caption]) + "\n"


def _cells(name: str, jobs: Sequence[Job]) -> list[str]:
    seconds, memory = _known(jobs, "seconds"), _known(jobs, "memory")
    return [
        name,
        str(len(jobs)),
        _clock(sum(seconds)),
        _clock(max(seconds, default=0.0)),
        _clock(sum(_known(jobs, "cpu_seconds"))),
        f"{max(memory):,.0f}" if memory else "",
    ]


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"
