"""Renders authors' Markdown as sanitised HTML.

HTML in the source is shown as text. The result passes an allow-list when it is shown, not when it is stored, so that a
stricter list also applies to old texts. Images have blocks of their own, where alternative text is required.
How lines and signs are read beyond CommonMark is in `markdown_rules`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from functools import lru_cache

import nh3
from markupsafe import Markup, escape

from gateway.html.markdown_rules import OverTime, parser

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
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}, "li": {"value"}}
SCHEMES = {"http", "https", "mailto", "tel"}
MOST_SECONDS = 0.5
"""Of computing, for one text. A text that takes longer is no text; it is shown as it was typed."""
_SHORT = 500  # characters; however odd, so few are rendered at once

_markdown = parser()
_cleaner = nh3.Cleaner(tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener noreferrer")


@lru_cache(maxsize=2048)
def html(source: str, top: int = 2) -> Markup:
    """Render Markdown; its highest heading becomes `h<top>`, below the page's own headings."""
    try:
        made = _markdown.render(source, {"top": max(top, 2), "deadline": time.thread_time() + MOST_SECONDS})
    except OverTime:
        return Markup("<p>{}</p>\n").format(Markup("<br>\n").join(escape(line) for line in source.splitlines()))
    clean = _cleaner.clean(made)
    # A wide table scrolls by itself, and the keyboard can reach what scrolls.
    framed = clean.replace("<table>", '<div class="scroll" tabindex="0"><table>').replace("</table>", "</table></div>")
    return Markup(framed)  # noqa: S704  # sanitised by nh3


async def prepare(texts: Iterable[tuple[str, int]]) -> None:
    """Renders texts with their tops in a thread and keeps the results for `html`: none stops the event loop."""
    long = [(source, top) for source, top in texts if len(source) > _SHORT]
    if long:
        await asyncio.to_thread(lambda: [html(source, top) for source, top in long])
