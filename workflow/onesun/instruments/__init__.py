"""Instruments: what is particular to one stands in its record, a YAML file in resources/."""

from __future__ import annotations

from onesun.instruments.record import (
    Detector,
    Instrument,
    Noise,
    Optics,
    QualityBit,
    QualityWord,
    Response,
    Saturation,
    Statistics,
    load,
    names,
)

__all__ = [
    "Detector",
    "Instrument",
    "Noise",
    "Optics",
    "QualityBit",
    "QualityWord",
    "Response",
    "Saturation",
    "Statistics",
    "load",
    "names",
]
