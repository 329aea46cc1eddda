"""The words of refusals about notices to persons."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.language.i18n import msgid

NOTICES: Mapping[str, str] = {
    "TELEPHONE_INVALID": msgid("Write the number in digits, for example 010-1234-5678."),
    "NOTICE_WAY_UNKNOWN": msgid("Choose one of the ways that are shown."),
    "NOTICE_WAY_NEEDED": msgid("A seat or a class that is not held must reach you. Choose a way."),
    "QUIET_TIME_INVALID": msgid("Write a time like 21:00."),
    "NOTICE_NOT_FOUND": msgid("There is no such notice here."),
    "NOT_STAFF_OF_CENTRE": msgid("Only staff of this centre may have its calendar. Ask your administrator."),
    "CALENDAR_NOT_FOUND": msgid("This calendar is no longer there. Make a new address on the page My calendar."),
    "SEAT_LINK_UNKNOWN": msgid(
        "This link is not complete, or it is no longer known. Open it again from the message, or sign in and look "
        "under My applications."
    ),
}
