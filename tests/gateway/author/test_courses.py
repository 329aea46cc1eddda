"""The author's and reviewer's pages over fake services."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from aiohttp import FormData

from ieum.courses.v1 import content_pb2, courses_pb2
from ieum.courses.v1.content_pb2 import Content, Lesson
from ieum.courses.v1.courses_pb2 import Course
from ieum.people.v1.people_pb2 import BatchGetNamesResponse
from ieum.progress.v1 import progress_pb2
from services.chassis.errors import Conflict, Forbidden, Invalid, Refused
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes

HERE = "/teach/c1/lessons/l1"


def lesson_() -> Lesson:
    lesson = Lesson(id="l1", minutes=9, etag="e1")
    lesson.title.update({"ko": "첫 차시", "en": "First lesson"})
    block = lesson.blocks.add(id="b1")
    block.text.markdown.update({"ko": "저장된 글", "en": "Saved text"})
    quiz = lesson.blocks.add(id="b2").quiz
    item = quiz.items.add(id="i1", points=1)
    item.prompt["ko"] = "어느 것이 맞나요?"
    item.explanation["ko"] = "풀이예요"
    for option in ("o1", "o2"):
        item.choice.options.add(id=option).text["ko"] = f"보기 {option}"
    item.choice.correct.append("o2")
    lesson.screens.add(key="b1", blocks=["b1"])
    lesson.screens.add(key="b2.i1", blocks=["b2"], item="i1")
    return lesson


def course_(**values: Any) -> Course:
    draft = Content(languages=["ko", "en"], audience=content_pb2.BOTH, level=content_pb2.BASIC, lessons=[lesson_()])
    draft.title.update({"ko": "사진 과정", "en": "Photo course"})
    draft.rule.counted_lessons.append("l1")
    usual: dict[str, Any] = {"review_state": courses_pb2.EDITING, "teachers": ["people/inst"], "etag": "c-e1"}
    return Course(name="courses/c1", draft=draft, **(usual | values))


@pytest.fixture
def author(fake: Fakes) -> dict[str, str]:
    """Headers of a signed-in instructor whose one course is c1."""
    fake.sign_in("inst", "instructor")
    fake.answers["GetCourse"] = course_()
    fake.answers["ListCourses"] = courses_pb2.ListCoursesResponse(courses=[course_(published_version=1)])
    fake.answers["BatchGetNames"] = BatchGetNamesResponse(
        display_names={"people/inst": "이하늘", "people/p1": "=한미숙"}
    )
    return headers("inst")


def headers(secret: str) -> dict[str, str]:
    return {"Cookie": f"ieum_session={secret}", "Sec-Fetch-Site": "same-origin", "Accept-Language": "en"}


def form_of(page: str, **changed: str) -> FormData:
    """What a browser would send of the big form as it stands, with some fields typed over."""
    hidden = re.findall(r'<input type="hidden" name="(base|etag|writing|tongues|b1|b2|b2\.i1)" value="([^"]*)"', page)
    fields = {name: unescape(value) for name, value in hidden} | {"minutes": "9", "title": "첫 차시"}
    data = FormData(default_to_multipart=True)
    for name, text in (fields | {name.replace("__", "."): text for name, text in changed.items()}).items():
        data.add_field(name, text)
    return data


async def shown(client: Client, author: dict[str, str], path: str = HERE) -> str:
    answer = await client.get(path, headers=author)
    assert answer.status == 200, await answer.text()
    return await answer.text()


async def sent(client: Client, author: dict[str, str], data: FormData, path: str = HERE) -> tuple[int, str, str]:
    answer = await client.post(path, data=data, headers=author, allow_redirects=False)
    return answer.status, answer.headers.get("Location", ""), await answer.text()


PAGES = (
    *("/teach/c1/questions", "/teach/c1/questions.csv"),
    *("/teach", "/teach/new", "/teach/c1", HERE, f"{HERE}?lang=en", "/teach/c1/delete", "/teach/c1/grid"),
    *("/teach/c1/grid/e1", "/teach/c1/preview/l1/b1", "/teach/c1/preview/l1/b2.i1"),
)


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_each_page_is_there_in_both_languages(client: Client, author: dict[str, str], language: str) -> None:
    for path in PAGES:
        answer = await client.get(path, headers=author | {"Accept-Language": language})
        assert answer.status == 200, (path, await answer.text())


async def test_a_learner_is_told_that_this_is_not_for_them(client: Client, fake: Fakes) -> None:
    fake.sign_in("someone", "learner")
    assert (await client.get("/teach", headers=headers("someone"))).status == 403
    assert (await client.get("/review", headers=headers("someone"))).status == 403


async def test_a_stranger_is_led_to_sign_in_and_back(client: Client) -> None:
    answer = await client.get("/teach/c1?lang=en", allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/sign-in?next=/teach/c1?lang%3Den")


async def test_a_save_keeps_the_other_language_and_carries_the_etag(
    client: Client, author: dict[str, str], fake: Fakes
) -> None:
    data = form_of(await shown(client, author), b1__markdown="새 글", do="save")
    status, location, _ = await sent(client, author, data)
    assert (status, location) == (303, f"{HERE}?lang=ko")
    (asked,) = fake.requests("UpdateLesson")
    assert dict(asked.lesson.blocks[0].text.markdown) == {"ko": "새 글", "en": "Saved text"}
    assert (asked.parent, asked.lesson.etag) == ("courses/c1", "e1")


async def test_every_button_saves_what_was_typed_first(client: Client, author: dict[str, str], fake: Fakes) -> None:
    page = await shown(client, author)
    for pressed, goes in {
        "add:image": "lang=ko#",
        "down:b1": "lang=ko#b1",
        "lang:en": "lang=en",
        "preview": "/preview/l1?lang=ko",
        "course": "/teach/c1?lang=ko",
    }.items():
        status, location, _ = await sent(client, author, form_of(page, b1__markdown=pressed, do=pressed))
        assert status == 303
        assert goes in location
        blocks = {block.id: block for block in fake.requests("UpdateLesson")[-1].lesson.blocks}
        assert blocks["b1"].text.markdown["ko"] == pressed


async def test_minutes_that_are_no_number_come_back_with_all_that_was_typed(
    client: Client, author: dict[str, str], fake: Fakes
) -> None:
    data = form_of(await shown(client, author), b1__markdown="잃으면 안 되는 글", minutes="열", do="add:text")
    status, _, page = await sent(client, author, data)
    assert status == 400
    assert "<title>Error:" in page
    assert 'value="열"' in page
    assert "잃으면 안 되는 글" in page
    (asked,) = fake.requests("UpdateLesson")
    assert asked.lesson.minutes == 9, "the rest is saved, the number stays as it was"
    assert asked.lesson.blocks[0].text.markdown["ko"] == "잃으면 안 되는 글"


async def test_a_later_save_of_two_shows_both_and_then_saves_knowingly(
    client: Client, author: dict[str, str], fake: Fakes
) -> None:
    data = form_of(await shown(client, author), b1__markdown="나의 글", do="save")
    theirs = course_()
    theirs.draft.lessons[0].etag = "e2"
    theirs.draft.lessons[0].blocks[0].text.markdown["ko"] = "남의 글"
    fake.answers["GetCourse"] = theirs
    fake.answers["UpdateLesson"] = lambda asked: Conflict("LESSON_CHANGED") if asked.lesson.etag == "e1" else Lesson()
    status, _, page = await sent(client, author, data)
    assert status == 412
    assert "<mark>나의</mark>" in page
    assert "<mark>남의</mark>" in page
    assert re.search(r"<textarea[^>]*>\s*나의 글</textarea>", page)
    assert "data-autosave" not in page
    status, _, _ = await sent(client, author, form_of(page, b1__markdown="나의 글", do="keep"))
    assert status == 303
    assert fake.requests("UpdateLesson")[-1].lesson.etag == "e2"


async def test_saving_by_itself_answers_in_a_word_and_never_overwrites(
    client: Client, author: dict[str, str], fake: Fakes
) -> None:
    page = await shown(client, author)
    fake.answers["UpdateLesson"] = Lesson(id="l1", etag="e2")
    answer = await client.post(HERE, data=form_of(page, do="autosave"), headers=author)
    assert answer.status == 200
    said = await answer.json()
    assert said["etag"] == "e2"
    assert said["saved"].startswith("Saved at ")
    fake.answers["UpdateLesson"] = Conflict("LESSON_CHANGED")
    answer = await client.post(HERE, data=form_of(page, do="autosave"), headers=author)
    assert answer.status == 412
    assert "Somebody changed this lesson" in (await answer.json())["message"]


async def test_a_file_that_is_refused_loses_nothing(client: Client, author: dict[str, str], fake: Fakes) -> None:
    course = course_()
    course.draft.lessons[0].blocks.add(id="b3").image.SetInParent()
    fake.answers["GetCourse"] = course
    fake.answers["UploadMedia"] = Invalid("MEDIA_TYPE_REFUSED", field="data")
    data = form_of(await shown(client, author), b1__markdown="나의 글", b3="1", b3__alt="설명", do="save")
    data.add_field("b3.file", io.BytesIO(b"MZ"), filename="bad.exe", content_type="application/octet-stream")
    status, _, page = await sent(client, author, data)
    assert status == 400
    assert 'href="#b3.file"' in page
    assert "나의 글" in page
    assert 'value="설명"' in page


async def test_a_file_is_sent_and_stands_in_the_block(client: Client, author: dict[str, str], fake: Fakes) -> None:
    course = course_()
    course.draft.lessons[0].blocks.add(id="b3").image.SetInParent()
    fake.answers["GetCourse"] = course
    fake.answers["UploadMedia"] = courses_pb2.Media(name="media/m1", content_type="image/png")
    data = form_of(await shown(client, author), b3="1", b3__shared="1", do="save")
    data.add_field("b3.file", io.BytesIO(b"png" * 500_000), filename="a.png", content_type="image/png")
    status, _, _ = await sent(client, author, data)
    assert status == 303
    assert dict(fake.requests("UpdateLesson")[0].lesson.blocks[2].image.media) == {"": "media/m1"}


async def test_the_course_page_saves_before_it_sends_to_review(
    client: Client, author: dict[str, str], fake: Fakes
) -> None:
    fake.answers["UpdateCourse"] = course_()
    fake.answers["SubmitCourse"] = Refused("COURSE_INCOMPLETE", count=2)
    page = await shown(client, author, "/teach/c1")
    data = form_of(page, title="새 제목", pass_mark="60", audience="3", level="1", do="submit")
    status, _, page = await sent(client, author, data, "/teach/c1")
    assert status == 409
    assert 'href="#gaps"' in page
    (asked,) = fake.requests("UpdateCourse")
    assert dict(asked.content.title) == {"ko": "새 제목", "en": "Photo course"}
    assert (asked.content.rule.pass_mark, asked.etag) == (60, "c-e1")


async def test_a_course_without_title_is_refused_with_the_rest_kept(client: Client, author: dict[str, str]) -> None:
    fields = {"title": " ", "languages": "en", "audience": "2", "request_id": "r1"}
    answer = await client.post("/teach/new", data=fields, headers=author)
    page = await answer.text()
    assert answer.status == 400
    assert 'href="#title"' in page
    assert re.search(r'name="audience" value="2" checked', page)


async def test_a_preview_shows_the_verdict_of_the_progress_service_and_writes_nothing(
    client: Client, author: dict[str, str], fake: Fakes
) -> None:
    fake.answers["GradeDraft"] = progress_pb2.StepResult(accepted=True, right_answer=progress_pb2.Answer(values=["o2"]))
    data = {"do": "answer", "answer": "o1", "attempt": "1"}
    answer = await client.post("/teach/c1/preview/l1/b2.i1?lang=ko", data=data, headers=author)
    page = await answer.text()
    assert answer.status == 200
    assert "보기 o2" in page
    assert "풀이예요" in page
    assert not fake.calls["RecordProgress"]
    (asked,) = fake.requests("GradeDraft")
    assert (asked.item.id, list(asked.answer.values)) == ("i1", ["o1"])
    fake.answers["GradeDraft"] = Invalid("ITEM_KIND_UNKNOWN", field="item")
    answer = await client.post("/teach/c1/preview/l1/b2.i1?lang=ko", data=data, headers=author)
    assert answer.status == 200, "an item that is not complete yet is no error"


async def test_a_preview_ends_where_the_course_is_written(client: Client, author: dict[str, str]) -> None:
    data = {"do": "continue"}
    answer = await client.post("/teach/c1/preview/l1/b2.i1", data=data, headers=author, allow_redirects=False)
    assert answer.headers["Location"] == "/teach/c1?lang=ko"


def grid() -> progress_pb2.ListGridResponse:
    answer = progress_pb2.ListGridResponse(totals=progress_pb2.CourseTotals(enrolled=2, started=1, completed=1))
    answer.columns.add(lesson="l1").title["ko"] = "첫 차시"
    finished = int(datetime(2026, 11, 29, 23, 30, tzinfo=UTC).timestamp() * 1000)
    done: dict[str, Any] = {"cells": bytes([progress_pb2.DONE, 89]), "percent": 100, "version": 1}
    answer.rows.add(enrollment="enrollments/e1", person="people/p1", complete_ms=finished, **done)
    answer.rows.add(enrollment="enrollments/e2", person="people/p2", cells=bytes(2), version=1)
    return answer


async def test_page_and_csv_of_the_class_show_the_same_and_no_formula(
    client: Client, author: dict[str, str], fake: Fakes
) -> None:
    fake.answers["ListGrid"] = grid()
    page = await shown(client, author, "/teach/c1/grid")
    assert "88%" in page
    assert "not in their version" in page
    assert "(account erased)" in page
    answer = await client.get("/teach/c1/grid.csv", headers=author)
    text = (await answer.read()).decode("utf-8")
    assert text.startswith("\ufeff")
    assert "'=한미숙" in text
    assert ",Done,88" in text
    assert "Enrolled on (Asia/Seoul),Last learnt on (Asia/Seoul)" in text
    assert ",2026-11-30 08:30," in text
    assert fake.requests("ListGrid")[-1].export, "the service notes that the grid leaves"


async def test_one_more_attempt_is_allowed(client: Client, author: dict[str, str], fake: Fakes) -> None:
    answer = await client.post("/teach/c1/grid/e1", data={"quiz": "b2"}, headers=author, allow_redirects=False)
    assert answer.status == 303
    (asked,) = fake.requests("AllowAttempt")
    assert (asked.name, asked.quiz) == ("progress/e1", "b2")


async def test_what_is_changed_by_hand_needs_a_reason_and_says_so_at_its_field(
    client: Client, author: dict[str, str], fake: Fakes
) -> None:
    reset = {"do": "reset", "quiz": "b2", "reason-b2": "The line was down"}
    complete = {"do": "complete", "reason": "Done on paper"}
    for data in (reset, complete):
        answer = await client.post("/teach/c1/grid/e1", data=data, headers=author, allow_redirects=False)
        assert answer.status == 303
    assert [(each.quiz, each.reason) for each in fake.requests("ResetQuiz")] == [("b2", "The line was down")]
    assert [each.reason for each in fake.requests("CompleteByHand")] == ["Done on paper"]
    fake.answers["CompleteByHand"] = Invalid("REASON_MISSING", field="reason")
    fake.answers["GetProgress"] = progress_pb2.Progress(name="progress/e1", person="people/p1", course="courses/c1")
    answer = await client.post("/teach/c1/grid/e1", data=complete, headers=author)
    page = await answer.text()
    assert answer.status == 400
    assert 'id="reason-error"' in page
    assert '<details class="expander" open>' in page


@pytest.fixture
def reviewer(fake: Fakes) -> dict[str, str]:
    fake.sign_in("rev", "reviewer")
    fake.answers["GetCourse"] = course_(review_state=courses_pb2.IN_REVIEW)
    fake.answers["ListCourses"] = courses_pb2.ListCoursesResponse(courses=[course_()])
    return headers("rev")


async def test_a_reviewer_reads_everything_with_the_right_answers(client: Client, reviewer: dict[str, str]) -> None:
    page = await shown(client, reviewer, "/review/c1?lang=ko")
    assert "저장된 글" in page
    assert "✓ 보기 o2" in page
    assert "– 보기 o1" in page
    assert "풀이예요" in page
    assert "Approve and publish" in page


async def test_a_reviewer_of_a_second_version_sees_what_changed(
    client: Client, reviewer: dict[str, str], fake: Fakes
) -> None:
    published = course_().draft
    published.lessons[0].blocks[0].text.markdown["ko"] = "옛 글"
    fake.answers["GetVersion"] = courses_pb2.Version(content=published)
    fake.answers["GetCourse"] = course_(review_state=courses_pb2.IN_REVIEW, published_version=1)
    page = await shown(client, reviewer, "/review/c1?lang=ko")
    changes = page[page.index("What changed since version 1") : page.index('class="review-lesson"')]
    assert "1 change" in changes
    assert "<mark>옛</mark>" in changes
    assert "<mark>저장된</mark>" in changes


async def test_remarks_beside_the_parts_reach_the_authors_with_their_places(
    client: Client, reviewer: dict[str, str], fake: Fakes
) -> None:
    remarks = {
        "remark.l1.b2": "문제가 어려워요",
        "remark.l1.b1": "짧게 써 주세요",
        "note": "거의 다 됐어요",
        "do": "send-back",
    }
    answer = await client.post("/review/c1", data=remarks, headers=reviewer, allow_redirects=False)
    assert answer.status == 303
    (asked,) = fake.requests("SendBackCourse")
    assert asked.note == "거의 다 됐어요\nLesson 1 · 1. Text: 짧게 써 주세요\nLesson 1 · 2. Quiz: 문제가 어려워요"


async def test_an_author_may_read_but_not_judge_their_own_course(client: Client, fake: Fakes) -> None:
    fake.sign_in("both", "reviewer", "instructor")
    fake.answers["GetCourse"] = course_(review_state=courses_pb2.IN_REVIEW, teachers=["people/both"])
    page = await shown(client, headers("both"), "/review/c1")
    assert "Somebody else has to review it" in page
    assert "Approve and publish" not in page


async def test_sending_back_needs_a_note_and_keeps_what_was_written(
    client: Client, reviewer: dict[str, str], fake: Fakes
) -> None:
    fake.answers["SendBackCourse"] = Invalid("NOTE_MISSING", field="note")
    answer = await client.post("/review/c1", data={"do": "send-back", "note": " "}, headers=reviewer)
    assert answer.status == 400
    assert 'href="#note"' in await answer.text()
    fake.answers["SendBackCourse"] = Refused("COURSE_NOT_IN_REVIEW")
    answer = await client.post("/review/c1", data={"do": "send-back", "note": "제 의견이에요"}, headers=reviewer)
    assert answer.status == 409
    assert "제 의견이에요" in await answer.text()


async def test_approving_says_that_it_is_published(client: Client, reviewer: dict[str, str], fake: Fakes) -> None:
    answer = await client.post("/review/c1", data={"do": "approve"}, headers=reviewer, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/review")
    assert fake.requests("ApproveCourse")[0].name == "courses/c1"
    fake.answers["ApproveCourse"] = Forbidden("OWN_COURSE")
    answer = await client.post("/review/c1", data={"do": "approve"}, headers=reviewer)
    assert answer.status == 403
