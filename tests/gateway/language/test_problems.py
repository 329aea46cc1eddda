"""No reason without words: whatever any part of Ieum refuses for, a person is told what to do in their language."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field, ValidationError

from gateway.api.schemas import Body, Line, Moment
from gateway.html.render import locales
from gateway.http.errors import STATUSES, message
from gateway.language.problems import WORDS, fields
from services.chassis.errors import Invalid

ROOT = Path(__file__).parents[3]
PROBLEMS = {"Problem", *(kind.__name__ for kind in STATUSES)}
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def raised() -> Iterator[tuple[str, str, set[str]]]:
    """Reason, where, and the names of its details, of every problem made with a reason that stands in the code."""
    for room in ("services", "gateway"):
        for path in (ROOT / room).rglob("*.py"):
            for call in ast.walk(ast.parse(path.read_text())):
                if isinstance(call, ast.Call) and _name(call.func) in PROBLEMS and call.args:
                    reason = call.args[0]
                    if isinstance(reason, ast.Constant) and isinstance(reason.value, str):
                        details = {keyword.arg or "*" for keyword in call.keywords}
                        yield reason.value, f"{path.relative_to(ROOT)}:{call.lineno}", details


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def test_every_reason_has_words() -> None:
    missing = {f"{reason} ({where})" for reason, where, _ in raised() if reason not in WORDS}
    assert not missing, sorted(missing)


def test_words_name_only_details_that_the_problem_has() -> None:
    wrong = {
        f"{reason}: {name} ({where})"
        for reason, where, details in raised()
        for name in PLACEHOLDER.findall(WORDS.get(reason, ""))
        if name not in details and "*" not in details
    }
    assert not wrong, sorted(wrong)


def test_words_for_validation_errors_name_only_their_details() -> None:
    asked = {reason: set(details) | {"name"} for reason, details in fields.REASONS.values()}
    for reason, details in asked.items():
        assert set(PLACEHOLDER.findall(WORDS[reason])) <= details, reason


class Sent(Body):
    mode: Literal["A", "B"] = "A"
    most: Annotated[int, Field(le=5)] = 0
    words: Annotated[Sequence[Line], Field(max_length=1)] = ()
    when: Moment | None = None


@pytest.mark.parametrize(
    ("body", "reason", "english"),
    [
        (b"{", "BODY_NOT_JSON", "The body is no JSON"),
        (b"[]", "FIELD_NOT_OBJECT", "body must be an object"),
        (b'{"mode": "C"}', "FIELD_CHOICES", "mode must be one of these: A, B."),
        (b'{"most": 6}', "FIELD_TOO_LARGE", "most is too large. It may be 5 at most."),
        (b'{"most": "x"}', "FIELD_NOT_NUMBER", "most must be a whole number."),
        (b'{"words": ["a", "b"]}', "FIELD_TOO_MANY", "words has too many entries. Send up to 1 at once."),
        (b'{"words": "a"}', "FIELD_NOT_LIST", "words must be a list."),
        (b'{"when": "soon"}', "FIELD_NOT_TIME", "when must be a moment with its time zone"),
        (b'{"wrods": []}', "FIELD_UNKNOWN", "There is no wrods here."),
    ],
)
def test_a_validation_error_is_described_in_the_readers_language(body: bytes, reason: str, english: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Sent.model_validate_json(body, by_alias=True, by_name=False)
    problem = fields.wrong_field(caught.value)
    assert problem.reason == reason
    assert message(locales()["en"], problem).startswith(english)
    assert re.search("[가-힣]", message(locales()["ko"], problem))


def test_words_are_korean_for_korean_readers() -> None:
    korean = locales()["ko"]
    untranslated = {reason for reason, words in WORDS.items() if korean.gettext(words) == words}
    assert not untranslated, sorted(untranslated)


def test_a_message_contains_its_details() -> None:
    problem = Invalid("PASSPHRASE_TOO_SHORT", field="passphrase", min=8)
    assert message(locales()["ko"], problem).startswith("비밀번호가 너무 짧아요. 8글자")
    assert "8 characters or more" in message(locales()["en"], problem)
