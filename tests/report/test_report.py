"""The report: the region it shows, what the page holds, and inputs that cannot be shown."""

from __future__ import annotations

import base64
import html
import json
import platform
import re
import zlib

import numpy as np
import pytest
import yaml

import onesun
from helpers.months import GRID
from helpers.reports import STAMPS, Parts, kept
from onesun import config
from onesun.errors import ConfigError, DamagedProductError
from onesun.geometry.window import Window
from onesun.io.files import read_json, write_json
from onesun.report import markdown
from onesun.report.region import choose
from onesun.report.scenes import read_scenes


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Parts:
    return Parts(tmp_path_factory.mktemp("made"))


@pytest.fixture
def parts(made, tmp_path) -> Parts:
    return made.copied(tmp_path)


def scenes_in(page: str) -> list[dict]:
    found = re.search(r'<script type="application/json" id="scenes">(.*?)</script>', page, re.S)
    return json.loads(found[1])


def unpacked(layer: dict) -> np.ndarray:
    """A layer's field in gauss, by another way than the page's."""
    planes = np.frombuffer(zlib.decompress(base64.b64decode(layer["data"])), np.uint8)
    steps = np.ascontiguousarray(planes.reshape(4, -1).T).view("<i4").reshape(-1)
    field = np.where(steps == -(2**31), np.nan, steps / 10)
    return field.reshape(layer["height"], layer["width"])


# ---- The region ----


def test_the_region_is_that_of_the_strongest_field():
    target = np.zeros((512, 512), np.float32)
    target[300:310, 200:208] = -400
    target[5:30, 250:260] = 3000  # stronger, but beyond 0.9 R
    region = choose({"centre": None, "size": [32, 16]}, target, GRID)
    rows, columns = 4 * region.bottom, 4 * region.left
    assert rows <= 300 <= 310 <= rows + 16
    assert columns <= 200 <= 208 <= columns + 32
    assert region.shape("input") == (4, 8)


def test_the_strongest_region_is_the_best_of_all_by_trying():
    draw = np.random.default_rng(5)
    target = draw.normal(0, 50, (512, 512)).astype(np.float32)
    target[GRID.radius("target") >= 1] = np.nan
    region = choose({"centre": None, "size": [200, 160]}, target, GRID)
    strength = np.abs(np.nan_to_num(target))
    best = {}
    for bottom in range(128 - 40 + 1):
        for left in range(128 - 50 + 1):
            y, x = (np.array([bottom, bottom + 40]) - 64, np.array([left, left + 50]) - 64)
            if max(np.hypot(a, b) for a in x for b in y) <= 0.9 * GRID.limb_radius("input"):
                part = strength[4 * bottom : 4 * bottom + 160, 4 * left : 4 * left + 200]
                best[left, bottom] = part.mean(dtype=np.float64)
    assert (region.left, region.bottom) == max(best, key=best.get)


def test_a_centre_is_in_arcsec_from_the_disk_centre():
    # Eight input pixels of 16.136736 arcsec to the west, four to the south of the middle.
    region = choose({"centre": [129.1, -64.5], "size": [64, 32]}, np.zeros((512, 512)), GRID)
    assert region == Window(
        GRID, left=64 + 8 - 8, right=64 + 8 + 8, bottom=64 - 4 - 4, top=64 - 4 + 4
    )
    west, _, south, _ = region.extent()
    x, y = west + 4.034184 / 2, south + 4.034184 / 2
    assert x == pytest.approx((4 * 64 - 255.5) * 4.034184)
    assert y == pytest.approx((4 * 56 - 255.5) * 4.034184)


def test_a_region_beyond_the_frame_is_refused(parts):
    parts.config["report"]["region"]["centre"] = [1000, 0]
    with pytest.raises(
        ConfigError, match=r"report\.region: found centre \[1000, 0\] arcsec .* ±1033"
    ):
        parts.write()
    assert not parts.out.exists()


def test_a_region_too_large_for_the_disk_is_refused(parts):
    parts.config["report"]["region"]["size"] = [512, 512]
    with pytest.raises(ConfigError, match=r"report\.region\.size: found 512 by 512 target pixels"):
        parts.write()


# ---- Frames and pairs ----


def test_the_page_holds_the_fields_of_the_last_frame_exactly(parts):
    scenes = scenes_in(parts.write())
    assert [scene["pair"] for scene in scenes] == ["mdi-hmi", "gong-hmi"]
    for scene in scenes:
        field, target = parts.frames[scene["pair"]][STAMPS[1]]
        region = choose(parts.config["report"]["region"], kept(target), GRID)
        assert np.array_equal(unpacked(scene["target"]), kept(region.of_field(target, "target")))
        assert np.array_equal(unpacked(scene["input"]), kept(region.of_field(field, "input")))
        for layer in scene["methods"]:
            made = parts.guesses[scene["pair"], layer["name"], STAMPS[1]]
            assert np.array_equal(unpacked(layer), kept(region.of_field(made, "target")))
        assert [layer["name"] for layer in scene["methods"]] == ["bicubic", "onesun"]


def test_missing_values_and_strong_fields_are_kept(parts):
    pair = "mdi-hmi"
    parts.config["report"]["region"] = {"centre": [900, 0], "size": [64, 64]}
    target = unpacked(scenes_in(parts.write())[0]["target"])
    expected = parts.frames[pair][STAMPS[1]][1][224:288, 448:512]
    assert 0 < np.isnan(expected).mean() < 1
    assert np.array_equal(target, kept(expected), equal_nan=True)


def test_another_frame_is_shown_when_asked_for(parts):
    parts.config["report"]["frame"] = STAMPS[0]
    scene = scenes_in(parts.write())[0]
    target = parts.frames["mdi-hmi"][STAMPS[0]][1]
    region = choose(parts.config["report"]["region"], kept(target), GRID)
    assert np.array_equal(unpacked(scene["target"]), kept(region.of_field(target, "target")))


def test_a_frame_that_is_not_there_is_refused(parts):
    parts.config["report"]["frame"] = "20111218_000000_TAI"
    with pytest.raises(ConfigError, match=r'report\.frame: found "20111218_000000_TAI", expected'):
        parts.write()


def test_a_frame_of_another_month_is_refused_before_anything_runs(parts):
    parts.config["report"]["frame"] = "20160707_010000_TAI"
    expected = (
        r'^report\.frame: found "20160707_010000_TAI", expected a frame of a test month of every '
        r"pair \(2011-12\)$"
    )
    with pytest.raises(ConfigError, match=expected):
        config.complete(parts.config)


def test_a_pair_without_predictions_is_refused(parts):
    parts.predictions = parts.predictions[:2]
    with pytest.raises(ConfigError, match="gong-hmi 2011-12: no predictions given"):
        parts.write()


def test_predictions_without_aligned_frames_are_refused(parts):
    parts.aligned = parts.aligned[:1]
    with pytest.raises(
        ConfigError, match=r"gong-hmi/bicubic/2011-12\.json: predictions of gong-hmi"
    ):
        parts.write()


def test_the_agreement_is_that_of_the_region(parts):
    complete = config.complete(parts.config)
    scene = read_scenes(complete, parts.aligned, parts.predictions)[0]
    x = scene.target.field.astype(np.float64)
    page = parts.write()
    for layer in scene.methods:
        y = layer.field.astype(np.float64)
        assert layer.agreement.correlation == pytest.approx(np.corrcoef(x.flat, y.flat)[0, 1])
        assert layer.agreement.rmse == pytest.approx(np.sqrt(((y - x) ** 2).mean()))
        assert f"<td>{layer.agreement.correlation:.3f}</td>" in page
    repeated = np.kron(scene.input.field, np.ones((4, 4)))
    expected = np.corrcoef(x.flat, repeated.flat)[0, 1]
    assert scene.input.agreement.correlation == pytest.approx(expected)


# ---- The page ----


def test_the_page_holds_tables_figures_and_how_it_was_made(parts):
    page = parts.write()
    assert re.search(r'<th[^>]* scope="row">0 ≤ r ≤ 1</th>', page)
    assert "<strong>0.915</strong> [0.905, 0.921]" in page
    assert '<h3 id="fig2-title">Figure 2</h3>' in page
    assert 'width="30" height="20" alt="Full disks, in G."' in page
    assert base64.b64encode(parts.figure.read_bytes()).decode() in page
    assert "<figcaption><p>Full disks, in G. Four frames.</p>" in page
    assert 'scope="row">train</th>' in page
    assert "Inputs are simulated MDI/GONG from real HMI" in page
    for name, version in (
        ("onesun", onesun.__version__),
        ("python", platform.python_version()),
        ("numpy", np.__version__),
        ("snakemake", "9.27.1"),
    ):
        assert f'<th scope="row">{name}</th><td>{version}</td>' in page
    assert "<code>table1.bootstrap.seed</code></th><td>1</td>" in page
    assert "<code>sample.seed</code></th><td>20111217</td>" in page


def test_a_table_and_a_figure_of_one_name_have_anchors_of_their_own(parts):
    figure = parts.folder / "figures" / "table1.png"
    figure.parent.mkdir()
    for suffix in (".png", ".md"):
        figure.with_suffix(suffix).write_bytes(parts.figure.with_suffix(suffix).read_bytes())
    parts.figure = figure
    page = parts.write()
    found = re.findall(r'\bid="([^"]+)"', page)
    assert len(found) == len(set(found))
    assert '<h3 id="figure-table1-title">Table1</h3>' in page
    assert '<a href="#figure-table1">Table1</a>' in page


def test_the_configuration_on_the_page_is_complete_and_makes_the_run_again(parts):
    text = re.search(r"<pre[^>]*><code>(.*?)</code></pre>", parts.write(), re.S)[1]
    assert yaml.safe_load(html.unescape(text)) == config.complete(parts.config)
    assert "*id001" not in text  # the two pairs share a split


def test_the_page_needs_nothing_else(parts):
    page = parts.write()
    links = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert links
    assert all(link.startswith(("data:", "#")) for link in links)
    # The configuration, on the page and as a file to save, names the archives' addresses.
    words = re.sub(r'http-equiv|"data:[^"]*"|<code>.*?</code>', "", page, flags=re.S)
    assert "http" not in words
    assert str(parts.folder) not in page


def test_what_a_table_says_is_never_run(parts):
    page = parts.write()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_the_same_inputs_give_the_same_bytes(parts):
    first = parts.write()
    assert parts.write() == first


def test_real_inputs_get_no_remark(parts):
    for manifest in parts.aligned:
        content = read_json(manifest)
        for frame in content["frames"]:
            frame["simulated"] = False
        write_json(manifest, content)
    assert "simulated MDI/GONG from real HMI" not in parts.write()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("fig2.png", r"fig2\.png: missing, expected a figure \(PNG\)"),
        ("fig2.md", r"fig2\.md: missing, expected the figure's caption"),
        ("table1.md", r"table1\.md: missing, expected the table to be read by people"),
        ("table1.csv", r"table1\.csv: missing, expected a table \(CSV\)"),
        ("cost.md", r"cost\.md: missing, expected"),
        ("mdi-hmi/2011-12.json", r"2011-12\.json: missing, expected a JSON file"),
    ],
)
def test_a_missing_part_is_named(parts, name, sentence):
    (parts.folder / name).unlink()
    with pytest.raises(DamagedProductError, match=sentence):
        parts.write()
    assert not parts.out.exists()


@pytest.mark.parametrize("keep", [0, 10, 60, -20])
def test_a_damaged_figure_is_named(parts, keep):
    parts.figure.write_bytes(parts.figure.read_bytes()[:keep])
    with pytest.raises(DamagedProductError, match=r"fig2\.png: not readable as a PNG"):
        parts.write()


def test_a_table_that_is_no_text_is_named(parts):
    parts.table.with_suffix(".md").write_bytes(b"# Table \xff\xfe")
    with pytest.raises(DamagedProductError, match=r"table1\.md: no UTF-8 text"):
        parts.write()


# ---- Markdown ----


@pytest.mark.parametrize(
    "text",
    [
        "Full disks, in G. Four frames.",
        "Figure 2. Full disks, in G. Four frames.",
        "**Figure 2.** Full disks, in G. Four frames.",
        "# Figure 2\n\nFull disks, in G. Four frames.",
        "**Figure 2**: Full *disks*, in G. Four frames.",
    ],
)
def test_a_caption_may_name_its_figure_or_not(text):
    assert markdown.first_sentence(text) == "Full disks, in G."
    plain = re.sub("</?em>", "", markdown.caption_html(text))
    assert plain == "<p>Full disks, in G. Four frames.</p>\n"


def test_a_link_stays_text_and_a_figure_may_be_of_a_pair(parts):
    figure = parts.figure.rename(parts.figure.with_name("fig4-gong-hmi.png"))
    figure.with_suffix(".md").write_text("Of ![x](http://a/b.png) and <http://a/c>.", "utf-8")
    parts.figure = figure
    page = parts.write()
    assert "Figure 4, gong-hmi</h3>" in page
    assert not re.search(r'(src|href)="http', page)
    assert "and &lt;http://a/c&gt;." in page


def test_headings_stand_below_that_of_their_table():
    text = "# Table 1\n\nOf *pairs*.\n\n## mdi-hmi\n\n### Rows\n"
    assert markdown.title_of(text) == "Table 1"
    found = markdown.to_html(text, 3)
    assert re.findall(r"<(h\d)>(.*?)</", found) == [("h4", "mdi-hmi"), ("h5", "Rows")]
