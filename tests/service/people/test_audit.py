from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

import pytest
from google.protobuf.message import Message

from ieum.classes.v1.events_pb2 import KitTaken
from ieum.people.v1 import people_pb2
from ieum.progress.v1.events_pb2 import GridExported, RecordChangedByHand
from ieum.statistics.v1 import events_pb2 as statistics
from ieum.statistics.v1 import statistics_pb2
from ieum.surveys.v1.events_pb2 import CommentDecided
from services.chassis.clock import now, stamp
from services.chassis.errors import (
    Forbidden,
    Invalid,
)
from tests.service.conftest import Announce, eventually
from tests.service.people.town import Town


async def test_a_replay_is_recorded_once_for_a_request_and_only_for_who_runs_everything(town: Town) -> None:
    name, administrator = await town.newcomer("chief", "administrator")
    request = people_pb2.RecordAuditRequest(
        request_id="e1", action=people_pb2.DEAD_LETTER_REPLAYED, subject="deadLetters/1", detail="for statistics"
    )
    for _ in range(3):
        await administrator.RecordAudit(request)
    (entry,) = await town.audit(action=people_pb2.DEAD_LETTER_REPLAYED, actor=name)
    assert (entry.actor, entry.subject, entry.detail) == (name, "deadLetters/1", "for statistics")
    for action in (people_pb2.ROLE_GRANTED, people_pb2.EXPORTED):
        with pytest.raises(Invalid):
            await administrator.RecordAudit(people_pb2.RecordAuditRequest(action=action))
    _, official = await town.newcomer("official", "official", "areas/HB01")
    with pytest.raises(Forbidden):
        await official.RecordAudit(request)


NOTICE: dict[str, Any] = {"id": "n1", "actor": "people/kim", "time": stamp(now())}
DATED = NOTICE["time"].ToDatetime(UTC).isoformat()


NOTICES = [
    (
        statistics.TableQueried(
            **NOTICE, area="areas/HB01", by=statistics_pb2.SEX, course="courses/x", from_quarter="2026-Q1"
        ),
        (people_pb2.STATISTICS_QUERIED, "areas/HB01", "chosen: by SEX, course courses/x, from 2026-Q1"),
    ),
    (
        statistics.TableExported(**NOTICE, area="areas/HB01"),
        (people_pb2.EXPORTED, "areas/HB01", "statistics of areas/HB01"),
    ),
    (
        statistics.WorkingFiguresViewed(**NOTICE, area="areas/HB01", purpose="rooms"),
        (people_pb2.WORKING_FIGURES_VIEWED, "areas/HB01", "for: rooms"),
    ),
    (statistics.RecipientsExported(**NOTICE), (people_pb2.EXPORTED, "list", "mailing list")),
    (
        KitTaken(**NOTICE, kit="kits/k", class_name="classes/d", revoked=True),
        (people_pb2.KIT_REVOKED, "classes/d", "kits/k"),
    ),
    (
        CommentDecided(**NOTICE, evaluation="evaluations/e", comment="evaluations/e/comments/c", shown=True),
        (people_pb2.COMMENT_DECIDED, "evaluations/e", "evaluations/e/comments/c: shown"),
    ),
    (
        RecordChangedByHand(
            **NOTICE, person="people/lee", course="courses/x", change=RecordChangedByHand.QUIZ_RESET, quiz="q"
        ),
        (people_pb2.RECORD_CHANGED_BY_HAND, "people/lee", "quiz q reset in courses/x"),
    ),
    (GridExported(**NOTICE, course="courses/x"), (people_pb2.EXPORTED, "courses/x", "class grid of courses/x")),
    (
        statistics.RecipientsChanged(
            **NOTICE, change=statistics.RecipientsChanged.ADDED, recipient="recipients/r", area="areas/HB01"
        ),
        (people_pb2.RECIPIENTS_CHANGED, "areas/HB01", "office added: recipients/r"),
    ),
    (
        statistics.RecipientsChanged(
            **NOTICE, change=statistics.RecipientsChanged.REMOVED, recipient="recipients/r", area="areas/HB01"
        ),
        (people_pb2.RECIPIENTS_CHANGED, "recipients/r", "office removed: recipients/r"),
    ),
    (
        statistics.RecipientsChanged(**NOTICE, change=statistics.RecipientsChanged.IMPORTED, count=7),
        (people_pb2.RECIPIENTS_CHANGED, "", "offices read: 7"),
    ),
    (
        statistics.ReleaseDiscarded(**NOTICE, release="releases/r", area="areas/HB01"),
        (people_pb2.RELEASE_DISCARDED, "releases/r", "release of areas/HB01"),
    ),
    (
        statistics.ReleaseStepTaken(
            **NOTICE, step=statistics.ReleaseStepTaken.APPROVED, release="releases/r", area="areas/HB01"
        ),
        (people_pb2.RELEASE_APPROVED, "releases/r", "release of areas/HB01"),
    ),
    (
        statistics.ReleaseStepTaken(
            **NOTICE,
            step=statistics.ReleaseStepTaken.PUBLISHED,
            release="releases/r",
            area="areas/HB01",
            publish_time=NOTICE["time"],
        ),
        (people_pb2.RELEASE_PUBLISHED, "releases/r", f"release of areas/HB01, out on {DATED}"),
    ),
]


@pytest.mark.parametrize(("event", "expected"), NOTICES, ids=lambda value: type(value).__name__)
async def test_what_another_service_did_is_in_the_audit_log_once_though_it_is_heard_twice(
    town: Town, announce: Announce, event: Message, expected: tuple[Any, str, str]
) -> None:
    await announce(event, "n1", times=2)
    await announce(statistics.TableExported(**{**NOTICE, "id": "last"}, area="areas/last"), "last")
    await announce(GridExported(**{**NOTICE, "id": "last grid"}, course="courses/last"), "last-grid")
    await announce(CommentDecided(**{**NOTICE, "id": "last comment"}, evaluation="evaluations/last"), "last-comment")
    await announce(KitTaken(**{**NOTICE, "id": "last kit"}, class_name="classes/last"), "last-kit")
    entries: list[people_pb2.AuditEntry] = []

    async def all_heard() -> bool:
        entries[:] = await town.audit(actor="people/kim")
        return {"areas/last", "courses/last", "evaluations/last", "classes/last"} <= {
            entry.subject for entry in entries
        }

    await eventually(all_heard, "entries", seconds=5)
    found = [entry for entry in entries if not entry.subject.endswith("/last")]
    assert [(entry.action, entry.subject, entry.detail) for entry in found] == [expected]
    assert found[0].time == NOTICE["time"]


async def test_the_audit_log_walked_while_it_grows_shows_each_entry_once(town: Town) -> None:
    async def note(number: int) -> None:
        request = people_pb2.RecordAuditRequest(action=people_pb2.DEAD_LETTER_REPLAYED, subject=f"s{number}")
        await town.system.RecordAudit(request)

    for number in range(5):
        await note(number)
    seen: list[str] = []
    token = ""
    for number in range(20):
        request = people_pb2.ListAuditEntriesRequest(page_size=2, page_token=token)
        answer = await town.system.ListAuditEntries(request)
        seen += [entry.subject for entry in answer.entries]
        await note(100 + number)
        token = answer.next_page_token
        if not token:
            break
    assert seen == ["s4", "s3", "s2", "s1", "s0", "places"]


async def test_entries_are_narrowed_to_days_and_a_sheet_of_them_is_noted(town: Town) -> None:
    await town.system.RecordAudit(people_pb2.RecordAuditRequest(action=people_pb2.DEAD_LETTER_REPLAYED, subject="s"))
    (mine,) = [each for each in await town.audit() if each.subject == "s"]
    when = mine.time.ToDatetime(UTC)

    async def subjects(**asked: Any) -> list[str]:
        request = people_pb2.ListAuditEntriesRequest(page_size=100, **asked)
        return [each.subject for each in (await town.system.ListAuditEntries(request)).entries]

    assert "s" in await subjects(since=stamp(when), until=stamp(when + timedelta(seconds=1)))
    assert "s" not in await subjects(until=stamp(when))
    assert "s" not in await subjects(since=stamp(when + timedelta(seconds=1)))
    await subjects(export=True)
    assert [each.detail for each in await town.audit(action=people_pb2.EXPORTED)] == ["audit log"]
