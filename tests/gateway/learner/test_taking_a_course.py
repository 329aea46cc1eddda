"""Taking a course without a script: what is shown, what is sent, and what is never lost."""

from __future__ import annotations

from ieum.enrollment.v1.enrollment_pb2 import Enrollment
from ieum.people.v1 import people_pb2
from ieum.progress.v1 import progress_pb2 as pb
from tests.gateway import lessons
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.lessons import course, standing, version
from tests.gateway.visits import STRANGER, get, post


async def test_showing_a_screen_writes_nothing(client: Client, town: Fakes) -> None:
    text = await get(client, "/learning/e/one/t")
    assert "Hold it <strong>still</strong>." in text
    assert "Lesson 1 of 2" in text
    assert "Screen 1 of 2" in text
    assert town.requests("RecordProgress") == []


async def test_continue_records_this_screen_and_the_next(client: Client, town: Fakes) -> None:
    town.answers["RecordProgress"] = pb.RecordProgressResponse(progress=standing(course("choice", "number")))
    assert (await post(client, "/learning/e/one/t", {"do": "continue"}))[:2] == (303, "/learning/e/one/p")
    (asked,) = town.requests("RecordProgress")
    opened = [(step.open_screen.lesson, step.open_screen.screen) for step in asked.steps]
    assert opened == [("one", "t"), ("one", "p")]


async def test_the_end_of_a_lesson_is_a_place_to_stop(client: Client, town: Fakes) -> None:
    progress = standing(course("choice", "number"))
    town.answers["RecordProgress"] = pb.RecordProgressResponse(progress=progress)
    assert (await post(client, "/learning/e/one/p", {"do": "continue"}))[:2] == (303, "/learning/e/one/p?end=1")
    (asked,) = town.requests("RecordProgress")
    assert [step.open_screen.screen for step in asked.steps] == ["p"]
    progress.lessons[0].state = pb.DONE
    town.answers["GetProgress"] = progress
    text = await get(client, "/learning/e/one/p?end=1")
    assert "You have finished lesson 1" in text
    assert 'href="/learning/e/two/q.choice"' in text
    assert "That is enough for today" in text


async def test_a_repeated_quiz_begins_with_the_missed_questions(client: Client, town: Fakes) -> None:
    progress = standing(course("choice", "number", "true_false"))
    town.answers["GetVersion"] = version(course("choice", "number", "true_false"))
    answers = {
        name: pb.AnsweredItem(item=name, correct=name == "choice") for name in ("choice", "number", "true-false")
    }
    lessons.attempt(progress, *answers.values(), score=33)
    town.answers["GetProgress"] = progress
    text = await get(client, "/learning/e/two/q.true-false?finished=1")
    assert "You answered 1 of 3 questions correctly." in text
    assert "2 right answers are enough to pass." in text
    assert "Try again later and go on" in text
    town.answers["StartAttempt"] = progress
    assert (await post(client, "/learning/e/two/q.true-false", {"do": "again"}))[1] == "/learning/e/two/q.number"
    walked = ["number", "true-false", "choice"]
    for at, name in enumerate(walked):
        again = pb.Progress()
        again.CopyFrom(progress)
        lessons.attempt(again, *(answers[each] for each in walked[: at + 1]), score=33 if at == 2 else None)
        town.answers["GetProgress"] = again
        town.answers["RecordProgress"] = pb.RecordProgressResponse(progress=again)
        leads_to = (await post(client, f"/learning/e/two/q.{name}", {"do": "continue"}))[1]
        assert leads_to == ("/learning/e/complete" if at == 2 else f"/learning/e/two/q.{walked[at + 1]}")


async def test_the_page_after_the_last_screen_says_what_was_completed_and_why(client: Client, town: Fakes) -> None:
    done = lessons.completed(standing(course("choice", "number")))
    town.answers["RecordProgress"] = pb.RecordProgressResponse(progress=done, completed_now=True)
    assert (await post(client, "/learning/e/two/q.number"))[:2] == (303, "/learning/e/complete")
    town.answers["GetProgress"] = done
    text = await get(client, "/learning/e/complete")
    assert text.index("IEUM-0123-4567-89AB-CDEF.pdf") < text.index("80% right")
    assert "Learn it once more" in text
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


async def test_who_does_not_know_says_so_and_learns_the_answer(client: Client, town: Fakes) -> None:
    assert 'name="unknown" value="1"' in await get(client, "/learning/e/two/q.choice")
    progress = standing(course("choice", "number"))
    given = pb.AnsweredItem(item="choice", answer=pb.Answer(unknown=True), right_answer=pb.Answer(values=["blue"]))
    lessons.attempt(progress, given)
    town.answers["RecordProgress"] = pb.RecordProgressResponse(
        progress=progress, results=[pb.StepResult(accepted=True)]
    )
    await post(client, "/learning/e/two/q.choice", {"do": "answer", "attempt": "1", "unknown": "1"})
    (asked,) = town.requests("RecordProgress")
    assert asked.steps[0].answer_item.answer == pb.Answer(unknown=True)
    town.answers["GetProgress"] = progress
    text = await get(client, "/learning/e/two/q.choice")
    assert "Not quite right" not in text
    assert "This is how it is" in text
    assert "Blue" in text


async def test_a_question_is_called_unclear_after_its_answer_and_that_taken_back(client: Client, town: Fakes) -> None:
    assert "This question is unclear" not in await get(client, "/learning/e/two/q.choice")
    progress = standing(course("choice", "number"))
    lessons.attempt(progress, pb.AnsweredItem(item="choice", answer=pb.Answer(values=["red"])))
    town.answers["GetProgress"] = progress
    assert 'name="do" value="unclear"' in await get(client, "/learning/e/two/q.choice")
    for said in ("unclear", "clear"):
        assert (await post(client, "/learning/e/two/q.choice", {"do": said}))[:2] == (303, "/learning/e/two/q.choice")
    flags = [asked.steps[0].flag_item for asked in town.requests("RecordProgress")]
    assert [(flag.quiz, flag.item, flag.unclear) for flag in flags] == [("q", "choice", True), ("q", "choice", False)]


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
    headers = STRANGER | {"Cookie": "lang=en"}
    assert (await post(client, "/sign-in", again, headers))[:2] == (303, again["next"])
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
