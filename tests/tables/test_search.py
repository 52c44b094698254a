"""The grid search: what it trains, what it chooses, and what it refuses to compare."""

from __future__ import annotations

import pytest

from helpers.searched import LOSSES, PAIR, SCORES, write_cards, write_search
from onesun.cli.train import search
from onesun.errors import ConfigError, DamagedProductError
from onesun.io.files import read_json, write_json
from onesun.search import candidates, product


def test_candidates_are_the_reference_and_each_weight_alone():
    assert list(LOSSES) == list(SCORES)
    assert LOSSES["mse"] == {"mse": 1}
    assert LOSSES["histogram/1e-06"] == {"mse": 1, "histogram": 1e-6}
    assert candidates.losses({"weights": {"gradient": [], "ssim": []}}) == {}


def test_a_weight_has_one_name():
    names = [candidates.text(weight) for weight in (5, 5.0, 0.5, 1e-5, 0.0005)]
    assert names == ["5", "5", "0.5", "1e-05", "0.0005"]
    assert candidates.text(0.1) != candidates.text(0.1000001)


def test_candidates_train_as_configured_but_for_loss_and_epochs():
    training = {"epochs": 5, "batch": 32}
    search = {"method": "net", "epochs": 1, "weights": {"gradient": [5]}}
    of_method = {
        "method": {"kind": "network", "network": "network", "loss": "loss", "seed": 7},
        "network": {"kind": "onesun"},
        "loss": {"mse": 1},
        "loss_terms": {"ssim": {"window": 9}},
        "training": training,
    }
    found = candidates.sections(search, of_method, "gradient/5")
    assert found["loss"] == {"mse": 1, "gradient": 5}
    assert found["loss_terms"] == of_method["loss_terms"]
    assert found["training"] == {"epochs": 1, "batch": 32}
    assert (found["method"]["seed"], found["network"]) == (7, {"kind": "onesun"})
    assert training["epochs"] == 5


def test_the_least_objective_is_chosen(tmp_path):
    out = write_search(tmp_path)
    rows = product.read(out, PAIR)
    assert [(row.term, row.weight, row.objective) for row in rows] == [
        ("gradient", 0, 2), ("gradient", 0.5, 1.9), ("gradient", 5, 1.75), ("gradient", 50, 1.85),
        ("histogram", 0, 2), ("histogram", 1e-6, 1.5), ("histogram", 1e-5, 1.4),
    ]  # fmt: skip
    assert [row.weight for row in rows if row.chosen] == [5, 1e-5]
    assert [row.weight for row in rows if row.at_edge] == [1e-5]
    assert product.found(rows)["gradient"].l_term == 1.4
    assert all(row.simulated and row.epoch == 1 for row in rows)


def test_the_page_says_objective_edge_and_origin(tmp_path):
    text = write_search(tmp_path).with_suffix(".md").read_text(encoding="utf-8")
    assert text.startswith("# Grid search: mdi-hmi\n")
    assert "L2(w) / L2(0) + L_term(w) / L_term(0)" in text
    assert "simulated MDI/GONG from real HMI" in text
    assert "histogram: 1e-05, at the edge of the grid" in text
    # 4.0 is the least mean squared error; of equals the lighter weight counts.
    assert "gradient: 5. The RMSE alone is least at 0." in text


def change(folder, name, **changes):
    path = folder / name / "card.json"
    scores = changes.pop("scores", {})
    content = read_json(path) | changes
    content["scores"] |= scores
    write_json(path, content)


@pytest.mark.parametrize(
    ("mse", "weight"),
    [
        ((1.0, 9.0, 9.0), 0.5),  # the lightest is the best: nothing lighter but 0 was tried
        ((9.0, 9.0, 9.0), 0),  # none is better than MSE alone
        ((9.0, 9.0, 1.0), 50),
    ],
)
def test_an_end_of_the_grid_is_an_edge(tmp_path, mse, weight):
    paths = write_cards(tmp_path)
    for name, value in zip(("gradient/0.5", "gradient/5", "gradient/50"), mse, strict=True):
        change(tmp_path, name, scores={"validation_mse": value})
    search(PAIR, paths, tmp_path / "out.csv")
    chosen = product.found(product.read(tmp_path / "out.csv"))["gradient"]
    assert (chosen.weight, chosen.at_edge) == (weight, True)
    told = (tmp_path / "out.md").read_text(encoding="utf-8")
    assert ("no weight that was tried is better than none" in told) == (weight == 0)


def test_the_order_of_cards_does_not_matter(tmp_path):
    out = write_search(tmp_path)
    cards = write_cards(tmp_path / "again")
    search(PAIR, [*cards[3:0:-1], *cards[:1], *cards[4:]], tmp_path / "other.csv")
    assert (tmp_path / "other.csv").read_bytes() == out.read_bytes()


@pytest.mark.parametrize(
    ("changes", "error", "sentence"),
    [
        ({"seed": 2}, ConfigError, "another seed than .*mse/card.json"),
        ({"training": {"epochs": 2}}, ConfigError, "another training than"),
        ({"pair": "gong-hmi"}, ConfigError, "of pair gong-hmi, expected mdi-hmi"),
        ({"loss": {"mse": 1, "gradient": 0.5}}, ConfigError, "gradient of weight 0.5 again"),
        ({"loss": {"mse": 1, "gradient": 5, "ssim": 1}}, ConfigError, "at most one term more"),
        ({"loss": {"mse": 2, "gradient": 5}}, ConfigError, "not trained by MSE with weight 1"),
        ({"loss": {"mse": 1}}, ConfigError, "2 trainings by MSE alone and 4 by another"),
        ({"product": "fit"}, DamagedProductError, "a fit, expected a model's card"),
        ({"loss": None}, DamagedProductError, "not a model's card"),
        ({"scores": {"validation_gradient": None}}, DamagedProductError, "no score validation_gr"),
    ],
)
def test_what_cannot_be_compared_is_refused(tmp_path, changes, error, sentence):
    paths = write_cards(tmp_path)
    change(tmp_path, "gradient/5", **changes)
    with pytest.raises(error, match=sentence):
        search(PAIR, paths, tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


def test_a_reference_of_no_error_cannot_be_a_measure(tmp_path):
    paths = write_cards(tmp_path)
    change(tmp_path, "mse", scores={"validation_histogram": 0.0})
    with pytest.raises(ConfigError, match=r"validation_histogram 0\.0 found, expected above 0"):
        search(PAIR, paths, tmp_path / "out.csv")


def test_a_damaged_table_is_told(tmp_path):
    with pytest.raises(DamagedProductError, match="missing, expected a table of weights"):
        product.read(tmp_path / "none.csv")
    out = write_search(tmp_path)
    with pytest.raises(ConfigError, match="of pair mdi-hmi, expected gong-hmi"):
        product.read(out, "gong-hmi")
    whole = out.read_text(encoding="utf-8")
    out.write_text(whole.replace("yes", "maybe", 1), encoding="utf-8")
    with pytest.raises(DamagedProductError, match="line 2 is mdi-hmi,gradient,0,"):
        product.read(out)
    out.write_text(whole[: whole.rindex(",yes,")], encoding="utf-8")
    with pytest.raises(DamagedProductError, match="line 8 is mdi-hmi"):
        product.read(out)
    out.write_text("weight\n5\n", encoding="utf-8")
    with pytest.raises(DamagedProductError, match="columns"):
        product.read(out)
