"""Headers as JSOC writes them for HMI and MDI; GONG's are in headers_gong."""

from __future__ import annotations

from typing import Any

import numpy as np
from astropy.io import fits
from astropy.time import Time

from onesun.geometry.grid import SOLAR_RADIUS_METRES
from onesun.geometry.pointing import Pointing
from onesun.reading.slots import jsoc_text
from onesun.reading.times import seconds_between, shifted
from onesun.sample import observers
from onesun.sample.moments import moments
from onesun.sample.observers import LIGHT, Orbit
from onesun.sample.series import HmiFrame, RealFrame

# Keyword, value and, as a rule, comment.
Card = tuple[str, Any] | tuple[str, Any, str]

# Of the compression, of the record in JSOC's data base and of the filtergrams behind it: none of
# them is true of a frame that was turned.
_DROPPED = [
    "XTENSION",
    "SIMPLE",
    "BITPIX",
    "NAXIS",
    "NAXIS1",
    "NAXIS2",
    "PCOUNT",
    "GCOUNT",
    "EXTEND",
    "BSCALE",
    "BZERO",
    "BLANK",
    "CHECKSUM",
    "DATASUM",
    "HEADSUM",
    "LONGSTRN",
    "SOURCE",
    "RECNUM",
    "DRMS_ID",
]


def simulation_cards(real_t_rec: Time) -> list[Card]:
    """The keywords that tell a simulated frame from an observed one."""
    return [
        ("SIMULATD", True, "simulated by OneSun, not observed"),
        ("SIMULATR", jsoc_text(real_t_rec), "real HMI frame"),
    ]


def hmi_header(real: RealFrame, frame: HmiFrame) -> fits.Header:
    """The real frame's header, moved to another time; all that moves with it moves."""
    header = real.header.copy()
    for keyword in _DROPPED:
        header.remove(keyword, ignore_missing=True, remove_all=True)
    later = seconds_between(real.time, frame.t_obs)
    started = Time(header["DATE-OBS"], format="isot", scale="utc", precision=3)
    observer = frame.orbit.observer
    new = {
        "DATE-OBS": shifted(started, later).utc.isot,
        "T_OBS": jsoc_text(frame.t_obs),
        "T_REC": jsoc_text(frame.t_rec),
        "DSUN_OBS": observer.dsun,
        "RSUN_OBS": frame.pointing.rsun,
        "CRLN_OBS": round(observer.l0, 6),
        "CRLT_OBS": round(observer.b0, 8),
        "CAR_ROT": observers.rotation_number(frame.t_obs),
        "OBS_VR": frame.orbit.velocity[0],
    }
    # JSOC's DATAMIN and so on are of the inner 99 % of the radius, DATAMIN2 and so on of all.
    values = frame.field[frame.pointing.radius(frame.field.shape) < 0.99]
    values = values[np.isfinite(values)]
    new |= {f"DATA{name}": value for name, value in moments(values).items()}
    everything = moments(frame.field[np.isfinite(frame.field)])
    new |= {f"DATA{name[:3]}2": value for name, value in everything.items()}
    for keyword, value in new.items():
        header[keyword] = value
    header["DATE"] = (shifted(frame.t_obs, 0).utc.isot, "[ISO] that of the observation")
    header.extend(simulation_cards(real.t_rec), update=True)
    return header


def mdi_header(
    field: np.ndarray,
    pointing: Pointing,
    orbit: Orbit,
    *,
    t_rec: Time,
    t_obs: Time,
    interval: int,
    real_t_rec: Time,
) -> fits.Header:
    """A header of ``mdi.fd_M_96m_lev182``.

    Parameters
    ----------
    field : (1024, 1024) gauss, NaN off the disk, as it will be written.
    pointing : as the header has it.
    orbit : of SoHO, at ``t_obs``.
    """
    header = fits.Header()
    for card in (
        *_mdi_time(t_rec, t_obs, interval),
        *_mdi_geometry(pointing, orbit, t_obs),
        *_mdi_statistics(field),
        *_mdi_identity(),
        *simulation_cards(real_t_rec),
    ):
        header.append(card)
    return header


def _mdi_time(t_rec: Time, t_obs: Time, interval: int) -> list[Card]:
    started = shifted(t_obs, -interval / 2).utc.isot
    return [
        ("T_REC", jsoc_text(t_rec), "[TAI] slot"),
        ("T_OBS", jsoc_text(t_obs), "[TAI] middle of the integration"),
        ("DATE-OBS", started, "[ISO] start of the integration, UTC"),
        ("INTERVAL", float(interval), "[s] integration time"),
        ("CADENCE", 5760.0, "[s] between slots"),
        ("TRECEPOC", "1993.01.01_00:00:30.000_TAI", "[TAI] epoch of the slots"),
        ("TRECSTEP", 5760.0, "[s] step of the slots"),
        ("DATE", started, "[ISO] that of the observation"),
    ]


def _mdi_geometry(pointing: Pointing, orbit: Orbit, t_obs: Time) -> list[Card]:
    delay = (observers.earth(t_obs).dsun - pointing.dsun) / LIGHT
    return [
        ("CDELT1", pointing.scale, "[arcsec/pix] plate scale"),
        ("CDELT2", pointing.scale, "[arcsec/pix] plate scale"),
        ("CRPIX1", pointing.x0 + 1, "[pix] disk centre, counted from 1"),
        ("CRPIX2", pointing.y0 + 1, "[pix] disk centre, counted from 1"),
        ("CROTA2", pointing.roll, "[deg] position angle of solar north"),
        ("CRVAL1", 0.0, "[arcsec] x at CRPIX1"),
        ("CRVAL2", 0.0, "[arcsec] y at CRPIX2"),
        ("CTYPE1", "HPLN-TAN", "axis"),
        ("CTYPE2", "HPLT-TAN", "axis"),
        ("CUNIT1", "arcsec", "[arcsec] unit of CRVAL1 and CDELT1"),
        ("CUNIT2", "arcsec", "[arcsec] unit of CRVAL2 and CDELT2"),
        ("WCSAXES", 2, "number of axes"),
        ("WCSNAME", "Helioprojective-cartesian", "coordinate system"),
        ("CAR_ROT", observers.rotation_number(t_obs), "Carrington rotation"),
        ("CRLN_OBS", pointing.l0, "[deg] Carrington longitude of the observer"),
        ("CRLT_OBS", pointing.b0, "[deg] Carrington latitude of the observer"),
        ("DSUN_OBS", pointing.dsun, "[m] distance from the Sun's centre"),
        ("OBS_VR", orbit.velocity[0], "[m/s] velocity away from the Sun"),
        ("OBS_VW", orbit.velocity[1], "[m/s] velocity towards solar west"),
        ("OBS_VN", orbit.velocity[2], "[m/s] velocity towards solar north"),
        ("RSUN_OBS", pointing.rsun, "[arcsec] angular radius of the Sun"),
        ("RSUN_REF", SOLAR_RADIUS_METRES, "[m] radius of the Sun"),
        ("R_SUN", pointing.limb_radius, "[pix] radius of the limb"),
        ("X0", pointing.x0, "[pix] disk centre, counted from 0"),
        ("Y0", pointing.y0, "[pix] disk centre, counted from 0"),
        ("EARTH_DT", delay, "[s] by how much later the Earth is reached"),
    ]


def _mdi_statistics(field: np.ndarray) -> list[Card]:
    values = field[np.isfinite(field)]
    found = moments(values)
    unsigned = float(np.abs(values).mean(dtype=np.float64))
    return [
        ("QUALITY", 512, "bit 9, as in ordinary frames"),
        ("DATAVALS", int(values.size), "pixels with a value"),
        ("MISSVALS", 0, "pixels of the disk without"),
        *((f"DATA{name}", value, f"[Gauss] {name.lower()}") for name, value in found.items()),
        ("TOT_FLUX", unsigned * values.size, "sum of |field|"),
        ("AVG_FLUX", unsigned, "mean of |field|"),
        ("MEAN_FLD", found["MEAN"], "mean field"),
    ]


def _mdi_identity() -> list[Card]:
    return [
        ("DPC", 1229328320, "data product code"),
        ("CROP_RAD", 504.0, "[pix] crop radius"),
        ("XY_FROM", "SMOOTH", "source of the pointing"),
        ("XY_QUAL", 0, "0: no problem with the pointing"),
        ("BLD_VERS", "V6R1X", "build"),
        ("BLDVER18", -60102, "build of level 1.8"),
        ("CALTBLS", "mdi.scale_corrections", "calibration tables"),
        ("ROLL_TBL", "mdi.roll_table", "roll table"),
        ("SINRHOTB", "mdi.sinrho_table", "sin rho table"),
        ("NOTE1", "Simulated by OneSun in the form of level 1.8.2.", "processing"),
        ("CONTENT", "MDI Full Disk 96m Magnetogram", "product"),
        ("BUNIT", "Gauss", "unit"),
        ("CAMERA", "MDI", "instrument"),
        ("TELESCOP", "SOHO", "observatory"),
        ("WAVELNTH", 6768, "[Angstrom] wavelength"),
        ("ORIGIN", "SOI Science Support Center", "whose form this is"),
        ("PRIMARYK", "T_REC", "prime key"),
    ]
