"""A benchmark's file: frozen once released, and its frames known again."""

from __future__ import annotations

import re

import numpy as np
import pytest
import yaml

from helpers.benchmarks import DRAFT, PAIR, SmallBenchmark
from helpers.months import sun, write_aligned
from onesun.benchmark.definition import Fingerprint, frames_of, load, names
from onesun.benchmark.seal import seal
from onesun.errors import ConfigError, DamagedProductError
from onesun.products.aligned import read_month


def test_the_shipped_benchmarks_are_read():
    assert names() == ["march-2011", "march-2011-gong", "sample"]
    sample = load("sample")
    assert sample.released
    assert [frame.stamp[:8] for frame in sample.frames] == ["20111217"] * 4
    # Nobody here has the archive's frames: their fingerprints are for who has.
    for name in ("march-2011", "march-2011-gong"):
        assert not load(name).released
        assert load(name).months == ["2010-06", "2011-03"]
        assert not set(load(name).months) & set(load(name).training_months)


def test_what_is_sealed_is_all_that_scores_follow_from(small):
    written = yaml.safe_load(small.file.read_text())
    assert written["released"]
    assert written["line"] == {"a": 0.0, "b": 1.4}
    # Later defaults of the configuration do not reach it.
    assert written["measure"]["within_radius"] == 0.9
    assert written["bootstrap"]["confidence"] == 0.95


def test_a_released_benchmark_is_not_sealed_again(small, tmp_path):
    with pytest.raises(ConfigError, match=r"small 1: released, .* expected a new version"):
        seal(small.file, [small.aligned], small.line, tmp_path / "again.yaml")


def test_other_months_are_not_sealed(small, tmp_path):
    with pytest.raises(ConfigError, match="--aligned: months 2016-07, expected 2011-12"):
        seal(small.draft, [small.training], small.line, tmp_path / "other.yaml")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"version": 0}, "version: input should be greater than or equal to 1, found '0'"),
        ({"month": ["2011-12"]}, "month: extra inputs are not permitted"),
        ({"rows": None}, "rows: input should be a valid list"),
    ],
)
def test_a_file_that_is_no_benchmark_is_one_sentence(tmp_path, change, sentence):
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(DRAFT | change))
    with pytest.raises(ConfigError, match=re.escape(sentence)):
        load(path)


def test_an_unknown_benchmark_is_one_sentence():
    with pytest.raises(ConfigError, match="benchmark may-2010: unknown, expected one of march"):
        load("may-2010")


def test_one_that_is_not_released_scores_nothing(small):
    with pytest.raises(ConfigError, match="not released, found no fingerprint of a frame"):
        frames_of(load(small.draft), [small.month])


def test_the_same_frames_pass_and_their_order_does_not_matter(small):
    frames, remarks = frames_of(small.definition, [small.month], "input", "target")
    assert [frame.stamp for _, frame, _ in frames] == [
        frame.stamp for frame in small.definition.frames
    ]
    assert remarks == []


def changed(small: SmallBenchmark, folder, change):
    frames = {}
    for frame in small.month.frames:
        target = small.month.target(frame)
        frames[frame.stamp] = (small.month.input(frame), change(target))
    return read_month(write_aligned(folder, PAIR, "2011-12", frames))


def test_rounding_of_another_machine_is_remarked(small, tmp_path):
    def nudge(target: np.ndarray) -> np.ndarray:
        target[256, 256] += 0.1
        return target

    _, remarks = frames_of(small.definition, [changed(small, tmp_path, nudge)], "target")
    assert len(remarks) == 2
    assert "rounds differently" in remarks[0]


def test_other_frames_of_the_same_stamps_stop_it(small, tmp_path):
    month = changed(small, tmp_path, lambda target: 1.1 * target)
    with pytest.raises(DamagedProductError, match="not the frame of the benchmark small 1"):
        frames_of(small.definition, [month], "target")


def test_a_missing_frame_stops_it(small, tmp_path):
    one = {small.month.frames[0].stamp: sun(0)}
    month = read_month(write_aligned(tmp_path, PAIR, "2011-12", one))
    with pytest.raises(DamagedProductError, match="20111218_062400_TAI: not among the aligned"):
        frames_of(small.definition, [month])


def test_a_fingerprint_tells_fields_apart_by_a_step():
    field = np.full((4, 4), 3.0, np.float32)
    other = field.copy()
    other[0, 0] += 0.1
    assert Fingerprint.of(field) == Fingerprint.of(field.copy())
    assert Fingerprint.of(field).sha256 != Fingerprint.of(other).sha256
