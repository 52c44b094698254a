"""The one resampling: as exact as a cubic spline on HMI-like features, honest about gaps."""

import numpy as np
import pytest

from helpers.small_sun import pointing
from onesun.alignment.mapping import HeaderMapping, InputMapping
from onesun.alignment.resample import resample
from onesun.alignment.standard import by_header
from onesun.geometry.grid import Grid

GRID = Grid(target_size=512, target_scale=0.504273 * 8)


def gaussians(x, y, fwhm, cell=10, seed=0):
    """Features of ``fwhm`` scattered over the detector, one to a cell, at pixels (x, y)."""
    rng = np.random.default_rng(seed)
    count = 512 // cell + 2
    jitter, heights = rng.uniform(0, cell, (2, count, count)), rng.normal(0, 200, (count, count))
    column, row = (x // cell).astype(int), (y // cell).astype(int)
    field = np.zeros(x.shape)
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            i, j = np.clip(row + down, 0, count - 1), np.clip(column + right, 0, count - 1)
            dx, dy = x - j * cell - jitter[0, i, j], y - i * cell - jitter[1, i, j]
            field += heights[i, j] * np.exp(-4 * np.log(2) * (dx**2 + dy**2) / fwhm**2)
    return field


@pytest.fixture(scope="module")
def turned():
    """A detector upside down by 180.07 degrees, its Sun 1.25 % larger than on the grid."""
    return pointing(512, GRID.target_scale / 1.0125, roll=180.07, centre=(0.3, -0.2))


def test_analytic_features(turned):
    mapping = HeaderMapping.on_grid(GRID, "target", turned)
    raw = gaussians(*np.meshgrid(np.arange(512.0), np.arange(512.0)), fwhm=2.4).astype(np.float32)
    out = resample(raw, turned, mapping)
    inside = GRID.radius("target") < 0.95
    x, y = mapping.rows(slice(None))
    x[~inside] = y[~inside] = 0
    truth = gaussians(x, y, fwhm=2.4)[inside]
    got = out[inside].astype(float)
    assert np.sqrt(np.mean((got - truth) ** 2) / np.mean(truth**2)) < 0.016
    assert (got * truth).sum() / (truth**2).sum() == pytest.approx(1, abs=0.005)


def test_off_the_disk_is_nan_by_geometry_and_leaks_nothing_in(turned):
    raw = np.full((512, 512), 100, np.float32)
    raw[turned.radius(raw.shape) >= 1] = np.nan
    out = resample(raw, turned, HeaderMapping.on_grid(GRID, "target", turned))
    radius = GRID.radius("target")
    assert np.isnan(out[radius >= 1]).all()
    inside = radius < 1 - 1 / GRID.limb_radius("target")
    assert np.isfinite(out[inside]).all()
    np.testing.assert_allclose(out[radius < 0.97], 100, rtol=1e-4)


def test_a_missing_pixel_spreads_only_where_it_weighs():
    still = pointing(512, GRID.target_scale)
    raw = np.zeros((512, 512), np.float32)
    raw[250, 260] = np.nan
    out = resample(raw, still, HeaderMapping.on_grid(GRID, "target", still))
    assert np.argwhere(np.isnan(out) & (GRID.radius("target") < 0.9)).tolist() == [[250, 260]]

    half = pointing(512, GRID.target_scale, centre=(0.5, 0.5))
    out = resample(raw, half, HeaderMapping.on_grid(GRID, "target", half))
    lost = np.argwhere(np.isnan(out) & (GRID.radius("target") < 0.9))
    assert sorted(lost.tolist()) == [[249, 259], [249, 260], [250, 259], [250, 260]]


def test_hidden_from_the_input_is_nan():
    still = pointing(128, GRID.input_scale)
    axis = GRID.axis("input")
    x, y = (np.array(v) for v in np.broadcast_arrays(axis[None, :], axis[:, None]))
    x[:, :64] = np.nan
    out = resample(np.zeros((128, 128), np.float32), still, InputMapping((x, y), still, step=1.0))
    assert np.isnan(out[:, :64]).all()
    assert np.isfinite(out[60:68, 64:100]).all()


def test_coarser_means_averaged():
    fine = pointing(512, GRID.target_scale)
    noise = np.random.default_rng(3).normal(0, 100, (512, 512)).astype(np.float32)
    out = resample(noise, fine, HeaderMapping.on_grid(GRID, "input", fine))
    middle = GRID.radius("input") < 0.9
    # The mean of 16 pixels, at the corner of four of them: interpolation takes off a little.
    assert 22 < out[middle].std() < 26
    blocks = noise.reshape(128, 4, 128, 4).mean(axis=(1, 3))
    assert np.corrcoef(out[middle], blocks[middle])[0, 1] > 0.99


def test_by_header_turns_north_up():
    upside_down = pointing(512, GRID.target_scale, roll=180.0)
    raw = np.zeros((512, 512), np.float32)
    raw[100:140, 240:272] = 500  # low on the detector: in the north
    picture = by_header(Magnetogramlike(raw, upside_down), 256)
    rows = np.argwhere(picture > 250)[:, 0]
    assert rows.min() > 128
    assert np.isnan(picture[0, 0])


class Magnetogramlike:
    def __init__(self, field, pointing):
        self.field, self.pointing = field, pointing
