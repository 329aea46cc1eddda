"""The words of refusals about polls and evaluations."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.language.i18n import msgid

SURVEYS: Mapping[str, str] = {
    "POLL_NOT_FOUND": msgid("There is no such poll here."),
    "POLL_CLOSED": msgid("This poll is closed. The result is shown on its page once the votes are counted."),
    "POLL_OPTION_UNKNOWN": msgid("Choose one of the choices."),
    "POLL_FOR_OTHER_AREA": msgid("This poll is for residents of another area."),
    "POLL_OUTSIDE_YOUR_AREA": msgid("You may ask the residents of your own area. Choose another centre."),
    "POLL_QUESTION_INVALID": msgid("Write a question of up to %(most)s characters."),
    "POLL_OPTIONS_INVALID": msgid("Write two to %(most)s different choices, one in each line."),
    "POLL_OPTION_LENGTH": msgid("A choice has up to %(most)s characters."),
    "POLL_CLOSING_INVALID": msgid("Choose a time from now on, within %(days)s days."),
    "EVALUATION_NOT_FOUND": msgid("There are no such questions for you here. Only those who took part are asked."),
    "EVALUATION_CLOSED": msgid("The time to answer is over. Thank you all the same."),
    "GRADE_NEEDED": msgid("Choose one answer here."),
    "COMMENT_NOT_FOUND": msgid("There is no such comment here."),
    "NOT_MODERATOR": msgid("Comments are let through by an administrator who does not teach the class."),
}
