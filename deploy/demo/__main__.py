"""`python -m deploy.demo`: fills a running Ieum with the fictional city of Hanbit, through the real API.

Safe to repeat and to interrupt: it goes on where it stopped. `IEUM_DEMO_PEOPLE` changes the number of people.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from deploy.admin import environment
from deploy.demo.api import Api
from deploy.demo.classes import PEOPLE, hold_classes
from deploy.demo.content import Course, Json, answer, courses, quizzes
from deploy.demo.learning import steps
from deploy.demo.release import FEWEST_PEOPLE, load_capability, load_population, publish_release
from deploy.demo.residents import COUNT, Attendance, Resident, residents
from deploy.local import DEMO_PASSPHRASE, demo_logins
from deploy.place import LOOPBACK

_AT_ONCE = 6


async def load(url: str, passphrase: str, today: date, count: int) -> None:
    create_admin(passphrase)
    async with Api(url) as admin:
        await admin.sign_in("admin", passphrase)
        town = tomllib.loads((Path(__file__).parent / "town.toml").read_text())
        await admin.post("/places:import", places(town))
        await staff(admin, passphrase)
        published = await publish(url, passphrase)
        await one_learner(url, passphrase, published)
        print(demo_logins(os.environ), flush=True)
        release = " and a first release of figures" if count >= FEWEST_PEOPLE else ""
        print(f"Demo: {count} more people of Hanbit{release} are on their way.", flush=True)
        towns = [area["code"] for area in town["areas"] if area["kind"] == "TOWN"]
        audiences = {course.slug: course.source["audience"] for course, _ in published if course.is_taken}
        people = residents(today, audiences, towns, count)
        await everybody(url, passphrase, admin, people, published, today)
        await classes(admin, passphrase, people, published, today)
    if count >= FEWEST_PEOPLE:
        load_population(today)
        load_capability(today)
        await publish_release(url, passphrase, today)


def create_admin(passphrase: str) -> None:
    """The one step that is no API: the first administrator comes by command."""
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(passphrase)
        file.flush()
        command = (sys.executable, "-m", "services.people.commands", "create-admin")
        options = ("--login", "admin", "--name", "한빛 관리자", "--passphrase-file", file.name)
        subprocess.run((*command, *options), check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command


def places(town: Mapping[str, Any]) -> Json:
    def area(code: str) -> str:
        return f"areas/{code}" if code else ""

    areas = [
        {
            **{"name": area(row["code"]), "parent": area(row["parent"]), "kind": row["kind"], "title": row["name"]},
            **{"column": row["tile"]["x"], "row": row["tile"]["y"]},
        }
        for row in town["areas"]
    ]
    organisations = [
        {"name": f"organisations/{row['id']}", "area": area(row["area"]), "title": row["name"]}
        for row in town["organisations"]
    ]
    centres = [
        {
            **{"name": f"centres/{row['id']}", "area": area(row["area"]), "title": row["name"]},
            **{name: row[name] for name in ("address", "hours", "phone")},
        }
        for row in town["centres"]
    ]
    return {"areas": areas, "organisations": organisations, "centres": centres}


async def staff(admin: Api, passphrase: str) -> None:
    """The logins that the launcher prints."""
    roles: list[tuple[str, str, str, str, list[tuple[str, str]]]] = [
        ("learner", "김순자", "HB0101", "", []),
        ("instructor", "이하늘", "HB0102", "hanbit-learning", [("INSTRUCTOR", "*")]),
        ("reviewer", "박서준", "HB0101", "hanbit-digital", [("REVIEWER", "*")]),
        ("official", "정다온", "HB0103", "hanbit-digital", [("OFFICIAL", "areas/HB01")]),
        ("official2", "한지우", "HB0101", "hanbit-welfare", [("OFFICIAL", "areas/HB01")]),
    ]
    for login, name, area, organisation, grants in roles:
        person = await register(admin, login, name, f"areas/{area}", organisation, "ko", passphrase)
        for role, scope in grants:
            await admin.post(f"/{person}:grantRole", {"role": role, "scope": scope, "passphrase": passphrase})


async def register(
    admin: Api, login: str, name: str, area: str, organisation: str, locale: str, passphrase: str
) -> str:
    body = {"requestId": f"demo-{login}", "login": login, "displayName": name, "passphrase": passphrase}
    body |= {"area": area, "locale": locale}
    if organisation:
        body["organisation"] = organisation if "/" in organisation else f"organisations/{organisation}"
    return str((await admin.post("/people", body))["name"])


async def publish(url: str, passphrase: str) -> list[tuple[Course, Json]]:
    """Every course with its published version."""
    async with Api(url) as instructor, Api(url) as reviewer:
        await instructor.sign_in("instructor", passphrase)
        await reviewer.sign_in("reviewer", passphrase)
        return [(course, await publish_one(instructor, reviewer, course)) for course in courses()]


async def publish_one(instructor: Api, reviewer: Api, course: Course) -> Json:
    media = {name: await instructor.upload(name, (course.folder / name).read_bytes()) for name in course.files()}
    begun = await instructor.post("/courses", {"requestId": f"demo-{course.slug}", "content": course.content(media)})
    name = begun["name"]
    if not begun.get("publishedVersion"):
        if begun.get("reviewState") != "IN_REVIEW":
            for lesson in course.lessons(media):
                await instructor.post(f"/{name}/lessons", lesson)
            await instructor.patch(f"/{name}", {"content": {"rule": course.rule()}})
            await instructor.post(f"/{name}:submit")
        await reviewer.post(f"/{name}:approve")
    # With the reviewer's eyes, who sees which answers are right.
    return await reviewer.get(f"/{name}/versions/current")


async def one_learner(url: str, passphrase: str, published: Sequence[tuple[Course, Json]]) -> None:
    """Something done and something under way, for who signs in as `learner`."""
    by_slug = {course.slug: version for course, version in published}
    async with Api(url) as learner:
        await learner.sign_in("learner", passphrase)
        answers = {"birthYear": 1953, "sex": "FEMALE", "groups": [], "groupsAnswered": True}
        await learner.put("/people/me/equalityAnswers", answers)
        for slug, lessons in (("kiosk", 99), ("phishing", 1)):
            version = by_slug[slug]
            enrolled = await learner.post("/enrollments", {"course": version["course"]})
            for lesson in version["content"]["lessons"][:lessons]:
                await record(learner, enrolled["name"], whole_lesson(lesson))


def whole_lesson(lesson: Json) -> list[Json]:
    opened = [{"openScreen": {"lesson": lesson["id"], "screen": screen["key"]}} for screen in lesson["screens"]]
    answered = [
        {
            "answerItem": {
                **{"lesson": lesson["id"], "quiz": quiz, "item": item["id"], "attempt": 1},
                "answer": answer(item, right=True),
            }
        }
        for quiz, items in quizzes(lesson)
        for item in items
    ]
    return [*opened, *answered]


async def record(api: Api, enrollment: str, batch: Sequence[Json]) -> None:
    await api.post(f"/{enrollment.replace('enrollments/', 'progress/')}:record", {"steps": list(batch)})


async def everybody(
    url: str,
    passphrase: str,
    admin: Api,
    people: Sequence[Resident],
    published: Sequence[tuple[Course, Json]],
    today: date,
) -> None:
    waiting = iter(people)
    done = 0
    until = datetime.combine(today, datetime.min.time(), UTC)

    async def work() -> None:
        nonlocal done
        for person in waiting:
            await one_person(url, passphrase, admin, person, published, until)
            done += 1
            if done % 50 == 0 or done == len(people):
                print(f"Demo: {done} of {len(people)} people of Hanbit are here.", flush=True)

    async with asyncio.TaskGroup() as tasks:
        for _ in range(_AT_ONCE):
            tasks.create_task(work())


async def one_person(
    url: str,
    passphrase: str,
    admin: Api,
    person: Resident,
    published: Sequence[tuple[Course, Json]],
    until: datetime,
) -> None:
    name = await register(admin, person.login, person.name, person.area, person.organisation, person.locale, passphrase)
    if person.birth_year or person.sex or person.groups is not None:
        async with Api(url) as own:
            await own.sign_in(person.login, passphrase)
            await own.put("/people/me/equalityAnswers", _answers(person))
    by_slug = {course.slug: version for course, version in published}
    for attendance in person.attends:
        await attend(admin, name, person, attendance, by_slug[attendance.course], until)


async def classes(
    admin: Api, passphrase: str, people: Sequence[Resident], published: Sequence[tuple[Course, Json]], today: date
) -> None:
    """Residents of Hanbit only: staff enter nobody from elsewhere."""
    teacher = await register(admin, "instructor", "이하늘", "areas/HB0102", "hanbit-learning", "ko", passphrase)
    residents_ = [each for each in people if each.area.startswith("areas/HB01") and not each.organisation]
    names = [
        await register(admin, each.login, each.name, each.area, each.organisation, each.locale, passphrase)
        for each in residents_[:PEOPLE]
    ]
    await hold_classes(admin, teacher, {course.slug: version["course"] for course, version in published}, names, today)
    print("Demo: classes in both centres, with a past term.", flush=True)


def _answers(person: Resident) -> Json:
    answers: Json = {"birthYear": person.birth_year, "groups": list(person.groups or ())}
    answers["groupsAnswered"] = person.groups is not None
    return answers | ({"sex": person.sex} if person.sex else {})


async def attend(
    admin: Api, name: str, person: Resident, attendance: Attendance, version: Json, until: datetime
) -> None:
    """Entered later, with the times at which it happened, as from a centre's paper lists."""
    residence = {"area": person.area, "universe": "EMPLOYEE" if person.organisation else "RESIDENT"}
    if person.organisation:
        residence["organisation"] = person.organisation
    enrolled = await admin.post(
        "/enrollments",
        {
            **{"course": version["course"], "person": name, "residence": residence},
            "enrolTime": attendance.enrolled_at.isoformat().replace("+00:00", "Z"),
        },
    )
    if enrolled.get("state") == "WITHDRAWN":
        return
    batches = steps(version, attendance, person.number, until)
    for batch in batches:
        await record(admin, enrolled["name"], batch)
    if attendance.ending == "withdrew":
        last = batches[-1][-1]["time"] if batches else attendance.enrolled_at.isoformat().replace("+00:00", "Z")
        await admin.post(f"/{enrolled['name']}:withdraw", {"withdrawTime": last})


def first_day(data: Path) -> date:
    """The day of the first load, so that a load that was interrupted goes on with the same people."""
    noted = data / "demo-today"
    if not noted.exists():
        noted.write_text(datetime.now(UTC).date().isoformat())
    return date.fromisoformat(noted.read_text())


def main() -> None:
    # By hand it is told what the launcher would have told it; so are the commands that it calls.
    os.environ.update(environment(os.environ))
    told = os.environ
    url = f"http://{told.get('IEUM_HOST', LOOPBACK)}:{told.get('IEUM_PORT', '8080')}"
    count = int(told.get("IEUM_DEMO_PEOPLE", COUNT))
    passphrase = told.get("IEUM_DEMO_PASSPHRASE") or DEMO_PASSPHRASE
    asyncio.run(load(url, passphrase, first_day(Path(told.get("IEUM_DATA", ".ieum"))), count))


if __name__ == "__main__":
    main()
