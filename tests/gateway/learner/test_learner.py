"""The learners' pages as a browser without a script gets them: what is shown, what is sent, and what is never lost."""

from __future__ import annotations

from typing import Any

import pytest

from ieum.courses.v1 import content_pb2
from ieum.courses.v1.courses_pb2 import CatalogEntry, SearchCatalogResponse
from ieum.enrollment.v1.enrollment_pb2 import Enrollment, ListEnrollmentsResponse
from ieum.people.v1 import people_pb2
from ieum.progress.v1 import progress_pb2 as pb
from services.chassis.errors import Exhausted, Exists, Missing, Refused, Unauthenticated
from tests.gateway import lessons
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.lessons import both, course, standing, version

STRANGER = {"Accept-Language": "en", "Sec-Fetch-Site": "same-origin"}
PAT = STRANGER | {"Cookie": "ieum_session=pat"}
AREAS = people_pb2.ListAreasResponse(
    areas=[
        people_pb2.Area(name="areas/HB01", title={"en": "Hanbit"}),
        people_pb2.Area(name="areas/HB0101", parent="areas/HB01", title={"en": "Solnae"}),
    ]
)


@pytest.fixture
def town(fake: Fakes) -> Fakes:
    """One course that Pat has begun, and the places of a small city."""
    content = course("choice", "number")
    fake.sign_in("pat")
    fake.answers["GetVersion"] = version(content)
    fake.answers["GetProgress"] = standing(content)
    fake.answers["ListStandings"] = lessons.listed(standing(content, percent=40))
    fake.answers["ListEnrollments"] = ListEnrollmentsResponse(
        enrollments=[
            Enrollment(name="enrollments/e", course="courses/c", person="people/pat", version=1, current_version=1)
        ]
    )
    fake.answers["GetEnrollment"] = Enrollment(name="enrollments/e", person="people/pat")
    fake.answers["SearchCatalog"] = SearchCatalogResponse(entries=[entry("c"), entry("d")], total_size=2)
    fake.answers["ListAreas"] = AREAS
    fake.answers["ListOrganisations"] = people_pb2.ListOrganisationsResponse()
    return fake


def entry(key: str) -> CatalogEntry:
    return CatalogEntry(
        course=f"courses/{key}", title=both(f"Course {key}"), competences=["4.1"], level=content_pb2.BASIC, minutes=20
    )


async def get(client: Client, path: str, headers: dict[str, str] = PAT, status: int = 200) -> str:
    answer = await client.get(path, headers=headers, allow_redirects=False)
    text = await answer.text()
    assert answer.status == status, text
    return text


async def post(client: Client, path: str, form: Any = None, headers: dict[str, str] = PAT) -> tuple[int, str, str]:
    """Status, where it leads, and the page."""
    answer = await client.post(path, data=form or {}, headers=headers, allow_redirects=False)
    return answer.status, answer.headers.get("Location", ""), await answer.text()


async def test_a_stranger_finds_courses_and_help_without_an_account(client: Client, town: Fakes) -> None:
    text = await get(client, "/", STRANGER)
    assert "Course c" in text
    assert "Staying safe" in text
    assert "Continue where you left off" not in text
    assert town.requests("ListStandings") == []


async def test_a_learner_sees_first_where_to_go_on(client: Client, town: Fakes) -> None:
    text = await get(client, "/")
    assert text.index("Continue where you left off") < text.index("Good courses to start with")
    assert 'href="/learning/e"' in text


async def test_the_catalogue_passes_the_search_on_and_says_when_nothing_fits(client: Client, town: Fakes) -> None:
    town.answers["SearchCatalog"] = SearchCatalogResponse()
    text = await get(client, "/courses?q=문자&topic=4&level=1&lang=ko&minutes=30&audience=1", STRANGER)
    assert "No courses found for “문자”." in text
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
    assert "Sign in to start" in await get(client, "/courses/c", STRANGER)
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


async def test_showing_a_screen_writes_nothing(client: Client, town: Fakes) -> None:
    text = await get(client, "/learning/e/one/t")
    assert "Hold it <strong>still</strong>." in text
    assert "Lesson 1 of 2" in text
    assert "Screen 1 of 2" in text
    assert town.requests("RecordProgress") == []


async def test_continue_records_this_screen_and_the_next(client: Client, town: Fakes) -> None:
    town.answers["RecordProgress"] = pb.RecordProgressResponse(progress=standing(course("choice", "number")))
    assert (await post(client, "/learning/e/one/p", {"do": "continue"}))[:2] == (303, "/learning/e/two/q.choice")
    (asked,) = town.requests("RecordProgress")
    opened = [(step.open_screen.lesson, step.open_screen.screen) for step in asked.steps]
    assert opened == [("one", "p"), ("two", "q.choice")]


async def test_the_page_after_the_last_screen_says_what_was_completed_and_why(client: Client, town: Fakes) -> None:
    done = lessons.completed(standing(course("choice", "number")))
    town.answers["RecordProgress"] = pb.RecordProgressResponse(progress=done, completed_now=True)
    assert (await post(client, "/learning/e/two/q.number"))[:2] == (303, "/learning/e/complete")
    town.answers["GetProgress"] = done
    text = await get(client, "/learning/e/complete")
    assert "all 2 lessons that count were done; each quiz was passed with at least 60%" in text
    assert "80% right" in text
    assert 'href="/certificates/IEUM-0123-4567-89AB-CDEF.pdf"' in text
    assert "Course d" in text
    assert 'href="/courses/c"' not in text


async def test_the_end_of_an_unfinished_course_says_what_is_left(client: Client, town: Fakes) -> None:
    text = await get(client, "/learning/e/complete")
    assert "2 screens are not read yet." in text
    assert 'href="/learning/e/one/t"' in text


async def test_a_checked_answer_comes_back_with_its_explanation(client: Client, town: Fakes) -> None:
    progress = standing(course("choice", "number"))
    given = pb.AnsweredItem(item="choice", answer=pb.Answer(values=["red"]), right_answer=pb.Answer(values=["blue"]))
    lessons.attempt(progress, given)
    town.answers["RecordProgress"] = pb.RecordProgressResponse(
        progress=progress, results=[pb.StepResult(accepted=True)]
    )
    form = {"do": "answer", "attempt": "1", "answer": "red"}
    assert (await post(client, "/learning/e/two/q.choice", form))[:2] == (303, "/learning/e/two/q.choice")
    (asked,) = town.requests("RecordProgress")
    answer = asked.steps[0].answer_item
    assert (answer.quiz, answer.item, answer.attempt, list(answer.answer.values)) == ("q", "choice", 1, ["red"])
    town.answers["GetProgress"] = progress
    text = await get(client, "/learning/e/two/q.choice")
    assert "Not quite right" in text
    assert "Blue" in text
    assert "Because." in text


async def test_the_explanation_is_not_asked_for_before_an_answer(client: Client, town: Fakes) -> None:
    await get(client, "/learning/e/two/q.choice")
    assert [who.is_system for _, who in town.calls["GetVersion"]] == [False]


async def test_an_answer_that_cannot_be_judged_stays_in_the_form(client: Client, town: Fakes) -> None:
    refused = pb.StepResult(accepted=False, reason="NUMBER_UNREADABLE")
    town.answers["RecordProgress"] = pb.RecordProgressResponse(
        progress=standing(course("choice", "number")), results=[refused]
    )
    form = {"do": "answer", "attempt": "1", "answer": "about two"}
    status, _, text = await post(client, "/learning/e/two/q.number", form)
    assert status == 409
    assert "<title>Error:" in text
    assert 'value="about two"' in text
    assert 'href="#answer"' in text


async def test_a_quiz_without_tries_left_says_whom_to_ask(client: Client, town: Fakes) -> None:
    progress = standing(course("choice", "number"))
    lessons.attempt(progress, pb.AnsweredItem(item="choice"), pb.AnsweredItem(item="number"), score=0, left=0)
    town.answers["GetProgress"] = progress
    text = await get(client, "/learning/e/two/q.number")
    assert "You have used all your tries." in text
    assert "Your instructor can allow you one more." in text
    assert "Try again" not in text


async def test_trying_again_begins_the_next_attempt_at_its_first_question(client: Client, town: Fakes) -> None:
    assert (await post(client, "/learning/e/two/q.number", {"do": "again"}))[:2] == (303, "/learning/e/two/q.choice")
    assert [asked.quiz for asked in town.requests("StartAttempt")] == ["q"]


async def test_an_answer_survives_the_end_of_the_session(client: Client, town: Fakes) -> None:
    form = {"do": "answer", "attempt": "1", "answer": "둘"}
    status, _, text = await post(client, "/learning/e/two/q.number", form, STRANGER)
    assert status == 401
    assert 'value="/learning/e/two/q.number?answer=%EB%91%98"' in text
    town.answers["SignIn"] = people_pb2.SignInResponse(token="secret", viewer=town.viewers["pat"])
    again = {"login": "pat", "passphrase": "x", "next": "/learning/e/two/q.number?answer=%EB%91%98"}
    assert (await post(client, "/sign-in", again, STRANGER))[:2] == (303, again["next"])
    assert 'value="둘"' in await get(client, again["next"])


async def test_nobody_opens_somebody_elses_learning(client: Client, town: Fakes) -> None:
    town.answers["GetProgress"] = standing(course("choice"), "people/other")
    for path in ("/learning/e", "/learning/e/one/t", "/learning/e/complete", "/learning/e/withdraw"):
        await get(client, path, status=404)
    town.answers["GetEnrollment"] = Enrollment(name="enrollments/e", person="people/other")
    assert (await post(client, "/learning/e/withdraw"))[0] == 404
    assert (await post(client, "/learning/e/move"))[0] == 404
    assert town.requests("Withdraw") == town.requests("MoveToVersion") == []


async def test_my_learning_has_one_way_on_and_offers_a_newer_version(client: Client, town: Fakes) -> None:
    content = course("choice")
    old = standing(content, name="progress/f", enrollment="enrollments/f")
    town.answers["ListStandings"] = lessons.listed(standing(content, version=2), old, newest=2)
    text = await get(client, "/learning")
    assert text.count("Continue learning") == 1
    assert text.count('action="/learning/f/move"') == 1
    assert 'action="/learning/e/move"' not in text


async def test_leaving_a_course_is_confirmed_first(client: Client, town: Fakes) -> None:
    assert "We keep your place" not in await get(client, "/learning/e/withdraw")
    assert town.requests("Withdraw") == []
    assert (await post(client, "/learning/e/withdraw"))[:2] == (303, "/learning")
    assert [asked.name for asked in town.requests("Withdraw")] == ["enrollments/e"]


@pytest.mark.parametrize("path", ["/learning", "/learning/e/one/t", "/account", "/account/about-you", "/account/erase"])
async def test_a_stranger_is_shown_the_way_to_sign_in_and_back(client: Client, town: Fakes, path: str) -> None:
    answer = await client.get(path, headers=STRANGER, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, f"/sign-in?next={path}")


REGISTRATION = {
    "request_id": "r1",
    "display_name": "Park Eun-ji",
    "login": "eunji",
    "passphrase": "three words only",
    "area": "areas/HB0101",
    "next": "/courses/c",
}


async def test_registering_signs_in_and_asks_the_equality_questions_apart(client: Client, town: Fakes) -> None:
    town.answers["SignIn"] = people_pb2.SignInResponse(token="secret", viewer=town.viewers["pat"])
    answer = await client.post("/register", data=REGISTRATION, headers=STRANGER, allow_redirects=False)
    assert answer.headers["Location"] == "/account/about-you?first=1&next=/courses/c"
    assert "ieum_session=secret" in str(answer.cookies)
    (asked,) = town.requests("Register")
    assert (asked.request_id, asked.login, asked.area, asked.locale) == ("r1", "eunji", "areas/HB0101", "en")


async def test_a_refused_registration_keeps_everything_but_the_passphrase(client: Client, town: Fakes) -> None:
    town.answers["Register"] = Exists("LOGIN_TAKEN", field="login")
    status, _, text = await post(client, "/register", REGISTRATION, STRANGER)
    assert status == 409
    for kept in (
        'value="Park Eun-ji"',
        'value="eunji"',
        'value="areas/HB0101" selected',
        'value="r1"',
        'href="#login"',
    ):
        assert kept in text
    assert "three words only" not in text


async def test_a_registration_without_a_home_says_so_at_the_list(client: Client, town: Fakes) -> None:
    status, _, text = await post(client, "/register", REGISTRATION | {"area": ""}, STRANGER)
    assert status == 400
    assert 'href="#area"' in text
    assert town.requests("Register") == []


async def test_a_wrong_passphrase_and_a_wrong_name_read_the_same(client: Client, town: Fakes) -> None:
    town.answers["SignIn"] = Unauthenticated("SIGN_IN_REFUSED")
    form = {"login": "pat", "passphrase": "wrong", "shared_device": "1", "next": "/learning"}
    status, _, text = await post(client, "/sign-in", form, STRANGER)
    assert status == 401
    assert "The login or the passphrase is not right." in text
    assert 'value="pat"' in text
    assert 'value="/learning"' in text
    assert "checked" in text
    assert town.requests("SignIn")[0].shared_device


async def test_too_many_tries_say_how_long_to_wait(client: Client, town: Fakes) -> None:
    town.answers["SignIn"] = Exhausted("SLOW_DOWN", seconds=40)
    answer = await client.post("/sign-in", data={"login": "pat"}, headers=STRANGER)
    assert (answer.status, answer.headers["Retry-After"]) == (429, "40")
    assert "Wait 40 seconds" in await answer.text()


@pytest.mark.parametrize(
    ("role", "asked", "leads_to"),
    [
        ("learner", "", "/"),
        ("learner", "/learning", "/learning"),
        ("learner", "https://elsewhere.example/", "/"),
        ("learner", "//elsewhere.example", "/"),
        ("instructor", "", "/teach"),
        ("official", "", "/statistics"),
    ],
)
async def test_signing_in_leads_to_where_one_was_going(
    client: Client, town: Fakes, role: str, asked: str, leads_to: str
) -> None:
    town.sign_in("secret", role)
    town.answers["SignIn"] = people_pb2.SignInResponse(token="secret", viewer=town.viewers["secret"])
    assert (await post(client, "/sign-in", {"login": "x", "next": asked}, STRANGER))[:2] == (303, leads_to)


async def test_equality_answers_go_to_people_alone_and_can_be_skipped(client: Client, town: Fakes) -> None:
    town.answers["GetEqualityAnswers"] = people_pb2.EqualityAnswers()
    text = await get(client, "/account/about-you?first=1&next=/courses/c")
    assert "Skip this" in text
    assert 'href="/courses/c"' in text
    form = {"birth_year": "1951", "sex": "FEMALE", "groups": "DISABILITY", "next": "/courses/c"}
    assert (await post(client, "/account/about-you", form))[:2] == (303, "/courses/c")
    (asked,) = town.requests("UpdateEqualityAnswers")
    assert (asked.answers.name, asked.answers.birth_year) == ("people/pat/equalityAnswers", 1951)


async def test_a_year_that_is_none_keeps_the_other_answers(client: Client, town: Fakes) -> None:
    status, _, text = await post(client, "/account/about-you", {"birth_year": "51", "sex": "MALE"})
    assert status == 400
    assert 'value="51"' in text
    assert 'value="MALE" checked' in text
    assert town.requests("UpdateEqualityAnswers") == []


async def test_changed_details_are_saved_and_speak_the_chosen_language(client: Client, town: Fakes) -> None:
    form = {"display_name": "Pat", "area": "areas/HB0101", "locale": "ko", "etag": "7"}
    answer = await client.post("/account", data=form, headers=PAT, allow_redirects=False)
    assert (answer.status, answer.headers["Location"], answer.cookies["lang"].value) == (303, "/account", "ko")
    (asked,) = town.requests("UpdatePerson")
    assert (asked.person.name, asked.person.display_name, asked.person.etag) == ("people/pat", "Pat", "7")


async def test_a_new_passphrase_keeps_this_session_going(client: Client, town: Fakes) -> None:
    town.answers["SignIn"] = people_pb2.SignInResponse(token="new", viewer=town.viewers["pat"])
    form = {"current_passphrase": "old words", "new_passphrase": "new words"}
    answer = await client.post("/account/passphrase", data=form, headers=PAT, allow_redirects=False)
    assert (answer.status, answer.cookies["ieum_session"].value) == (303, "new")
    assert [asked.passphrase for asked in town.requests("SignIn")] == ["new words"]


async def test_an_account_is_erased_only_when_one_is_sure(client: Client, town: Fakes) -> None:
    assert (await post(client, "/account/erase"))[0] == 400
    assert town.requests("ErasePerson") == []
    assert (await post(client, "/account/erase", {"sure": "1"}))[:2] == (303, "/")
    assert [asked.name for asked in town.requests("ErasePerson")] == ["people/pat"]


CERTIFICATE = pb.Certificate(
    name="certificates/IEUM-0123-4567-89AB-CDEF",
    state=pb.VALID,
    person="people/pat",
    course_title=both("Photos"),
    minutes=12,
    issue_time=lessons.MOMENT,
)


async def test_anybody_may_check_a_certificate_and_sees_what_it_shows(client: Client, town: Fakes) -> None:
    town.answers["VerifyCertificate"] = CERTIFICATE
    town.answers["BatchGetNames"] = people_pb2.BatchGetNamesResponse(display_names={"people/pat": "Park Eun-ji"})
    text = await get(client, "/certificates/IEUM-0123-4567-89AB-CDEF", STRANGER)
    for shown in ("This certificate is valid", "Park Eun-ji", "Photos", "12 minutes"):
        assert shown in text
    assert "people/pat" not in text


async def test_a_revoked_certificate_names_nobody(client: Client, town: Fakes) -> None:
    revoked = pb.Certificate(state=pb.REVOKED, revoke_time=lessons.MOMENT)
    revoked.MergeFrom(pb.Certificate(name=CERTIFICATE.name, person="people/pat", course_title=both("Photos")))
    town.answers["VerifyCertificate"] = revoked
    assert "was revoked" in await get(client, "/certificates/IEUM-0123-4567-89AB-CDEF", STRANGER)
    assert town.requests("BatchGetNames") == []


async def test_an_unknown_number_can_be_corrected(client: Client, town: Fakes) -> None:
    town.answers["VerifyCertificate"] = Missing("CERTIFICATE_UNKNOWN")
    text = await get(client, "/certificates/ieum%200123", STRANGER, status=404)
    assert 'value="ieum 0123"' in text
    assert "There is no certificate with this number." in text
    assert "certificate" in await get(client, "/certificates?number=", STRANGER, status=400)
    await get(client, "/certificates?number=ieum 0123", STRANGER, status=303)


async def test_a_shared_computer_is_warned_before_its_session_ends(client: Client, town: Fakes) -> None:
    assert "data-session" not in await get(client, "/learning")
    town.viewers["pat"].shared_device = True
    town.viewers["pat"].expire_time.GetCurrentTime()
    town.viewers["pat"].expire_time.seconds += 1200
    town.viewers["lee"] = town.viewers["pat"]
    lee = PAT | {"Cookie": "ieum_session=lee"}
    assert "data-session=" in await get(client, "/learning", lee)
    answer = await client.post("/session", headers=lee)
    assert 1190 <= (await answer.json())["seconds"] <= 1200
