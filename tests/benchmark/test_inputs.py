"""What goes out to a stranger: all inputs, no target of a test frame."""

from __future__ import annotations

import json

import numpy as np
import pytest
import xarray as xr
from astropy.io import fits

from helpers.benchmarks import STAMPS
from onesun.benchmark.inputs import export
from onesun.errors import ConfigError


@pytest.fixture(scope="module")
def exported(small, tmp_path_factory):
    out = tmp_path_factory.mktemp("out") / "inputs"
    export(small.definition, [small.aligned], [small.training], out)
    return out


def test_inputs_are_there_as_fits(exported, small):
    month = small.month
    for frame in month.frames:
        with fits.open(exported / "inputs" / f"{frame.stamp}.fits") as hdus:
            found = hdus[1].data.astype(np.float32)
        assert np.allclose(found, month.input(frame), atol=0.051, equal_nan=True)


def test_the_store_has_labelled_dimensions(exported, small):
    data = xr.open_zarr(exported / "inputs.zarr", consolidated=False)
    assert data["input"].dims == ("time", "y", "x")
    assert [str(stamp) for stamp in data["stamp"].values] == list(STAMPS)
    assert data["input"].attrs["units"] == "G"
    assert data["y"].attrs["units"] == "arcsec"
    month = small.month
    for index, frame in enumerate(month.frames):
        assert np.array_equal(data["input"][index].values, month.input(frame), equal_nan=True)
    # The disk's centre is between the middle pixels.
    assert float(data["x"].mean()) == pytest.approx(0, abs=1e-9)
    assert json.loads((exported / "inputs.zarr" / "zarr.json").read_text())["zarr_format"] == 3


def test_no_target_of_a_test_frame_goes_out(exported, small):
    targets = [small.month.target(frame).shape for frame in small.month.frames]
    shapes = set()
    for path in exported.rglob("*.fits"):
        if path.parent.name == "inputs":
            with fits.open(path) as hdus:
                shapes.add(hdus[1].data.shape)
    assert not shapes & set(targets)
    assert not list((exported / "inputs").glob("*target*"))
    assert {path.name for path in (exported / "training").iterdir()} == {"2016-07"}
    assert len(list((exported / "training" / "2016-07").glob("*.target.fits"))) == 1


def test_a_test_month_is_no_training_month(small, tmp_path):
    with pytest.raises(ConfigError, match="--training: 2011-12 found, expected one of 2016-07"):
        export(small.definition, [small.aligned], [small.aligned], tmp_path / "inputs")


def test_the_page_says_how_to_answer(exported):
    page = (exported / "README.md").read_text()
    for words in ("submission.yaml", "512 × 512", "No target of 2011-12 is here", "1.4000"):
        assert words in page
    about = json.loads((exported / "benchmark.json").read_text())
    assert about["grid"]["factor"] == 4
    assert [frame["stamp"] for frame in about["frames"]] == list(STAMPS)
