"""Who needs help in a course: learners who are stuck, inactive or have failed twice, and one press to reach each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.backend.names import id_of
from gateway.html.render import PAGE, Flash, page
from gateway.http.auth import signed_in
from gateway.language.i18n import Locale, msgid
from gateway.web.author.course import course_of
from gateway.web.author.form_fields import posted, typed
from gateway.web.author.labels import title_of
from gateway.web.site.frame import go_to
from ieum.people.v1.people_pb2 import BatchGetNamesRequest
from ieum.progress.v1 import progress_pb2 as pb
from services.chassis import clock
from services.chassis.errors import Refused

routes = web.RouteTableDef()
PATH = "/teach/{course}/help"
REASONS: Mapping[pb.HelpReason.ValueType, str] = {
    pb.FAILED_TWICE: msgid("Failed the quiz of “%(lesson)s” %(count)s times"),
    pb.STUCK: msgid("Learning for a week or longer without finishing a lesson"),
    pb.INACTIVE: msgid("Not there for two weeks"),
}


@dataclass(frozen=True)
class Learner:
    """`quiz` is one that was failed and has no attempt left."""

    enrollment: str
    name: str
    reasons: Sequence[str]
    active: datetime | None
    enrolled: datetime | None
    offered: datetime | None
    may_offer: bool
    quiz: str


def learners_of(
    locale: Locale, languages: Sequence[str], listed: Sequence[pb.LearnerInNeed], names: Mapping[str, str]
) -> list[Learner]:
    """Without those whose account is gone meanwhile."""
    return [_learner(locale, languages, each, names[each.person]) for each in listed if each.person in names]


def _learner(locale: Locale, languages: Sequence[str], each: pb.LearnerInNeed, name: str) -> Learner:
    return Learner(
        enrollment=id_of(each.enrollment),
        name=name,
        reasons=[_reason(locale, languages, need) for need in each.needs],
        active=clock.moment(each.last_activity_time),
        enrolled=clock.moment(each.enrol_time),
        offered=clock.moment(each.help_offer_time),
        may_offer=not each.offered_lately,
        quiz=next((need.quiz for need in each.needs if need.no_attempt_left), ""),
    )


def _reason(locale: Locale, languages: Sequence[str], need: pb.Need) -> str:
    words = locale.gettext(REASONS[need.reason])
    if need.reason != pb.FAILED_TWICE:
        return words
    lesson = locale.pick(need.lesson_title, *languages)[0] or locale.gettext("Without a title")
    reason = words % {"lesson": lesson, "count": need.failed}
    none_left = locale.gettext("no try left")
    return f"{reason} · {none_left}" if need.no_attempt_left else reason


@routes.get(PATH)
async def show_needing_help(request: web.Request) -> web.Response:
    signed_in(request, "instructor")
    clients, locale, course = request.app[CLIENTS], request[PAGE].locale, await course_of(request)
    answer = await clients.progress.ListNeedingHelp(pb.ListNeedingHelpRequest(course=course.name))
    people = [each.person for each in answer.learners]
    names: Mapping[str, str] = {}
    if people:
        asked = BatchGetNamesRequest(names=people, purpose=f"who needs help in {course.name}")
        names = (await clients.people.BatchGetNames(asked)).display_names
    languages = list(course.draft.languages)
    return page(
        request,
        "author/needing_help.html",
        here=f"/teach/{request.match_info['course']}",
        course_title=title_of(locale, course.draft, *languages),
        learners=learners_of(locale, languages, answer.learners, names),
        total=answer.total,
    )


@routes.post(PATH)
async def help_learner(request: web.Request) -> web.Response:
    """`do` says what was pressed: offer help, or allow another attempt."""
    signed_in(request, "instructor")
    form = await posted(request)
    name, gettext = f"progress/{typed(form, 'enrollment')}", request[PAGE].locale.gettext
    progress = request.app[CLIENTS].progress
    address = f"/teach/{request.match_info['course']}/help"
    try:
        if typed(form, "do") == "allow":
            await progress.AllowAttempt(pb.AllowAttemptRequest(name=name, quiz=typed(form, "quiz")))
            flash = Flash(
                gettext("One more attempt is allowed"), gettext("The learner sees it at once on the page of the quiz.")
            )
        else:
            await progress.OfferHelp(pb.OfferHelpRequest(name=name))
            flash = Flash(gettext("They are being told that you would like to help"))
    except Refused:
        # Finished or withdrawn since the page was shown: the page as it is now says all there is to say.
        return go_to(address)
    return go_to(address, flash, request)
