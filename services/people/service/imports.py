# ruff: noqa: N802 - gRPC method names are the contract's
"""Bulk import of people: loaded, planned, seen, approved, undone. The work itself is done by the sweep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from ieum.people.v1 import imports_pb2 as pb
from ieum.people.v1.imports_pb2_grpc import PeopleImportServiceServicer
from services.chassis.clock import now
from services.chassis.errors import Forbidden, Invalid, Missing
from services.chassis.principal import acting
from services.chassis.store import paging
from services.people import authorisation
from services.people.domain import credentials, imports
from services.people.domain.audit import Action
from services.people.domain.imports import LONGEST_CELL, MOST_COLUMNS, MOST_LINES, Import
from services.people.messages.imports import (
    OUTCOMES,
    VERDICTS,
    change_to_message,
    fault_to_message,
    import_key,
    import_to_message,
)
from services.people.store import Store
from services.people.store.imports import Line

_UNAPPROVED = timedelta(days=2)
_MOST_AT_ONCE = 5_000
_MOST_LISTED = 50


@dataclass
class PeopleImportService(PeopleImportServiceServicer):
    store: Store

    async def CreateImport(self, request: pb.CreateImportRequest, context: object) -> pb.Import:
        await self._covered()
        key, moment = import_key(f"imports/{request.import_id}"), now()
        drafted = Import(
            key,
            acting().require_person(),
            request.file_name[:200],
            request.file_hash,
            request.encoding,
            tuple(_masked(request.header)),
            moment,
            moment + _UNAPPROVED,
        )
        verb = partial(imports.begin, drafted)
        return import_to_message(await self.store.imports.change(key, verb, start=drafted))

    async def _covered(self) -> tuple[str, ...] | None:
        """The places of whoever imports; None for all."""
        reach = await authorisation.reach_of(self.store, acting())
        return None if reach.everywhere else tuple(sorted(reach.places))

    async def _own(self, name: str) -> Import:
        """Raises Missing for an import of others."""
        person = acting().require_person()
        if not acting().holds(authorisation.ADMINISTRATOR):
            raise Forbidden("ROLE_NEEDED", roles=authorisation.ADMINISTRATOR)
        found = await self.store.imports.get(import_key(name))
        if found.by != person:
            raise Missing("IMPORT_NOT_FOUND")
        return found

    async def AddImportLines(self, request: pb.AddImportLinesRequest, context: object) -> pb.Import:
        current = await self._own(request.name)
        imports.count_lines(current, 0)
        if not 2 <= request.first <= MOST_LINES or len(request.lines) > _MOST_AT_ONCE:
            raise Invalid("IMPORT_TOO_MANY_LINES", field="lines", max=MOST_LINES)
        rows = [_masked(line.cells) for line in request.lines]
        if request.first + len(rows) > MOST_LINES + 2:
            raise Invalid("IMPORT_TOO_MANY_LINES", field="lines", max=MOST_LINES)
        lines = await self.store.imports.add_lines(current, request.first, rows)
        verb = partial(imports.count_lines, lines=lines)
        return import_to_message(await self.store.imports.change(current.id, verb))

    async def PlanImport(self, request: pb.PlanImportRequest, context: object) -> pb.Import:
        current, covered = await self._own(request.name), await self._covered()
        if request.area:
            (await self.store.places.get()).check_area(request.area)
            if covered is not None and request.area not in covered:
                raise Forbidden("OUTSIDE_YOUR_AREA", field="area")
        verb = partial(imports.plan, columns=request.columns, area=request.area, covered=covered)
        return import_to_message(await self.store.imports.change(current.id, verb))

    async def GetImport(self, request: pb.GetImportRequest, context: object) -> pb.Import:
        return import_to_message(await self._own(request.name))

    async def ListImports(self, request: pb.ListImportsRequest, context: object) -> pb.ListImportsResponse:
        await self._covered()
        found = await self.store.imports.latest(acting().require_person(), _MOST_LISTED)
        return pb.ListImportsResponse(imports=map(import_to_message, found))

    async def ListImportLines(self, request: pb.ListImportLinesRequest, context: object) -> pb.ListImportLinesResponse:
        current = await self._own(request.name)
        wanted = {}
        if request.verdict:
            wanted["verdict"] = next((each.value for each, number in VERDICTS.items() if number == request.verdict), "")
        if request.outcome:
            wanted["outcome"] = next((each.value for each, number in OUTCOMES.items() if number == request.outcome), "")
        size = paging.page_size(request.page_size)
        lines, token = await self.store.imports.page(current.id, size, request.page_token, wanted)
        seen = [f"people/{line.person}" for line in lines if line.person]
        await self.store.audit.add(
            Action.PERSONAL_DATA_VIEWED, current.name, f"lines of a file: {len(lines)}", subjects=seen
        )
        return pb.ListImportLinesResponse(lines=map(_line_to_message, lines), next_page_token=token)

    async def ApproveImport(self, request: pb.ApproveImportRequest, context: object) -> pb.Import:
        current = await self._own(request.name)
        # What the person looks after now: a role taken back since the plan leaves those lines undone.
        covered = await self._covered()
        verb = partial(imports.approve, plan_hash=request.plan_hash, covered=covered, now=now())
        approved = await self.store.imports.change(current.id, verb)
        await self._note(Action.PEOPLE_IMPORTED, approved)
        return import_to_message(approved)

    async def UndoImport(self, request: pb.UndoImportRequest, context: object) -> pb.Import:
        current = await self._own(request.name)
        undone = await self.store.imports.change(current.id, imports.undo)
        await self._note(Action.PEOPLE_IMPORT_UNDONE, undone)
        return import_to_message(undone)

    async def _note(self, action: Action, about: Import) -> None:
        """Once for each import."""
        detail = f"file of people: {about.lines}"
        await self.store.audit.add(action, about.name, detail, request_id=f"{action.value}/{about.id}")


def _masked(cells: Sequence[str]) -> list[str]:
    """Resident numbers are never kept, not even for the time of an import."""
    if len(cells) > MOST_COLUMNS or any(len(cell) > LONGEST_CELL for cell in cells):
        raise Invalid("IMPORT_CELL_TOO_LONG", field="lines", max=LONGEST_CELL)
    return [credentials.without_resident_number(cell.replace("\0", "")) for cell in cells]


def _line_to_message(line: Line) -> pb.ImportLine:
    return pb.ImportLine(
        number=line.number,
        cells=line.content.cells,
        verdict=VERDICTS[line.verdict] if line.verdict else pb.LINE_VERDICT_UNSPECIFIED,
        outcome=OUTCOMES.get(line.outcome, pb.LINE_OUTCOME_UNSPECIFIED),
        faults=map(fault_to_message, line.content.faults),
        changes=map(change_to_message, line.content.changes),
        person=f"people/{line.person}" if line.person else "",
    )
