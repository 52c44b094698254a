"""The stand-in archive: ``python -m helpers.archive.server --holdings FOLDER``, on loopback only.

JSOC is under ``/cgi-bin/ajax/`` and ``/SUM…``, NSO under ``/oQR/``. What goes wrong is told by a
file (``--faults``) or to ``/control/faults``; ``/control/log`` is every request since the start.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import signal
import socket
import struct
import sys
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from helpers.archive.faults import ON_THE_WAY, Faults, Rule
from helpers.archive.fitsfiles import corrupted
from helpers.archive.holdings import gong_files, records
from helpers.archive.jsoc import Jsoc
from helpers.archive.nso import Nso

CGI = "/cgi-bin/ajax/"
REGISTERED = "observer@example.org"
_PIECE = 1 << 16


class Archive(ThreadingHTTPServer):
    """JSOC and NSO in one server.

    Parameters
    ----------
    holdings : folder of simulated months, ``{instrument}/{YYYY-MM}/``.
    port : 0 for any that is free.
    rules : faults to begin with.
    registered : e-mail addresses that may export.
    log : file that gets a line of JSON for each request; None keeps them in memory alone.
    rate : bytes per second of each reply; None for no limit.
    """

    daemon_threads = True

    def __init__(
        self,
        holdings: Path,
        port: int = 0,
        *,
        rules: list[dict[str, Any]] | None = None,
        registered: set[str] | None = None,
        log: Path | None = None,
        rate: float | None = None,
    ) -> None:
        self.faults = Faults(rules or [])
        self.jsoc = Jsoc(records(holdings), self.faults, registered or {REGISTERED})
        self.nso = Nso(gong_files(holdings), self.faults)
        self.rate = rate
        self.entries: list[dict[str, Any]] = []
        self.asking = Counter[bool]()  # requests that are not over, by whether they are NSO's
        self.lock = threading.Lock()
        self._log = log
        self._closing = threading.Event()
        super().__init__(("127.0.0.1", port), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"

    @property
    def active(self) -> int:
        """Requests that are not over."""
        return self.asking.total()

    def note(self, entry: dict[str, Any]) -> None:
        """Keep what became of a request."""
        with self.lock:
            self.entries.append(entry)
            if self._log is not None:
                with open(self._log, "a", encoding="utf-8") as handle:
                    handle.write(json.dumps(entry) + "\n")

    def pause(self, seconds: float) -> None:
        """Wait, but not beyond the server's own end."""
        self._closing.wait(seconds)

    def __enter__(self) -> Archive:
        self._thread = threading.Thread(target=self.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._closing.set()
        self.shutdown()
        self._thread.join()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error of the server's."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Archive
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_POST(self) -> None:
        """Orders to the stand-in itself."""
        content = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        try:
            told = json.loads(content or b"[]")
            if self.path == "/control/faults":
                self.server.faults.set(told)
            elif self.path == "/control/registered":
                self.server.jsoc.registered = set(told)
            elif self.path == "/control/log":
                with self.server.lock:
                    self.server.entries.clear()
            else:
                raise ValueError(f"{self.path}: no such order")
        except (ValueError, TypeError) as error:
            self._whole(400, str(error).encode(), "text/plain")
        else:
            self._whole(200, b"{}", "application/json")

    def log_message(self, *_: object) -> None:
        """Requests are in the log, not on the screen."""

    def _answer(self, *, body: bool) -> None:
        address = unquote(self.path)
        if address.startswith("/control/"):
            self._control(address)
            return
        with self.server.lock:
            nso = address.startswith("/oQR/")
            self.server.asking[nso] += 1
            active = self.server.asking[nso]
        self._entry = {
            "time": time.time(),
            "method": self.command,
            "path": urlsplit(self.path).path,
            "query": urlsplit(self.path).query,
            "agent": self.headers.get("User-Agent", ""),
            "range": self.headers.get("Range"),
            "active": active,
            "status": 0,
            "bytes": 0,
            "length": 0,
            "complete": False,
            "fault": None,
        }
        try:
            self._reply(address, body=body)
        finally:
            self._entry["seconds"] = round(time.time() - self._entry["time"], 4)
            # While it counts as active: whoever waits until nothing is finds all in the log.
            self.server.note(self._entry)
            with self.server.lock:
                self.server.asking[nso] -= 1

    def _control(self, address: str) -> None:
        if address == "/control/faults":
            told: Any = self.server.faults.told()
        else:
            with self.server.lock:
                told = list(self.server.entries)
        self._whole(200, json.dumps(told).encode(), "application/json")

    def _reply(self, address: str, *, body: bool) -> None:
        # A question for the size alone goes through: what it announces is the file's own.
        fault = self.server.faults.strike(ON_THE_WAY, address) if body else None
        self._entry["fault"] = fault and fault.kind
        if fault is not None and fault.kind == "status":
            self._send(fault.code, b"<html>The server had a problem.</html>", "text/html", body)
            return
        status, content, kind = self._found(address)
        if fault is not None and status == 200:
            self._broken(fault, content, kind)
        else:
            self._send(status, content, kind, body)

    def _found(self, address: str) -> tuple[int, bytes, str]:
        """What is asked for: HTTP status, content, MIME type."""
        parts = urlsplit(self.path)
        path = unquote(parts.path)
        server = self.server
        if path.startswith(CGI):
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            reply = server.jsoc.reply(path.removeprefix(CGI), query)
            if reply is not None:
                return 200, json.dumps(reply).encode("latin1"), "application/json"
        elif path.startswith("/SUM"):
            record = server.jsoc.segment(path)
            if record is not None:
                return 200, record.as_is(), "image/fits"
            record = server.jsoc.exports.file(path)
            if record is not None:
                return 200, record.exported(), "image/fits"
        elif path.startswith("/oQR/"):
            file = server.nso.file(path)
            if file is not None:
                return 200, file.content(), "application/x-gzip"
            page = server.nso.listing(path) if path.endswith("/") else None
            if page is not None:
                return 200, page.encode(), "text/html;charset=UTF-8"
        return 404, b"<html><h1>Not Found</h1></html>", "text/html"

    def _whole(self, status: int, content: bytes, kind: str) -> None:
        """Answer an order; such answers are in no log."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _send(self, status: int, content: bytes, kind: str, body: bool) -> None:
        first, last = self._asked_part(len(content)) if status == 200 else (0, len(content))
        part = (first, last) != (0, len(content))
        self._head(206 if part else status, kind, last - first)
        if part:
            self.send_header("Content-Range", f"bytes {first}-{last - 1}/{len(content)}")
        self.end_headers()
        if body:
            self._pieces(content[first:last])
        self._entry["complete"] = True

    def _asked_part(self, length: int) -> tuple[int, int]:
        unit, _, asked = (self.headers.get("Range") or "").partition("=")
        first, dash, last = asked.partition("-")
        if unit != "bytes" or not dash or not first.isdigit() or int(first) >= length:
            return 0, length
        return int(first), min(int(last) + 1, length) if last.isdigit() else length

    def _head(self, status: int, kind: str, length: int) -> None:
        self._entry.update(status=status, length=length)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length))
        self.send_header("Accept-Ranges", "bytes")

    def _pieces(self, content: bytes) -> None:
        for start in range(0, len(content), _PIECE):
            piece = content[start : start + _PIECE]
            self.wfile.write(piece)
            self._entry["bytes"] += len(piece)
            if self.server.rate is not None:
                self.server.pause(len(piece) / self.server.rate)

    def _broken(self, fault: Rule, content: bytes, kind: str) -> None:
        half = content[: len(content) // 2]
        if fault.kind == "corrupt":
            self._send(200, corrupted(content), kind, body=True)
            return
        if fault.kind == "length":
            self._send(200, half, kind, body=True)
            return
        self.close_connection = True
        self._head(200, kind, len(content))
        self.end_headers()
        self._pieces(half)
        self.wfile.flush()
        if fault.kind == "stall":
            self.server.pause(fault.seconds)
        elif fault.kind == "reset":
            # Closing without lingering sends RST in place of FIN.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()


def main() -> None:
    """Serve until told to stop."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--holdings", type=Path, required=True, help="simulated months")
    arguments.add_argument("--port", type=int, default=0, help="0: any that is free")
    arguments.add_argument("--faults", type=Path, help="JSON list of faults")
    arguments.add_argument("--registered", action="append", help="e-mail address; repeatable")
    arguments.add_argument("--log", type=Path, help="a line of JSON for each request")
    arguments.add_argument("--rate", type=float, help="bytes per second of each reply")
    given = arguments.parse_args()
    rules = json.loads(given.faults.read_text("utf-8")) if given.faults else []
    archive = Archive(
        given.holdings,
        given.port,
        rules=rules,
        registered=set(given.registered or [REGISTERED]),
        log=given.log,
        rate=given.rate,
    )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with archive:
        print(archive.url, flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
