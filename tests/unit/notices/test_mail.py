"""The mail that a notice becomes, and the settings of mail."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.headerregistry import Address
from email.policy import default
from pathlib import Path
from typing import Any

import aiosmtplib
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from services.notices.domain import notice as domain
from services.notices.letters.letter import Attachment, Letter
from services.notices.mail import settings as mail_settings
from services.notices.mail.message import write
from services.notices.mail.settings import Mail, MailServer, Off
from services.notices.mail.transport import describe
from services.notices.settings import NoticesSettings

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
MAIL = Mail(MailServer("127.0.0.1", 25), Address("통계과", "s", "haneul.test"), "https://ieum.test")
NOTICE = domain.new_notice("statistics", "spring.r1.1", NOW, 1, NOW)


def composed(name: str = "정보화과", subject: str = "통계") -> Letter:
    return Letter(name, "it@solnae.test", "ko", subject, text="1", html="<p>1</p>")


_line = st.text(max_size=120).filter(str.isprintable)


@given(name=_line, subject=_line)
def test_no_name_gets_a_line_of_its_own_into_the_head_of_a_mail(name: str, subject: str) -> None:
    content = write(NOTICE, composed(name, subject), MAIL).as_bytes()
    head = content.partition(b"\r\n\r\n")[0]
    names = {line.partition(b":")[0].lower() for line in head.split(b"\r\n") if not line.startswith((b" ", b"\t"))}
    expected = {"from", "to", "subject", "date", "message-id", "content-language", "auto-submitted", "mime-version"}
    assert names == {name.encode() for name in expected | {"content-type"}}
    read: Any = message_from_bytes(content, policy=default)
    assert [address.addr_spec for address in read["To"].addresses] == ["it@solnae.test"]


def test_a_request_is_the_same_mail_byte_for_byte_and_the_next_one_another() -> None:
    first, repeated = write(NOTICE, composed(), MAIL), write(NOTICE, composed(), MAIL)
    assert first.as_bytes() == repeated.as_bytes()
    assert first["Message-ID"] == "<spring.r1.1@haneul.test>"  # as it was when statistics sent it
    assert write(replace(NOTICE, request="spring.r1.2"), composed(), MAIL)["Message-ID"] != first["Message-ID"]


def test_a_mail_with_a_calendar_entry_is_the_same_byte_for_byte() -> None:
    letter = replace(composed(), attachments=(Attachment("ieum.ics", b"BEGIN:VCALENDAR"),))
    first, repeated = write(NOTICE, letter, MAIL), write(NOTICE, letter, MAIL)
    assert first.as_bytes() == repeated.as_bytes()
    (attached,) = first.iter_attachments()
    assert (attached.get_content_type(), attached.get_filename()) == ("text/calendar", "ieum.ics")
    assert [part.get_content_type() for part in first.walk() if not part.is_multipart()] == [
        "text/plain", "text/html", "text/calendar",
    ]  # fmt: skip


def test_the_servers_words_do_not_carry_the_address_away() -> None:
    refused = aiosmtplib.SMTPRecipientRefused(550, "5.1.1 <IT@solnae.test>: User unknown", "it@solnae.test")
    assert describe(refused, "it@solnae.test") == "550 5.1.1 <...>: User unknown"


def settings(
    tmp_path: Path, url: str, sender: str = "s@haneul.test", public: str = "https://ieum.test"
) -> NoticesSettings:
    return NoticesSettings(secrets=tmp_path, smtp_url=SecretStr(url), mail_from=sender, public_url=public)


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
