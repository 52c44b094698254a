"""Edits over a finished run whose frames come from the archives; as those of edits.py."""

from __future__ import annotations

from edits import ALL_BELOW, PAIR_BELOW, Change, Edit, both, code, config

BELOW = f"store 4, calibrate 2, line 2, {ALL_BELOW}"
ALL_AGAIN = f"download 3, download_input 6, align 6, {BELOW}"


def _archive(what: str, change: Change, reruns: str = "") -> Edit:
    return Edit(what, change, reruns, over="archive")


ARCHIVE_EDITS = [
    _archive("another address of JSOC", config("archive.jsoc.url", "http://localhost:1/")),
    _archive("the e-mail address", config("archive.jsoc.email", "observer@example.org")),
    _archive(
        "longer waits and more connections",
        both(
            config("archive.retries", 9),
            config("archive.timeout", 300),
            config("archive.jsoc.export_hours", 72),
            config("archive.nso.connections", 8),
        ),
    ),
    _archive("a stricter share of missing frames", config("archive.max_missing", 0.01)),
    _archive(
        "the cadence of test months",
        config("archive.cadence.test", 192),
        "download, download_input 2, align 2, fit_bound 2, predict 16, evaluate 16, measure 6, "
        "table1, table2, table3, ladder",
    ),
    _archive(
        "the cadence of one pair's test months",
        config("archive.cadence.by_pair", {"gong-hmi": {"test": 10}}),
        # The pairs share HMI's frames.
        "download, download_input, align 2, fit_bound 2, predict 16, evaluate 16, measure 6, "
        "table1, table2, table3, ladder",
    ),
    _archive(
        "GONG without its zero point corrected",
        config("archive.nso.products", ["bqa"]),
        f"download_input 3, align 3, store 2, {PAIR_BELOW}",
    ),
    _archive("a connection's retries: archive/retry.py", code("archive/retry.py")),
    _archive(
        "which files are accepted: archive/checking.py", code("archive/checking.py"), ALL_AGAIN
    ),
    _archive("what is planned: archive/plan.py", code("archive/plan.py")),
]
