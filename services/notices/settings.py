"""What an operator may set of the notices service, beside what every process shares."""

from __future__ import annotations

from pydantic import SecretStr

from services.chassis.config import Settings


class NoticesSettings(Settings):
    # Mail is off without these; mail/settings.py says how they are written.
    smtp_url: SecretStr = SecretStr("")
    mail_from: str = ""

    # Where text messages are posted and from which number; SMS is off without these.
    sms_url: str = ""
    sms_from: str = ""
