"""An import and its steps: loaded, planned, approved, applied in lots, undone in lots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.chassis.errors import Conflict, Invalid, Refused
from services.people.domain.import_line import FIELDS

KEPT = timedelta(days=30)
MOST_LINES, MOST_COLUMNS, LONGEST_CELL = 100_000, 60, 1_000


class State(StrEnum):
    LOADING = "loading"
    PLANNING = "planning"
    PLANNED = "planned"
    APPLYING = "applying"
    APPLIED = "applied"
    UNDOING = "undoing"
    UNDONE = "undone"


AT_WORK = (State.PLANNING, State.APPLYING, State.UNDOING)
_NEXT = {State.PLANNING: State.PLANNED, State.APPLYING: State.APPLIED, State.UNDOING: State.UNDONE}


class Outcome(StrEnum):
    NONE = ""
    APPLIED = "applied"
    OVERTAKEN = "overtaken"
    UNDONE = "undone"
    KEPT = "kept"


@dataclass(frozen=True)
class Import:
    id: str
    by: str
    """Who imports, "people/{id}"."""
    file_name: str
    file_hash: str
    encoding: str
    header: tuple[str, ...]
    created_at: datetime
    expire_time: datetime
    state: State = State.LOADING
    columns: tuple[str, ...] = ()
    area: str = ""
    covered: tuple[str, ...] | None = ()
    """Areas and organisations of whoever imports, when they last gave their word; None for all."""
    lines: int = 0
    done: int = 0
    cursor: int = 0
    """The number of the last line that the step under way has done."""
    counts: Mapping[str, int] = field(default_factory=dict)
    plan_hash: str = ""
    applied_at: datetime | None = None

    @property
    def name(self) -> str:
        return f"imports/{self.id}"


@dataclass(frozen=True)
class Lot:
    """How far a step has come."""

    done: int
    cursor: int
    counts: Mapping[str, int]


Outcomes = tuple[Import, list[object]]


def begin(drafted: Import, current: Import) -> Outcomes:
    """A repeat changes nothing."""
    if not 0 < len(drafted.header) <= MOST_COLUMNS:
        raise Invalid("IMPORT_HEADER", field="header", max=MOST_COLUMNS)
    if (current.by, current.file_hash) != (drafted.by, drafted.file_hash):
        raise Conflict("REQUEST_ID_USED", field="import_id")
    return current, []


def count_lines(current: Import, lines: int) -> Outcomes:
    if current.state is not State.LOADING:
        raise Refused("IMPORT_STATE", state=current.state)
    return replace(current, lines=lines), []


def plan(current: Import, columns: Sequence[str], area: str, covered: tuple[str, ...] | None) -> Outcomes:
    """Also again, with other columns, until it is approved."""
    _require(current, State.LOADING, State.PLANNING, State.PLANNED)
    chosen = [name for name in columns if name]
    if len(columns) != len(current.header) or not set(chosen) <= set(FIELDS) or len(set(chosen)) != len(chosen):
        raise Invalid("IMPORT_COLUMNS", field="columns")
    if "display_name" not in chosen:
        raise Invalid("IMPORT_NAME_COLUMN", field="columns")
    if not current.lines:
        raise Invalid("IMPORT_EMPTY", field="name")
    asked = replace(current, columns=tuple(columns), area=area, covered=covered, state=State.PLANNING)
    return replace(asked, done=0, cursor=0, counts={}, plan_hash=""), []


def approve(current: Import, plan_hash: str, covered: tuple[str, ...] | None, now: datetime) -> Outcomes:
    _require(current, State.PLANNED, State.APPLYING, State.APPLIED)
    if plan_hash != current.plan_hash:
        raise Conflict("IMPORT_PLAN_CHANGED", field="plan_hash")
    if current.state is not State.PLANNED:
        return current, []
    approved = replace(current, state=State.APPLYING, covered=covered, done=0, cursor=0, applied_at=now)
    return replace(approved, expire_time=now + KEPT), []


def undo(current: Import) -> Outcomes:
    _require(current, State.APPLYING, State.APPLIED, State.UNDOING, State.UNDONE)
    if current.state in (State.UNDOING, State.UNDONE):
        return current, []
    if current.state is State.APPLYING:
        raise Refused("IMPORT_STATE", state=current.state)
    return replace(current, state=State.UNDOING, done=0, cursor=0), []


def advance(current: Import, of: State, lot: Lot, plan_hash: str = "", *, finished: bool = False) -> Outcomes:
    """After a lot. Changes nothing where somebody else began another step meanwhile."""
    if current.state is not of:
        return current, []
    moved = replace(current, done=lot.done, cursor=lot.cursor, counts=dict(lot.counts))
    moved = replace(moved, plan_hash=plan_hash or current.plan_hash)
    return (replace(moved, state=_NEXT[of]) if finished else moved), []


def _require(current: Import, *states: State) -> None:
    if current.state not in states:
        raise Refused("IMPORT_STATE", state=current.state)
