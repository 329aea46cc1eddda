"""The class grid sorted, filtered and searched. What is asked for stands in the address."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from multidict import MultiMapping

from gateway.backend.class_grid import scores, states
from gateway.language.i18n import msgid
from ieum.progress.v1 import progress_pb2
from ieum.progress.v1.progress_pb2 import GridRow

_STOPPED = timedelta(days=14)

SORTS: Mapping[str, str] = {
    "": msgid("Order of enrolment"),
    "seen": msgid("Longest not seen"),
    "name": msgid("Name"),
    "progress": msgid("Least progress"),
}
SHOWN: Mapping[str, str] = {
    "": msgid("Everybody"),
    "waiting": msgid("Not begun"),
    "learning": msgid("Under way"),
    "stopped": msgid("Not seen for two weeks"),
    "stuck": msgid("Not passed a quiz"),
    "finished": msgid("Finished"),
    "left": msgid("Withdrew"),
}


@dataclass(frozen=True)
class View:
    sort: str = ""
    shown: str = ""
    name: str = ""

    def __bool__(self) -> bool:
        """Whether it differs from the grid as it comes."""
        return bool(self.sort or self.shown or self.name)


def view_of(query: MultiMapping[str]) -> View:
    sort, shown = query.get("sort", ""), query.get("show", "")
    return View(sort if sort in SORTS else "", shown if shown in SHOWN else "", query.get("name", "")[:100].strip())


def arranged(rows: Sequence[GridRow], names: Mapping[str, str], view: View, now_ms: int) -> list[GridRow]:
    """`names` by person; someone without one is found by no name and sorted last."""
    words = view.name.casefold()
    kept = [row for row in rows if is_shown(row, view.shown, now_ms) and words in names.get(row.person, "").casefold()]
    keys: Mapping[str, Callable[[GridRow], Any]] = {
        "seen": lambda row: row.last_activity_ms or row.enrol_ms,
        "name": lambda row: (row.person not in names, names.get(row.person, "").casefold()),
        "progress": lambda row: row.percent,
    }
    return sorted(kept, key=keys[view.sort]) if view.sort else kept


def is_shown(row: GridRow, shown: str, now_ms: int) -> bool:
    learning = not row.withdrawn and not row.complete_ms
    match shown:
        case "waiting":
            return learning and not row.last_activity_ms
        case "learning":
            return learning and bool(row.last_activity_ms)
        case "stopped":
            seen = row.last_activity_ms or row.enrol_ms
            return learning and now_ms - seen > _STOPPED.total_seconds() * 1000
        case "stuck":
            return learning and any(
                state == progress_pb2.UNDER_WAY and score >= 0
                for state, score in zip(states(row), scores(row), strict=True)
            )
        case "finished":
            return bool(row.complete_ms)
        case "left":
            return row.withdrawn and not row.complete_ms
        case _:
            return True
