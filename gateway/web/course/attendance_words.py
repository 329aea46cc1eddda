"""How far the attendance of a class is by the rule of the course, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.language.i18n import Locale
from ieum.progress.v1.progress_pb2 import ClassAttendance


@dataclass(frozen=True)
class ShownAttendance:
    """`href` is the class. `warning`: what is needed cannot be reached in this class any more."""

    href: str
    text: str
    met: bool
    warning: bool


def shown_attendance(locale: Locale, classes: Iterable[ClassAttendance]) -> list[ShownAttendance]:
    return [
        ShownAttendance(f"/{each.class_name}", _words(locale, each), each.met, each.out_of_reach) for each in classes
    ]


def _words(locale: Locale, attendance: ClassAttendance) -> str:
    attended = locale.duration(attendance.attended_minutes)
    if not attendance.needed_minutes:
        planned = locale.duration(attendance.planned_minutes)
        return locale.gettext("You have attended %(attended)s of %(planned)s.") % {
            "attended": attended,
            "planned": planned,
        }
    needed = locale.duration(attendance.needed_minutes)
    if attendance.met:
        words = locale.gettext("You have attended enough: %(attended)s, and %(needed)s are needed.")
        return words % {"attended": attended, "needed": needed}
    words = locale.gettext("You have attended %(attended)s of the %(needed)s that are needed.")
    if attendance.out_of_reach:
        words = locale.gettext(
            "You have attended %(attended)s of the %(needed)s that are needed. The dates that are left are not enough "
            "for that. Choose another class of this course, or ask your instructor."
        )
    return words % {"attended": attended, "needed": needed}
