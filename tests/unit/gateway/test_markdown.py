from __future__ import annotations

import time
from html.parser import HTMLParser
from itertools import count

import pytest
from markdown_it import MarkdownIt

from gateway.html import markdown
from gateway.html.markdown import html, prepare

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


DATES = "2026. 3. 2.(월) 개강\n2026. 3. 9.(월) 둘째 주\n2026. 3. 16.(월) 셋째 주\n\n1588. 대표 전화"


def test_a_date_or_a_phone_number_at_the_start_of_a_line_begins_no_list() -> None:
    made = html(DATES)
    assert "<ol" not in made
    assert all(line in made for line in DATES.splitlines() if line)
    assert html("1. 5.(월) 개강") == "<p>1. 5.(월) 개강</p>\n"
    assert "<ol" not in html("수업 날짜예요.\n1. 5.(월) 개강\n1. 12.(월) 둘째 주")
    assert html("1. 준비\n2026. 3. 2.(월) 개강").count("<li>") == 1
    assert html("- 2026. 3. 2. 개강").count("<ol") == 0


def test_a_list_is_still_a_list_and_shows_its_numbers_as_they_were_typed() -> None:
    assert html("1. 앱을 열어요\n2. 2.5배로 늘려요\n10. 닫아요").count("<li") == 3
    assert '<li value="5">' in html("3. 앱\n5. 신청")
    assert "value" not in html("1. 가\n1. 나\n1. 다")
    assert "value" not in html("1. 가\n2. 나\n\n   1. 라\n   2. 마\n3. 다")


@pytest.mark.parametrize(
    ("source", "made"),
    [
        ("**정부24(www.gov.kr)**를 여세요.", "<strong>정부24(www.gov.kr)</strong>를"),
        ("**'확인'**을 누르세요.", "<strong>'확인'</strong>을"),
        ("할인율은 **30%**입니다.", "<strong>30%</strong>입니다"),
        ("*(필수)*는 꼭", "<em>(필수)</em>는"),
        ("~~(옛 주소)~~는", "<s>(옛 주소)</s>는"),
        ("이름**(필수)** 칸", "이름<strong>(필수)</strong> 칸"),
    ],
)
def test_emphasis_ends_before_a_particle(source: str, made: str) -> None:
    assert made in html(source)


@pytest.mark.parametrize("source", ["2 * 3 * 4", "a**(b)**c", "snake_case_name", "3*4*5cm는"])
def test_signs_between_other_letters_are_read_as_commonmark_does(source: str) -> None:
    assert html(source) == MarkdownIt("commonmark").render(source)


def test_lines_stay_lines_and_an_indented_paragraph_is_no_code() -> None:
    assert html("한빛로 1\n한빛복지관 2층").count("<br>") == 1
    assert html("①앱을 열어요\n②신청을 눌러요").count("<br>") == 1
    assert html("앞 문단\n\n    들여 쓴 문단이에요.").count("<p>") == 2


@pytest.mark.parametrize("source", ["[a" * 10_000, "|a|\n|-|\n" + "|x|\n" * 5_000, "[a](" * 5_000])
def test_a_text_made_to_take_long_is_shown_as_it_was_typed(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a clock that moves on each time somebody looks at it: the work between two looks is small, or too few of them
    are taken for the time to be over before the end."""
    looks = count()
    html.cache_clear()
    monkeypatch.setattr(time, "thread_time", lambda: next(looks) / 1_000)
    monkeypatch.setattr(markdown, "MOST_SECONDS", 0.5)
    made = html(source)
    assert next(looks) < 510
    assert made.startswith("<p>")
    assert made.striptags() == " ".join(source.split())


async def test_long_texts_are_rendered_before_the_page_needs_them() -> None:
    text = "아주 긴 글이에요. " * 100
    await prepare([(text, 2), ("짧은 글", 2)])
    hits = html.cache_info().hits
    html(text, 2)
    assert html.cache_info().hits == hits + 1
