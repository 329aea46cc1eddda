"""Imports and their lines as messages."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ieum.people.v1 import imports_pb2 as pb
from services.chassis.clock import stamp
from services.chassis.errors import Invalid
from services.people.domain.import_line import Change, Fault, Verdict
from services.people.domain.imports import Import, Outcome, State

_STATES = {state: pb.ImportState.Value(f"IMPORT_{state.name}") for state in State}
VERDICTS = {verdict: pb.LineVerdict.Value(f"LINE_{verdict.name}") for verdict in Verdict}
OUTCOMES: Mapping[Outcome, pb.LineOutcome.ValueType] = {
    outcome: pb.LineOutcome.Value(f"LINE_{outcome.name}") for outcome in Outcome if outcome is not Outcome.NONE
}
_ID = re.compile(r"[0-9a-z]{16}")


def import_key(name: str) -> str:
    key = name.removeprefix("imports/")
    if not name.startswith("imports/") or not _ID.fullmatch(key):
        raise Invalid("NAME_INVALID", field="name", form="imports/{id}")
    return key


def import_to_message(value: Import) -> pb.Import:
    return pb.Import(
        name=value.name,
        file_name=value.file_name,
        state=_STATES[value.state],
        header=value.header,
        columns=value.columns,
        area=value.area,
        lines=value.lines,
        done=value.done,
        counts=dict(value.counts),
        plan_hash=value.plan_hash,
        create_time=stamp(value.created_at),
        apply_time=stamp(value.applied_at),
        expire_time=stamp(value.expire_time),
        encoding=value.encoding,
    )


def fault_to_message(value: Fault) -> pb.LineFault:
    return pb.LineFault(reason=value.reason, column=value.column, details=dict(value.details))


def change_to_message(value: Change) -> pb.LineChange:
    return pb.LineChange(field=value.field, before=value.before, after=value.after)
