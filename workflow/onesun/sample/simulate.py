"""The stage: a month of one instrument's raw files out of one real HMI frame."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from astropy.time import Time

from onesun import instruments
from onesun.errors import ConfigError
from onesun.files import folder_listing, open_product, whole_product, write_json
from onesun.geometry.pointing import Pointing
from onesun.instruments import Instrument
from onesun.progress import track
from onesun.raw import write_manifest
from onesun.sample import fetch, forward, headers, headers_gong, observers, pointing, series, write
from onesun.sample.times import interval_of, mdi_observation, month_slots
from onesun.slots import jsoc_text, nearest_slot, seconds_between, stamp

_SLOTS = "mdi"  # the instrument whose slots decide when there are frames
GONG_INTERVAL = headers_gong.MINUTES * 60


@dataclass(frozen=True)
class Month:
    """What a month is made of.

    Parameters
    ----------
    record : of the instrument.
    real : the month's real frame.
    slots : T_REC of the frames.
    settings : the configuration's section ``sample``.
    plate : what stays the same over the month.
    seed : distinct for each seed, instrument and month.
    """

    record: Instrument
    real: series.RealFrame
    slots: list[Time]
    settings: dict[str, Any]
    plate: pointing.Plate
    seed: list[int]

    def draws(self, frame: int) -> np.random.Generator:
        """The random numbers of one frame."""
        return np.random.default_rng([*self.seed, frame + 1])


def simulate(
    instrument: str, month: str, frames: Path, settings: dict[str, Any], out: Path
) -> None:
    """Write a month of raw files to ``out`` and its manifest beside, ``{out}.json``.

    What the files were made with (pointing, offset, noise) goes to ``{out}.truth.json``, for
    tests and the report; nothing downstream reads it.

    Parameters
    ----------
    instrument : hmi, mdi or gong.
    month : YYYY-MM, of one of the real frames.
    frames : manifest of the real frames, as ``onesun sample fetch`` writes it.
    settings : the configuration's section ``sample``.

    Raises ConfigError for an instrument or month that the sample does not have or a setting that
    it cannot serve; DamagedProductError for frames that are not as their manifest says.
    """
    if instrument not in _MAKERS:
        raise ConfigError(
            f"instrument {instrument!r}: not in the sample, expected {', '.join(sorted(_MAKERS))}"
        )
    made = _month(instrument, month, Path(frames), settings)
    out, truth = Path(out), []
    with whole_product(out, Path(f"{out}.json")) as (part, listing):
        for number in track(range(len(made.slots)), f"simulate {instrument} {month}"):
            truth.append(_MAKERS[instrument](made, number, part))
        write_manifest(listing, instrument, month, out.name, folder_listing(part))
        of_month = {"instrument": instrument, "month": month}
        write_json(Path(f"{out}.truth.json"), of_month | _by(truth))


def _by(truth: list[dict[str, Any]]) -> dict[str, Any]:
    return {"frames": {entry.pop("file"): entry for entry in truth}}


def _month(instrument: str, month: str, manifest: Path, settings: dict[str, Any]) -> Month:
    path, months = real_frame(manifest, month)
    record = instruments.load(instrument)
    real = series.load(path)
    slots = month_slots(
        real.t_rec, settings["frames"], settings["cadence"], instruments.load(_SLOTS)
    )
    text = f"{settings['seed']}/{instrument}/{month}"
    seed = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")]
    plate = pointing.plate(
        record,
        header_errors=settings["header_errors"],
        # MDI's first month is made as of the time when SoHO no longer kept to solar north.
        rolled=instrument == "mdi" and month == months[0],
        rng=np.random.default_rng([*seed, 0]),
    )
    return Month(record, real, slots, settings, plate, seed)


def real_frame(manifest: Path, month: str) -> tuple[Path, list[str]]:
    """File of the real frame of a month, and all months that have one.

    Raises ConfigError when the month has none, DamagedProductError when the file is missing or
    has another size than listed.
    """
    folder, content = open_product(manifest, fetch.PRODUCT, contents=True)
    months = content["months"]
    if month not in months:
        raise ConfigError(
            f"month {month}: no real frame in the sample, expected {', '.join(sorted(months))}"
        )
    return folder / months[month], sorted(months)


def _hmi(month: Month, number: int, folder: Path) -> dict[str, Any]:
    modulation = month.settings["hmi_modulation"]
    frame = series.hmi_frame(month.real, month.slots[number], modulation, month.draws(number))
    name = month.record.file_pattern.format(stamp=stamp(frame.t_rec))
    header = headers.hmi_header(month.real, frame)
    write.write_jsoc(folder / name, frame.field, header, write.HMI_STEP)
    return {
        "file": name,
        "t_rec": jsoc_text(frame.t_rec),
        "t_obs": frame.t_obs.isot,
        "seconds_from_real": seconds_between(month.real.time, frame.t_obs),
        "true": asdict(frame.pointing),
        "header": asdict(frame.pointing),
    }


def _mdi(month: Month, number: int, folder: Path) -> dict[str, Any]:
    slot = month.slots[number]
    interval = interval_of(number, month.settings["mdi_intervals"], month.record)
    t_obs = mdi_observation(slot, interval)
    orbit = observers.soho(t_obs)
    shot = _shoot(month, number, t_obs, orbit.observer, interval)
    field = write.crop_to_limb(shot.image, shot.header)
    header = headers.mdi_header(
        field,
        shot.header,
        orbit,
        t_rec=slot,
        t_obs=t_obs,
        interval=interval,
        real_t_rec=month.real.t_rec,
    )
    name = month.record.file_pattern.format(stamp=stamp(slot))
    write.write_jsoc(folder / name, field, header, write.MDI_STEP)
    return {"file": name, "t_rec": jsoc_text(slot), **shot.truth}


def _gong(month: Month, number: int, folder: Path) -> dict[str, Any]:
    _, target = series.observed(month.real, month.slots[number])
    t_obs = nearest_slot(target, month.record)
    shot = _shoot(month, number, t_obs, observers.earth(t_obs), GONG_INTERVAL)
    disk = shot.image[shot.header.radius(shot.image.shape) < 1]
    header = headers_gong.gong_header(
        shot.header,
        time=t_obs,
        velocity=observers.radial_velocity(t_obs),
        offset=float(disk.mean()),
        real_t_rec=month.real.t_rec,
    )
    filled = write.fill_off_disk(shot.image, shot.header, month.record.off_disk.value, shot.rng)
    name = headers_gong.file_name(t_obs)
    write.write_gong(folder / name, filled, header)
    return {"file": name, "t_rec": jsoc_text(month.slots[number]), **shot.truth}


@dataclass(frozen=True)
class _Shot:
    image: np.ndarray
    header: Pointing
    rng: np.random.Generator
    truth: dict[str, Any]


def _shoot(
    month: Month, number: int, t_obs: Time, observer: observers.Observer, interval: int
) -> _Shot:
    """Expose one frame; the header's pointing and the truth come with it."""
    record, rng = month.record, month.draws(number)
    true, header = pointing.aim(
        month.plate, record, observer, header_errors=month.settings["header_errors"], rng=rng
    )
    elapsed = seconds_between(month.real.time, t_obs)
    sun = forward.Sun(month.real.field, month.real.pointing)
    image, offset = forward.record_exposure(
        forward.seen_from(sun, observer, elapsed),
        record,
        true,
        stretch=month.plate.stretch,
        interval=interval,
        rng=rng,
    )
    truth = {
        "t_obs": t_obs.isot,
        "seconds_from_real": elapsed,
        "interval": interval,
        "true": asdict(true),
        "header": asdict(header),
        "radial_stretch": month.plate.stretch,
        "gain": record.response.gain,
        "zero_point": offset,
        "noise_at_centre": record.response.noise.by_interval[interval],
    }
    return _Shot(image, header, rng, truth)


_MAKERS = {"hmi": _hmi, "mdi": _mdi, "gong": _gong}
