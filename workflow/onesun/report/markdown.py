"""The tables' and captions' Markdown as HTML."""

from __future__ import annotations

import re
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

# A figure's caption may say again what stands above it.
_OWN_NUMBER = re.compile(
    r"\A(#+ [^\n]*\n+)?(\**(figure|fig\.) *\d+[.:]?\**[.:]? *)?", re.IGNORECASE
)


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.disable(["link", "autolink", "image"])  # the page needs nothing from elsewhere
    parser.add_render_rule("table_open", _table_open)
    parser.add_render_rule("table_close", lambda *_: "</table></div>\n")
    return parser


def _table_open(*_: object) -> str:
    return '<div class="scroll" role="region" aria-label="table" tabindex="0"><table>\n'


def title_of(text: str) -> str | None:
    """The first heading of a document that begins with one."""
    found = re.match(r"#+ +([^\n]+)", text)
    return found[1].strip() if found else None


def to_html(text: str, level: int) -> str:
    """HTML of a document; the title it begins with is left out.

    Parameters
    ----------
    level : of the heading under which it will stand, 1 to 5; its own headings are below.
    """
    if title_of(text):
        text = text.partition("\n")[2]
    tokens = _parser().parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, max(int(token.tag[1]), 2) - 1 + level)}"
    _name_rows(tokens)
    return str(_parser().renderer.render(tokens, _parser().options, {}))


def _name_rows(tokens: list[Token]) -> None:
    """Make the first cell of each row its heading, and say which way headings look."""
    for index, token in enumerate(tokens):
        if token.type == "th_open":
            token.attrSet("scope", "col")
        elif token.type == "td_open" and tokens[index - 1].type == "tr_open":
            token.tag = "th"
            token.attrSet("scope", "row")
            close = next(other for other in tokens[index:] if other.type == "td_close")
            close.tag = "th"


def caption_html(text: str) -> str:
    """HTML of a figure's caption, without the figure's number at its beginning."""
    return to_html(_OWN_NUMBER.sub("", text.strip()), 3)


def first_sentence(text: str) -> str:
    """The first sentence of a caption as plain text, for those who cannot see the figure."""
    plain = re.sub(r"[*_`#]", "", _OWN_NUMBER.sub("", text.strip()))
    return re.split(r"(?<=[.!?])\s", " ".join(plain.split()), maxsplit=1)[0]
