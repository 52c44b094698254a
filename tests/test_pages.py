"""Links of pages that stand outside of docs/, which Sphinx does not follow there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "benchmarks/README.md")


def anchor(heading: str) -> str:
    """As GitHub and MyST make it of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def anchors(path: Path) -> set[str]:
    return {anchor(title) for title in re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.M)}


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_to_files_and_headings(name):
    page = ROOT / name
    links = re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8"))
    for link in links:
        if link.startswith("http"):
            continue
        file, _, heading = link.partition("#")
        target = (page.parent / file) if file else page
        assert target.exists(), link
        assert not heading or heading in anchors(target), link


def test_readme_stays_short():
    """What it held is in docs/: a reader gets to the two commands and the table at once."""
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 110


def test_files_that_contributing_points_at_are_there():
    """Its steps are pointers into the code; a move has to move them, too."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    named = re.findall(r"`((?:[\w.]+/)*[\w.]+\.(?:py|smk|yaml|md))`", text)
    places = (ROOT, ROOT / "workflow", ROOT / "workflow" / "onesun")
    known = [name.removeprefix("onesun/") for name in named if "/" in name]
    missing = [name for name in known if not any((place / name).exists() for place in places)]
    assert len(known) > 20
    assert missing == []
