"""The life of one mail, what an office may be called, and how the mail server is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.headerregistry import Address
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from services.chassis.errors import Invalid
from services.statistics.distribution import domain
from services.statistics.distribution import settings as mail_settings
from services.statistics.distribution.domain import FIRST_PAUSE, LEASE, PATIENCE, Delivery, Recipient, Stage
from services.statistics.distribution.letters import Summary, letter
from services.statistics.distribution.settings import Mail, MailServer, Off
from services.statistics.figures.observation import Observation
from services.statistics.figures.universe import Universe
from services.statistics.releases.domain.lifecycle import Release, State
from services.statistics.settings import StatisticsSettings

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
OFFICE = Recipient("r1", "areas/a", "정보화과", "it@solnae.test", "ko", NOW, "people/kim", NOW)
MAIL = Mail(MailServer("127.0.0.1", 25), Address("통계과", "s", "haneul.test"), "https://ieum.test")
WAITING = domain.planned("releases/spring", OFFICE, "s3cret", NOW)


def taken(one: Delivery = WAITING, by: str = "w1", at: datetime = NOW) -> Delivery:
    return domain.take(one, by, at)[0]


def test_a_mail_is_taken_by_one_worker_alone() -> None:
    one = taken()
    assert (one.stage, one.lease_by, one.attempts) == (Stage.SENDING, "w1", 1)
    assert taken(one, "w2", NOW + LEASE - timedelta(seconds=1)) == one


def test_a_worker_that_is_gone_is_followed_by_another() -> None:
    later = taken(taken(), "w2", NOW + LEASE)
    assert (later.lease_by, later.attempts, later.round) == ("w2", 2, 1)
    # The first one was only slow: the mail is out, and the second has nothing left to do.
    out = domain.sent(later, 1, NOW + LEASE)[0]
    assert out.stage is Stage.SENT
    assert domain.put_off(out, "w2", "451", NOW)[0] == out


def test_a_mail_waits_longer_after_each_refusal_for_now_and_fails_after_days() -> None:
    one, moment, pauses = WAITING, NOW, []
    while one.stage is Stage.WAITING:
        moment = max(moment, one.due_at)
        one = domain.put_off(taken(one, "w", moment), "w", "451 Later", moment)[0]
        pauses.append(one.due_at - moment)
    assert pauses[:3] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE]
    assert (one.stage, one.failure) == (Stage.FAILED, "451 Later")
    assert PATIENCE <= moment - NOW < PATIENCE + timedelta(hours=5)


def test_a_dead_server_costs_no_attempt() -> None:
    assert domain.let_go(taken(), "w1")[0] == WAITING


def test_sending_again_is_a_new_round_once() -> None:
    out = domain.sent(taken(), 1, NOW)[0]
    again = domain.again(out, 1, NOW)[0]
    assert (again.round, again.stage, again.attempts) == (2, Stage.WAITING, 0)
    assert domain.again(again, 1, NOW)[0] == again
    assert domain.again(taken(), 1, NOW)[0] == taken()


def test_whoever_opens_it_has_it_and_is_not_sent_it_a_second_time() -> None:
    opened = domain.received(taken(), NOW)[0]
    assert (opened.stage, opened.received_at) == (Stage.SENT, NOW)
    assert domain.received(opened, NOW + LEASE)[0] == opened
    assert taken(opened, "w2", NOW + LEASE) == opened


def test_what_is_under_way_is_not_called_back() -> None:
    assert domain.cancelled(taken(), "RECIPIENT_REMOVED")[0] == taken()
    assert domain.cancelled(taken(), "RECIPIENT_REMOVED", "w1")[0].stage is Stage.CANCELLED
    assert domain.cancelled(WAITING, "RECIPIENT_REMOVED")[0].stage is Stage.CANCELLED


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("office", " \t ", "OFFICE_MISSING"),
        ("office", "가" * 101, "OFFICE_TOO_LONG"),
        ("office", "과\u0000", "OFFICE_CHARACTERS"),
        ("office", "과\u202e", "OFFICE_CHARACTERS"),
        ("office", "900101-1234567", "LOOKS_LIKE_RESIDENT_NUMBER"),
        ("address", "9001011234567@solnae.test", "LOOKS_LIKE_RESIDENT_NUMBER"),
        ("address", "it@solnae", "MAIL_ADDRESS_INVALID"),
        ("address", "it@solnae.test\r\nBcc: all@solnae.test", "MAIL_ADDRESS_INVALID"),
        ("address", "it@solnae.test\n", ""),
        ("address", "a@b.test, c@d.test", "MAIL_ADDRESS_INVALID"),
        ("address", "정보@solnae.test", "MAIL_ADDRESS_INVALID"),
        ("address", "x" * 65 + "@solnae.test", "MAIL_ADDRESS_INVALID"),
        ("language", "fr", "MAIL_LANGUAGE_UNKNOWN"),
    ],
)
def test_an_office_is_checked_field_by_field(field: str, value: str, reason: str) -> None:
    given: dict[str, Any] = {field: value}
    changed = replace(OFFICE, **given)
    if not reason:
        assert domain.checked(changed) == OFFICE
        return
    with pytest.raises(Invalid, match=reason) as refused:
        domain.checked(changed)
    assert refused.value.field == field


@given(office=st.text(max_size=120), title=st.text(max_size=60), area=st.text(max_size=30))
def test_no_name_gets_a_line_of_its_own_into_the_head_of_a_mail(office: str, title: str, area: str) -> None:
    try:
        recipient = domain.checked(replace(OFFICE, office=office))
    except Invalid:
        return
    content = letter(summary(recipient, {"ko": title}, {"ko": area}), MAIL).as_bytes()
    head = content.partition(b"\r\n\r\n")[0]
    names = {line.partition(b":")[0].lower() for line in head.split(b"\r\n") if not line.startswith((b" ", b"\t"))}
    expected = {"from", "to", "subject", "date", "message-id", "content-language", "auto-submitted", "mime-version"}
    assert names == {name.encode() for name in expected | {"content-type"}}
    read: Any = message_from_bytes(content, policy=default)
    assert [address.addr_spec for address in read["To"].addresses] == ["it@solnae.test"]


def summary(recipient: Recipient = OFFICE, title: Any = None, area: Any = None, **more: Any) -> Summary:
    release = Release(
        key="spring", series="spring", edition=1, title=title or {"ko": "봄 통계"},
        universe=Universe.RESIDENT, area="areas/p",
        periods=("2026-Q2",), as_of=NOW, created_at=NOW, planned_by="", k=5, method_version="1", state=State.PUBLISHED,
    )  # fmt: skip
    return Summary(WAITING, replace(release, **more), recipient, area or {"ko": "솔내시"}, ())


def test_a_round_is_the_same_mail_byte_for_byte_and_the_next_one_another() -> None:
    first, repeated = letter(summary(), MAIL), letter(summary(), MAIL)
    assert first.as_bytes() == repeated.as_bytes()
    second = letter(replace(summary(), delivery=replace(WAITING, round=2)), MAIL)
    assert second["Message-ID"] != first["Message-ID"]


def test_a_title_with_markup_stays_text() -> None:
    html = letter(summary(title={"ko": "<script>alert(1)</script>"}), MAIL).get_body(("html",))
    assert html is not None
    assert "&lt;script&gt;" in html.get_content()


def observation(measure: str, area: str, period: str, **codes: str) -> Observation:
    every: dict[str, Any] = dict.fromkeys(("sex", "age", "group", "domain"), "_T") | codes
    return Observation(
        measure, "RES", "Q", period, area, value="1", status="A", confidentiality="F", unit="NUMBER", **every
    )


def test_headlines_are_the_areas_own_totals_of_the_newest_quarter_and_year() -> None:
    assert domain.headline_periods(("2025-Q4", "2026-Q1", "2024", "2025")) == ("2026-Q1", "2025")
    made = [
        observation("CPR", "a", "2026-Q1"), observation("ENR", "a", "2026-Q1"), observation("ENR", "b", "2026-Q1"),
        observation("ENR", "a", "2026-Q1", sex="F"), observation("HRS", "a", "2026-Q1"),
        observation("ENR", "a", "2025"),
    ]  # fmt: skip
    found = [(one.measure, one.period) for one in domain.headlines(made, "a")]
    assert found == [("ENR", "2026-Q1"), ("CPR", "2026-Q1"), ("ENR", "2025")]


def settings(
    tmp_path: Path, url: str, sender: str = "s@haneul.test", public: str = "https://ieum.test"
) -> StatisticsSettings:
    return StatisticsSettings(secrets=tmp_path, smtp_url=SecretStr(url), mail_from=sender, public_url=public)


@pytest.mark.parametrize(
    ("url", "sender", "public", "reason"),
    [
        ("", "s@haneul.test", "https://ieum.test", "SMTP_URL_MISSING"),
        ("mail.haneul.test", "s@haneul.test", "https://ieum.test", "SMTP_URL_INVALID"),
        ("http://mail.haneul.test", "s@haneul.test", "https://ieum.test", "SMTP_URL_INVALID"),
        ("smtp://mail.haneul.test:port", "s@haneul.test", "https://ieum.test", "SMTP_URL_INVALID"),
        ("smtp://mail.haneul.test?tls", "s@haneul.test", "https://ieum.test", "SMTP_URL_INVALID"),
        ("smtp://u:p@mail.haneul.test", "s@haneul.test", "https://ieum.test", "PASSWORD_UNPROTECTED"),
        ("smtp://mail.haneul.test", "", "https://ieum.test", "MAIL_FROM_INVALID"),
        ("smtp://mail.haneul.test", "s@haneul.test\nBcc: x@y.test", "https://ieum.test", "MAIL_FROM_INVALID"),
        ("smtp://mail.haneul.test", "s@haneul.test", "", "PUBLIC_URL_INVALID"),
    ],
)
def test_a_setting_that_will_not_do_turns_mail_off_and_is_named(
    tmp_path: Path, url: str, sender: str, public: str, reason: str
) -> None:
    assert mail_settings.read(settings(tmp_path, url, sender, public)) == Off(reason)


def test_the_password_comes_from_its_file_and_is_shown_nowhere(tmp_path: Path) -> None:
    (tmp_path / "smtp_password").write_text("geheim\n")
    given = settings(tmp_path, "smtp://us%40er:other@mail.haneul.test?starttls")
    mail = mail_settings.read(given)
    assert isinstance(mail, Mail)
    assert (mail.server.user, mail.server.password, mail.server.port) == ("us@er", "geheim", 587)
    assert "geheim" not in repr(mail)
    assert "other" not in repr(given)
