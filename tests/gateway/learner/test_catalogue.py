"""Finding a course and enrolling, on pages as a browser without a script gets them."""

from __future__ import annotations

from ieum.courses.v1 import content_pb2
from ieum.courses.v1.courses_pb2 import SearchCatalogResponse
from ieum.enrollment.v1.enrollment_pb2 import Enrollment
from ieum.progress.v1 import progress_pb2 as pb
from services.chassis.errors import Invalid, Refused
from tests.gateway import lessons
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.lessons import course, standing, version
from tests.gateway.visits import STRANGER, entry, get, post


async def test_a_stranger_finds_courses_and_help_without_an_account(client: Client, town: Fakes) -> None:
    text = await get(client, "/", STRANGER)
    assert "Course c" in text
    assert "Staying safe" in text
    assert "continue where you left off" not in text
    assert town.requests("ListStandings") == []


async def test_a_learner_sees_first_where_to_go_on(client: Client, town: Fakes) -> None:
    text = await get(client, "/")
    assert text.index("continue where you left off") < text.index('id="q"') < text.index("Good courses to start with")
    assert 'href="/learning/e"' in text
    assert "Course c" not in text


async def test_the_catalogue_passes_the_search_on_and_says_when_nothing_fits(client: Client, town: Fakes) -> None:
    every = [entry(key) for key in "abcd"]
    town.answers["SearchCatalog"] = SearchCatalogResponse(entries=every, total_size=4, nearest=True)
    text = await get(client, "/courses?q=문자&topic=4&level=1&lang=ko&minutes=30&audience=1", STRANGER)
    assert "No courses found for “문자”." in text
    assert "Course c" in text
    assert "Course d" not in text
    assert 'href="/courses?topic=5"' in text
    assert "4 courses" not in text
    (asked,) = town.requests("SearchCatalog")
    assert (asked.query, list(asked.topics), list(asked.levels)) == ("문자", ["4"], [content_pb2.BASIC])
    assert (asked.language, asked.max_minutes, asked.audience) == ("ko", 30, content_pb2.RESIDENTS)


async def test_a_later_page_of_the_catalogue_shows_what_follows(client: Client, town: Fakes) -> None:
    every = [entry(str(at)) for at in range(30)]
    town.answers["SearchCatalog"] = lambda asked: SearchCatalogResponse(entries=every[: asked.page_size], total_size=30)
    text = await get(client, "/courses?page=3", STRANGER)
    assert "Course 24" in text
    assert "Course 23<" not in text
    assert 'href="/courses?page=2"' in text


async def test_the_course_page_has_one_button_for_each_situation(client: Client, town: Fakes) -> None:
    stranger = await get(client, "/courses/c", STRANGER)
    assert "Start for free" in stranger
    assert 'href="/courses/c/try/t"' in stranger
    assert "Continue learning" in await get(client, "/courses/c")
    town.answers["ListStandings"] = pb.ListStandingsResponse()
    assert "Start this course" in await get(client, "/courses/c")
    town.answers["ListStandings"] = lessons.listed(lessons.completed(standing(course("choice"))))
    assert "See my result and certificate" in await get(client, "/courses/c")
    town.answers["ListStandings"] = pb.ListStandingsResponse()
    town.answers["GetVersion"] = version(course("choice"), retired=True)
    retired = await get(client, "/courses/c")
    assert "no longer offered" in retired
    assert "Start this course" not in retired


async def test_enrolling_leads_to_the_first_screen(client: Client, town: Fakes) -> None:
    town.answers["Enrol"] = Enrollment(name="enrollments/e")
    assert (await post(client, "/courses/c/enrol"))[:2] == (303, "/learning/e")
    assert [asked.course for asked in town.requests("Enrol")] == ["courses/c"]
    await get(client, "/learning/e", status=303)


async def test_a_finished_course_is_learnt_once_more(client: Client, town: Fakes) -> None:
    town.answers["ListStandings"] = lessons.listed(lessons.completed(standing(course("choice"))))
    assert 'name="after" value="e"' in await get(client, "/courses/c")
    town.answers["Enrol"] = Enrollment(name="enrollments/f")
    assert (await post(client, "/courses/c/enrol", {"after": "e"}))[:2] == (303, "/learning/f")
    assert [asked.after for asked in town.requests("Enrol")] == ["enrollments/e"]


async def test_a_link_to_a_course_shows_title_and_picture_in_a_messenger(client: Client, town: Fakes) -> None:
    content = course("choice")
    content.cover = "media/abc"
    town.answers["GetVersion"] = version(content)
    text = await get(client, "/courses/c", STRANGER)
    assert '<meta property="og:title" content="Photos">' in text
    assert '<meta name="description" content="Take photos.">' in text
    image = text.partition('<meta property="og:image" content="')[2].partition('"')[0]
    assert image.startswith("http")
    assert image.endswith("/media/abc")


async def test_a_stranger_tries_the_first_lesson_and_nothing_is_recorded(client: Client, town: Fakes) -> None:
    content = course("choice", "short_text")
    content.lessons.reverse()
    town.answers["GetVersion"] = version(content)
    town.answers["GradeDraft"] = pb.StepResult(correct=True)
    assert "A choice question?" in await get(client, "/courses/c/try/q.choice", STRANGER)
    form = {"do": "answer", "answer": "red"}
    status, address, _ = await post(client, "/courses/c/try/q.choice", form, STRANGER)
    assert (status, address) == (303, "/courses/c/try/q.choice?answered=1&answer=red")
    text = await get(client, address, STRANGER)
    assert "That is right" in text
    assert "Because." in text
    going_on = {"do": "continue"}
    assert (await post(client, "/courses/c/try/q.choice", going_on, STRANGER))[1] == "/courses/c/try/q.short-text"
    status, address, _ = await post(client, "/courses/c/try/q.short-text", going_on, STRANGER)
    assert 'href="/register?next=/courses/c"' in await get(client, address, STRANGER)
    town.answers["GradeDraft"] = Invalid("ANSWER_EMPTY")
    assert "Give an answer first." in await get(client, "/courses/c/try/q.choice?answered=1", STRANGER)
    await get(client, "/courses/c/try/t", STRANGER, status=404)
    assert town.requests("RecordProgress") == []


async def test_a_stranger_who_starts_is_asked_to_sign_in_and_comes_back(client: Client, town: Fakes) -> None:
    assert (await post(client, "/courses/c/enrol", headers=STRANGER))[:2] == (303, "/sign-in?next=/courses/c")
    assert town.requests("Enrol") == []


async def test_a_course_for_employees_tells_a_resident_why(client: Client, town: Fakes) -> None:
    town.answers["Enrol"] = Refused("AUDIENCE_MISMATCH")
    town.answers["ListStandings"] = pb.ListStandingsResponse()
    status, _, text = await post(client, "/courses/c/enrol")
    assert status == 409
    assert "for the employees of the city" in text
    assert "How to complete this course" in text
