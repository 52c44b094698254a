"""The benchmark's page in a real browser: sorted, filtered by family, and wiped."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from helpers.benchmarks import SmallBenchmark
from onesun.benchmark import score as stage
from onesun.benchmark.reading import Answer
from onesun.benchmark.table import write_table
from onesun.report.benchmark import write_page

webdriver = pytest.importorskip(
    "selenium.webdriver", reason="needs selenium (pip install -e '.[test]')"
)
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402
from selenium.webdriver.support.ui import Select, WebDriverWait  # noqa: E402


def worse(target: np.ndarray) -> Answer:
    noise = np.random.default_rng(1).normal(0, 30, target.shape)
    return Answer((0.8 * target + noise).astype(np.float32))


@pytest.fixture(scope="module")
def table(tmp_path_factory) -> Path:
    """The table of three submissions and a refused one; its page lies beside it."""
    small = SmallBenchmark(tmp_path_factory.mktemp("benchmark"))
    folders = [
        small.submit("good"),
        small.submit("poor", worse),
        small.submit("leaky", training_months=["2011-12"]),
        small.submit("old", version=7),
    ]
    found = [stage.score(folder, small.definition, [small.aligned]) for folder in folders]
    out = small.folder / "benchmark.csv"
    compared = write_table(found, small.definition, "poor", out)
    write_page(found, small.definition, "poor", compared, out.with_suffix(".html"))
    return out


def test_the_table_ranks_only_what_may_be_ranked(table):
    rows = [line.split(",") for line in table.read_text().splitlines()]
    head = rows[0]
    rmse = {
        row[head.index("submission")]: row for row in rows if row[head.index("measure")] == "rmse"
    }
    ranks = {name: row[head.index("rank_first")] for name, row in rmse.items()}
    assert ranks == {"good": "1", "poor": "2", "leaky": ""}
    assert float(rmse["good"][head.index("difference")]) < -20
    assert rmse["poor"][head.index("difference")] == ""


def test_the_page_for_people_lists_marks_and_refusals(table):
    text = table.with_suffix(".md").read_text()
    assert "- leaky: trained on the test month 2011-12." in text
    assert "- old: it answers small 7, expected small 1" in text
    assert "| RMSE (G) | least | 0.000" in text
    assert "95 % intervals are from 200 resamples of blocks" in text


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    binary, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (binary and driver):
        pytest.skip("needs Chromium and its driver (apt-get install chromium chromium-driver)")
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.add_argument("--window-size=1400,1000")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    opened = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield opened
    opened.quit()


@pytest.fixture
def page(browser, table) -> webdriver.Chrome:
    browser.get(table.with_suffix(".html").as_uri())
    WebDriverWait(browser, 20).until(
        lambda driver: driver.find_element(By.ID, "stage").get_attribute("data-ready")
    )
    return browser


def names(page, family: str) -> list[str]:
    heads = page.find_elements(By.CSS_SELECTOR, f"#{family} tbody th")
    return [head.text.replace(" *", "") for head in heads]


def heading(page, family: str, title: str):
    (found,) = (
        each
        for each in page.find_elements(By.CSS_SELECTOR, f"#{family} thead button")
        if each.text.startswith(title)
    )
    return found


def press(page, element) -> None:
    page.execute_script("arguments[0].click()", element)


def test_a_heading_sorts_by_it_the_best_first(page):
    button = heading(page, "paper", "RMSE")
    press(page, button)
    assert names(page, "paper")[-1] == "poor"
    press(page, button)
    assert names(page, "paper")[0] == "poor"
    cell = button.find_element(By.XPATH, "./ancestor::th")
    assert cell.get_attribute("aria-sort") == "descending"
    # Where most is best, the best comes first, too.
    press(page, heading(page, "paper", "mean correlation of patches"))
    assert names(page, "paper")[-1] == "poor"


def test_a_family_hides_the_others(page):
    shown = lambda: [  # noqa: E731
        each.get_attribute("id")
        for each in page.find_elements(By.CSS_SELECTOR, "section.family")
        if each.is_displayed()
    ]
    whole = shown()
    assert len(whole) == 6
    press(page, page.find_element(By.CSS_SELECTOR, '.choices button[data-family="use"]'))
    assert shown() == ["use"]
    press(page, page.find_element(By.CSS_SELECTOR, '.choices button[data-family=""]'))
    assert shown() == whole


def test_the_fields_of_two_submissions_are_under_the_slider(page):
    Select(page.find_element(By.ID, "pair")).select_by_visible_text("poor")
    Select(page.find_element(By.ID, "method")).select_by_visible_text("good")
    canvas = page.find_element(By.ID, "canvas")
    canvas.send_keys(Keys.ARROW_RIGHT)
    values = [
        page.find_element(By.ID, f"value-{role}").text for role in ("input", "method", "target")
    ]
    assert values[1] == values[2] != values[0]
    names = [
        page.find_element(By.ID, f"name-{role}").text for role in ("input", "method", "target")
    ]
    assert names == ["poor, left", "good", "target"]
    first = page.find_element(By.ID, "first")
    before = first.get_attribute("aria-valuenow")
    first.send_keys(Keys.ARROW_RIGHT)
    assert first.get_attribute("aria-valuenow") != before


def test_nothing_is_fetched_and_nothing_is_wrong(page, table):
    errors = [each for each in page.get_log("browser") if each["level"] == "SEVERE"]
    assert errors == []
    assert "http" not in table.with_suffix(".html").read_text().replace("http-equiv", "")
