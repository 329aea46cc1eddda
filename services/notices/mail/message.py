"""A composed notice as a mail."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from ieum.notices.v1.notices_pb2 import ComposedNotice
from services.notices.domain import Notice
from services.notices.mail.settings import Mail


def write(notice: Notice, composed: ComposedNotice, mail: Mail) -> EmailMessage:
    """The same bytes at each attempt, so that a repeat is recognised."""
    message = EmailMessage(policy=SMTP)
    message["From"] = mail.sender
    message["To"] = Address(display_name=composed.recipient_name, addr_spec=composed.recipient_address)
    message["Subject"] = composed.subject
    message["Date"] = notice.requested_at
    message["Message-ID"] = f"<{notice.request}@{mail.sender.domain}>"
    # No out-of-office answers, please (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(composed.text, charset="utf-8", cte="base64")
    message.add_alternative(composed.html, subtype="html", charset="utf-8", cte="base64")
    message["Content-Language"] = composed.language
    # The library would make up another one each time.
    message.set_boundary(f"=_{notice.request}")
    return message
