"""The stage: a month of one instrument's raw files out of one real HMI frame."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from astropy.time import Time

from onesun import instruments
from onesun.errors import ConfigError
from onesun.geometry.pointing import Pointing
from onesun.instruments import Instrument
from onesun.io.files import folder_listing, open_product, whole_product, write_json
from onesun.io.progress import track
from onesun.products.raw import write_manifest
from onesun.reading.slots import jsoc_text, nearest_slot, stamp
from onesun.reading.times import seconds_between
from onesun.sample import (
    conditions,
    fetch,
    forward,
    headers,
    headers_gong,
    observers,
    pointing,
    regions,
    series,
    write,
)
from onesun.sample.carry import Observer
from onesun.sample.limits import check
from onesun.sample.months import origin
from onesun.sample.times import interval_of, mdi_observation, month_slots, moved_into

_SLOTS = "mdi"  # the instrument whose slots decide when there are frames
GONG_INTERVAL = headers_gong.MINUTES * 60
# Makes another frame of HMI's out of the month's real one and the one simulated from it.
Vary = Callable[[series.RealFrame, series.HmiFrame], series.HmiFrame]


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
    vary : changes HMI's frames; None leaves them.
    """

    record: Instrument
    real: series.RealFrame
    slots: list[Time]
    settings: dict[str, Any]
    plate: pointing.Plate
    seed: list[int]
    vary: Vary | None = None

    def draws(self, frame: int) -> np.random.Generator:
        """The random numbers of one frame."""
        return np.random.default_rng([*self.seed, frame + 1])

    @cached_property
    def places(self) -> np.ndarray:
        """Of each frame, where its conditions lie in their ranges; (frames, 3)."""
        rng = np.random.default_rng([*self.seed, 0, 1])
        return conditions.shares(len(self.slots), rng)

    @property
    def sun(self) -> forward.Sun:
        return forward.Sun(self.real.field, self.real.pointing)

    @cached_property
    def _still(self) -> forward.Sky:
        return forward.seen_from(self.sun, Observer.of(self.real.pointing), 0.0)

    def sky(self, observer: Observer, seconds: float) -> forward.Sky:
        """The Sun as an observer sees it ``seconds`` after the real frame, or as in that frame."""
        if self.settings["rotation"]:
            return forward.seen_from(self.sun, observer, seconds)
        return self._still.from_distance(observer.dsun)


def simulate(
    instrument: str,
    month: str,
    frames: Path,
    settings: dict[str, Any],
    out: Path,
    *,
    vary: Vary | None = None,
) -> None:
    """Write a month of raw files to ``out`` and its manifest beside, ``{out}.json``.

    What the files were made with (pointing, offset, noise) goes to ``{out}.truth.json``, for
    tests and the report; nothing downstream reads it.

    Parameters
    ----------
    instrument : hmi, mdi or gong.
    month : YYYY-MM, of one of the real frames, or one in which it is made again.
    frames : manifest of the real frames, as ``onesun sample fetch`` writes it.
    settings : the configuration's section ``sample``.
    vary : changes each frame of HMI's before it is written; None leaves them as they are.

    Raises ConfigError for an instrument or month that the sample does not have or a setting that
    it cannot serve; DamagedProductError for frames that are not as their manifest says.
    """
    check(settings)
    if instrument not in _MAKERS:
        raise ConfigError(
            f"instrument {instrument!r}: not in the sample, expected {', '.join(sorted(_MAKERS))}"
        )
    made = replace(_month(instrument, month, Path(frames), settings), vary=vary)
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
    path, months = real_frame(manifest, month, settings["again"])
    record = instruments.load(instrument)
    real = series.load(path)
    if instrument == "hmi" and origin(settings, month) == settings["regions"]:
        real = replace(real, field=regions.comparable(real.field))
    slots = month_slots(
        moved_into(real.t_rec, month),
        settings["frames"],
        settings["cadence"],
        instruments.load(_SLOTS),
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


def real_frame(
    manifest: Path, month: str, again: Mapping[str, str] | None = None
) -> tuple[Path, list[str]]:
    """File of the real frame of a month, and all months of full disks.

    Parameters
    ----------
    again : month of a real frame by month in which it is made again.

    Raises ConfigError when the month has none, DamagedProductError when the file is missing or
    has another size than listed.
    """
    folder, content = open_product(manifest, fetch.PRODUCT, contents=True)
    months, again = content["months"], again or {}
    found = again.get(month, month)
    if found not in months:
        made = [other for other, real in again.items() if real in months]
        expected = ", ".join(sorted({*months, *made}))
        raise ConfigError(f"month {month}: no real frame in the sample, expected {expected}")
    return folder / months[found], sorted(set(months) - {content.get("regions")})


def _hmi(month: Month, number: int, folder: Path) -> dict[str, Any]:
    slot = month.slots[number]
    if month.settings["rotation"]:
        frame = series.hmi_frame(month.real, slot, month.draws(number))
    else:
        frame = series.still_frame(month.real, slot)
    more = {}
    if month.vary is not None:
        frame = month.vary(month.real, frame)
        more["signal_factor"] = frame.signal_factor
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
        **more,
    }


def _mdi(month: Month, number: int, folder: Path) -> dict[str, Any]:
    slot = month.slots[number]
    interval = interval_of(number, month.settings["mdi_intervals"], month.record)
    t_obs = mdi_observation(slot, interval)
    if not month.settings["rotation"]:
        t_obs = _still_time(month, number)
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
    if month.settings["rotation"]:
        _, target = series.observed(month.real, month.slots[number])
        t_obs = nearest_slot(target, month.record)
    else:
        t_obs = _still_time(month, number)
    shot = _shoot(month, number, t_obs, observers.earth(t_obs), GONG_INTERVAL)
    disk = shot.image[shot.header.radius(shot.image.shape) < 1]
    header = headers_gong.gong_header(
        shot.header,
        time=t_obs,
        velocity=observers.radial_velocity(t_obs),
        offset=float(disk.mean()),
        real_t_rec=month.real.t_rec,
    )
    fill = month.record.off_disk.value or 0.0
    filled = write.fill_off_disk(shot.image, shot.header, fill, shot.rng)
    name = headers_gong.file_name(t_obs)
    write.write_gong(folder / name, filled, header)
    return {"file": name, "t_rec": jsoc_text(month.slots[number]), **shot.truth}


def _still_time(month: Month, number: int) -> Time:
    """Time of a frame in a month that stands still: HMI's own, so that nothing turns between."""
    return series.still_time(month.real, month.slots[number])


@dataclass(frozen=True)
class _Shot:
    image: np.ndarray
    header: Pointing
    rng: np.random.Generator
    truth: dict[str, Any]


def _shoot(month: Month, number: int, t_obs: Time, observer: Observer, interval: int) -> _Shot:
    """Expose one frame; the header's pointing and the truth come with it."""
    if not month.settings["rotation"]:
        observer = replace(observers.earth(t_obs), dsun=observer.dsun)
    rng = month.draws(number)
    taken = _taken(month, number, observer, interval, rng)
    elapsed = seconds_between(month.real.time, t_obs)
    image, offset = forward.record_exposure(
        month.sky(replace(observer, dsun=taken.true.dsun), elapsed),
        taken.record,
        taken.true,
        stretch=taken.stretch,
        interval=interval,
        rng=rng,
    )
    truth = {
        "t_obs": t_obs.isot,
        "seconds_from_real": elapsed,
        "interval": interval,
        "true": asdict(taken.true),
        "header": asdict(taken.header),
        "radial_stretch": taken.stretch,
        "gain": taken.record.response.gain,
        "zero_point": offset,
        "noise_at_centre": taken.record.response.noise.by_interval[interval],
        **taken.more,
    }
    return _Shot(image, taken.header, rng, truth)


@dataclass(frozen=True)
class _Taken:
    """How a frame is taken: the record and the plate's stretch, both pointings, more of truth."""

    record: Instrument
    stretch: float
    true: Pointing
    header: Pointing
    more: dict[str, Any]


def _taken(
    month: Month, number: int, observer: Observer, interval: int, rng: np.random.Generator
) -> _Taken:
    """Under the record's own conditions and the month's plate, or under drawn ones."""
    record, drawn_from = month.record, month.settings["conditions"]
    if drawn_from is None:
        true, header = pointing.aim(
            month.plate,
            record,
            observer,
            header_errors=month.settings["header_errors"],
            rng=rng,
        )
        return _Taken(record, month.plate.stretch, true, header, {})
    # GONG's files hold images that have been turned to solar north.
    tells_roll = record.header.convention != "gong"
    drawn = conditions.draw(
        drawn_from, record, observer, rng, place=month.places[number], tells_roll=tells_roll
    )
    more = {"fwhm": drawn.fwhm, "limb_growth": drawn.limb_growth}
    return _Taken(drawn.record(record, interval), drawn.stretch, drawn.true, drawn.header, more)


_MAKERS = {"hmi": _hmi, "mdi": _mdi, "gong": _gong}
