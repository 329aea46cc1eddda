"""Renders authors' Markdown as sanitised HTML.

HTML in the source is shown as text. The result passes an allow-list when it is shown, not when it is stored, so that a
stricter list also applies to old texts. Images have blocks of their own, where alternative text is required.
"""

from __future__ import annotations

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markupsafe import Markup

TAGS = {
    "p",
    "br",
    "hr",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "li",
    "blockquote",
    "pre",
    "code",
    "em",
    "strong",
    "s",
    "a",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto", "tel"}


def _shift_headings(state: StateCore) -> None:
    """Renumber headings: begin at the page's level and never skip a level, whatever the author chose."""
    headings = [token for token in state.tokens if token.type in ("heading_open", "heading_close")]
    shallowest = min((int(token.tag[1]) for token in headings), default=1)
    top = last = state.env["top"]
    for opening, closing in zip(headings[::2], headings[1::2], strict=True):
        wanted = int(opening.tag[1]) - shallowest + top
        last = min(wanted, top if opening is headings[0] else last + 1, 6)
        opening.tag = closing.tag = f"h{last}"


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("image")
    parser.core.ruler.push("shift_headings", _shift_headings)
    return parser


_markdown = _parser()
_cleaner = nh3.Cleaner(tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener noreferrer")


@lru_cache(maxsize=2048)
def html(source: str, top: int = 2) -> Markup:
    """Render Markdown; its highest heading becomes `h<top>`, below the page's own headings."""
    clean = _cleaner.clean(_markdown.render(source, {"top": max(top, 2)}))
    # A wide table scrolls by itself, and the keyboard can reach what scrolls.
    framed = clean.replace("<table>", '<div class="scroll" tabindex="0"><table>').replace("</table>", "</table></div>")
    return Markup(framed)  # noqa: S704  # sanitised by nh3
