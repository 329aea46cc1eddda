"""Messages about mail: what the distribution of releases refuses, why mail is off, why a mail was not sent."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.language.i18n import msgid

REFUSALS: Mapping[str, str] = {
    "OFFICE_MISSING": msgid("Write the name of the office, for example: Digital Policy Division."),
    "OFFICE_TOO_LONG": msgid("The name of the office is too long. Use up to %(max)s characters."),
    "OFFICE_CHARACTERS": msgid("The name of the office has characters that cannot be shown. Type it in again."),
    "MAIL_ADDRESS_INVALID": msgid("This e-mail address is not complete. It looks like office@example.com."),
    "MAIL_LANGUAGE_UNKNOWN": msgid("The language must be one of: %(known)s."),
    "RECIPIENT_EXISTS": msgid(
        "This address already gets the figures of this area. Change the office that is in the list."
    ),
    "RECIPIENT_NOT_FOUND": msgid("There is no such office in your list. Perhaps it was removed meanwhile."),
    "RECIPIENTS_TOO_MANY": msgid("These are too many offices at once. Send up to %(most)s."),
    "RECIPIENT_ELSEWHERE": msgid("This release has no figures of that office's area, so there is nothing to send."),
    "RELEASE_CORRECTED": msgid("A corrected edition is out (%(newer)s). Send that one."),
    "RECEIPT_UNKNOWN": msgid(
        "This link is not complete, or it is no longer known. Open it again from the mail, or look at all statistics "
        "under Data."
    ),
}

OFF: Mapping[str, str] = {
    "SMTP_URL_MISSING": msgid(
        "Nobody has said yet which mail server to use. The operator sets IEUM_SMTP_URL (for example "
        "smtp://mail.example.com?starttls), IEUM_MAIL_FROM and IEUM_PUBLIC_URL, and starts Ieum again."
    ),
    "NOTICES_SILENT": msgid(
        "The notices service, which sends mail, has not reported yet whether it can. Look again in a minute; if this "
        "stays, the operator checks whether it is running."
    ),
    "SMTP_URL_INVALID": msgid(
        "IEUM_SMTP_URL cannot be read. It looks like smtp://user@mail.example.com:587?starttls or "
        "smtps://user@mail.example.com; the password stands in the file smtp_password of the secrets directory."
    ),
    "MAIL_FROM_INVALID": msgid(
        "IEUM_MAIL_FROM is missing or is no address. It looks like: Statistics <statistics@example.com>."
    ),
    "PUBLIC_URL_INVALID": msgid(
        "IEUM_PUBLIC_URL is missing or is no address. It is where Ieum is reached from outside, like https://ieum.example.com."
    ),
    "PASSWORD_UNPROTECTED": msgid(
        "IEUM_SMTP_URL would send the password unprotected. Put ?starttls at its end, or write smtps:// at its "
        "beginning."
    ),
}

GONE: Mapping[str, str] = {
    "RECIPIENT_REMOVED": msgid("The office was removed from the list."),
    "RELEASE_CORRECTED": msgid("A corrected edition is out; it was sent instead."),
}
"""Reasons of mails that waited and are not sent any more."""
