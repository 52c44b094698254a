"""Functions over the checked configuration, CONFIG: names, months, sections, where frames are from."""

import os
import sys
from pathlib import Path

from snakemake_interface_common.exceptions import WorkflowError

from onesun.config import canonical, method_sections, months, seeded, tabled_months
from onesun.archive.wanted import requests
from onesun.instruments import load
from onesun.provenance import code_version, entry_of, record_parts
from onesun.products.split import assign

PAIRS = CONFIG["pairs"]
METHODS = CONFIG["methods"]
ROLES = ("input", "target")
SAMPLED = CONFIG["source"]["kind"] == "sample"
# Files of an archive may go once they are aligned; those of the sample and one's own always stay.
PASSING = CONFIG["source"]["kind"] == "archive" and not CONFIG["archive"]["keep"]

# Commands come from the environment of the Snakemake that calls them, activated or not. OpenMP and
# BLAS get their threads from Snakemake; OpenCV and dask have to be told.
os.environ |= {
    "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.getenv("PATH", "")]),
    "OPENCV_FOR_THREADS_NUM": "1",
    "DASK_NUM_WORKERS": "1",
}


wildcard_constraints:
    pair="|".join(PAIRS),
    month="[0-9]{4}-[0-9]{2}",
    instrument="|".join(sorted({pair[role] for pair in PAIRS.values() for role in ROLES})),
    method="|".join(METHODS),


def settings(*sections, **parts):
    """Top-level sections of the configuration, and parts by name, as text for --settings."""
    return canonical({name: CONFIG[name] for name in sections} | parts)


def part(section, *keys):
    """Keys of a section of the configuration."""
    return {key: CONFIG[section][key] for key in keys}


def options(paths):
    """The words of a command's options: ``{"patches": [a, b]}`` is --patches a --patches b."""
    return [
        word for name, values in paths.items() for path in values for word in (f"--{name}", path)
    ]


def code(command, *others):
    """Hash of the code behind `onesun command`, so that a change in it reruns the rule."""
    return code_version(entry_of(command), *others)


def records(command, *names):
    """What a command takes from instrument records, so that a change in it reruns the rule."""
    return canonical(record_parts(command, *names))


def pair_records(command, *roles):
    """Function of wildcards: `records` of a pair's instruments, its "input", "target" or both."""
    return lambda wildcards: records(command, *(PAIRS[wildcards.pair][role] for role in roles))


def split_rows(pair, *sets, month=None):
    """Rows of the split for --split, of sets or of one month.

    Were the table an input, every job of a pair would run again with each month that joins it.
    """
    rows = assign(pair, PAIRS[pair]["split"])
    return canonical([vars(row) for row in rows if row.set in sets or row.month == month])


def month_row(wildcards):
    """The split's row of the month at hand, for --split."""
    return split_rows(wildcards.pair, month=wildcards.month)


def learning(sections):
    """The sections of a training less what changes no result, how often to save."""
    training = sections["training"].items()
    counts = {key: value for key, value in training if key != "checkpoint_minutes"}
    return sections | {"training": counts}


def monthly(pattern, pair, *sets):
    """``pattern`` for each month of a pair's sets (of all sets if none is named)."""
    return expand(pattern, pair=pair, month=months(CONFIG, pair, *sets), allow_missing=True)


def every_month(pattern):
    """``pattern`` for each pair, instrument of it and month."""
    paths = [
        path.format(instrument=PAIRS[pair][role])
        for pair in PAIRS
        for role in ROLES
        for path in monthly(pattern, pair)
    ]
    return sorted(set(paths))


def columns(table):
    """The columns that "table1", "table2", "ladder", "ablation" or "pointing" shows."""
    if table in ("ladder", "ablation", "pointing"):
        rungs = seeded(CONFIG) if table == "ablation" else CONFIG[table]["methods"]
        return [{"pair": pair, "method": method} for pair in PAIRS for method in rungs]
    names = CONFIG[table]["columns"] if table != "table1" else None
    by_name = {column["name"]: column for column in CONFIG["table1"]["columns"]}
    return list(by_name.values()) if names is None else [by_name[name] for name in names]


def every_column(pattern, *kinds, table="table1"):
    """``pattern`` for each column of a table (whose method is of ``kinds``) and its months."""
    paths = [
        path.format(method=column["method"])
        for column in columns(table)
        if not kinds or METHODS[column["method"]]["kind"] in kinds
        for path in expand(
            pattern,
            pair=column["pair"],
            month=tabled_months(CONFIG, column["pair"]),
            allow_missing=True,
        )
    ]
    return sorted(set(paths))


def of_pair(role, pattern="{instrument}"):
    """Function of wildcards: ``pattern`` with a pair's "input" or "target" instrument."""
    return lambda wildcards: pattern.format(instrument=PAIRS[wildcards.pair][role], **wildcards)


def keeper(wildcards):
    """The archive that keeps an instrument's files."""
    return load(wildcards.instrument).archive


def downloads(archive):
    """Function of wildcards: the number of places at an archive that a download takes, 1 or 0."""
    return lambda wildcards: int(keeper(wildcards) == archive)


def request(wildcards):
    """What is wanted of an instrument in a month, as a section of settings."""
    return {"request": requests(CONFIG, wildcards.instrument, wildcards.month)}


def chosen(wildcards):
    """What of the section "archive" decides which files are taken; the rest is how to get them."""
    keys = ("products", "sites") if keeper(wildcards) == "nso" else ()
    return {key: CONFIG["archive"]["nso"][key] for key in keys}


def passing(path):
    """``path``, removed after its last use where raw files do not stay."""
    return temp(path) if PASSING else path


def folder_of(role):
    """Function of wildcards: the folder of a pair's raw files, where it is removed after its use.

    Of outputs that are used up, Snakemake has to know all.
    """
    pattern = "results/raw/{instrument}/{month}"
    return lambda wildcards: [of_pair(role, pattern)(wildcards)] if PASSING else []
