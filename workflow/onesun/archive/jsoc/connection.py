"""One conversation with JSOC: a question at a time, a pause between, retried after a failure."""

from __future__ import annotations

import http.client
import json
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.error import HTTPError, URLError

from onesun.archive.jsoc.library import drms
from onesun.archive.retry import retrying
from onesun.errors import ArchiveError

Answer = TypeVar("Answer")

# What the next try may find repaired: overload, a restart, a proxy that waited too long.
_PASSING = (408, 425, 429, 500, 502, 503, 504)
_TROUBLE = (
    URLError,  # HTTPError is one
    TimeoutError,
    ConnectionError,
    http.client.HTTPException,  # the reply ended early
    json.JSONDecodeError,  # a page in HTML, or half a reply
    drms.DrmsQueryError,
)
# Raised where a reply lacks what it should hold, or holds something else.
_DAMAGE = (ValueError, TypeError, LookupError, AttributeError)


class _TroubleError(Exception):
    """No answer, in words; ``passes`` if asking again may help."""

    def __init__(self, error: Exception) -> None:
        super().__init__(_words(error))
        self.passes = not isinstance(error, HTTPError) or error.code in _PASSING


class Connection:
    """What asks JSOC, one question at a time.

    Parameters
    ----------
    settings : configuration, section ``archive``.
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        jsoc = settings["jsoc"]
        self._settings = settings
        self._pause = float(jsoc["pause"])
        self._last = -self._pause
        # Without an address: drms would ask JSOC about it here, and not ask again after trouble.
        self._client = drms.Client(_server(jsoc["url"], jsoc["download_url"]))

    def ask(self, what: str, question: Callable[[drms.Client], Answer]) -> Answer:
        """The reply to a request, retried as configured when something fails on the way.

        Parameters
        ----------
        what : is being asked for, for messages.
        question : does it with the client given, in one request.

        Raises ArchiveError when JSOC cannot be reached or refuses.
        """
        again = retrying(self._settings, f"JSOC: {what}", _passes)
        try:
            answer: Answer = again(self._once, question)
            return answer
        except _TroubleError as error:
            where = self._settings["jsoc"]["url"]
            raise ArchiveError(f"{where}: {what}: {error}, expected a reply from JSOC") from None

    def _once(self, question: Callable[[drms.Client], Answer]) -> Answer:
        time.sleep(max(0.0, self._last + self._pause - time.monotonic()))
        try:
            with _time_limit(self._settings["timeout"]):
                return question(self._client)
        except (*_TROUBLE, *_DAMAGE) as error:
            if isinstance(error, HTTPError):
                error.close()
            raise _TroubleError(error) from error
        finally:
            self._last = time.monotonic()


def say(sentence: str) -> None:
    """Tell the user on stderr."""
    print(f"JSOC: {sentence}", file=sys.stderr, flush=True)


def _server(url: str, download_url: str) -> drms.ServerConfig:
    """JSOC's programs by the names that they have there, wherever they are."""
    return drms.ServerConfig(
        name="JSOC",
        cgi_baseurl=url,
        cgi_show_series="show_series",
        cgi_jsoc_info="jsoc_info",
        cgi_jsoc_fetch="jsoc_fetch",
        cgi_check_address="checkAddress.sh",
        cgi_show_series_wrapper="showextseries",
        show_series_wrapper_dbhost="hmidb2",
        http_download_baseurl=download_url,
    )


def _passes(error: BaseException) -> bool:
    return isinstance(error, _TroubleError) and error.passes


def _words(error: Exception) -> str:
    if isinstance(error, HTTPError):
        return f"HTTP {error.code}"
    if isinstance(error, json.JSONDecodeError):
        return "the reply is no JSON"
    if isinstance(error, http.client.IncompleteRead):
        return "the reply broke off"
    if isinstance(error, _DAMAGE):
        return f"unexpected reply ({type(error).__name__}: {error})"
    cause = error.reason if isinstance(error, URLError) else error
    text = cause.strerror if isinstance(cause, OSError) and cause.strerror else str(cause)
    return (text.strip() or type(cause).__name__).splitlines()[0].rstrip(".")


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Drms takes its time limit from the module ``socket`` alone."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
