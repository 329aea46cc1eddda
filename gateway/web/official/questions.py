"""Questions that an official saved: an overview to come back to, mailed each month or when something turns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.backend.places import Places
from gateway.html.render import PAGE, Flash, page
from gateway.http import errors
from gateway.http.form import read_texts
from gateway.language.i18n import Locale, msgid
from gateway.web.official import own_areas
from gateway.web.official.overview import OverviewQuery
from gateway.web.site import area_choices
from gateway.web.site.frame import go_to
from ieum.statistics.v1 import distribution_pb2, statistics_pb2
from ieum.statistics.v1 import questions_pb2 as pb
from services.chassis import clock
from services.chassis.errors import Problem

HERE = "/statistics/questions"
RULES: Mapping[str, str] = {
    "RULE_UNSPECIFIED": msgid("No alert"),
    "FEWER_PEOPLE": msgid("Clearly fewer people than in the same quarter of the year before"),
    "LOWER_RATE": msgid("A clearly lower completion rate than in the same quarter of the year before"),
    "OLDER_BEHIND": msgid("People of 65 and older are clearly below everybody"),
    "PLACE_BEHIND": msgid("A place is clearly below the mean"),
}
_MOST_OFFICES = 200
_BLANK = {"title": "", "recipient": "", "monthly": "", "rule": "RULE_UNSPECIFIED"}

routes = web.RouteTableDef()


@routes.get(HERE)
async def show(request: web.Request) -> web.Response:
    return await _page(request, dict(request.query), {})


@routes.post(HERE)
async def save(request: web.Request) -> web.Response:
    given = await read_texts(request)
    question = pb.Question(
        title=given.get("title", ""),
        area=given.get("area", ""),
        universe=getattr(statistics_pb2, own_areas.universe_of(given.get("area", ""))),
        recipient=given.get("recipient", ""),
        monthly=bool(given.get("monthly")),
        rule=pb.Question.Rule.Value(given["rule"]) if given.get("rule") in RULES else pb.Question.RULE_UNSPECIFIED,
    )
    try:
        asked = pb.SaveQuestionRequest(request_id=given.get("request_id", ""), question=question)
        await request.app[CLIENTS].questions.SaveQuestion(asked)
    except Problem as problem:
        found = errors.field_errors(request[PAGE].locale, problem)
        return await _page(request, dict(given), found, status=errors.status_of(problem))
    return go_to(HERE, Flash(request[PAGE].locale.gettext("The question is saved.")), request)


@routes.post(f"{HERE}/{{question:[0-9a-z-]{{1,64}}}}/remove")
async def remove(request: web.Request) -> web.Response:
    name = f"questions/{request.match_info['question']}"
    await request.app[CLIENTS].questions.DeleteQuestion(pb.DeleteQuestionRequest(name=name))
    return go_to(HERE, Flash(request[PAGE].locale.gettext("The question is removed. Its mails stop.")), request)


async def _page(
    request: web.Request, given: dict[str, str], found: Mapping[str, str], status: int = 200
) -> web.Response:
    places, own = await own_areas.own_areas(request)
    if not own:
        return page(request, "official/live_table_without_area.html")
    locale, clients = request[PAGE].locale, request.app[CLIENTS]
    saved = (await clients.questions.ListQuestions(pb.ListQuestionsRequest())).questions
    asked = distribution_pb2.ListRecipientsRequest(page_size=_MOST_OFFICES)
    offices = {each.name: each for each in (await clients.distribution.ListRecipients(asked)).recipients}
    return page(
        request, "official/questions.html", status=status, errors=found, here=HERE,
        given={**_BLANK, "area": own[0], "request_id": clock.new_id(), **given},
        sections=own_areas.sections(locale, HERE),
        area_choices=own_areas.choices(locale, places, own),
        recipient_choices=[
            ("", locale.gettext("Nobody: only kept here")),
            *((name, _office(locale, places, each)) for name, each in offices.items()),
        ],
        rule_choices=[(code, locale.gettext(words)) for code, words in RULES.items()],
        questions=[_said(locale, places, each, offices) for each in saved],
    )  # fmt: skip


def _office(locale: Locale, places: Places, office: distribution_pb2.Recipient) -> str:
    return f"{office.office} ({area_choices.title(locale, places, office.area)})"


def _said(locale: Locale, places: Places, question: pb.Question, offices: Mapping[str, Any]) -> dict[str, str]:
    universe = statistics_pb2.Universe.Name(question.universe)
    office = offices.get(question.recipient)
    mails = [locale.gettext("each month")] if question.monthly else []
    if question.rule:
        mails.append(locale.gettext(RULES[pb.Question.Rule.Name(question.rule)]))
    return {
        "title": question.title,
        "href": OverviewQuery(question.area, universe).address(),
        "area": area_choices.title(locale, places, question.area),
        "office": office.office if office else "",
        "mails": ", ".join(mails),
        "remove": f"{HERE}/{question.name.removeprefix('questions/')}/remove",
    }
