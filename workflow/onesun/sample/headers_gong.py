"""Headers as GONG's pipeline writes them: its own keywords, GPS time, and no plate scale."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from astropy.io import fits
from astropy.time import Time
from sunpy.coordinates import sun

from onesun import instruments
from onesun.geometry.grid import AU_METRES
from onesun.geometry.pointing import Pointing
from onesun.instruments.gong_network import SITES, Site
from onesun.reading.slots import clock
from onesun.sample.headers import Card, simulation_cards

MINUTES = 10  # images averaged
RSUN_AT_1AU = 959.76 / 206264.80624709636  # radians; RADIUS * DISTANCE of the real frames
_ELLIPTICITY = 0.2  # pixels by which the limb's half axes differ from their mean, as in real frames


def site_at(time: Time) -> Site:
    """The site that has its noon nearest to ``time``."""
    hours = (time.utc.mjd % 1) * 24

    def hours_from_noon(site: Site) -> float:
        local = (hours + site.longitude / 15) % 24
        return float(abs(local - 12))

    return min(SITES, key=hours_from_noon)


def file_name(time: Time) -> str:
    """Name of a ten-minute average, such as ``bbzqa100608t2004.fits.gz``."""
    record = instruments.load("gong")
    stamp = clock(time, record).strftime("%y%m%dt%H%M")
    return record.file_pattern.format(site=site_at(time).code.lower(), stamp=stamp)


def gong_header(
    pointing: Pointing, *, time: Time, velocity: float, offset: float, real_t_rec: Time
) -> fits.Header:
    """A header of a zero-point-corrected ten-minute average (zqa).

    Parameters
    ----------
    pointing : as the fit to the limb has it.
    time : of the observation, TAI.
    velocity : of the Earth away from the Sun, m/s.
    offset : mean of the disk, gauss (DISKAVG).
    """
    header = fits.Header()
    gps = clock(time, instruments.load("gong"))
    site = site_at(time)
    for card in (
        *_identity(gps),
        *_image(pointing, offset),
        *_site(site, velocity),
        *_ephemeris(pointing, time),
        *_limb(pointing),
        *_averaged(site, gps),
        *simulation_cards(real_t_rec),
    ):
        header.append(card)
    header["COMMENT"] = "In the form of a GONG product of the QuickReduce pipeline."
    return header


def _identity(gps: datetime) -> list[Card]:
    return [
        ("GONGKEY1", "--------- Gong Keywords Section 1: Solarsoft ----------------"),
        ("ORIGIN", "National Solar Observatory -- GONG", "whose form this is"),
        ("OBS-SITE", "NSO/GONG NETWORK", "network"),
        ("TELESCOP", "NSO-GONG", "network"),
        ("OBS-URL", "http://gong.nso.edu", "the network's page"),
        ("DATE", gps.strftime("%Y-%m-%dT%H:%M:%S"), "that of the observation"),
        ("DATE-OBS", gps.strftime("%Y/%m/%d"), "GPS date of observation"),
        ("TIME-OBS", gps.strftime("%H:%M:%S.%f"), "GPS time of observation"),
        ("DATATYPE", "REAL*4", "type of the pipeline's data"),
        ("WAVELNTH", 676.8, "[nm] wavelength"),
    ]


def _image(pointing: Pointing, offset: float) -> list[Card]:
    x, y = _from_one(pointing)
    return [
        ("WCSNAME", "Heliocentric-cartesian (approximate)"),
        ("CTYPE1", "GONGX", "axis"),
        ("CTYPE2", "GONGY", "axis"),
        ("CRPIX1", x, "[pix] disk centre in x"),
        ("CRPIX2", y, "[pix] disk centre in y"),
        ("CRVAL1", 0.0, "at CRPIX1"),
        ("CRVAL2", 0.0, "at CRPIX2"),
        ("IMTYPE", "MAGNETIC"),
        ("IMG_X0", x),
        ("IMG_Y0", y),
        ("GONGKEY2", "--------- Gong Keywords Section 2: Raw ----------------"),
        ("BUNIT", "GAUSS"),
        ("DISKAVG", round(offset, 3), "[G] mean of the disk"),
        ("FIX_POL", True),
        ("ITIME", 60.0, "[s] between images"),
        ("TYPE", 0, "observation type"),
        ("DTYPE", "RW", "data type"),
        ("GPSSTAT", 60, "time quality"),
        ("SUNUP", True, "Sun is up"),
        ("GUIDE", True, "turret is guiding"),
        ("VALID", True, "image is valid"),
        ("MAGNETO", True, "magnetogram mode"),
    ]


def _site(site: Site, velocity: float) -> list[Card]:
    return [
        ("VELOCITY", velocity, "[m/s] velocity of the Earth away from the Sun"),
        ("SITENAME", site.name, "site"),
        ("SITE", site.code, "site"),
        ("TIMEZONE", site.zone * 60, "[min] time zone"),
        ("LON", math.radians(site.longitude), "[rad] longitude, east"),
        ("LAT", math.radians(site.latitude), "[rad] latitude, north"),
    ]


def _ephemeris(pointing: Pointing, time: Time) -> list[Card]:
    distance = pointing.dsun / AU_METRES
    return [
        ("PA", float(sun.P(time).rad), "[rad] position angle of solar north"),
        ("DISTANCE", distance, "[AU] distance of the Sun"),
        ("RADIUS", RSUN_AT_1AU / distance, "[rad] apparent radius of the Sun"),
        ("ROLL", 0.0, "[rad] of the turret, not of the image"),
    ]


def _limb(pointing: Pointing) -> list[Card]:
    x, y = _from_one(pointing)
    radius = pointing.limb_radius
    return [
        ("GONGKEY3", "--------- Gong Keywords Section 3: Processing History ------------"),
        ("CENTROXC", x, "[pix] centroid"),
        ("CENTROYC", y, "[pix] centroid"),
        ("FNDLMBXC", x, "[pix] fitted limb: centre"),
        ("FNDLMBYC", y, "[pix] fitted limb: centre"),
        ("FNDLMBMI", round(radius - _ELLIPTICITY, 4), "[pix] fitted limb: minor half axis"),
        ("FNDLMBMA", round(radius + _ELLIPTICITY, 4), "[pix] fitted limb: major half axis"),
        ("FNDLMBAN", 0.0, "[deg] fitted limb: its angle"),
        ("PIXLENX", 1.0),
        ("PIXLENY", 1.0),
        ("DONUT", True),
        ("SKYVALUE", -2000.0, "fill off the disk, before scaling to gauss"),
        ("WCSDIM", 3),
        ("LTM1_2", 1.0),
        ("LTM2_1", 1.0),
        ("LTM3_3", 1.0),
    ]


def _averaged(site: Site, gps: datetime) -> list[Card]:
    start = gps - timedelta(minutes=MINUTES // 2 - 1)
    minutes = [start + timedelta(minutes=k) for k in range(MINUTES)]
    return [
        ("N_USED", MINUTES, "images averaged"),
        *(
            (f"USDIMG{k:02d}", f"{site.code.lower()}bqi{minute:%y%m%dt%H%M}.fits")
            for k, minute in enumerate(minutes, start=1)
        ),
    ]


def _from_one(pointing: Pointing) -> tuple[float, float]:
    return round(pointing.x0 + 1, 4), round(pointing.y0 + 1, 4)
