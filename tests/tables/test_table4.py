"""Table 4 says with which weights networks were trained."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
import yaml

from helpers.searched import write_search
from onesun.cli.tables import table4
from onesun.errors import ConfigError

SHIPPED = Path(__file__).parents[2] / "config" / "config.yaml"


INPUTS = {"mdi-hmi": "mdi", "gong-hmi": "gong"}


def make(folder, content, inputs=INPUTS, searches=None):
    out = folder / "table4.csv"
    table4(list(inputs), list(inputs.values()), json.dumps(content), out, searches)
    with open(folder / "table4.csv", encoding="utf-8", newline="") as handle:
        lines = list(csv.DictReader(handle))
    return lines, (folder / "table4.md").read_text(encoding="utf-8")


@pytest.fixture
def shipped():
    content = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    return {key: content[key] for key in ("methods", "losses", "table1")}


def weights(line) -> tuple[float, ...]:
    return tuple(float(line[term]) for term in ("mse", "gradient", "histogram", "ssim"))


def test_the_papers_weights_are_used_as_shipped(tmp_path, shipped) -> None:
    lines, text = make(tmp_path, shipped)
    for pair in INPUTS:
        used, papers, released = [line for line in lines if line["pair"] == pair]
        assert (used["source"], used["loss"]) == ("onesun", "with-error")
        assert weights(used) == weights(papers)
        assert weights(papers)[:3] == weights(released)[:3]
        loss = shipped["losses"]["released"][pair]
        assert weights(released) == (loss["mse"], loss["gradient"], loss["histogram"], loss["ssim"])
    assert weights(lines[0]) == (1, 5, 1e-5, 5e-4)
    assert weights(lines[3]) == (1, 5, 1e-6, 5e-5)
    assert "| mdi-hmi | onesun | with-error | 1 | 5 | 1e-05 | 0.0005 | 1.6e-05 |" in text


def test_every_network_shown_has_its_row(tmp_path, shipped) -> None:
    shipped["methods"]["plain"] = {"kind": "network", "network": "onesun", "loss": "mse"}
    shipped["methods"]["unseen"] = {"kind": "network", "network": "onesun", "loss": "released"}
    column = {"name": "MSE", "pair": "mdi-hmi", "method": "plain"}
    shipped["table1"]["columns"].append(column)
    lines, _ = make(tmp_path, shipped)
    of_mdi = [line for line in lines if line["pair"] == "mdi-hmi"]
    assert [line["source"] for line in of_mdi[:2]] == ["onesun", "plain"]
    assert weights(of_mdi[1]) == (1, 0, 0, 0)
    assert len(lines) == 7


def test_what_the_search_found_stands_beside_what_is_used(tmp_path, shipped) -> None:
    lines, text = make(tmp_path, shipped, searches=[write_search(tmp_path)])
    assert [line["source"] for line in lines if line["pair"] == "mdi-hmi"] == [
        "onesun", "the grid search", "the paper's Table 4", "the paper's released runs",
    ]  # fmt: skip
    found = lines[1]
    assert (found["mse"], float(found["gradient"]), float(found["histogram"])) == ("1", 5, 1e-5)
    assert (found["ssim"], found["at_edge"], found["loss"]) == ("", "histogram", "")
    assert "the grid search" not in [line["source"] for line in lines if line["pair"] != "mdi-hmi"]
    assert "| mdi-hmi | the grid search |  | 1 | 5 | 1e-05\\* | — | 0 |" in text
    assert "\\* at the edge of the weights that were tried" in text
    assert "least L2(w) / L2(0) + L_term(w) / L_term(0)" in text
    assert "It was done on simulated MDI/GONG from real HMI." in text


def test_a_network_trained_with_what_was_found_shows_it(tmp_path, shipped) -> None:
    shipped["methods"]["onesun"]["loss"] = "searched"
    lines, text = make(tmp_path, shipped, searches=[write_search(tmp_path)])
    used, found = lines[:2]
    assert (used["loss"], used["at_edge"]) == ("searched", "histogram")
    assert [used[term] for term in ("mse", "gradient", "histogram", "ssim")] == [
        found[term] for term in ("mse", "gradient", "histogram", "ssim")
    ]
    assert "| gong-hmi | onesun | searched | 1 | — | — | — |" in text


def test_without_a_search_nothing_is_said_of_one(tmp_path, shipped) -> None:
    lines, text = make(tmp_path, shipped)
    assert {line["at_edge"] for line in lines} == {""}
    assert "search" not in text
    assert "simulated" not in text


def test_another_instrument_has_nothing_to_be_compared_with(tmp_path, shipped) -> None:
    lines, _ = make(tmp_path, shipped, INPUTS | {"gong-hmi": "solis"})
    assert [line["source"] for line in lines if line["pair"] == "gong-hmi"] == ["onesun"]


def test_without_a_network_there_is_no_table(tmp_path, shipped) -> None:
    shipped["table1"]["columns"] = shipped["table1"]["columns"][:1]
    with pytest.raises(ConfigError, match=r"table1\.columns: no method is a network"):
        make(tmp_path, shipped)
    assert not (tmp_path / "table4.csv").exists()


def test_each_pair_needs_its_instrument(tmp_path, shipped) -> None:
    with pytest.raises(ConfigError, match="found 1, expected one for each of 2 pairs"):
        table4(list(INPUTS), ["mdi"], json.dumps(shipped), tmp_path / "table4.csv")
