"""A web server on loopback that serves what a test puts into it, and fails when it is told to."""

from __future__ import annotations

import gzip
import io
import struct
import threading
import time
from collections import Counter
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SO_LINGER, SOL_SOCKET

import numpy as np
from astropy.io import fits
from astropy.time import Time

from onesun.geometry.pointing import Pointing
from onesun.sample.headers_gong import gong_header


class SmallArchive:
    """Serves ``pages`` by path; ``faults`` by path are gone through, one for each GET.

    A fault is an HTTP status; "truncate", "reset", "stall", "drip" (half of the bytes, then the
    end, a reset, silence, or a byte now and then); or bytes that are served in place of the right
    ones.
    """

    def __init__(self) -> None:
        self.pages: dict[str, bytes] = {}
        self.faults: dict[str, list[int | str | bytes]] = {}
        self.sent: Counter[str] = Counter()  # whole and right, by path
        self.asked: Counter[str] = Counter()
        self.wait = threading.Event()  # ends every stall
        archive = self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                self._head(archive.pages.get(self.path))

            def do_GET(self) -> None:
                archive.answer(self)

            def _head(self, content: bytes | None) -> None:
                self.send_response(404 if content is None else 200)
                self.send_header("Content-Length", str(len(content or b"")))
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/"

    def __enter__(self) -> SmallArchive:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.wait.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        path, content = handler.path, self.pages.get(handler.path)
        self.asked[path] += 1
        faults = self.faults.get(path)
        fault = faults.pop(0) if faults else None
        if isinstance(fault, int) or content is None:
            handler.send_error(fault or 404)
            return
        with suppress(ConnectionError):
            if isinstance(fault, str):
                self._break_off(handler, fault, content)
                return
            handler._head(content if fault is None else fault)
            handler.wfile.write(content if fault is None else fault)
            self.sent[path] += fault is None

    def _break_off(self, handler: BaseHTTPRequestHandler, how: str, content: bytes) -> None:
        handler._head(content)
        handler.wfile.write(content[: len(content) // 2])
        handler.wfile.flush()
        if how == "stall":
            self.wait.wait(60)
        if how == "drip":
            while not self.wait.wait(0.05):
                handler.wfile.write(b"x")
                handler.wfile.flush()
        if how == "reset":
            time.sleep(0.05)
            handler.connection.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        handler.close_connection = True
        handler.connection.close()


def index(names: list[str]) -> bytes:
    """A folder's page as Apache makes it."""
    rows = "".join(f'<a href="{name}">{name}</a>  2010-06-09 01:02  509K\n' for name in names)
    return f'<a href="?C=N;O=D">Name</a>\n<a href="/oQR/">Parent</a>\n{rows}'.encode()


def gong_file(seed: int, utc: str = "2010-06-08T20:04:01", **cards: object) -> bytes:
    """A ten-minute average of noise around ``utc``, gzipped; cards as given (None: left out)."""
    where = Pointing(429.5, 429.5, 2.533, 0.0, 944.7, 1.519e11, 0.1, 200.0)
    when = Time(utc, scale="utc").tai
    header = gong_header(where, time=when, velocity=0.0, offset=0.0, real_t_rec=when)
    for key, value in cards.items():
        header.remove(key, ignore_missing=True)
        if value is not None:
            header[key] = value
    rng = np.random.default_rng(seed)
    steps = rng.normal(0, 60, (860, 860))
    steps[where.radius(steps.shape) >= 1] = -7399
    content = io.BytesIO()
    hdu = fits.PrimaryHDU(np.rint(steps).astype(np.int16), header)
    hdu.header["BSCALE"] = 0.09504
    hdu.writeto(content)
    return gzip.compress(content.getvalue(), compresslevel=1, mtime=0)
