"""When the mails of a saved question are asked for, and what they say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.chassis.errors import Invalid
from services.statistics.disclosure.policy import Policy
from services.statistics.distribution import question as domain
from services.statistics.distribution.question import Question, Rule
from services.statistics.distribution.question_mails import Mail
from tests.unit.statistics.live.test_overview import made

SAVED = datetime(2026, 3, 10, tzinfo=UTC)
NOW = datetime(2026, 7, 1, tzinfo=UTC)
QUESTION = Question("q", "people/o", "Older people", "areas/A", "resident", "recipients/r", True, Rule.NONE, SAVED)


def test_a_month_has_one_mail_and_the_month_of_saving_none() -> None:
    assert domain.mail(QUESTION, date(2026, 3, 31), NOW) == (QUESTION, [])
    april, (asked,) = domain.mail(QUESTION, date(2026, 4, 1), NOW)
    assert domain.parse_request_key(asked.request) == ("q", False)
    assert domain.mail(april, date(2026, 4, 30), NOW) == (april, [])
    assert domain.mail(april, date(2026, 5, 1), NOW)[1]
    assert domain.mail(replace(QUESTION, monthly=False), date(2026, 5, 1), NOW)[1] == []


@pytest.mark.parametrize(
    ("rule", "holds"),
    [(Rule.FEWER_PEOPLE, False), (Rule.LOWER_RATE, True), (Rule.OLDER_BEHIND, True), (Rule.PLACE_BEHIND, True)],
)
def test_an_alert_goes_out_once_for_a_quarter_in_which_its_rule_holds(rule: Rule, holds: bool) -> None:
    asking = replace(QUESTION, rule=rule)
    alerted, asked = domain.alert(asking, made(), NOW)
    assert bool(asked) is holds
    assert domain.alert(alerted, made(), NOW)[1] == []
    if asked:
        assert domain.parse_request_key(asked[0].request) == ("q", True)


def test_keys_of_other_notices_are_not_ours() -> None:
    assert domain.parse_request_key("spring.r1.2") == ("", False)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"title": " "}, "QUESTION_TITLE_MISSING"),
        ({"title": "a" * 101}, "QUESTION_TITLE_TOO_LONG"),
        ({"recipient": ""}, "QUESTION_RECIPIENT_MISSING"),
    ],
)
def test_a_question_that_cannot_be_kept_is_told_why(change: dict[str, str], reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        domain.check(replace(QUESTION, **change))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ko", ("2026년 1분기", "400 (전년 300, 뚜렷이 늘어남", "한빛시 통계: Older people")),
        ("en", ("Q1 2026", "400 (a year before 300; clearly more", "Hanbit: Older people")),
    ],
)
def test_the_mail_says_the_figures_with_what_may_be_said_of_them(language: str, said: tuple[str, ...]) -> None:
    title = {"ko": "한빛시", "en": "Hanbit"}
    mail = Mail(replace(QUESTION, rule=Rule.LOWER_RATE), made(), title, language, Policy(), True)
    text = "\n\n".join([mail.subject, *mail.paragraphs("https://ieum.test")])
    for words in said:
        assert words in text
    assert "https://ieum.test/statistics?area=areas/A&period=2026-Q1" in text
