"""The sites of GONG's network."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Site:
    """A site of the network: code, name, longitude (east) and latitude in degrees, hours to UT."""

    code: str
    name: str
    longitude: float
    latitude: float
    zone: int


SITES = (
    Site("BB", "Big Bear CA USA", -116.92, 34.26, -8),
    Site("ML", "Mauna Loa HI USA", -155.58, 19.54, -10),
    Site("LE", "Learmonth Australia", 114.10, -22.22, 8),
    Site("UD", "Udaipur India", 73.71, 24.61, 5),
    Site("TD", "El Teide Canary Islands", -16.51, 28.30, 0),
    Site("CT", "Cerro Tololo Chile", -70.80, -30.17, -4),
)
