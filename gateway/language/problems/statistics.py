"""Live tables and saved questions."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.language.i18n import msgid

STATISTICS: Mapping[str, str] = {
    "AREA_OUT_OF_SCOPE": msgid("You may see the statistics of your own area and of those below it."),
    "AREA_CODE_ENDED": msgid("%(code)s is the code of an earlier list of areas. Choose today's: %(today)s."),
    "CODE_UNKNOWN": msgid("This release has no %(code)s. Choose one of: %(known)s."),
    "QUARTER_INVALID": msgid("Write a quarter like 2026-Q3."),
    "PERIOD_NOT_ASKABLE": msgid(
        "Choose a whole year, a single quarter or all time. Other ranges of quarters are not counted, because setting "
        "one against another would tell of single people."
    ),
    "PERIOD_AND_COURSE": msgid("Choose a period or a course, not both: the numbers of both together are not counted."),
    "QUESTION_TITLE_MISSING": msgid("Give the question a name by which you find it again."),
    "QUESTION_TITLE_TOO_LONG": msgid("The name may have %(max)s characters. Shorten it."),
    "QUESTION_RECIPIENT_MISSING": msgid("Choose the office that gets the mails, or leave monthly mail and alert out."),
    "QUESTION_RECIPIENT_ELSEWHERE": msgid(
        "This office does not look after the area of the question. Choose an office of this area or of one above it."
    ),
    "QUESTIONS_TOO_MANY": msgid("You have %(max)s questions saved already. Remove one first."),
    "WORKING_VIEW_BY": msgid(
        "Exact figures are divided by area, quarter, course, competence area or way of teaching, and by nothing that "
        "people answered about themselves."
    ),
    "WORKING_VIEW_PURPOSE": msgid("Say in a few words what you need the exact figures for."),
    "WORKING_VIEW_PURPOSE_TOO_LONG": msgid("The purpose may have %(max)s characters. Shorten it."),
    "CROSS_BY": msgid("Several areas and periods can be divided by one of: %(known)s."),
    "CROSS_PERIODS": msgid("Choose at most %(max)s periods at a time."),
    "CROSS_TOO_LARGE": msgid(
        "The table would have more than %(max)s numbers. Choose fewer periods, or an area with fewer places below it."
    ),
    "COURSE_BY_COURSE": msgid("A single course is chosen, so divide the numbers by something else than courses."),
    "AS_OF_NOT_KEPT": msgid(
        "The numbers are kept for today and for the ends of earlier quarters only. Leave the day out, or take the "
        "moment that the table names."
    ),
}
