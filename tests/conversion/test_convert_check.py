"""onesun check: each figure on outputs whose answer is known; the picture; the notebook."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace
from pathlib import Path

import matplotlib
import matplotlib.image
import numpy as np
import pytest
from typer.testing import CliRunner

from helpers.convertible import (
    NOISE,
    STANDARD,
    mdi,
    where_mdi,
    write_gong,
    write_mdi,
    write_weights,
)
from onesun.cli.app import app
from onesun.conversion import spectrum
from onesun.conversion.checks import Compared, compare, table
from onesun.conversion.convert import Options
from onesun.conversion.files import convert_file
from onesun.conversion.source import of_file
from onesun.conversion.view import View, read_by_network
from onesun.errors import DamagedProductError, UntrustedFrameError
from onesun.geometry.psf import blur
from onesun.reading.pixel_noise import pixel_noise

NOTEBOOK = Path(__file__).parents[2] / "docs" / "notebook.ipynb"


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """An input, its output by a network that only interpolates, and the weights."""
    folder = tmp_path_factory.mktemp("checked")
    weights = write_weights(folder, spread=0.0)
    path = write_mdi(folder / "mdi.fits")
    outcome = convert_file(path, folder / "out", Options(weights))
    return Path(outcome.output), path, weights


@pytest.fixture(scope="module")
def compared(pair) -> Compared:
    output, path, weights = pair
    return compare(output, path, weights)


def figures(compared) -> dict[str, float]:
    return {row.name: row.value for row in table(compared)}


def changed(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (changed, "do not add up to DATASUM"),
        (lambda content: content[:-9000], "damaged|not readable as an output"),
        (lambda content: content[:5000], "not readable as an output"),
        (lambda content: content.replace(b"INSHA256", b"INSHA255"), "INSHA256"),
        (lambda content: content.replace(b"RSUN_OBS", b"RSUN_OBX"), "RSUN_OBS"),
        (lambda content: b"Dear colleague", "not readable as an output"),
    ],
)
def test_a_damaged_output_is_one_sentence(pair, tmp_path, damage, said):
    output, path, weights = pair
    bad = tmp_path / "bad.onesun.fits"
    bad.write_bytes(damage(output.read_bytes()))
    with pytest.raises(DamagedProductError, match=said) as caught:
        compare(bad, path, weights)
    assert "\n" not in str(caught.value)


def test_an_output_that_is_the_input_sharpened_has_slope_one(compared):
    # Let the output be what, blurred, is the input: the slope is then that of its scale.
    for scale in (1.0, 0.8):
        matched = np.where(np.isnan(compared.given), np.nan, compared.given * scale)
        found = figures(replace(compared, matched=matched.astype(np.float32)))
        assert found["slope, input on output"] == pytest.approx(1 / scale, rel=1e-4)
        assert found["offset"] == pytest.approx(0, abs=1e-3)
        assert found["residual of weak pixels"] == pytest.approx(0, abs=1e-2)


def test_an_offset_is_found(compared):
    found = figures(replace(compared, matched=compared.given - np.float32(3)))
    assert found["offset"] == pytest.approx(3, abs=0.01)


def test_the_net_flux_is_that_of_the_field(compared):
    even = 10 + 1e-3 * compared.given
    found = figures(replace(compared, given=even.astype(np.float32)))
    # 10 G over the disk within 0.95 R, radial: B A / mu, the mean of 1 / mu^2 being -ln(1 - r^2)
    # over r^2; the observer's nearness takes some thousandths.
    radius = 696e8
    expected = 10 * np.pi * radius**2 * -np.log(1 - 0.95**2)
    assert found["net flux, input"] * 1e22 == pytest.approx(expected, rel=0.03)
    assert found["net flux, input"] == pytest.approx(found["unsigned flux, input"])


def test_the_noise_of_a_frame_is_found_beneath_its_spots(pair):
    frame = of_file(pair[1]).frame
    assert pixel_noise(frame) == pytest.approx(NOISE, rel=0.05)


def test_white_noise_has_its_power_at_all_frequencies():
    sky = View((600, 600), replace(where_mdi(), x0=299.5, y0=299.5, scale=where_mdi().rsun / 290))
    noise = 7 * np.random.default_rng(2).standard_normal(sky.shape)
    scale = sky.pointing.scale
    square = spectrum.central_square(noise, sky)
    got = spectrum.in_band(square, scale, (3 * scale, 10 * scale))
    assert got == pytest.approx(49 * scale**2, rel=0.1)


def test_a_pattern_of_input_pixels_is_found():
    sky = View((1200, 1200), replace(where_mdi(), x0=599.5, y0=599.5, scale=where_mdi().rsun / 580))
    smooth = blur(np.random.default_rng(2).standard_normal(sky.shape).astype(np.float32), 6.0)
    smooth += 0.02 * smooth.std() * np.random.default_rng(3).standard_normal(sky.shape)
    assert spectrum.grid_pattern(smooth, sky, 4) < 1e-3 * smooth.std()
    tile = np.zeros((4, 4))
    tile[1, 2] = 1
    pattern = np.tile(tile, (300, 300)) * 0.05 * smooth.std()
    found = spectrum.grid_pattern(smooth + pattern, sky, 4)
    assert found == pytest.approx(pattern.std(), rel=0.05)


def test_the_command_prints_its_table_and_writes_its_picture(pair, tmp_path):
    output, path, weights = pair
    picture, figures_file = tmp_path / "picture.png", tmp_path / "figures.json"
    result = CliRunner().invoke(
        app,
        [
            *("check", str(output), str(path), "--weights", str(weights)),
            *("--picture", str(picture), "--out", str(figures_file)),
        ],
    )
    assert result.exit_code == 0, result.output
    assert "slope, input on output" in result.stdout
    rows = json.loads(figures_file.read_text(encoding="utf-8"))["rows"]
    assert len(rows) == 19
    assert all(np.isfinite(row["value"]) for row in rows)
    assert matplotlib.image.imread(picture).shape[2] == 4


def test_an_output_of_another_input_is_refused(pair, tmp_path):
    output, _, weights = pair
    other = write_gong(tmp_path / "gong.fits.gz")
    with pytest.raises(UntrustedFrameError, match="not the file that"):
        compare(output, other, weights)


def test_blocks_of_the_inputs_geometry_lie_on_its_pixels():
    # In the input's geometry the mean of a block is the input's pixel, here of a flat ramp.
    low = read_by_network(where_mdi(), (1024, 1024), "input", STANDARD)
    x, _ = low.finer(4).pointing.to_disk(np.arange(4096.0)[None, :], np.arange(4096.0)[:, None])
    blocks = x.reshape(1024, 4, 1024, 4).mean(axis=(1, 3))
    expected, _ = where_mdi().to_disk(np.arange(1024.0)[None, :], np.arange(1024.0)[:, None])
    np.testing.assert_allclose(blocks, expected, atol=1e-9)
    assert mdi()[0].shape == low.shape


@pytest.mark.slow
def test_the_notebook_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    matplotlib.use("Agg")
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    names: dict = {}
    exec(code[0], names)
    write_mdi(names["FILE"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # sunpy tells what it takes for granted
        for source in code[1:]:
            exec(source, names)
    assert Path("region.png").stat().st_size > 10_000
    assert names["outcome"].result == "done"
