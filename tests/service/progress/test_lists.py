from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from ieum.progress.v1 import progress_pb2 as pb
from tests.service.conftest import eventually
from tests.service.progress.town import (
    ALL_STEPS,
    BEGAN,
    KIM,
    STRANGER,
    Town,
    enrolled,
    opening,
    person,
    published_course,
)


async def test_a_persons_courses_are_listed_latest_first_page_by_page(town: Town) -> None:
    for number in range(5):
        event = enrolled("kim", BEGAN + timedelta(days=number % 3))
        event.enrollment = f"enrollments/kim-{number}"
        await town.tell(event, f"kim-{number}")
        await town.shows(f"progress/kim-{number}", lambda progress: True)
    request, seen = pb.ListProgressRequest(person=KIM.person, page_size=2), list[pb.Progress]()
    for _ in range(3):
        answer = await town.as_(KIM).ListProgress(request)
        seen += answer.progress
        request.page_token = answer.next_page_token
    assert request.page_token == ""
    assert [one.name[-1] for one in seen] == ["2", "1", "4", "0", "3"]
    assert seen[0].course_title["en"] == "Photos"


async def test_a_list_of_standings_says_the_same_as_the_records_and_what_comes_next(town: Town) -> None:
    name = await town.enrol()
    request = pb.ListStandingsRequest(person=KIM.person)

    async def standing() -> pb.Standing:
        answer: pb.ListStandingsResponse = await town.as_(KIM).ListStandings(request)
        [one] = answer.standings
        return one

    assert (await standing()).next_lesson["en"] == "Look"
    await town.record(KIM, name, opening("try", "c"))
    assert (await standing()).next_lesson["en"] == "Try"
    done = (await town.record(KIM, name, *ALL_STEPS)).progress
    await town.publish(published_course(2, extra=["c"]))

    async def heard() -> bool:
        return (await standing()).newest_version == 2

    await eventually(heard, "the newest version")
    said = await standing()
    assert (said.enrollment, said.course, said.course_title) == (done.enrollment, done.course, done.course_title)
    assert (said.percent, said.complete_time, said.certificate) == (100, done.complete_time, done.certificate.name)
    assert (said.version, said.next_lesson["en"], said.withdrawn) == (1, "More", False)
    await town.record(KIM, name, opening("more", "z"))
    assert not (await standing()).next_lesson


async def test_standings_asked_for_at_once_are_each_persons_own_latest_first(town: Town) -> None:
    lee = person("lee")
    for who in ("kim", "lee"):
        for number in range(3):
            event = enrolled(who, BEGAN + timedelta(days=number))
            event.enrollment = f"enrollments/{who}-{number}"
            await town.tell(event, f"{who}-{number}")
            await town.shows(f"progress/{who}-{number}", lambda progress: True)
    asked = [town.as_(who).ListStandings(pb.ListStandingsRequest(person=who.person)) for who in (KIM, lee, KIM, lee)]
    for who, answer in zip(("kim", "lee") * 2, await asyncio.gather(*asked), strict=True):
        assert [each.enrollment for each in answer.standings] == [f"enrollments/{who}-{n}" for n in (2, 1, 0)]


async def test_what_was_done_with_a_merged_account_is_ones_own(town: Town) -> None:
    names = [await town.enrol("kim"), await town.enrol("park", BEGAN + timedelta(days=1))]
    both = replace(KIM, merged=(STRANGER.person,))
    done = (await town.record(both, names[1], *ALL_STEPS)).progress
    standings = (await town.as_(both).ListStandings(pb.ListStandingsRequest(person=KIM.person))).standings
    assert [(each.enrollment, bool(each.certificate)) for each in standings] == [
        ("enrollments/park-1", True),
        ("enrollments/kim-1", False),
    ]
    listed = (await town.as_(both).ListProgress(pb.ListProgressRequest(person=KIM.person))).progress
    assert [each.name for each in listed] == list(reversed(names))
    # The certificate stays that of the account that learned, and shows its holder to them alone.
    shown = await town.as_(both).VerifyCertificate(pb.VerifyCertificateRequest(name=done.certificate.name))
    assert (shown.person, shown.state) == (STRANGER.person, pb.VALID)
    assert len((await town.as_(KIM).ListStandings(pb.ListStandingsRequest(person=KIM.person))).standings) == 1
