"""Instrument records."""

import pytest
import yaml

from onesun import instruments
from onesun.errors import ConfigError
from onesun.io import locations


def test_every_record_loads():
    assert instruments.names() == ["gong", "hmi", "mdi"]
    for name in instruments.names():
        assert instruments.load(name).name == name


def test_an_unknown_instrument_names_those_there_are():
    with pytest.raises(ConfigError, match="'kpvt': no record, expected one of gong, hmi, mdi"):
        instruments.load("kpvt")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"optics": {"fwhm": -1}}, r"optics\.fwhm: .*greater than 0 \(found -1\)"),
        ({"opticks": {}}, "opticks: Extra inputs are not permitted"),
        ({"cadence": "often"}, "cadence: .*'often'"),
        (
            {
                "quality": {
                    "keyword": "QUALITY",
                    "bits": [
                        {"mask": 4, "name": "holes", "use": "refuse"},
                        {"mask": 0xC, "name": "gaps", "use": "stratum"},
                    ],
                }
            },
            "quality: .*bit 0x4 is 'holes' and 'gaps'",
        ),
        (
            {
                "quality": {
                    "keyword": "QUALITY",
                    "bits": [{"mask": 4, "name": "holes", "use": "refuse", "writer": "NSO"}],
                }
            },
            "quality: .*bit 0x4 is of 'NSO', expected of: none",
        ),
        (
            {"quality": {"keyword": None, "bits": [{"mask": 4, "name": "holes", "use": "drop"}]}},
            r"quality\.bits\.0\.use: .*'refuse', 'stratum' or 'ignore' \(found 'drop'\)",
        ),
    ],
)
def test_a_bad_record_names_file_key_and_value(tmp_path, change, sentence):
    record = yaml.safe_load((locations.instrument_records() / "mdi.yaml").read_text())
    (tmp_path / "mdi.yaml").write_text(yaml.safe_dump({**record, **change}))
    with pytest.raises(ConfigError, match=rf"mdi\.yaml: {sentence}"):
        instruments.load("mdi", tmp_path)
