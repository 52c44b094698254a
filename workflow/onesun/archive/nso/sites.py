"""The network's sites in the order in which they see the Sun best."""

from __future__ import annotations

import numpy as np
from astropy import units as u
from astropy.coordinates import AltAz, EarthLocation, get_sun
from astropy.time import Time

from onesun.instruments.gong_network import SITES

CODES = tuple(sorted(site.code.lower() for site in SITES))


def altitudes(times: Time) -> dict[str, np.ndarray]:
    """The Sun's altitude in degrees at ``times`` (n,), by site: the higher, the less air."""
    sun = get_sun(times)
    return {
        site.code.lower(): sun.transform_to(
            AltAz(
                obstime=times,
                location=EarthLocation(lon=site.longitude * u.deg, lat=site.latitude * u.deg),
            )
        ).alt.deg
        for site in SITES
    }
