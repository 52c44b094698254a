"""Pages of an archive's web server, asked for until they come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests

from onesun.archive.retry import retrying
from onesun.errors import ArchiveError

_LATER = (408, 425, 429)  # of the client's errors (4xx), those that pass


def page(session: requests.Session, url: str, settings: Mapping[str, Any]) -> str | None:
    """The text of a page; None where there is none (404, 410).

    Parameters
    ----------
    settings : the configuration's section ``archive``.

    Raises ArchiveError when the server cannot be reached, or answers with an error, ``retries``
    times after the first.
    """
    try:
        return retrying(settings, url, _passes)(_get, session, url, settings["timeout"])
    except requests.HTTPError as error:
        raise ArchiveError(f"{error}, expected a listing") from None
    except requests.RequestException as error:
        raise ArchiveError(f"{url}: {in_words(error)}, expected a listing") from None


def in_words(error: requests.RequestException) -> str:
    """What went wrong, without the libraries' own details."""
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.exceptions.ChunkedEncodingError | requests.ConnectionError):
        return "no connection, or one that broke off"
    return str(error)


def _get(session: requests.Session, url: str, timeout: float) -> str | None:
    answer = session.get(url, timeout=timeout)
    if answer.status_code in (404, 410):
        return None
    if answer.status_code != 200:
        raise requests.HTTPError(
            f"{url}: HTTP {answer.status_code} {answer.reason}", response=answer
        )
    return answer.text


def _passes(error: BaseException) -> bool:
    if isinstance(error, requests.HTTPError):
        status = error.response.status_code
        return status >= 500 or status in _LATER
    return isinstance(
        error,
        requests.ConnectionError
        | requests.Timeout
        | requests.exceptions.ChunkedEncodingError
        | requests.exceptions.ContentDecodingError,
    )
