"""The report's page in a real browser: it opens from the file system, wipes and reads."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator

import numpy as np
import pytest

from helpers.months import GRID
from helpers.reports import STAMPS, Parts, kept
from onesun.geometry.window import Window
from onesun.report.region import choose

webdriver = pytest.importorskip(
    "selenium.webdriver", reason="needs selenium (pip install -e '.[test]')"
)
from selenium.webdriver.common.action_chains import ActionChains  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402
from selenium.webdriver.support.ui import Select, WebDriverWait  # noqa: E402

LAST = STAMPS[-1]
INTO_VIEW = "arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})"
MINUS = "\N{MINUS SIGN}"
OFF_DISK = [900, 0]  # arcsec: half of a small region around it lies beyond the limb


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    binary = shutil.which("chromium") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if not (binary and driver):
        pytest.skip("needs Chromium and its driver (apt-get install chromium chromium-driver)")
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.add_argument("--window-size=1200,1000")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    opened = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield opened
    opened.quit()


@pytest.fixture(scope="module")
def parts(tmp_path_factory) -> Parts:
    made = Parts(tmp_path_factory.mktemp("report"))
    made.write()
    return made


@pytest.fixture
def page(browser, parts) -> webdriver.Chrome:
    """The page, just opened."""
    return opened(browser, parts)


def opened(browser, parts) -> webdriver.Chrome:
    browser.get(parts.out.as_uri())
    WebDriverWait(browser, 20).until(
        lambda driver: driver.find_element(By.ID, "stage").get_attribute("data-ready")
    )
    return browser


def region_of(parts: Parts, pair: str) -> Window:
    target = kept(parts.frames[pair][LAST][1])
    return choose(parts.config["report"]["region"], target, GRID)


def point_at(page, column: int, row: int) -> None:
    """Move the mouse to a target pixel of the region; row 0 is the southernmost."""
    canvas = page.find_element(By.ID, "canvas")
    page.execute_script(INTO_VIEW, canvas)
    width, height = (int(canvas.get_property(name)) for name in ("width", "height"))
    shown = canvas.size["width"] / width
    x, y = (column + 0.5 - width / 2) * shown, (height / 2 - row - 0.5) * shown
    ActionChains(page, duration=0).move_to_element_with_offset(canvas, round(x), round(y)).perform()


def values(page) -> dict[str, str]:
    return {
        role: page.find_element(By.ID, f"value-{role}").text
        for role in ("input", "method", "target")
    }


def printed(value: float) -> str:
    return "no value" if np.isnan(value) else f"{value:.1f} G".replace("-", MINUS)


def expected(parts: Parts, pair: str, method: str, column: int, row: int) -> dict[str, str]:
    """What the page has to say of a pixel, from the fields that went into the products."""
    region = region_of(parts, pair)
    x, y = GRID.factor * region.left + column, GRID.factor * region.bottom + row
    field, target = parts.frames[pair][LAST]
    found = {
        "input": field[y // GRID.factor, x // GRID.factor],
        "method": parts.guesses[pair, method, LAST][y, x],
        "target": target[y, x],
    }
    return {role: printed(kept(value)) for role, value in found.items()}


def drag(page, divider: str, to: float) -> None:
    """Drag a divider's handle to a fraction of the picture's width."""
    handle = page.find_element(By.CSS_SELECTOR, f"#{divider} span")
    canvas = page.find_element(By.ID, "canvas")
    page.execute_script(INTO_VIEW, canvas)
    x = lambda element: element.rect["x"] + element.rect["width"] / 2  # noqa: E731
    left, width = canvas.rect["x"], canvas.rect["width"]
    by = round(left + to * width - x(handle))
    chain = ActionChains(page, duration=0).move_to_element(handle).click_and_hold()
    chain.move_by_offset(by // 2, 0).move_by_offset(by - by // 2, 0).release().perform()


def cuts(page) -> list[int]:
    return [
        int(page.find_element(By.ID, name).get_attribute("aria-valuenow"))
        for name in ("first", "second")
    ]


def grey(page, column: int, row: int) -> list[int]:
    """Red, green and blue of a pixel of the picture; row 0 is the southernmost."""
    return page.execute_script(
        "const c = document.getElementById('canvas'), [x, y] = arguments;"
        "return [...c.getContext('2d').getImageData(x, c.height - 1 - y, 1, 1).data].slice(0, 3)",
        column, row,
    )  # fmt: skip


@pytest.mark.parametrize(("column", "row"), [(0, 0), (95, 63), (13, 50), (60, 7)])
def test_the_mouse_reads_the_field_under_it(page, parts, column, row):
    point_at(page, column, row)
    assert values(page) == expected(parts, "mdi-hmi", "onesun", column, row)
    region = region_of(parts, "mdi-hmi")
    middle = (GRID.target_size - 1) / 2
    x = (GRID.factor * region.left + column - middle) * GRID.target_scale
    y = (GRID.factor * region.bottom + row - middle) * GRID.target_scale
    r = np.hypot(x, y) / 959.6446
    said = page.find_element(By.ID, "where").text
    assert said == f"x = {x:.1f}″, y = {y:.1f}″, r = {r:.3f} R".replace("-", MINUS)


def test_another_pair_and_method_are_read_when_chosen(page, parts):
    Select(page.find_element(By.ID, "pair")).select_by_visible_text("gong-hmi")
    Select(page.find_element(By.ID, "method")).select_by_visible_text("bicubic")
    point_at(page, 41, 22)
    assert values(page) == expected(parts, "gong-hmi", "bicubic", 41, 22)
    assert page.find_element(By.ID, "name-input").text == "NSO/GONG, input"
    assert page.find_element(By.ID, "name-target").text == "SDO/HMI, target"


def test_dragging_a_handle_wipes(page, parts):
    assert cuts(page) == [32, 64]
    region = region_of(parts, "mdi-hmi")
    target = region.of_field(kept(parts.frames["mdi-hmi"][LAST][1]), "target")
    made = region.of_field(kept(parts.guesses["mdi-hmi", "onesun", LAST]), "target")
    limit = 150
    # A pixel between the handles in which prediction and target are told apart.
    apart = np.abs(made - target) * (np.maximum(np.abs(made), np.abs(target)) < 0.9 * limit)
    row, column = np.unravel_index(apart[:, 40:60].argmax(), (64, 20))
    row, column = int(row), int(column) + 40
    shown = grey(page, column, row)
    assert shown[0] == pytest.approx(127.5 * (1 + made[row, column] / limit), abs=0.51)
    drag(page, "second", 36 / 96)
    assert cuts(page) == [32, 36]
    after = grey(page, column, row)
    assert after[0] == pytest.approx(127.5 * (1 + target[row, column] / limit), abs=0.51)
    assert after != shown
    # Beyond the other handle it takes that along: input and target meet.
    drag(page, "second", 12 / 96)
    assert cuts(page) == [12, 12]


def test_the_keyboard_wipes_and_reads(page, parts):
    first = page.find_element(By.ID, "first")
    first.send_keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_LEFT)
    assert cuts(page) == [33, 64]
    first.send_keys(Keys.END)
    assert cuts(page) == [96, 96]
    page.find_element(By.ID, "second").send_keys(Keys.HOME)
    assert cuts(page) == [0, 0]
    page.find_element(By.ID, "canvas").send_keys(Keys.ARROW_UP, Keys.ARROW_LEFT)
    assert values(page) == expected(parts, "mdi-hmi", "onesun", 47, 33)
    assert page.find_element(By.ID, "cross").is_displayed()


def test_a_finger_reads_and_drags(browser, parts):
    page = opened(browser, parts)
    canvas = page.find_element(By.ID, "canvas")
    page.execute_script(INTO_VIEW, canvas)
    box = page.execute_script("return arguments[0].getBoundingClientRect().toJSON()", canvas)
    shown = box["width"] / 96

    def touch(kind: str, *points: tuple[float, float]) -> None:
        page.execute_cdp_cmd(
            "Input.dispatchTouchEvent",
            {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]},
        )

    at = (box["x"] + 20.5 * shown, box["y"] + (64 - 10 - 0.5) * shown)
    touch("touchStart", at)
    touch("touchEnd")
    assert values(page) == expected(parts, "mdi-hmi", "onesun", 20, 10)
    handle = page.execute_script(
        "return document.querySelector('#first span').getBoundingClientRect().toJSON()"
    )
    start = (handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2)
    touch("touchStart", start)
    touch("touchMove", (box["x"] + 48 * shown, start[1]))
    touch("touchEnd")
    assert cuts(page) == [48, 64]


def test_the_grey_scale_is_set_by_hand(page, parts):
    region = region_of(parts, "mdi-hmi")
    field = region.of_field(kept(parts.frames["mdi-hmi"][LAST][0]), "input")
    assert page.find_element(By.ID, "limit-text").text == "±150 G"
    page.execute_script(
        "const l = document.getElementById('limit');"
        "l.value = 3; l.dispatchEvent(new Event('input'))"
    )
    assert page.find_element(By.ID, "limit-text").text == "±1000 G"
    value = float(np.clip(field[2, 1], -1000, 1000))
    assert grey(page, 5, 9)[0] == pytest.approx(127.5 * (1 + value / 1000), abs=0.51)


def test_where_there_is_no_value_it_says_so(browser, parts, tmp_path):
    parts = parts.copied(tmp_path)
    parts.config["report"]["region"] = {"centre": OFF_DISK, "size": [64, 64]}
    parts.write()
    page = opened(browser, parts)
    page.find_element(By.ID, "second").send_keys(Keys.HOME)
    point_at(page, 63, 32)
    assert values(page) == dict.fromkeys(("input", "method", "target"), "no value")
    assert grey(page, 63, 32) == [216, 201, 168]
    point_at(page, 2, 32)
    assert values(page) == expected(parts, "mdi-hmi", "onesun", 2, 32)
    assert "no value" not in values(page).values()


def test_nothing_is_said_on_the_console_and_nothing_fetched(browser, parts):
    browser.get("about:blank")
    browser.get_log("browser"), browser.get_log("performance")
    page = opened(browser, parts)
    point_at(page, 30, 30)
    drag(page, "first", 0.6)
    assert page.get_log("browser") == []
    messages = [json.loads(entry["message"])["message"] for entry in page.get_log("performance")]
    asked = [
        message["params"]["request"]["url"]
        for message in messages
        if message["method"] == "Network.requestWillBeSent"
    ]
    assert [url for url in asked if not url.startswith("data:")] == [parts.out.as_uri()]


def test_a_narrow_screen_scrolls_tables_and_not_the_page(browser, parts):
    size = {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        page = opened(browser, parts)
        wide, screen, table, room = page.execute_script(
            "const of = (e) => [e.scrollWidth, e.clientWidth];"
            "return [...of(document.documentElement), ...of(document.querySelector('.scroll'))]"
        )
        point_at(page, 90, 60)
        found = values(page)
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert wide == screen
    assert table > room
    assert found == expected(parts, "mdi-hmi", "onesun", 90, 60)


def test_every_link_of_the_contents_has_its_place(page):
    places = page.execute_script(
        "return [...document.querySelectorAll('nav a')]"
        ".map((a) => [a.hash, !!document.querySelector(a.hash)])"
    )
    assert dict(places) == dict.fromkeys(
        ("#fields", "#tables", "#table1", "#figures", "#fig2", "#how", "#cost", "#versions",
         "#seeds", "#configuration"), True,
    )  # fmt: skip
    assert re.fullmatch(r"OneSun.*", page.title)
