"""NSO's tree of GONG files, as Apache lists it."""

from __future__ import annotations

from html import escape

from helpers.archive.faults import Faults
from helpers.archive.holdings import GongFile, modified

_PAGE = """<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">
<html>
 <head>
  <title>Index of {folder}</title>
 </head>
 <body>
<h1>Index of {folder}</h1>
<pre><img src="/icons/blank.gif" alt="Icon "> <a href="?C=N;O=D">Name</a>  <a href="?C=M;O=A">\
Last modified</a>  <a href="?C=S;O=A">Size</a>  <a href="?C=D;O=A">Description</a><hr>\
<img src="/icons/back.gif" alt="[PARENTDIR]"> <a href="{parent}">Parent Directory</a>   -
{rows}
<hr></pre>
</body></html>
"""


class Nso:
    """The files and the listings of their folders."""

    def __init__(self, files: list[GongFile], faults: Faults) -> None:
        self._files, self._faults = files, faults

    def file(self, path: str) -> GongFile | None:
        """The file under ``path``."""
        return next((file for file in self._held() if file.path == path), None)

    def listing(self, path: str) -> str | None:
        """The page of a folder; None where there is no such folder."""
        inside: dict[str, GongFile] = {}
        for file in self._held():
            if file.path.startswith(path):
                name, slash, _ = file.path.removeprefix(path).partition("/")
                inside[name + slash] = file
        if not inside:
            return None
        parent = path.rstrip("/").rpartition("/")[0] + "/"
        rows = "\n".join(_row(name, inside[name]) for name in sorted(inside))
        return _PAGE.format(folder=escape(path.rstrip("/")), parent=escape(parent), rows=rows)

    def _held(self) -> list[GongFile]:
        return [file for file in self._files if not self._faults.holds("missing", file.path)]


def _row(name: str, file: GongFile) -> str:
    if name.endswith("/"):
        return (
            f'<img src="/icons/folder.gif" alt="[DIR]"> <a href="{name}">{name}</a>  '
            f"{modified(file.time)}    -   "
        )
    picture = name.replace(".fits.gz", "-dim-860.jpg")
    size = f"{round(len(file.content()) / 1024)}K"
    return (
        f'<img src="/icons/compressed.gif" alt="[   ]"> <a href="{name}">{name}</a>  '
        f"{modified(file.time)}  {size}  \n"
        f'<img src="/icons/image2.gif" alt="[IMG]"> <a href="{picture}">{picture}</a>  '
        f"{modified(file.time)}   68K  "
    )
