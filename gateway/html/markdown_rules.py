"""The rules of our Markdown: CommonMark, with tables and strikethrough, read the way Korean is written.

- Bold and italics may end after a bracket or a quotation mark and before a particle: `**정부24(www.gov.kr)**를`.
- "2026. 3. 2.(월)" and "1588. 대표 전화" begin no list, and a number in a list is shown as it was typed.
- Each line end is one, and an indented paragraph is no code.
"""

from __future__ import annotations

import re
import time
import unicodedata
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_block import StateBlock, list_block
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Scanned
from markdown_it.token import Token
from markdown_it.utils import EnvType

_NUMBERED = re.compile(r"[0-9]+[.)]")
# One or two digits, and no second number with a point after it: that is a date.
_LIST_NUMBER = re.compile(r"[0-9]{1,2}[.)](?!\s*[0-9]+\.(?![0-9]))")
_LOOPS = ["paragraph", "list", "blockquote", "reference"]
"""Blocks that ask before each line whether they end; a table asks the rules that end a quotation."""


class OverTime(Exception):
    """The text takes longer than `env["deadline"]` allows."""


def parser() -> MarkdownIt:
    markdown = MarkdownIt()
    markdown.inline = _Inline()
    markdown.configure("commonmark", {"html": False, "breaks": True})
    markdown.enable(["table", "strikethrough"]).disable(["image", "code"])
    markdown.block.ruler.at("list", _list, {"alt": ["paragraph", "reference", "blockquote"]})
    markdown.block.ruler.before("list", "no_list", _ends_list, {"alt": ["list"]})
    markdown.inline.ruler.before("text", "deadline", _check_time_inline)
    markdown.block.ruler.before("table", "deadline", _check_time_block, {"alt": _LOOPS})
    markdown.core.ruler.push("shift_headings", _shift_headings)
    markdown.core.ruler.push("keep_numbers", _keep_numbers)
    return markdown


class _Inline(ParserInline):
    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        state = _State(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


class _State(StateInline):
    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N802, N803  # the library's names
        """CommonMark's rule, but a Korean, Chinese or Japanese letter counts as a boundary, like a space.

        In these scripts particles and words follow each other without spaces, so that punctuation beside the signs says
        nothing of their direction. The rule is that of markdown-cjk-friendly.
        """
        end = start
        while end < self.posMax and self.src[end] == self.src[start]:
            end += 1
        last = self.src[start - 1] if start else " "
        following = self.src[end] if end < self.posMax else " "
        opens = not _is_space(following) and (not _is_punctuation(following) or _is_boundary(last))
        closes = not _is_space(last) and (not _is_punctuation(last) or _is_boundary(following))
        return Scanned(
            opens and (canSplitWord or not closes or _is_punctuation(last)),
            closes and (canSplitWord or not opens or _is_punctuation(following)),
            end - start,
        )


def _is_space(character: str) -> bool:
    return isWhiteSpace(ord(character))


def _is_punctuation(character: str) -> bool:
    return isMdAsciiPunct(ord(character)) or isPunctChar(character)


def _is_boundary(character: str) -> bool:
    if _is_space(character) or _is_punctuation(character):
        return True
    return unicodedata.east_asian_width(character) in "WFH" and unicodedata.category(character)[0] == "L"


def _list(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    return not _is_no_list(state, start) and list_block(state, start, end, silent)


def _ends_list(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A date after an entry is not the next entry."""
    return silent and _is_no_list(state, start)


def _is_no_list(state: StateBlock, line: int) -> bool:
    text = state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]
    return bool(_NUMBERED.match(text)) and not _LIST_NUMBER.match(text)


def _check_time_inline(state: StateInline, silent: bool) -> bool:
    _check_time(state.env)
    return False


def _check_time_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    _check_time(state.env)
    return False


def _check_time(env: Any) -> None:
    if time.thread_time() > env["deadline"]:
        raise OverTime


def _shift_headings(state: StateCore) -> None:
    """Renumber headings: begin at the page's level and never skip a level, whatever the author chose."""
    headings = [token for token in state.tokens if token.type in ("heading_open", "heading_close")]
    shallowest = min((int(token.tag[1]) for token in headings), default=1)
    top = last = state.env["top"]
    for opening, closing in zip(headings[::2], headings[1::2], strict=True):
        wanted = int(opening.tag[1]) - shallowest + top
        last = min(wanted, top if opening is headings[0] else last + 1, 6)
        opening.tag = closing.tag = f"h{last}"


def _keep_numbers(state: StateCore) -> None:
    """Show an entry's number as it was typed. Where a number is repeated (1. 1. 1.), the list counts by itself."""
    counting: list[tuple[int, int]] = []  # of each list that is open: number as typed, number as shown
    for token in state.tokens:
        if token.type == "ordered_list_open":
            start = int(token.attrGet("start") or 1)
            counting.append((start - 1, start - 1))
        elif token.type == "ordered_list_close":
            counting.pop()
        elif token.type == "list_item_open" and token.info:
            before, shown = counting[-1]
            typed = int(token.info)
            number = shown + 1 if typed in (before, before + 1) else typed
            if number != shown + 1:
                token.attrSet("value", str(number))
            counting[-1] = (typed, number)
