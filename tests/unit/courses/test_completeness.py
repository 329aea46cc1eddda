from __future__ import annotations

from dataclasses import replace

import pytest

from services.courses.domain.completeness import Problem, problems_of
from services.courses.domain.content import (
    Block,
    Body,
    Choice,
    Content,
    File,
    Gap,
    Gaps,
    Image,
    Item,
    Lesson,
    Matching,
    Number,
    Option,
    Ordering,
    Quiz,
    Rule,
    ShortText,
    Task,
    Text,
    TrueFalse,
    Video,
)
from tests.unit.courses.builders import BOTH, KNOWN, content, lesson, options, quiz

SAME = {"ko": "수상해요", "en": "Suspicious"}


def reasons(whole: Content) -> list[tuple[str, str]]:
    return [(problem.reason, problem.language) for problem in problems_of(whole, KNOWN)]


def test_a_whole_course_lacks_nothing() -> None:
    assert problems_of(content(), KNOWN) == ()


def test_an_empty_draft_lacks_everything() -> None:
    assert [reason for reason, _ in reasons(Content())] == [
        "LANGUAGES_MISSING",
        "AUDIENCE_MISSING",
        "LEVEL_MISSING",
        "COMPETENCES_MISSING",
        "NO_LESSON",
    ]


def test_every_language_is_asked_for() -> None:
    whole = replace(content(), languages=("ko", "en", "vi"))
    assert ("TITLE_MISSING", "vi") in reasons(whole)
    assert {language for _, language in reasons(whole)} == {"vi"}


@pytest.mark.parametrize(
    ("rule", "found"),
    [(Rule(), [("NO_COUNTED_LESSON", "")]), (Rule(("first", "gone")), [("COUNTED_LESSON_UNKNOWN", "")])],
)
def test_a_rule_counts_lessons_that_are_there(rule: Rule, found: list[tuple[str, str]]) -> None:
    assert reasons(replace(content(), rule=rule)) == found


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (Text({"ko": "글", "en": "  "}), [("TEXT_MISSING", "en")]),
        (Image({"ko": "media/picture"}, BOTH), [("MEDIA_MISSING", "en")]),
        (Image({"": "media/film"}, BOTH), [("MEDIA_WRONG_TYPE", "")]),
        (Image({"": "media/picture"}), [("ALT_MISSING", "ko"), ("ALT_MISSING", "en")]),
        (Video(BOTH, {"": "media/film"}, "", {"ko": "media/words"}, BOTH), [("CAPTIONS_MISSING", "en")]),
        (Video(BOTH, {"": "media/film"}, "", {"": "media/card"}, BOTH), [("CAPTIONS_WRONG_TYPE", "")]),
        (Video(BOTH, {"": "media/film"}, "", {"": "media/words"}, {"ko": "말"}), [("TRANSCRIPT_MISSING", "en")]),
        (Video(BOTH, {}, "https://films.example/a.mp4", {"": "media/words"}, BOTH), []),
        (Video(BOTH, {}, "http://films.example/a.mp4", {"": "media/words"}, BOTH), [("VIDEO_URL_NOT_HTTPS", "")]),
        (Video(BOTH, {}, "https://[", {"": "media/words"}, BOTH), [("VIDEO_URL_NOT_HTTPS", "")]),
        (
            Video(BOTH, {}, "https://www.youtube.com/watch?v=abc.mp4", {"": "media/words"}, BOTH),
            [("VIDEO_URL_NOT_A_FILE", "")],
        ),
        (File(BOTH, {"": "media/gone"}), [("MEDIA_UNKNOWN", "")]),
        (Quiz(BOTH), [("NO_ITEM", "")]),
        (Quiz(BOTH, quiz(TrueFalse(True)).items, draw=2), [("DRAW_TOO_LARGE", "")]),
    ],
)
def test_a_block_lacks(body: Body, found: list[tuple[str, str]]) -> None:
    assert reasons(content(lesson("first", Block("b", body)))) == found


@pytest.mark.parametrize(
    ("task", "found"),
    [
        (Choice(options("a"), ("a",)), ["OPTIONS_TOO_FEW"]),
        (Choice(options("a", "b")), ["NO_RIGHT_ANSWER"]),
        (Choice(options("a", "b"), ("c",)), ["NO_RIGHT_ANSWER"]),
        (Choice(options("a", "b"), ("a", "b")), ["TOO_MANY_RIGHT_ANSWERS"]),
        (Choice((Option("a", {"ko": "가"}), Option("b", {"ko": "나"})), ("a",)), ["OPTION_TEXT_MISSING"]),
        (ShortText((" ",)), ["RIGHT_ANSWER_MISSING"]),
        (Number(""), ["RIGHT_ANSWER_MISSING"]),
        (Number("12."), []),
        (Number("twelve"), ["NUMBER_MALFORMED"]),
        (Number("NaN"), ["NUMBER_MALFORMED"]),
        (Number("1", "-1"), ["NUMBER_MALFORMED"]),
        (Matching(options("a", "b"), options("a", "b"), {"a": "a"}), ["NO_RIGHT_ANSWER"]),
        (Ordering(options("a")), ["OPTIONS_TOO_FEW"]),
        (Number("1E+1000000"), ["NUMBER_MALFORMED"]),
        (Number("1_500"), ["NUMBER_MALFORMED"]),
        (Number("١٥٠٠"), ["NUMBER_MALFORMED"]),
        (Number("1234567890.123456"), ["NUMBER_MALFORMED"]),
        (Number("1234567890.12345", "0.5"), []),
        (Choice((Option("a", SAME), Option("b", SAME)), ("a",)), ["OPTIONS_EQUAL", "OPTIONS_EQUAL"]),
        (Matching(options("a", "b"), (Option("a", SAME), Option("b", SAME)), {"a": "b", "b": "a"}), []),
        (Ordering((Option("a", SAME), *options("b"), Option("c", SAME))), []),
        (Ordering((Option("a", SAME), Option("b", SAME | {"en": "Other"}))), ["OPTIONS_EQUAL"]),
        (TrueFalse(), ["NO_RIGHT_ANSWER"]),
        (TrueFalse(False), []),
        (Gaps({"ko": "[[1]]", "en": "[[1]]"}, (Gap("1", ("a",)),)), []),
        (Gaps({"ko": "[[1]]", "en": "[[1]] [[1]]"}, (Gap("1", ("a",)),)), ["GAPS_DIFFER"]),
        (Gaps({"ko": "[[1]]", "en": "[[2]]"}, (Gap("1", (" ",)),)), ["RIGHT_ANSWER_MISSING", "GAPS_DIFFER"]),
        (Gaps(BOTH), ["NO_GAP"]),
        (Gaps(), ["TEXT_MISSING", "TEXT_MISSING", "NO_GAP"]),
        (Choice(options("a", "b"), ("a",), on_picture=True), ["PICTURE_MISSING"]),
    ],
)
def test_an_item_lacks(task: Task, found: list[str]) -> None:
    assert [reason for reason, _ in reasons(content(lesson("first", Block("q", quiz(task)))))] == found


def test_a_problem_says_where_it_is() -> None:
    item = Item("i", TrueFalse(False), BOTH, {"ko": "설명"})
    whole = content(Lesson("first", BOTH, 5, (Block("q", Quiz(BOTH, (item,))),)))
    assert problems_of(whole, KNOWN) == (Problem("EXPLANATION_MISSING", "first", "q", "i", "en"),)
