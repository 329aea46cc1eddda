from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.errors import Invalid
from services.progress.domain.grading import (
    Answer,
    Choice,
    Gaps,
    Matching,
    Number,
    Ordering,
    ShortText,
    Solution,
    TrueFalse,
    is_right,
    normal_text,
    number_of,
    right_answer,
)

ONE = Choice(frozenset("abc"), frozenset("b"), multiple=False)
SEVERAL = Choice(frozenset("abc"), frozenset("ab"), multiple=True)
PAIRS = Matching(frozenset({("l1", "r1"), ("l2", "r2")}))
TWINS = Matching(frozenset({("a", "r1"), ("b", "r2"), ("c", "r3")}), frozenset({"r1", "r2", "r3"}), {"r3": "r1"})
TWICE = Ordering(("open", "ok1", "send", "ok2"), {"ok2": "ok1"})
STEPS = Ordering(("s1", "s2", "s3"))
KINDS: list[Solution] = [ONE, SEVERAL, TrueFalse(False), ShortText(("은행",)), PAIRS, STEPS]
GAPS = Gaps({"1": ("한강", "Han River"), "2": ("서울",)})
KINDS += [GAPS, Matching(frozenset({("l1", "r1"), ("l2", "r2")}), partly=True)]
KINDS.append(Number(Decimal("1200.5"), Decimal(0)))


def text(*values: str) -> Answer:
    return Answer(values)


@pytest.mark.parametrize("solution", KINDS, ids=lambda kind: type(kind).__name__)
def test_the_right_answer_shown_is_graded_right(solution: Solution) -> None:
    shown = right_answer(solution)
    assert is_right(solution, Answer(shown.values[:1]) if isinstance(solution, ShortText) else shown)


@pytest.mark.parametrize(
    ("solution", "answer", "right"),
    [
        (ONE, text("a"), False),
        (SEVERAL, text("b", "a"), True),
        (SEVERAL, text("a"), False),
        (SEVERAL, text("a", "b", "c"), False),
        (TrueFalse(True), text("false"), False),
        (PAIRS, Answer(pairs=(("l2", "r2"), ("l1", "r1"))), True),
        (PAIRS, Answer(pairs=(("l1", "r2"), ("l2", "r1"))), False),
        (TWINS, Answer(pairs=(("a", "r3"), ("b", "r2"), ("c", "r1"))), True),
        (TWINS, Answer(pairs=(("a", "r1"), ("b", "r2"), ("c", "r1"))), True),
        (TWINS, Answer(pairs=(("a", "r2"), ("b", "r1"), ("c", "r3"))), False),
        (STEPS, text("s2", "s1", "s3"), False),
        (TWICE, text("open", "ok2", "send", "ok1"), True),
        (TWICE, text("ok2", "open", "send", "ok1"), False),
        (Number(Decimal("1E+1000000"), Decimal(0)), text("112"), False),
        (Number(Decimal("3.142"), Decimal("0.01")), text("3.142"), True),
        (Number(Decimal("2000"), Decimal(0)), text("1.000"), False),
        (Number(Decimal("-5"), Decimal(0)), text("\u20135"), True),
        (Number(Decimal("3.14"), Decimal("0.01")), text("3.15"), True),
        (Number(Decimal("3.14"), Decimal("0.01")), text("3.151"), False),
    ],
)
def test_grading(solution: Solution, answer: Answer, right: bool) -> None:
    assert is_right(solution, answer) is right


@pytest.mark.parametrize(
    ("accepted", "typed"),
    [
        ("인터넷 은행", "인터넷은행."),
        ("Wi-Fi", " ｗｉ－ｆｉ "),
        ("phishing", "“Phishing!”"),
        ("Straße", "STRASSE"),
        ("@", "＠"),
        ("don't panic", "don\u2019t panic"),
        ("Wi-Fi", "Wi\u2011Fi"),
        ("Wi-Fi", "Wi\u2013Fi"),
        ("정부24", "정부24\u200b"),
        ("비밀번호", "비밀번호~"),
        ("비밀번호", "비밀번호^^"),
        ("비밀번호", "♥\ufe0f비밀번호 😀"),
        ("1/2", "½"),
    ],
)
def test_a_text_is_right_without_regard_to_case_spaces_width_and_punctuation_at_the_ends(
    accepted: str, typed: str
) -> None:
    assert is_right(ShortText((accepted,)), text(typed))


@pytest.mark.parametrize("solution", [ONE, SEVERAL, PAIRS, STEPS])
def test_who_does_not_know_is_answered_and_not_refused(solution: Solution) -> None:
    assert not is_right(solution, Answer(unknown=True))
    assert not is_right(solution, Answer(right_answer(solution).values, right_answer(solution).pairs, unknown=True))


def test_a_sign_is_not_mistaken_for_another_sign() -> None:
    assert not is_right(ShortText(("@",)), text("."))
    assert not is_right(ShortText(("C++",)), text("C"))


@given(st.text("aBz09 .,!?'-@(은행)ＡＢ½~♥\u200b\u2019\u2013\ufe0f"))
def test_normal_text_is_normal_already(anything: str) -> None:
    once = normal_text(anything)
    assert normal_text(once) == once


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1,000", "1000"),
        ("１２３．５", "123.5"),
        (" 12 000 ", "12000"),
        ("-3", "-3"),
        ("\u22123", "-3"),
        ("+7", "7"),
        (".5", "0.5"),
        ("010-1234-5678", "1012345678"),
        ("5.", "5"),
        ("\u20135", "-5"),
        ("1588-1234", "15881234"),
        ("1,234,567.8", "1234567.8"),
        ("112\u200b", "112"),
    ],
)
def test_numbers_are_read_as_people_write_them(typed: str, value: str) -> None:
    assert number_of(typed) == Decimal(value)


@pytest.mark.parametrize(
    "typed", ["", "열", "1e5", "NaN", "1.2.3", "-", "0x10", "٣", "1,5", "2026-03", "3-1", "3 4", "12,34"]
)
def test_what_is_no_number_is_not_taken_for_one(typed: str) -> None:
    with pytest.raises(Invalid, match="NUMBER_UNREADABLE"):
        number_of(typed)


@pytest.mark.parametrize(
    ("solution", "answer", "reason"),
    [
        (ONE, text(), "ANSWER_EMPTY"),
        (ONE, text("a", "b"), "ONE_OPTION_ONLY"),
        (ONE, text("d"), "OPTION_UNKNOWN"),
        (TrueFalse(True), text("yes"), "OPTION_UNKNOWN"),
        (ShortText(("x",)), text("  "), "ANSWER_EMPTY"),
        (ShortText(("x",)), text("\u200b"), "ANSWER_EMPTY"),
        (ShortText(("x",)), text("x" * 1001), "ANSWER_TOO_LONG"),
        (Number(Decimal(1000), Decimal(0)), text("1.000"), "NUMBER_UNREADABLE"),
        (TWINS, Answer(pairs=(("a", "r1"), ("b", "r2"), ("c", "r9"))), "OPTION_UNKNOWN"),
        (PAIRS, Answer(pairs=(("l1", "r1"),)), "ANSWER_INCOMPLETE"),
        (PAIRS, Answer(pairs=(("l1", "r1"), ("l2", ""))), "ANSWER_INCOMPLETE"),
        (STEPS, text("s1", "s2"), "ANSWER_INCOMPLETE"),
        (GAPS, Answer(pairs=(("1", "한강"),)), "ANSWER_INCOMPLETE"),
        (GAPS, Answer(pairs=(("1", "다른 강"), ("2", "\u200b"))), "ANSWER_INCOMPLETE"),
        (GAPS, Answer(pairs=(("1", "한강"), ("2", "서울"), ("3", "x"))), "ANSWER_INCOMPLETE"),
        (STEPS, text("s1", "s1", "s2", "s3"), "ANSWER_INCOMPLETE"),
    ],
)
def test_an_answer_that_cannot_be_graded_is_refused_and_costs_nothing(
    solution: Solution, answer: Answer, reason: str
) -> None:
    with pytest.raises(Invalid, match=reason):
        is_right(solution, answer)


def test_a_number_beyond_reason_is_shown_in_few_characters() -> None:
    assert right_answer(Number(Decimal("1E-1000000"), Decimal(0))).values == ("1E-1000000",)
