"""Figures in README and docs: each is between markers, and comes from a run's tables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from onesun.errors import DamagedProductError, OneSunError
from onesun.report import quoted

ROOT = Path(__file__).parents[2]
MARK = re.compile(r"<!-- from results/(\S+) -->")


@pytest.fixture
def results(tmp_path) -> Path:
    """Tables with numbers that no document has."""
    folder = tmp_path / "results"
    folder.mkdir()
    areas = re.findall(r"^\| (.*?) \| 0\.\d", (ROOT / "docs/paper.md").read_text("utf-8"), re.M)
    columns = ("MDI", "SR-MDI", "GONG", "SR-GONG")
    lines = [f"{area},0.111,0.2224,0.333,0.444" for area in dict.fromkeys(areas)]
    (folder / "table1.csv").write_text("\n".join([",".join(("area", *columns)), *lines]), "utf-8")
    (folder / "table1.md").write_text(
        "# Table 1\n\nThe paper's rows:\n\n| Area | MDI |\n| :--- | ---: |\n"
        "| disk | 0.111 [0.1, 0.2] |\n\nRows that the paper does not have:\n\n| Area | MDI |\n"
        "| :--- | ---: |\n| weak | 0.333 |\n\nPearson correlation with the target.\n\n"
        "Root mean square error, gauss:\n\n| Area | MDI |\n| :--- | ---: |\n| disk | 21.2 |\n\n"
        "SR-MDI beats MDI in all 1 rows.\n", "utf-8"
    )  # fmt: skip
    lines = [f"{q},{k},1.111,1.5,2,3,3.5,4.005" for q in ("gradient", "extremes") for k in (4, 32)]
    head = "quantity,kernel,MDI,MDI-matched,SR-MDI,GONG,GONG-matched,SR-GONG"
    (folder / "table2.csv").write_text("\n".join([head, *lines]), "utf-8")
    (folder / "ablation_terms.csv").write_text(
        "pair,method,seed,label,maximum,minimum,skew,correlation,gain,gain_low,gain_high,gradient,"
        "unsigned\nmdi-hmi,mse,1,MSE,25,-26,-0.05,0.5,,,,5.9,0.7\n"
        "mdi-hmi,mse-seed-2,2,MSE,99,-99,-0.99,0.9,,,,9.9,0.9\n"
        "mdi-hmi,full,1,MSE + SSIM,24,-25,-0.05,0.5001,0.0001,-0.0001,0.0003,5.8,0.7\n", "utf-8"
    )  # fmt: skip
    (folder / "ablation.md").write_text(
        "# Ablation\n\n## mdi-hmi\n\nEach network is trained once.\n\n- **MSE + SSIM**: words.\n",
        "utf-8",
    )
    return folder


@pytest.mark.parametrize("name", ["README.md", "docs/paper.md"])
def test_every_quotation_of_the_documents_is_replaced(name, results, tmp_path) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert set(MARK.findall(text)) <= set(quoted._MADE)
    copy = tmp_path / "copy.md"
    copy.write_text(text, "utf-8")
    quoted.main([str(results), str(copy)])
    first = copy.read_text("utf-8")
    assert first != text
    assert MARK.findall(first) == MARK.findall(text)
    outside = re.compile(r"(?<=-->\n).*?(?=<!-- end -->)", re.S)
    assert outside.sub("", first) == outside.sub("", text)
    quoted.main([str(results), str(copy)])
    assert copy.read_text("utf-8") == first


def test_numbers_are_the_runs_and_the_papers_stay(results, tmp_path) -> None:
    copy = tmp_path / "paper.md"
    copy.write_text((ROOT / "docs/paper.md").read_text("utf-8"), "utf-8")
    quoted.quote(results, copy)
    text = copy.read_text("utf-8")
    assert "| 0 ≤ r ≤ 1 | 0.111 | 0.89 | 0.222 | 0.93 | 0.333 | 0.77 | 0.444 | 0.88 |" in text
    assert "| gradient, 4 × 4, G per pixel | 1.11 (4.92) | 1.50 | 2.00 (3.38) |" in text
    gain = "+0.0001 [-0.0001, +0.0003]"
    assert f"| mdi-hmi | MSE + SSIM | +24.0, -25.0 | -0.050 | 0.5001 | {gain} | 5.800 |" in text
    assert "99.0" not in text
    assert "- mdi-hmi, **MSE + SSIM**: words." in text


def test_table_1_is_quoted_without_its_caption(results, tmp_path) -> None:
    copy = tmp_path / "README.md"
    copy.write_text("a\n<!-- from results/table1.md -->\nold\n<!-- end -->\nb\n", "utf-8")
    quoted.quote(results, copy)
    text = copy.read_text("utf-8")
    assert (
        "| disk | 0.111 [0.1, 0.2] |\n\nSR-MDI beats MDI in all 1 rows.\n<!-- end -->\nb\n" in text
    )
    for left_out in ("Pearson", "weak", "Root mean square", "21.2"):
        assert left_out not in text
    assert "old" not in text


def test_what_cannot_be_quoted_is_named(results, tmp_path) -> None:
    copy = tmp_path / "a.md"
    copy.write_text("<!-- from results/cake.csv -->\n<!-- end -->\n", "utf-8")
    with pytest.raises(OneSunError, match=r"found a quotation of cake\.csv, expected one of"):
        quoted.quote(results, copy)
    copy.write_text(
        "<!-- from results/table1.csv -->\n| area | X |\n|-|-|\n| q | 1 |\n<!-- end -->"
    )
    with pytest.raises(DamagedProductError, match=r"table1\.csv: lacks 'q', which .*a\.md quotes"):
        quoted.quote(results, copy)
    (results / "table1.csv").unlink()
    with pytest.raises(DamagedProductError, match=r"table1\.csv: missing, expected a table that"):
        quoted.quote(results, copy)
