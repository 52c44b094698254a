"""The page: everything a run made, in one file that needs nothing else."""

from __future__ import annotations

import base64
import io
import json
import platform
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata, resources
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup
from PIL import Image

from onesun import instruments
from onesun.errors import DamagedProductError
from onesun.io.canonical import canonical
from onesun.io.files import write_text
from onesun.report import markdown
from onesun.report.scenes import Scene
from onesun.tables.text import SIMULATED
from onesun.version import __version__

_LIBRARIES = (
    "torch", "numpy", "scipy", "opencv-python-headless", "scikit-image", "astropy", "sunpy", "zarr",
    "matplotlib",
)  # fmt: skip


@dataclass(frozen=True)
class Table:
    """A table: its anchor and title, the page's HTML, and the CSV as a data URL."""

    id: str
    title: str
    html: Markup
    csv: str


@dataclass(frozen=True)
class Figure:
    """A figure: its anchor and title, image as a data URL with its size in pixels, and texts."""

    id: str
    title: str
    image: str
    width: int
    height: int
    alt: str
    caption: Markup


def write_page(
    config: Mapping[str, Any],
    tables: Sequence[Path],
    figures: Sequence[Path],
    cost: Path | None,
    scenes: Sequence[Scene],
    snakemake: str | None,
    out: Path,
) -> None:
    """Write the report; the same inputs give the same bytes.

    Parameters
    ----------
    config : a complete configuration.
    tables, cost : CSV files with a .md beside each; figures: PNG files likewise.
    scenes : what the slider shows.
    snakemake : version of the Snakemake that called, if one did.

    Raises DamagedProductError naming a file that is missing or no table or figure.
    """
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    page = environment.from_string(shipped("page.html")).render(
        css=Markup(shipped("page.css")),
        script=Markup(shipped("fields.js") + shipped("slider.js")),
        pairs=list(_pairs(config)),
        simulated_as=SIMULATED,
        simulated=[scene.pair for scene in scenes if scene.simulated],
        scenes=scenes,
        data=[scene.as_dict() for scene in scenes],
        limit=config["figures"]["style"]["field_limit"],
        tables=[_table(path) for path in tables],
        figures=[_figure(path) for path in figures],
        cost=_table(cost) if cost else None,
        config=_yaml(config),
        versions=_versions(snakemake),
        seeds=dict(_seeds(config)),
    )
    write_text(out, page)


def shipped(name: str) -> str:
    """A file of this folder, such as page.css."""
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def _yaml(config: Mapping[str, Any]) -> str:
    # By way of JSON: what stands in two places is written out in both.
    plain = json.loads(canonical(config))
    return yaml.safe_dump(plain, allow_unicode=True, default_flow_style=None, width=100)


def _pairs(config: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for name, pair in config["pairs"].items():
        titles = {role: instruments.load(pair[role]).title for role in ("input", "target")}
        yield {"name": name, **titles}


def _read(path: Path, what: str) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise DamagedProductError(f"{path}: missing, expected {what}") from None


def _text(path: Path, what: str) -> str:
    try:
        return _read(path, what).decode("utf-8")
    except UnicodeDecodeError:
        raise DamagedProductError(f"{path}: no UTF-8 text, expected {what}") from None


def _table(path: Path) -> Table:
    text = _text(path.with_suffix(".md"), "the table to be read by people")
    content = _read(path, "a table (CSV)")
    return Table(
        id=path.stem,
        title=markdown.title_of(text) or path.stem,
        html=Markup(markdown.to_html(text, 3)),
        csv=_data_url("text/csv", content),
    )


def _figure(path: Path) -> Figure:
    content = _read(path, "a figure (PNG)")
    caption = _text(path.with_suffix(".md"), "the figure's caption")
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
            image.load()
            width, height = image.size
    except (OSError, SyntaxError, ValueError) as error:
        raise DamagedProductError(f"{path}: not readable as a PNG ({error})") from None
    named = re.fullmatch(r"fig(\d+)(?:-(.+))?", path.stem)
    title = "Figure " + ", ".join(filter(None, named.groups())) if named else path.stem.capitalize()
    return Figure(
        # A table of the same name has the name itself.
        id=path.stem if named else f"figure-{path.stem}",
        title=title,
        image=_data_url("image/png", content),
        width=width,
        height=height,
        alt=markdown.first_sentence(caption),
        caption=Markup(markdown.caption_html(caption)),
    )


def _data_url(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def _versions(snakemake: str | None) -> dict[str, str]:
    found = {"onesun": __version__, "python": platform.python_version()}
    if snakemake:
        found["snakemake"] = snakemake
    for name in _LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "unknown (installed under another name)"
    return found


def _seeds(section: Any, path: str = "") -> Iterator[tuple[str, int]]:
    """Every seed of the configuration, by its key."""
    if isinstance(section, Mapping):
        for key, value in section.items():
            if key == "seed":
                yield f"{path}{key}", value
            else:
                yield from _seeds(value, f"{path}{key}.")
