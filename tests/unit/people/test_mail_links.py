from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.chassis.errors import Invalid
from services.people.domain import mail_links
from services.people.domain.mail_links import EmailConfirmation, Purpose

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
LINK = mail_links.begin("kang", Purpose.RESET, "hash", NOW)


def test_a_link_counts_once_for_half_an_hour_and_for_its_purpose_alone() -> None:
    late = NOW + timedelta(minutes=30)
    used, _ = mail_links.use(LINK, Purpose.RESET, late - timedelta(seconds=1))
    for link, purpose, moment in (
        (used, Purpose.RESET, NOW),
        (LINK, Purpose.RESET, late),
        (LINK, Purpose.CONFIRM, NOW),
    ):
        with pytest.raises(Invalid):
            mail_links.use(link, purpose, moment)


def test_for_nobody_there_is_a_link_and_no_mail() -> None:
    nobody = mail_links.begin("", Purpose.RESET, "", NOW)
    assert mail_links.ask(nobody) == (nobody, [])
    assert not mail_links.is_open(nobody, NOW)
    assert mail_links.ask(LINK)[1] == [mail_links.MailWanted(NOW)]


def test_another_address_is_confirmed_anew() -> None:
    first = EmailConfirmation("a", NOW)
    later = NOW + timedelta(days=1)
    assert mail_links.confirm(first, "a", later)[0] == first
    assert mail_links.confirm(first, "b", later)[0] == EmailConfirmation("b", later)
