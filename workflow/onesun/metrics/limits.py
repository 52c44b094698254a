"""What a section ``measure`` of the configuration may not contradict; light, for the rules too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from onesun.geometry.grid import Grid


def problems(settings: Mapping[str, Any], grid: Grid) -> Iterator[str]:
    """What the schema cannot say of a section ``measure``, a sentence each."""
    for key in ("kernels", "flux_blocks", "patches"):
        for size in settings[key]:
            if grid.target_size % size:
                yield (
                    f"measure.{key}: found {size}, expected divisors of grid.target_size "
                    f"{grid.target_size}"
                )
    yield from _tiles(settings["tiles"], grid)
    yield from not_rising("measure", settings)
    if settings["within_radius"] not in settings["radius_edges"][1:]:
        yield (
            f"measure.radius_edges: found {settings['radius_edges']}, expected "
            f"measure.within_radius {settings['within_radius']} among them"
        )
    for name, bins in settings["bins"].items():
        if bins["low"] >= bins["high"]:
            yield (
                f"measure.bins.{name}: found low {bins['low']} and high {bins['high']}, expected "
                "the lower first"
            )


def _tiles(tiles: Mapping[str, Any], grid: Grid) -> Iterator[str]:
    for key, whole, name in (
        ("size", grid.target_size, "grid.target_size"),
        ("patch", tiles["size"], "measure.tiles.size"),
    ):
        if whole % tiles[key]:
            yield f"measure.tiles.{key}: found {tiles[key]}, expected a divisor of {name} {whole}"


def not_rising(section: str, settings: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each of a section's lists of edges that do not rise."""
    for key in ("radius_edges", "field_edges"):
        if any(low >= high for low, high in pairwise(settings[key])):
            yield f"{section}.{key}: found {settings[key]}, expected rising numbers"
