"""What may go wrong with an archive, and what then has to come of it.

Each case is one `onesun archive fetch` of a day of MDI or GONG, of which the stand-in holds four
frames: which faults strike, how many frames arrive, how it ends, and what the user reads.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from helpers.archive.holdings import gong_files, records
from helpers.archive.protocol import strange
from helpers.archive.server import CGI, REGISTERED, Archive
from helpers.archive.simulated import dated
from onesun.io.files import read_json
from onesun.reading import read
from onesun.sample.simulate import simulate

MONTH, FRAMES = "2010-07", 4
REQUEST = {"start": "2010-07-07", "end": "2010-07-08", "cadence": 96}
_SLOT = "01:36"  # of MDI's, the one that faults strike
_FILE = "t0134"  # of GONG's
_STRUCK = re.compile("20100707_013[46]")  # either, in manifests
_STOPPED = 2  # exit code, where something outside the code is wrong
# Patience enough for what is gone in a moment; on loopback nothing takes long.
_PATIENCE = {"retries": 2, "backoff": 0.1, "timeout": 2.0, "max_missing": 1.0}

Fetch = Callable[[list[str]], tuple[int, str]]


@dataclass(frozen=True)
class Case:
    """One fault.

    Attributes
    ----------
    fault : what goes wrong, in words.
    rules : the stand-in's; ``{segment}`` stands for the address of the MDI segment that is struck.
    says : regular expression; one line of what the user reads has to match.
    frames : that arrive, of four.
    instrument : mdi or gong.
    missing : regular expression; the reason in the manifest for the slot that is struck.
    stops : whether it ends with exit code 2, without a manifest.
    settings : what differs in the section ``archive``.
    email : the user's address.
    again : whether a second run, without the fault, has to get all frames.
    also : what else has to hold of the manifest.
    """

    fault: str
    rules: tuple[Mapping[str, Any], ...]
    says: str
    frames: int = FRAMES
    instrument: str = "mdi"
    missing: str | None = None
    stops: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)
    email: str | None = REGISTERED
    again: bool = False
    also: Callable[[dict[str, Any]], bool] = lambda manifest: True


@dataclass(frozen=True)
class Outcome:
    """What came of a case.

    Attributes
    ----------
    code : exit code.
    line : what the user read of it.
    reason : why the slot that was struck has no frame, in the manifest.
    arrived : frames in the manifest.
    good : whether each of them holds the field that the archive holds.
    asked_again : requests (GET) more than without the fault; fewer where it stopped early.
    seconds : from start to end.
    problems : what is not as the case says.
    """

    code: int
    line: str
    reason: str
    arrived: int
    good: bool
    asked_again: int
    seconds: float
    problems: tuple[str, ...]


def _file(kind: str, times: int | None = 2, **more: Any) -> tuple[Mapping[str, Any], ...]:
    return ({"kind": kind, "match": "{segment}", "times": times, **more},)


def _on(program: str, kind: str, times: int | None = 1, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "match": program, "times": times, **more}


def _held(kind: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "match": _SLOT, "times": None, **more}


def _best(kind: str, times: int | None, **more: Any) -> tuple[Mapping[str, Any], ...]:
    """A fault of the file that NSO's best site has."""
    return (_on("zqa/.*le.*t0134", kind, times, **more),)


_TAPE = _held("offline")
_TWO_ON_TAPE = {**_TAPE, "match": "01:36|03:12"}
_GONG = {"instrument": "gong"}
CASES = (
    # Files of JSOC.
    Case("truncated, twice", _file("truncate"), "013600.*broke off.*retrying"),
    Case(
        "truncated, always", _file("truncate", None), "013600.*giving up", 3,
        missing="broke off before the end",
    ),
    Case("wrong length, twice", _file("length"), "013600.*retrying"),
    Case(
        "wrong length, always", _file("length", None), "013600.*giving up", 3,
        missing=r"\d+ bytes arrived, the server announced \d+",
    ),
    Case("damaged, right length, twice", _file("corrupt"), "013600.*add up.*retrying"),
    Case(
        "damaged, right length, always", _file("corrupt", None), "013600.*giving up", 3,
        missing="do not add up", again=True,
    ),
    Case("HTTP 404 for a file, once", _file("status", 1, code=404), "013600.*404.*retrying"),
    Case(
        "HTTP 404 for a file, always", _file("status", None, code=404), "013600.*giving up.*404", 3,
        missing="HTTP 404", again=True,
    ),
    Case("HTTP 500 for a file, twice", _file("status"), "013600.*500.*retrying"),
    Case("HTTP 504 for a file, twice", _file("status", code=504), "013600.*504.*retrying"),
    Case("connection reset, twice", _file("reset"), "013600.*(closed|broke off).*retrying"),
    Case("stalled, once", _file("stall", 1), "013600.*nothing arrived for 2 s.*retrying"),
    # Questions to JSOC.
    Case("HTTP 500 for a query, twice", (_on("rs_list", "status", 2),), "HTTP 500.*retrying"),
    Case(
        "HTTP 504 for a query, always", (_on("rs_list", "status", None, code=504),),
        r"^onesun: .*records of mdi.*HTTP 504, expected a reply", 0, stops=True, again=True,
    ),
    Case("query reset, once", (_on("rs_list", "reset"),), "retrying"),
    Case("query truncated, once", (_on("rs_list", "truncate"),), "retrying"),
    Case("query stalled, once", (_on("rs_list", "stall"),), "retrying"),
    # Records of JSOC.
    Case("no record", (_held("missing"),), "frames not in the archive", 3, missing="no record in"),
    Case(
        "record without data", (_held("no-data"),), "frames not in the archive", 3,
        missing="0x80000000",
    ),
    Case(
        "record of bad quality", (_held("poor", code=0x108),), "frames not in the archive", 3,
        missing="0x00000108: more than 1 % missing, pointing anomaly",
    ),
    Case("two records for a slot", (_held("duplicate"),), "013600.*2 records.*the newest"),
    # Exports of JSOC.
    Case("segment on tape", (_TAPE,), r"JSOC_\w+: done"),
    Case(
        "exported as NoDataFile", (_TAPE, _held("no-data-file")), r"JSOC_\w+: done", 3,
        missing="NoDataFile",
    ),
    Case(
        "pending requests (status 7), three times", (_TAPE, _on("", "pending-limit", 3)),
        "has 2 pending export requests.*status 7",
    ),
    Case(
        "queued for ever (status 2)", (_TAPE, _on("JSOC", "queued", None)),
        "status 2", 3, settings={"jsoc": {"export_hours": 0.0005}},
        missing="export was queued .*after 0.0005 h",
        again=True,
    ),
    Case(
        "too large (status 3)", (_TWO_ON_TAPE, _on("", "too-large", None, code=1)), "status 3",
    ),
    Case("export fails (status 4), once", (_TAPE, _on("JSOC", "failed")), "status 4"),
    Case(
        "export fails (status 4), always", (_TAPE, _on("JSOC", "failed", None)), "status 4", 3,
        missing="3 export requests failed",
    ),
    Case("export expires (status 5), once", (_TAPE, _on("JSOC", "expired")), "status 5"),
    Case("request not saved (status 4), once", (_TAPE, _on("", "hash")), "Cant save new export"),
    Case(
        "e-mail not registered", (), r"^onesun: archive.jsoc.email: .*JSOC does not know", 0,
        email="nobody@example.org", stops=True, again=True,
    ),
    Case(
        "no e-mail", (), r"^onesun: archive.jsoc.email: found nothing", 0, email=None, stops=True,
        again=True,
    ),
    Case(
        "more missing than allowed", _file("status", None, code=404),
        r"^onesun: .*12 of 15 frames are unavailable.*archive.max_missing", 0, stops=True,
        settings={"max_missing": 11.5 / 15}, again=True,
    ),
    # GONG.
    Case("truncated, twice", _best("truncate", 2), "t0134.*retrying", **_GONG),
    Case(
        "damaged, right length, always", _best("corrupt", None), "t0134.*giving up", **_GONG,
        also=lambda manifest: "lezqa100707t0134.fits.gz" in manifest["archive"]["passed_over"],
    ),
    Case(
        "HTTP 404 for a file, always", _best("status", None, code=404), "t0134.*giving up.*404",
        **_GONG,
    ),
    Case("connection reset, twice", _best("reset", 2), "t0134.*retrying", **_GONG),
    Case("stalled, once", _best("stall", 1), "t0134.*nothing arrived for 2 s", **_GONG),
    Case(
        "HTTP 500 for a listing, twice", (_on("zqa/201007/lezqa100707/$", "status", 2),),
        "HTTP 500.*retrying", **_GONG,
    ),
    Case(
        "HTTP 500 for all, always", (_on("oQR", "status", None),),
        r"^onesun: .*HTTP 500.*expected a listing", 0, stops=True, again=True, **_GONG,
    ),
    Case(
        "no corrected file (zqa)", (_on("zqa.*t0134", "missing"),), "4 files", **_GONG,
        also=lambda manifest: manifest["archive"]["products"] == {"zqa": 3, "bqa": 1},
    ),
    Case(
        "no file of any site", (_on("t0134", "missing"),), "frames not in the archive", 3,
        missing="no site has a file", **_GONG,
    ),
)  # fmt: skip


def hold(
    sample: Path,
    settings: Mapping[str, Any],
    folder: Path,
    instruments: Iterable[str] = ("mdi", "gong"),
) -> None:
    """Simulate what the stand-in holds for the cases.

    Parameters
    ----------
    sample : manifest of the real frames.
    settings : the configuration's section ``sample``.
    """
    frames = dated(sample, folder / "sample")
    for instrument in instruments:
        made = {**settings, "frames": FRAMES}
        simulate(instrument, MONTH, frames, made, folder / instrument / MONTH)


class Cases:
    """Runs cases against one folder of what the archive holds.

    Parameters
    ----------
    holdings : as :func:`hold` makes them.
    settings : the configuration's section ``archive``.
    fetch : runs ``onesun`` with arguments; returns the exit code and what the user reads.
    """

    def __init__(self, holdings: Path, settings: Mapping[str, Any], fetch: Fetch) -> None:
        self.holdings, self.settings, self.fetch = holdings, settings, fetch
        self._good = _good_fields(holdings)
        self._segment = next(one.path for one in records(holdings) if _SLOT in one.time)
        self._usual: dict[str, int] = {}

    def run(self, case: Case, folder: Path) -> Outcome:
        """Run a case in an empty folder."""
        if case.instrument not in self._usual:
            plain = Case("none", (), "", instrument=case.instrument)
            self._usual[case.instrument] = 0
            self._usual[case.instrument] = self._once(plain, folder / "usual").asked_again
        return self._once(case, folder / "case")

    def _once(self, case: Case, folder: Path) -> Outcome:
        rules = json.loads(json.dumps(case.rules).replace("{segment}", self._segment))
        with Archive(self.holdings, rules=rules) as archive:
            started = time.monotonic()
            code, text = self._fetch(case, archive, folder)
            seconds = time.monotonic() - started
            # A stalled one is not over yet, and so not in the log.
            asked = archive.active + sum(one["method"] == "GET" for one in archive.entries)
            manifest = _manifest(folder)
            good = self._all_good(case.instrument, folder)
            problems = self._problems(case, code, text, folder)
            if case.again:
                problems += self._second(case, archive, folder)
            problems += [f"a strange request: {one}" for one in strange(archive.entries)]
        lines = [line for line in text.splitlines() if re.search(case.says, line)]
        return Outcome(
            code=code,
            line=lines[0] if lines else "",
            reason=_reason(manifest) or "",
            arrived=len(manifest["files"]) if manifest else 0,
            good=good,
            asked_again=asked - self._usual[case.instrument],
            seconds=seconds,
            problems=tuple(problems),
        )

    def _fetch(self, case: Case, archive: Archive, folder: Path) -> tuple[int, str]:
        places = {
            "jsoc": {"url": f"{archive.url}{CGI[1:]}", "download_url": archive.url},
            "nso": {"url": f"{archive.url}oQR/"},
        }
        section = _over(self.settings, _PATIENCE)
        section = _over(section, {"jsoc": {"pause": 0.0, "poll": 0.05, "email": case.email}})
        section = _over(_over(section, places), case.settings)
        section["folder"] = str(folder / "archive")
        settings = {"archive": section, "request": [{"input": case.instrument, **REQUEST}]}
        out = folder / "raw" / case.instrument / MONTH
        return self.fetch([
            *("archive", "fetch", "--instrument", case.instrument, "--month", MONTH),
            *("--settings", json.dumps(settings), "--out", str(out)),
        ])  # fmt: skip

    def _problems(self, case: Case, code: int, text: str, folder: Path) -> list[str]:
        manifest = _manifest(folder)
        problems = []
        if code != (_STOPPED if case.stops else 0):
            problems.append(f"exit code {code}: {text[-500:]}")
        if not any(re.search(case.says, line) for line in text.splitlines()):
            problems.append(f"no line like {case.says!r} in {text[-1500:]}")
        if "Traceback" in text:
            problems.append(f"a traceback: {text[-1500:]}")
        if case.stops:
            return problems + (["a manifest of a run that stopped"] if manifest else [])
        if manifest is None:
            return [*problems, "no manifest"]
        if len(manifest["files"]) != case.frames:
            problems.append(f"{len(manifest['files'])} frames, expected {case.frames}")
        if len(manifest["files"]) + len(manifest["missing"]) != 15:
            problems.append("frames and missing slots are not all that were wanted")
        if not self._all_good(case.instrument, folder):
            problems.append("a frame is not what the archive holds")
        reason = _reason(manifest)
        if bool(reason) != bool(case.missing) or not re.search(case.missing or "", reason or ""):
            problems.append(f"missing because of {reason!r}, expected {case.missing!r}")
        if not case.also(manifest):
            problems.append(f"not as expected: {manifest['archive']}")
        return problems

    def _second(self, case: Case, archive: Archive, folder: Path) -> list[str]:
        """A run after the fault is over: all frames arrive, and none comes twice."""
        whole = _fetched(archive)
        asked = _requests(archive)
        archive.faults.set([rule for rule in archive.faults.told() if rule["kind"] == "offline"])
        shutil.rmtree(folder / "raw", ignore_errors=True)
        healthy = Case(**{**vars(case), "email": REGISTERED, "settings": {}})
        code, text = self._fetch(healthy, archive, folder)
        manifest = _manifest(folder)
        if code != 0 or manifest is None:
            return [f"the second run ended with {code}: {text[-500:]}"]
        problems = []
        if len(manifest["files"]) != FRAMES:
            problems.append(f"{len(manifest['files'])} frames after the second run")
        twice = [path for path in _fetched(archive)[len(whole) :] if path in whole]
        # What came damaged was whole on its way, too.
        if [path for path in twice if path != self._segment]:
            problems.append(f"fetched again: {twice}")
        if asked and len(_requests(archive)) > len(asked):
            problems.append("exported once more in place of asking after the first request")
        return problems

    def _all_good(self, instrument: str, folder: Path) -> bool:
        place = folder / "raw" / instrument / MONTH
        return all(_field(path) in self._good for path in place.glob("*.fits*"))


def _good_fields(holdings: Path) -> set[str]:
    """Hashes of the fields that an undamaged file of the archive may hold."""
    good = {_field(path) for path in holdings.glob("mdi/*/*.fits")}
    for file in gong_files(holdings):
        path = holdings / "copies" / Path(file.path).name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(file.content())
        good.add(_field(path))
    return good


def _field(path: Path) -> str:
    return hashlib.sha256(read(path).field.tobytes()).hexdigest()


def _manifest(folder: Path) -> dict[str, Any] | None:
    found = list(folder.glob("raw/*/*.json"))
    return read_json(found[0]) if found else None


def _reason(manifest: dict[str, Any] | None) -> str | None:
    """Why the slot that is struck has no frame."""
    missing = manifest["missing"] if manifest else {}
    return next((missing[slot] for slot in missing if _STRUCK.search(slot)), None)


def _fetched(archive: Archive) -> list[str]:
    return [
        entry["path"]
        for entry in archive.entries
        if entry["complete"] and entry["status"] == 200 and ".fits" in entry["path"]
    ]


def _requests(archive: Archive) -> list[dict[str, Any]]:
    return [entry for entry in archive.entries if "exp_request" in entry["query"]]


def _over(settings: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(settings)
    for key, value in changes.items():
        merged[key] = _over(merged[key], value) if isinstance(value, Mapping) else value
    return merged
