"""How Sphinx makes the site: ``make docs``. Nothing is fetched while it builds."""

from __future__ import annotations

import re

import onesun

project = "OneSun"
author = "OneSun developers"
copyright = author
version = release = onesun.__version__

extensions = ["myst_nb", "sphinx.ext.autodoc"]
exclude_patterns = ["_build", "**.ipynb_checkpoints"]

# Pages in Markdown, which also read well in the repository itself.
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]
# The notebook needs a frame of an archive: its stored outputs are shown.
nb_execution_mode = "off"

# The reference: docstrings are as they stand in the code, with "name : what it is".
autodoc_default_options = {"members": True, "show-inheritance": True}
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
# Every reference to OneSun's own names has to be right; other projects' pages are not asked.
nitpicky = True
nitpick_ignore_regex = [
    (r"py:.*", r"(?!onesun\.).*"),
    (r"py:.*", r"onesun\.(.*\.)?_\w+|onesun\.metrics\.product\.S"),  # private; a type variable
]

html_theme = "sunpy"
html_title = "OneSun"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_logo = html_favicon = "_static/logo.svg"
html_theme_options = {
    "navbar_start": [],
    "navbar_links": [
        ["Get started", "start", 0],
        ["Convert", "convert", 0],
        ["Run", "run", 0],
        ["Numbers", "numbers", 0],
        ["Paper", "paper", 0],
        ["Contribute", "contributing", 0],
        ["API", "api/index", 0],
    ],
    "footer_links": [],
    "goatcounter_analytics_url": False,
    "rtd_search": False,
    "show_prev_next": True,
}

_HEADINGS = ("Parameters", "Attributes")
_ENTRY = re.compile(r"(?P<names>[\w*]+(?:, [\w*]+)*) : (?P<text>.*)")


def in_sphinx_words(app, what, name, obj, options, lines: list[str]) -> None:
    """Make reStructuredText of a docstring, in place.

    Entries stand as ``name : what it is`` in the code and become a list of definitions. The field's
    |B| would be taken for a substitution.
    """
    text: list[str] = []
    below = False  # a heading
    if "Notes" in lines:  # sunpy's, about what a map inherits
        del lines[lines.index("Notes") :]
    for line in lines:
        entry = _ENTRY.fullmatch(line) if below else None
        if line.strip("-") == "" and text[-1:] and text[-1] in _HEADINGS:
            text[-1:] = [f".. rubric:: {text[-1]}", ""]
            below = True
        elif entry:
            names = ", ".join(f"``{each}``" for each in entry["names"].split(", "))
            text += [names, f"    {entry['text']}"]
        else:
            text.append(line)
    lines[:] = [re.sub(r"\|(?=\S)", r"\\|", line) for line in text]


def setup(app) -> None:
    """Sphinx calls this."""
    app.connect("autodoc-process-docstring", in_sphinx_words)
