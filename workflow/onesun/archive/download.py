"""Bring files here through parfive, a few at a time, and say of each whether it arrived.

What parfive leaves to its callers (read in its source, version 2.3.1): it writes straight to the
name it is given, so a killed process leaves a part of a file under it; it compares sizes only where
aiohttp does; it takes a file that is there already for the right one; it asks once; it returns what
it has when Ctrl-C is pressed, as if nothing had happened; and it waits for ever when the disk is
full. Names given to it are therefore those of parts, in a folder that is emptied before.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import parfive
from parfive.utils import FailedDownload, MultiPartDownloadError

from onesun.archive.remote import RemoteFile
from onesun.version import __version__

_CHUNK = 1 << 18  # bytes
_SEVERAL = 4
_SLOWEST = 60  # times the limit of silence, for a whole file
_OF_THE_NETWORK = (ConnectionError, TimeoutError, aiohttp.ClientError)
_LOOK = 0.5  # seconds between looks at whether anything arrives


@dataclass(frozen=True)
class Failure:
    """Why a file did not arrive.

    Parameters
    ----------
    reason : in words, the same each time that the same thing happens.
    enough : how many files that fail so, one after the other, mean that the archive is out of
        reach; None where only the file itself can be the cause.
    """

    reason: str
    enough: int | None = None


def transfer(
    files: Sequence[RemoteFile],
    folder: Path,
    settings: Mapping[str, Any],
    connections: int,
    arrived: Callable[[RemoteFile, Path, int | None], None],
) -> dict[str, Failure]:
    """Download ``files``, each to ``folder`` under its name, and return what failed, by name.

    Parameters
    ----------
    folder : of parts; what has one of the names is overwritten.
    settings : the configuration's section ``archive``: ``timeout`` in seconds.
    connections : files at a time.
    arrived : called with each file that arrived, its path and the bytes that the server announced
        (None if it did not).

    Raises OSError when the disk is full, KeyboardInterrupt when the user interrupts.
    """
    parfive.log.setLevel(logging.WARNING)  # ours report failures
    by_name = {file.name: file for file in files}
    lengths: dict[str, int | None] = {}
    here: set[str] = set()

    def done(path: Path | None, _url: str, error: BaseException | None) -> None:
        if error is None and path is not None:
            name = Path(path).name
            here.add(name)
            arrived(by_name[name], Path(path), lengths.get(name))

    downloader = parfive.Downloader(
        max_conn=connections,
        max_splits=0,  # one connection to a file, and no question for a range of it
        progress=False,  # reported month by month, in logs, too
        overwrite=True,
        config=_session(settings["timeout"], done),
    )
    for file in files:
        (folder / file.name).unlink(missing_ok=True)

        def place(response: aiohttp.ClientResponse, _url: str, name: str = file.name) -> Path:
            lengths[name] = response.content_length
            return folder / name

        downloader.enqueue_file(file.url, filename=place, chunksize=_CHUNK)
    results = _run(downloader, [folder / name for name in by_name], settings["timeout"])
    errors = {error.url: error.exception for error in results.errors}
    return {
        file.name: _failure(errors.get(file.url), settings["timeout"])
        for file in files
        if file.name not in here
    }


def _session(timeout: float, done: Callable[..., None]) -> parfive.SessionConfig:
    config = parfive.SessionConfig(
        headers={
            "User-Agent": f"onesun/{__version__} parfive/{parfive.__version__}",
            # A file that is gzipped is wanted as it is.
            "Accept-Encoding": "identity",
        },
        timeouts=aiohttp.ClientTimeout(
            total=_SLOWEST * timeout, connect=timeout, sock_connect=timeout, sock_read=timeout
        ),
        # The environment's proxies, but not for hosts in no_proxy, which parfive does not know.
        aiohttp_session_generator=lambda config: aiohttp.ClientSession(
            headers=config.headers, trust_env=True, auto_decompress=False
        ),
        done_callbacks=[done],
    )
    config.http_proxy = config.https_proxy = None
    return config


def _run(downloader: parfive.Downloader, parts: Sequence[Path], timeout: float) -> parfive.Results:
    try:
        return asyncio.run(_watched(downloader, parts, timeout))
    except Exception as error:
        full = _of_the_disk(error)
        if full is None:
            raise
        full.filename = full.filename or str(parts[0].parent)
        raise full from None


async def _watched(
    downloader: parfive.Downloader, parts: Sequence[Path], timeout: float
) -> parfive.Results:
    """Run a download, and end it when nothing happens for longer than any of its own limits."""
    loop = asyncio.get_running_loop()
    # Every failure is in the results; asyncio would print those of other tasks of a file, too.
    loop.set_exception_handler(lambda *_: None)
    task = loop.create_task(downloader.run_download())
    seen, since = _sizes(parts), loop.time()
    try:
        while loop.time() - since < _patience(parts[0].parent, timeout):
            if (await asyncio.wait({task}, timeout=_LOOK))[0]:
                return task.result()
            if (now := _sizes(parts)) != seen:
                seen, since = now, loop.time()
        return await _ended(task)
    except asyncio.CancelledError:  # Ctrl-C, which parfive would swallow
        await _ended(task)
        raise


async def _ended(task: asyncio.Task[parfive.Results]) -> parfive.Results:
    """What a download has when it is asked to stop: once, or it could not clear up."""
    task.cancel()
    await asyncio.wait({task})
    return task.result()


def _patience(folder: Path, timeout: float) -> float:
    """Seconds for which nothing may happen: fewer where the disk may be the reason."""
    full = shutil.disk_usage(folder).free < _CHUNK
    return 10 * _LOOK if full else 2 * timeout + 10 * _LOOK


def _of_the_disk(error: BaseException | None) -> OSError | None:
    """The error that stopped the writing; parfive raises others while it handles it."""
    while error is not None:
        if isinstance(error, OSError) and not isinstance(error, _OF_THE_NETWORK):
            return error
        error = error.__context__
    return None


def _sizes(parts: Sequence[Path]) -> list[int]:
    return [path.stat().st_size if path.is_file() else -1 for path in parts]


def _silent(timeout: float) -> Failure:
    return Failure(f"nothing arrived for {timeout:g} s", _SEVERAL)


def _failure(error: BaseException | aiohttp.ClientResponse | None, timeout: float) -> Failure:
    if error is None:  # not even begun when the watch ended all
        return _silent(timeout)
    while isinstance(error, FailedDownload):
        error = error.exception
    if isinstance(error, MultiPartDownloadError):
        error = error.response
    if isinstance(error, aiohttp.ClientResponse):
        busy = error.status >= 500 or error.status == 429
        return Failure(f"HTTP {error.status} {error.reason}", _SEVERAL if busy else None)
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return Failure("no connection to the server", enough=1)
    if isinstance(error, aiohttp.ServerTimeoutError | asyncio.CancelledError):
        return _silent(timeout)
    if isinstance(error, TimeoutError):
        return Failure(f"not all of it arrived in {_SLOWEST * timeout:g} s", _SEVERAL)
    if isinstance(error, aiohttp.ClientPayloadError):
        return Failure("the connection broke off before the end of the file")
    if isinstance(error, aiohttp.ClientConnectionError | ConnectionError):
        return Failure("the server closed the connection", _SEVERAL)
    if isinstance(error, aiohttp.ClientError):
        return Failure(f"no valid answer ({type(error).__name__})")
    raise error
