"""The sentences at the head of an overview. They follow from the figures and their intervals by rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from gateway.language import periods
from gateway.language.i18n import Locale, msgid
from ieum.statistics.v1 import statistics_pb2 as pb
from services.chassis import clock

VERDICTS: Mapping[int, str] = {
    pb.MORE: msgid("clearly above"),
    pb.LESS: msgid("clearly below"),
    pb.NO_CLEAR_DIFFERENCE: msgid("no clear difference"),
    pb.NOT_COMPARED: msgid("not compared"),
}
PEOPLE: Mapping[int, str] = {
    pb.MORE: msgid("That is %(change)s more than in %(before)s (%(count)s people; 95%% interval %(low)s to %(high)s)."),
    pb.LESS: msgid(
        "That is %(change)s fewer than in %(before)s (%(count)s people; 95%% interval %(low)s to %(high)s)."
    ),
    pb.NO_CLEAR_DIFFERENCE: msgid(
        "There is no clear difference from %(before)s "
        "(%(count)s people; 95%% interval of the change %(low)s to %(high)s)."
    ),
}
RATE: Mapping[int, str] = {
    pb.MORE: msgid("The completion rate is %(rate)s, clearly higher than in %(before)s (%(earlier)s)."),
    pb.LESS: msgid("The completion rate is %(rate)s, clearly lower than in %(before)s (%(earlier)s)."),
    pb.NO_CLEAR_DIFFERENCE: msgid(
        "The completion rate is %(rate)s, with no clear difference from %(before)s (%(earlier)s)."
    ),
}
GROUPS_COMPLETING = msgid("Clearly below everybody in the completion rate: %(names)s.")
GROUPS_REACHED = msgid("Clearly below everybody in reach: %(names)s.")
AREAS_COMPLETING = msgid("Places clearly below the mean in the completion rate: %(names)s.")
AREAS_REACHED = msgid("Places clearly below the mean in reach: %(names)s.")
Title = Callable[[pb.Row], str]


@dataclass(frozen=True)
class Sentences:
    overview: pb.Overview
    area: str
    locale: Locale

    def all(self, group_title: Title, area_title: Title) -> list[str]:
        return [
            self._people(),
            self._comparison(),
            self._completing(),
            *self._behind(self.overview.groups, group_title, "completing", GROUPS_COMPLETING),
            *self._behind(self.overview.groups, group_title, "reach", GROUPS_REACHED),
            *self._behind(self.overview.areas, area_title, "reach", AREAS_REACHED),
            *self._behind(self.overview.areas, area_title, "completing", AREAS_COMPLETING),
        ]

    def _people(self) -> str:
        said = {"area": self.area, "period": self._period(self.overview.period)}
        people, reach = value(self.overview.total, "EPR"), value(self.overview.total, "COV")
        if not people:
            return (
                self.locale.gettext(
                    "How many people took part in %(area)s in %(period)s is hidden: nobody, or too few."
                )
                % said
            )
        said["people"] = self.locale.number(float(people))
        if not reach:
            return self.locale.gettext("In %(period)s, %(people)s people of %(area)s took part.") % said
        said["reach"] = self.locale.number(float(reach), 1)
        return (
            self.locale.gettext(
                "In %(period)s, %(people)s people of %(area)s took part: %(reach)s of every 1,000 residents."
            )
            % said
        )

    def _comparison(self) -> str:
        before = self._period(self.overview.before)
        if not self.overview.complete:
            as_of = clock.moment(self.overview.as_of)
            day = self.locale.date(as_of) if as_of else ""
            return self.locale.gettext(
                "The period is still running. It was counted up to %(day)s and is not compared yet."
            ) % {"day": day}
        change = changes(self.overview).get("EPR")
        if change is None or change.verdict not in PEOPLE:
            return self.locale.gettext("It cannot be compared with %(before)s, which shows no number.") % {
                "before": before
            }
        amount = abs(float(change.value)) / 100
        return self.locale.gettext(PEOPLE[change.verdict]) % {
            "change": self.locale.percent(amount),
            "before": before,
            "count": self.locale.number(float(value(self.overview.total_before, "EPR") or 0)),
            "low": self._signed(change.low),
            "high": self._signed(change.high),
        }

    def _completing(self) -> str:
        rate = value(self.overview.total, "CPR")
        if not rate:
            return self.locale.gettext("The completion rate is hidden.")
        said = {"rate": self.locale.percent(float(rate) / 100), "before": self._period(self.overview.before)}
        if not self.overview.mature:
            return (
                self.locale.gettext(
                    "The completion rate is %(rate)s so far. It is compared 90 days after the end of the period, when "
                    "everybody has had time to complete."
                )
                % said
            )
        change = changes(self.overview).get("CPR")
        earlier = value(self.overview.total_before, "CPR")
        if change is None or change.verdict not in RATE or not earlier:
            return self.locale.gettext("The completion rate is %(rate)s.") % said
        said["earlier"] = self.locale.percent(float(earlier) / 100)
        return self.locale.gettext(RATE[change.verdict]) % said

    def _behind(self, standings: Iterable[pb.Standing], title: Title, field: str, words: str) -> list[str]:
        names = [title(each.row) for each in standings if getattr(each, field) == pb.LESS]
        return [self.locale.gettext(words) % {"names": ", ".join(names)}] if names else []

    def _period(self, code: str) -> str:
        return periods.one_period(self.locale, code)

    def _signed(self, percent: str) -> str:
        """With its sign, also where it is more."""
        number = float(percent)
        return ("+" if number > 0 else "") + self.locale.percent(number / 100)


def value(row: pb.Row, measure: str) -> str:
    """The exact decimal; "" where it is hidden or not defined."""
    return next((each.value for each in row.values if each.measure == measure), "")


def changes(overview: pb.Overview) -> dict[str, pb.Change]:
    return {change.measure: change for change in overview.changes}
