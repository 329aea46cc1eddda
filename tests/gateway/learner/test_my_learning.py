"""What the learners' pages show, worked out from the services' answers without a server."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from multidict import MultiDict

from gateway.backend.places import Places
from gateway.html.render import locales
from gateway.web.account.about_you import NONE, AnswerFields, answers_of, fields_of
from gateway.web.account.sign_in import homes
from gateway.web.course.attendance_words import shown_attendance
from gateway.web.course.outline import rule_words
from gateway.web.course.question_form import answer_of, in_words
from gateway.web.course.question_kinds import kind_of
from gateway.web.course.screen import Reader, blocks_of, file_words, find_screen
from gateway.web.course.screen_page import Visit, screen_page
from gateway.web.learner.catalogue import CatalogueSearch, read_search
from gateway.web.learner.my_learning import open_lessons, place_to_resume
from ieum.courses.v1.content_pb2 import Content
from ieum.courses.v1.courses_pb2 import Media
from ieum.people.v1.people_pb2 import Area
from ieum.progress.v1.progress_pb2 import Answer, AnsweredItem, ClassAttendance, LessonState, Position, Progress
from services.chassis.errors import Invalid, Missing
from tests.gateway import lessons
from tests.gateway.lessons import ITEMS, course, item, standing

ENGLISH = locales()["en"]
READER = Reader(ENGLISH, ["ko", "en"])


@pytest.mark.parametrize(
    ("kind", "form", "answer", "words"),
    [
        ("choice", {"answer": ["blue"]}, Answer(values=["blue"]), ["Blue"]),
        ("multiple", {"answer": ["red", "blue"]}, Answer(values=["red", "blue"]), ["Red", "Blue"]),
        ("true_false", {"answer": ["false"]}, Answer(values=["false"]), ["No, that is wrong"]),
        ("short_text", {"answer": [" the lens "]}, Answer(values=[" the lens "]), [" the lens "]),
        ("number", {"answer": ["2.50"]}, Answer(values=["2.50"]), ["2.5"]),
        (
            "matching",
            {"pair-cat": ["meow"], "pair-dog": ["woof"]},
            Answer(pairs={"cat": "meow", "dog": "woof"}),
            ["Cat → Meow", "Dog → Woof"],
        ),
        (
            "ordering",
            {"place-rinse": ["2"], "place-wash": ["1"], "place-dry": ["3"]},
            Answer(values=["wash", "rinse", "dry"]),
            ["Wash", "Rinse", "Dry"],
        ),
    ],
)
def test_each_kind_of_question_is_answered_by_a_plain_form(
    kind: str, form: dict[str, list[str]], answer: Answer, words: list[str]
) -> None:
    typed = MultiDict((name, value) for name, values in form.items() for value in values)
    assert kind_of(item(kind)) == kind
    assert answer_of(item(kind), typed) == answer
    assert in_words(READER, item(kind), answer) == words


@pytest.mark.parametrize("kind", ITEMS)
def test_an_empty_form_is_no_answer(kind: str) -> None:
    assert answer_of(item(kind), MultiDict()) == Answer()


def test_a_place_given_twice_makes_the_order_incomplete() -> None:
    typed = MultiDict({"place-rinse": "1", "place-wash": "1", "place-dry": "3"})
    assert len(answer_of(item("ordering"), typed).values) < 3


def visit(content: Content, lesson: str, screen: str, progress: Progress) -> Visit:
    return Visit(progress, content, find_screen(content, lesson, screen), READER)


def test_a_screen_knows_its_place_and_its_neighbours() -> None:
    content = course("choice", "number")
    place = find_screen(content, "two", "q.choice")
    assert (place.lesson_number, place.screen_number) == (2, 1)
    assert (place.before(), place.after()) == (("one", "p"), ("two", "q.number"))
    assert find_screen(content, "one", "t").before() is None
    assert find_screen(content, "two", "q.number").after() is None
    with pytest.raises(Missing):
        find_screen(content, "two", "t")


def test_the_blocks_of_a_screen_are_in_the_readers_language() -> None:
    (text,) = blocks_of(READER, find_screen(course("choice"), "one", "t"))
    (picture,) = blocks_of(Reader(locales()["ko"], ["ko", "en"]), find_screen(course("choice"), "one", "p"))
    assert text.text == "Hold it **still**."
    assert (picture.address, picture.alt) == ("/media/abc", "A hand 한글")


def test_an_answer_belongs_to_the_attempt_under_way_or_to_the_next() -> None:
    content = course("choice", "number")
    before, under_way, finished = standing(content), standing(content), standing(content)
    lessons.attempt(under_way, AnsweredItem(item="number"))
    lessons.attempt(finished, AnsweredItem(item="choice"), AnsweredItem(item="number"), score=0)
    pages = [
        screen_page(visit(content, "two", "q.choice", each), [], MultiDict()) for each in (before, under_way, finished)
    ]
    assert [each.attempt for each in pages] == [1, 1, 2]
    assert [each.feedback is None for each in pages] == [True, True, False]


def test_the_result_stands_on_the_last_question_of_a_finished_quiz() -> None:
    content = course("choice", "number")
    progress = standing(content)
    lessons.attempt(progress, AnsweredItem(item="choice"), AnsweredItem(item="number", correct=True), score=50, left=1)
    first = screen_page(visit(content, "two", "q.choice", progress), [], MultiDict())
    last = screen_page(visit(content, "two", "q.number", progress), [], MultiDict())
    assert first.outcome is None
    assert last.outcome is not None
    assert (last.outcome.score, last.outcome.pass_mark, last.outcome.passed, last.outcome.left) == (50, 60, False, 1)


def test_learning_goes_on_at_the_exact_place() -> None:
    content = course("choice")
    here = standing(content, position=Position(lesson="one", screen="p"))
    assert place_to_resume(content, here) == ("one", "p")
    assert place_to_resume(content, standing(content)) == ("one", "t")


def test_behind_a_finished_lesson_learning_goes_on_with_what_is_still_needed() -> None:
    content = course("choice")
    done = standing(content, position=Position(lesson="one", screen="p"))
    done.lessons[0].state = LessonState.DONE
    assert place_to_resume(content, done) == ("two", "q.choice")


def test_a_place_that_a_newer_version_has_not_gives_way_to_the_first_screen_not_opened() -> None:
    content = course("choice")
    moved = standing(content, position=Position(lesson="one", screen="gone"))
    moved.lessons[0].opened_screens.append("t")
    assert place_to_resume(content, moved) == ("one", "p")


def test_what_is_left_says_why_and_leads_there() -> None:
    content = course("choice")
    progress = standing(content)
    progress.lessons[0].opened_screens.append("t")
    progress.lessons[1].opened_screens.append("q.choice")
    lessons.attempt(progress, AnsweredItem(item="choice"), score=0)
    unread, failed = open_lessons(READER, content, progress)
    assert (unread.why, unread.href) == ("1 screen is not read yet.", "/learning/e/one/p")
    assert (failed.why, failed.href) == ("The quiz is not passed yet.", "/learning/e/two/q.choice")
    progress.lessons[0].state = LessonState.DONE
    assert [each.title for each in open_lessons(READER, content, progress)] == ["Practise"]


def test_the_lesson_that_made_the_course_complete_ends_it() -> None:
    content = course("choice")
    progress = lessons.completed(standing(content))
    progress.lessons[1].done_time.seconds -= 60
    assert visit(content, "one", "p", progress).ends_course
    assert not visit(content, "one", "t", progress).ends_course
    assert not visit(content, "one", "p", standing(content)).ends_course


def test_the_rule_of_completion_is_said_in_plain_words() -> None:
    assert rule_words(ENGLISH, course("choice")) == [
        "You go through all 2 lessons.",
        "You answer at least 60% of each quiz correctly.",
        "You may try each quiz up to 3 times.",
    ]
    assert rule_words(ENGLISH, course("choice", counted_lessons=["one"])) == ["You go through this lesson: “Begin”."]
    assert rule_words(ENGLISH, course("choice", max_attempts=0))[-1] == "You may try each quiz as often as you like."
    assert rule_words(ENGLISH, course("choice", attendance_percent=80))[-1] == (
        "If you take it in a class, you also attend at least 80% of its time."
    )
    enough = course("choice", attendance_percent=80, attendance_is_enough=True)
    assert rule_words(ENGLISH, enough)[-1] == "Or you take it in a class and attend at least 80% of its time."


@pytest.mark.parametrize(
    ("attended", "words"),
    [
        (ClassAttendance(attended_minutes=60, planned_minutes=240), "You have attended 1 hour of 4 hours."),
        (
            ClassAttendance(attended_minutes=60, needed_minutes=180, possible_minutes=120),
            "You have attended 1 hour of the 3 hours that are needed.",
        ),
        (
            ClassAttendance(attended_minutes=60, needed_minutes=180, out_of_reach=True),
            "The dates that are left are not enough",
        ),
        (ClassAttendance(attended_minutes=180, needed_minutes=180, met=True), "You have attended enough: 3 hours"),
    ],
)
def test_what_is_missing_of_the_attendance_is_said_and_that_it_is_out_of_reach(
    attended: ClassAttendance, words: str
) -> None:
    [shown] = shown_attendance(ENGLISH, [attended])
    assert words in shown.text
    assert shown.warning == attended.out_of_reach


def test_what_cannot_be_meant_in_a_search_is_left_out() -> None:
    query = MultiDict(
        [("q", "  사진   문자 "), ("topic", "4"), ("topic", "9"), ("level", "x"), ("minutes", "30"), ("page", "-1")]
    )
    assert read_search(query) == CatalogueSearch(query="사진 문자", topics=("4",), minutes=30)


def test_the_address_of_a_page_of_the_catalogue_keeps_the_search() -> None:
    search = CatalogueSearch(query="사진", topics=("2", "4"), levels=(1,), minutes=30)
    assert read_search(MultiDict(parse_qsl(urlsplit(search.address(3)).query))) == CatalogueSearch(
        "사진", ("2", "4"), (1,), "", 30, 0, 3
    )


@pytest.mark.parametrize(("typed", "year"), [("1951", 1951), ("１９５１ 년", 1951), ("", 0), (" ", 0)])
def test_a_year_of_birth_is_taken_as_people_write_it(typed: str, year: int) -> None:
    assert answers_of("people/p", AnswerFields(typed)).birth_year == year


@pytest.mark.parametrize("typed", ["51", "5 May 1951", "19511"])
def test_a_year_that_is_none_is_refused_with_its_bounds(typed: str) -> None:
    with pytest.raises(Invalid, match="BIRTH_YEAR_INVALID") as problem:
        answers_of("people/p", AnswerFields(typed))
    assert problem.value.field == "birth_year"


def test_none_of_these_is_an_answer_and_differs_from_silence() -> None:
    none, silence = answers_of("people/p", AnswerFields(groups=[NONE])), answers_of("people/p", AnswerFields())
    assert (none.groups_answered, silence.groups_answered) == (True, False)
    assert fields_of(none).groups == [NONE]
    assert fields_of(silence) == AnswerFields(groups=[])
    with pytest.raises(Invalid, match="GROUPS_CONTRADICT"):
        answers_of("people/p", AnswerFields(groups=["DISABILITY", NONE]))


def test_homes_stand_under_what_they_lie_in() -> None:
    areas = [
        Area(name="areas/HB01", title={"en": "Hanbit"}),
        Area(name="areas/HB0101", parent="areas/HB01", title={"en": "Solnae"}),
        Area(name="areas/HB0102", parent="areas/HB01", title={"en": "Haetsal"}),
    ]
    places = Places({area.name: area for area in areas})
    assert homes(ENGLISH, places) == [("Hanbit", [("areas/HB0101", "Solnae"), ("areas/HB0102", "Haetsal")])]


def test_a_file_says_what_it_is_and_how_large() -> None:
    assert file_words(ENGLISH, Media(filename="card.en.pdf", size=24_300)) == "PDF, 24 KB"
    assert file_words(ENGLISH, Media(filename="film.webm", size=3_300_000)) == "WEBM, 3.1 MB"
