"""Which courses must come before which: no course may wait for itself, over however many others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from services.chassis.errors import Invalid


def require_no_cycle(course: str, needs: Iterable[str], known: Mapping[str, frozenset[str]]) -> None:
    """`known`: what the published classes of each other course need."""
    seen: set[str] = set()
    ahead = list(needs)
    while ahead:
        each = ahead.pop()
        if each == course:
            raise Invalid("PREREQUISITE_CYCLE", field="requires_all")
        if each not in seen:
            seen.add(each)
            ahead += known.get(each, frozenset())
