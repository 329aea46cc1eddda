"""Many at once over the real API: whatever is done twice counts once, and the counts equal a recount."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pymongo import AsyncMongoClient

from deploy.demo.__main__ import whole_lesson
from deploy.demo.api import Api, Refused
from deploy.demo.content import Json
from deploy.local import DEMO_PASSPHRASE
from services.chassis.principal import pseudonym
from tests.system.hanbit import Hanbit, assert_totals_are_of
from tests.system.recount import doubled, until_statistics_agree

AT_ONCE = 50

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
async def client(hanbit: Hanbit) -> Any:
    async with AsyncMongoClient[dict[str, Any]](hanbit.system.environment["IEUM_MONGO_URL"], tz_aware=True) as opened:
        yield opened


async def counts_equal_a_recount(hanbit: Hanbit, client: AsyncMongoClient[dict[str, Any]]) -> None:
    await until_statistics_agree(client, Path(hanbit.system.environment["IEUM_SECRETS"]))


async def all_at_once(calls: list[Any]) -> list[Any]:
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(call) for call in calls]
    return [task.result() for task in running]


async def test_fifty_last_steps_at_once_make_one_completion_one_certificate_and_one_counted_person(
    hanbit: Hanbit, client: AsyncMongoClient[dict[str, Any]]
) -> None:
    version = hanbit.versions["kiosk"]
    login = await hanbit.newcomer("Fifty at once")
    async with hanbit.api(login) as learner:
        enrolled = await learner.post("/enrollments", {"course": version["course"]})
        place = enrolled["name"].replace("enrollments/", "progress/")
        steps = [step for lesson in version["content"]["lessons"] for step in whole_lesson(lesson)]
        await learner.post(f"/{place}:record", {"steps": steps[:-1]})
        calls = [learner.post(f"/{place}:record", {"steps": steps[-1:]}) for _ in range(AT_ONCE)]
        answers = await all_at_once(calls)
    certificates = {answer["progress"]["certificate"]["name"] for answer in answers}
    assert len(certificates) == 1
    assert sum(1 for answer in answers if answer.get("completedNow")) == 1
    await counts_equal_a_recount(hanbit, client)
    assert await doubled(client) == []
    key = bytes.fromhex((Path(hanbit.system.environment["IEUM_SECRETS"]) / "pseudonym_key").read_text())
    fact = await client["ieum_statistics"]["facts"].find_one({"_id": pseudonym(key, enrolled["name"])})
    assert fact is not None
    assert await client["ieum_statistics"]["facts"].count_documents({"pseudonym": fact["pseudonym"]}) == 1


async def test_fifty_registrations_with_one_request_make_one_person(
    hanbit: Hanbit, client: AsyncMongoClient[dict[str, Any]]
) -> None:
    login = f"race-{uuid4().hex[:12]}"
    asked = {"requestId": uuid4().hex, "login": login, "displayName": "One Person", "passphrase": DEMO_PASSPHRASE}
    asked |= {"area": "areas/HB0101", "locale": "ko"}
    async with hanbit.api("admin") as admin:
        made = await all_at_once([admin.post("/people", asked) for _ in range(8)])
    assert len({person["name"] for person in made}) == 1
    assert await client["ieum_people"]["people"].count_documents({"login": login}) == 1


async def enrol_or_leave(learner: Api, course: str, name: str, number: int) -> Json | None:
    """None: somebody else was quicker."""
    try:
        if number % 2:
            return await learner.post(f"/{name}:withdraw", {})
        return await learner.post("/enrollments", {"course": course})
    except Refused:
        return None


async def test_enrolling_and_leaving_at_once_leaves_counts_that_equal_a_recount(
    hanbit: Hanbit, client: AsyncMongoClient[dict[str, Any]]
) -> None:
    course = hanbit.versions["phishing"]["course"]
    logins = [await hanbit.newcomer(f"Coming and going {number}") for number in range(3)]
    for login in logins:
        async with hanbit.api(login) as learner:
            name = (await learner.post("/enrollments", {"course": course}))["name"]
            await all_at_once([enrol_or_leave(learner, course, name, number) for number in range(AT_ONCE // 2)])
            mine = [each for each in (await learner.get("/enrollments"))["enrollments"] if each["course"] == course]
        assert sum(1 for each in mine if each["state"] == "ACTIVE") <= 1
    await counts_equal_a_recount(hanbit, client)
    async with hanbit.api("instructor") as instructor:
        totals = await instructor.get(f"/{course}/totals")
        grid = await instructor.get(f"/{course}/grid?pageSize=1000")
    assert_totals_are_of(grid["rows"], totals)
