"""Normalising takes no longer for combining marks than for anything else, wherever text from outside is normalised."""

from __future__ import annotations

import contextlib
import time
import unicodedata
from collections.abc import Callable

import pytest
from multidict import MultiDict

from gateway.web.account import about_you
from gateway.web.author import form_fields
from ieum.courses.v1 import content_pb2
from services.chassis import search_key
from services.chassis.errors import Invalid
from services.chassis.text import LONGEST_RUN, normalise, one_line
from services.courses.messages import content
from services.people.domain import credentials
from services.progress.domain import grading

MARKS = "\u0301\u0323" * 250_000  # plain normalisation of this takes minutes
RUNS = ["a" + MARKS, "\u0f73" * 500_000, "가" + "\uff9e" * 500_000]


def _author_text(text: str) -> None:
    content.content_from_message(content_pb2.Content(title={"ko": text}))


@pytest.mark.parametrize("text", RUNS, ids=["marks", "becomes marks", "half-width marks"])
@pytest.mark.parametrize(
    "function",
    [
        credentials.login_key,
        credentials.checked_login,
        credentials.checked_display_name,
        credentials.comparable_passphrase,
        lambda text: credentials.check_passphrase(text, "haneul"),
        lambda text: credentials.search_words(text, text),
        lambda text: about_you.answers_of("people/1", about_you.AnswerFields(birth_year=text)),
        lambda text: form_fields.typed(MultiDict(x=text), "x"),
        lambda text: form_fields.whole(MultiDict(x=text), "x"),
        search_key.search_key,
        grading.normal_text,
        grading.number_of,
        _author_text,
    ],
)
def test_a_long_run_of_combining_marks_takes_no_time(function: Callable[[str], object], text: str) -> None:
    begin = time.process_time()
    with contextlib.suppress(Invalid):
        function(text)
    assert time.process_time() - begin < 20  # one that grows with the square would take minutes


@pytest.mark.parametrize("text", ["각", "e\u0301", "กำลังเรียนรู้", "שָׁלוֹם", "ｈａｎ", "a" + "\u0301" * LONGEST_RUN])
def test_what_people_write_is_normalised_as_ever(text: str) -> None:
    for form in ("NFC", "NFKC"):
        assert normalise(form, text) == unicodedata.normalize(form, text)


def test_of_a_longer_run_the_first_marks_stay() -> None:
    assert normalise("NFC", "x" + "\u0323" * 100 + "y") == "x\u0323" + "\u0323" * (LONGEST_RUN - 1) + "y"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (" 솔내동\n 배움터\t1 ", "솔내동 배움터 1"),
        ("\u1100\u1161\u11bc", "강"),
        ("a\u202efdp\u0000\u001b\ufffe", "afdp"),
        ("ශ්\u200dරී 👩\u200d👧", "ශ්\u200dරී 👩\u200d👧"),
    ],
)
def test_a_title_is_one_line_of_what_can_be_seen(text: str, line: str) -> None:
    assert one_line(text) == line
