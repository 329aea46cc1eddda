"""A letter as a mail."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from services.notices.domain.notice import Notice
from services.notices.letters.letter import Letter
from services.notices.mail.settings import Mail


def write(notice: Notice, letter: Letter, mail: Mail) -> EmailMessage:
    """The same bytes at each attempt, so that a repeat is recognised."""
    message = EmailMessage(policy=SMTP)
    message["From"] = mail.sender
    message["To"] = Address(display_name=letter.recipient_name, addr_spec=letter.address)
    message["Subject"] = letter.subject
    message["Date"] = notice.requested_at
    message["Message-ID"] = f"<{notice.request}@{mail.sender.domain}>"
    # No out-of-office answers, please (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text, charset="utf-8", cte="base64")
    message.add_alternative(letter.html, subtype="html", charset="utf-8", cte="base64")
    message["Content-Language"] = letter.language
    for attachment in letter.attachments:
        message.add_attachment(
            attachment.content,
            maintype="text",
            subtype="calendar",
            filename=attachment.name,
            params={"charset": "utf-8", "method": "PUBLISH"},
        )
    # The library would make up others each time.
    for place, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"=_{notice.request}{f'.{place}' if place else ''}")
    return message
