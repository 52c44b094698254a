"""What an instrument would have recorded of a known Sun, under conditions drawn at random."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np

from onesun.alignment.mapping import HeaderMapping
from onesun.alignment.resample import resample
from onesun.geometry.grid import AU_METRES, Grid
from onesun.instruments import Instrument
from onesun.release.recipe import Inputs, PairInputs
from onesun.sample import conditions, forward
from onesun.sample.carry import Observer
from onesun.sample.conditions import Conditions

_INTERVAL = 1  # s; the one that the drawn noise belongs to


def draw(
    settings: PairInputs, common: Inputs, record: Instrument, rng: np.random.Generator
) -> Conditions:
    """Draw the conditions of one frame."""
    drawn_from = common.model_dump() | {record.name: settings.model_dump()}
    return conditions.draw(drawn_from, record, Observer(0.0, 0.0, AU_METRES), rng, tells_roll=True)


def listed(drawn: Conditions) -> dict[str, float]:
    """For the manifest."""
    return {key: value for key, value in asdict(drawn).items() if isinstance(value, float)}


def record_input(
    target: np.ndarray,
    drawn: Conditions,
    record: Instrument,
    grid: Grid,
    rng: np.random.Generator,
) -> np.ndarray:
    """A frame of the Sun ``target`` on the input grid, resampled once as a user's frame is.

    Parameters
    ----------
    target : (N, N) on the target grid, gauss, NaN where nothing is known.
    record : of the instrument; its response keeps only the saturation.

    Returns (n, n) float32, gauss, NaN off the disk.
    """
    pointing = drawn.true
    sky = forward.Sky(
        np.nan_to_num(target), grid.limb_radius("target"), Observer(0.0, 0.0, pointing.dsun)
    )
    image, _ = forward.record_exposure(
        sky,
        drawn.record(record, _INTERVAL),
        pointing,
        stretch=drawn.stretch,
        interval=_INTERVAL,
        rng=rng,
    )
    header = drawn.header
    inside = 1 - record.detector.limb_margin / header.limb_radius
    image[header.radius(image.shape) >= inside] = np.nan
    return resample(image, header, HeaderMapping.on_grid(grid, "input", header))
