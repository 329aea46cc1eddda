from __future__ import annotations

from html.parser import HTMLParser

import pytest

from gateway.html.markdown import html

HOSTILE = [
    "<script>alert(1)</script>",
    "[press](javascript:alert(1))",
    "[press](JaVaScRiPt&#58;alert(1))",
    "[press](data:text/html;base64,PHNjcmlwdD4=)",
    "[press](vbscript:alert(1))",
    '<a href="#" onclick="alert(1)">x</a>',
    '<img src=x onerror="alert(1)">',
    "![x](https://elsewhere.example/track.png)",
    "![x](javascript:alert(1))",
    '<p style="position:fixed">x</p>',
    "<style>body{display:none}</style>",
    "<svg><script>alert(1)</script></svg>",
    '<iframe src="https://elsewhere.example"></iframe>',
    '<form action="/sign-out" method="post"><button>x</button></form>',
    '[x](https://a.example "\\" onmouseover=\\"alert(1)")',
    "<https://a.example/\"onload='x'>",
    "```\n</code></pre><script>alert(1)</script>\n```",
    "| <script>alert(1)</script> |\n|---|\n| x |",
]
ALLOWED = {"p", "a", "br", "pre", "code", "div", "table", "thead", "tbody", "tr", "th", "td"}


class Browser(HTMLParser):
    """What a browser would see: tags, names of attributes, addresses."""

    def __init__(self, made: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: dict[str, str | None] = {}
        self.feed(made)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= dict(attrs)


@pytest.mark.parametrize("source", HOSTILE)
def test_nothing_an_author_writes_can_act(source: str) -> None:
    seen = Browser(html(source))
    assert seen.tags <= ALLOWED
    assert seen.attributes.keys() <= {"href", "title", "rel", "class", "tabindex"}
    assert (seen.attributes.get("href") or "https://").startswith("https://")


def test_headings_begin_at_the_page_s_level_and_skip_none() -> None:
    made = html("# One\n\n### Two\n\n# Three\n", 3)
    assert made.index("<h3>One</h3>") < made.index("<h4>Two</h4>") < made.index("<h3>Three</h3>")


def test_a_text_that_begins_deep_still_begins_at_the_page_s_level() -> None:
    assert html("#### Deep\n\n## Shallow\n", 2).startswith("<h2>Deep</h2>")


def test_links_do_not_tell_where_they_were_pressed() -> None:
    assert '<a href="https://a.example" rel="noopener noreferrer">a</a>' in html("[a](https://a.example)")


def test_a_wide_table_scrolls_by_itself() -> None:
    assert html("| a | b |\n|---|---|\n| 1 | 2 |").startswith('<div class="scroll" tabindex="0"><table>')


def test_words_that_look_like_tags_stay_words() -> None:
    assert html("Press <Enter>, then `<b>`.") == "<p>Press &lt;Enter&gt;, then <code>&lt;b&gt;</code>.</p>\n"
