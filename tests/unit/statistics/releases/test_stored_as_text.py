"""Releases of before had failures and costs as text: they are read as those of today."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from pydantic import TypeAdapter

from ieum.statistics.v1 import releases_pb2 as pb
from services.statistics.audit.disclosures import Attack as AuditAttack
from services.statistics.disclosure import opened_cells
from services.statistics.disclosure.decisions import Collapse
from services.statistics.disclosure.opened_cells import Attack, OpenedCell
from services.statistics.releases.domain.lifecycle import CollapsedTable, Cost, Release, State
from services.statistics.releases.messages import release_to_message
from tests.service.statistics.test_commands import planned

PLAN = planned("a")
FAILURE = "AUDIT_OPENED: 2024-Q1 HN03 sex=F CMP: exact disclosure; 2024 HN _T ENR: insider of 2024 HN01 sex=M ENR"
CELLS = (
    OpenedCell("2024-Q1", "HN03", "sex=F", "CMP", Attack.EXACT),
    OpenedCell("2024", "HN", "_T", "ENR", Attack.INSIDER, "2024 HN01 sex=M ENR"),
)
COLLAPSED = ("2026-Q3 flag:NKD: nothing shown", "2026 margin: some areas given up")
TABLES = (
    CollapsedTable("2026-Q3", "flag:NKD", Collapse.NOTHING),
    CollapsedTable("2026", "margin", Collapse.ROWS),
)


def stored(**fields: object) -> Release:
    adapter = TypeAdapter(Release)
    return adapter.validate_python(adapter.dump_python(PLAN) | {"state": "failed"} | fields)


def test_a_failure_stored_as_text_is_sent_as_one_of_today() -> None:
    then = stored(failure=FAILURE, cost=asdict(Cost(3, 2, 1, 4)) | {"collapsed": COLLAPSED})
    now = stored(
        failure="AUDIT_OPENED",
        opened=[asdict(cell) for cell in CELLS],
        cost=asdict(Cost(3, 2, 1, 4, collapsed_tables=TABLES)),
    )
    sent = release_to_message(then, official=True)
    assert then.state is State.FAILED
    assert sent == release_to_message(now, official=True)
    assert sent.failure == FAILURE
    assert list(sent.cost.collapsed) == list(COLLAPSED)
    assert sent.build_failure.opened[0] == pb.OpenedCell(
        period="2024-Q1",
        area="HN03",
        dimension="sex",
        code="F",
        measure="CMP",
        attack=pb.OpenedCell.EXACT_DISCLOSURE,
    )
    flagged, margin = sent.cost.collapsed_tables
    assert (flagged.table, flagged.code, flagged.extent) == ("flag", "NKD", pb.CollapsedTable.NOTHING_SHOWN)
    assert (margin.table, margin.code, margin.extent) == ("margin", "", pb.CollapsedTable.SOME_AREAS_GIVEN_UP)


def test_the_public_learns_of_no_failure() -> None:
    sent = release_to_message(stored(failure="AUDIT_OPENED", opened=[asdict(cell) for cell in CELLS]), official=False)
    assert not sent.HasField("build_failure")
    assert not sent.failure


@pytest.mark.parametrize("attack", Attack)
def test_an_opened_cell_is_read_from_its_own_text(attack: Attack) -> None:
    evidence = {Attack.FIGURE: "CPR", Attack.INSIDER: "2024 HN01 sex=M ENR"}.get(attack, "")
    cell = OpenedCell("2024-Q1", "HN03", "flag:DIS=!_U", "CMP", attack, evidence)
    assert opened_cells.parse(str(cell)) == cell
    assert (cell.dimension, cell.code) == ("flag:DIS", "_U")


def test_the_audit_and_the_release_name_attacks_alike() -> None:
    assert {attack.value for attack in AuditAttack} == {attack.value for attack in Attack}
