"""A text with gaps: "[[1]]" stands where the gap with the id "1" is."""

from __future__ import annotations

import re

from ieum.courses.v1.content_pb2 import Gap, Gaps

_MARK = re.compile(r"\[\[([^\[\]\n]{1,500})\]\]")
_BETWEEN_SPELLINGS = "|"


def pieces_of(text: str, gaps: Gaps) -> list[tuple[str, str]]:
    """The text in pieces, each with the id of the gap behind it; "" behind the last one."""
    ids = {gap.id for gap in gaps.gaps}
    pieces, begin = [], 0
    for mark in _MARK.finditer(text):
        if mark[1] in ids:
            pieces.append((text[begin : mark.start()], mark[1]))
            begin = mark.end()
    return [*pieces, (text[begin:], "")]


def take_new_gaps(text: str, gaps: Gaps) -> str:
    """An author wrote "[[Han River|Hangang]]": becomes a gap of its own, in which both are accepted."""
    known = {gap.id for gap in gaps.gaps}

    def mark(match: re.Match[str]) -> str:
        if match[1].strip() in known:
            return f"[[{match[1].strip()}]]"
        gap = gaps.gaps.add(id=_next_id(gaps))
        gap.accepted.extend(word.strip() for word in match[1].split(_BETWEEN_SPELLINGS) if word.strip())
        return f"[[{gap.id}]]"

    return _MARK.sub(mark, text)


def drop_unused_gaps(gaps: Gaps) -> None:
    """Drops those that no language has a place for."""
    used = {mark for text in gaps.text.values() for mark in _MARK.findall(text)}
    kept = [Gap(id=gap.id, accepted=gap.accepted) for gap in gaps.gaps if gap.id in used]
    del gaps.gaps[:]
    gaps.gaps.extend(kept)


def _next_id(gaps: Gaps) -> str:
    ids = {gap.id for gap in gaps.gaps}
    return next(str(number) for number in range(1, len(ids) + 2) if str(number) not in ids)
