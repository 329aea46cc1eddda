"""For staff: requests for visiting classes, and the log of one-to-one help at a desk."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from gateway.backend.classes import list_classes
from gateway.backend.clients import CLIENTS
from gateway.backend.places import PLACES
from gateway.html.render import PAGE, Flash, page
from gateway.http import errors
from gateway.http.auth import signed_in
from gateway.language.i18n import msgid
from gateway.web.learner.class_words import REASONS
from gateway.web.learner.visits import state_words
from gateway.web.site.forms import named, status_of, typed
from gateway.web.site.frame import SETTINGS, go_to
from ieum.classes.v1 import classes_pb2 as pb
from services.chassis import clock
from services.chassis.errors import Invalid, Problem

routes = web.RouteTableDef()
_REASONS = ("TOO_FEW", "ROOM_CLOSED", "OTHER")
_FIELDS = ("centre", "area", "date", "minutes", "topic")
TOPICS: Mapping[int, str] = {
    pb.PHONE: msgid("Using a phone"),
    pb.COMPUTER: msgid("Using a computer"),
    pb.MESSAGES: msgid("Messages and calls"),
    pb.GOVERNMENT: msgid("Papers and petitions of an office"),
    pb.PAYMENT: msgid("Paying and banking"),
    pb.KIOSK: msgid("Ordering at a kiosk"),
    pb.SAFETY: msgid("Fraud and safety"),
    pb.OTHER: msgid("Something else"),
}


@routes.get("/centre/visits")
async def show_visits(request: web.Request) -> web.Response:
    return await _visits(request)


async def _visits(request: web.Request, problem: Problem | None = None) -> web.Response:
    signed_in(request, "administrator")
    locale, clients, places = request[PAGE].locale, request.app[CLIENTS], await request.app[PLACES].all()
    found = await clients.classes.ListVisits(pb.ListVisitsRequest(page_size=200, managed=True))
    classes = await list_classes(clients, managed=True)
    order = (pb.VISIT_RECEIVED, pb.VISIT_PLANNED)
    visits = sorted(found.visits, key=lambda each: (each.state not in order, each.steps[0].time.seconds))
    rows = [
        (each, places.title(locale, each.wish.area), state_words(locale, each.state), each.state in order)
        for each in visits
    ]
    return page(
        request,
        "centre/visits.html",
        status=status_of(problem) if problem else 200,
        rows=rows,
        classes=[(each.name, each.details.title) for each in classes if each.state in (pb.DRAFT, pb.PUBLISHED)],
        reasons=[(code, locale.gettext(REASONS[code])) for code in _REASONS],
        refused=errors.message(locale, problem) if problem else "",
    )


@routes.post("/centre/visits/{visit:[0-9a-z]{1,32}}")
async def answer(request: web.Request) -> web.Response:
    signed_in(request, "administrator")
    given = await typed(request, "class_name", "reason", "note", "do")
    call = pb.AnswerVisitRequest(name=f"visits/{request.match_info['visit']}", note=given["note"])
    if given["do"] == "refuse":
        call.reason = given["reason"]
    else:
        call.class_name = given["class_name"]
    try:
        await request.app[CLIENTS].classes.AnswerVisit(call)
    except Problem as problem:
        return await _visits(request, problem)
    return go_to("/centre/visits", Flash(request[PAGE].locale.gettext("The answer is sent")), request)


@routes.get("/centre/visits/{visit:[0-9a-z]{1,32}}")
async def show_visits_again(request: web.Request) -> web.Response:
    """Where Back leads after a refusal."""
    return go_to("/centre/visits")


@routes.get("/centre/help")
async def show_help(request: web.Request) -> web.Response:
    return await _help(request, {"centre": request.query.get("centre", ""), "minutes": "15"})


async def _help(request: web.Request, given: Mapping[str, str], problem: Problem | None = None) -> web.Response:
    viewer = signed_in(request, "instructor", "administrator")
    locale, places = request[PAGE].locale, await request.app[PLACES].all()
    manages = viewer.principal.holds("administrator")
    centre = given.get("centre", "") if manages and given.get("centre", "") in places.centres else ""
    call = pb.ListHelpRequest(page_size=30, centre=centre)
    listed = await request.app[CLIENTS].classes.ListHelp(call)
    known = {name: name for name in _FIELDS}
    return page(
        request,
        "centre/help.html",
        status=status_of(problem) if problem else 200,
        help_id=given.get("help_id") or clock.new_id(),
        given={name: given.get(name, "") for name in _FIELDS}
        | {"date": given.get("date") or clock.now().astimezone(request.app[SETTINGS].zone).date().isoformat()},
        centres=[(each.name, locale.pick(each.title)[0]) for each in places.centres.values()],
        areas=places.homes(locale),
        topics=[(str(number), locale.gettext(text)) for number, text in TOPICS.items()],
        sums=[(locale.gettext(TOPICS[each.topic]), each.times, each.minutes) for each in listed.sums],
        rows=[(each.date, locale.gettext(TOPICS[each.topic]), each.minutes) for each in listed.help],
        errors={named(problem, known, "minutes"): errors.message(locale, problem)} if problem else {},
    )


@routes.post("/centre/help")
async def log_help(request: web.Request) -> web.Response:
    signed_in(request, "instructor", "administrator")
    given = await typed(request, "help_id", *_FIELDS)
    places = await request.app[PLACES].all()
    centre = places.centres.get(given["centre"])
    try:
        if not (given["minutes"].isascii() and given["minutes"].isdigit() and len(given["minutes"]) < 5):
            raise Invalid("NUMBER", field="minutes")
        call = pb.LogHelpRequest(
            help_id=given["help_id"],
            centre=given["centre"],
            place_area=centre.area if centre else given["area"],
            area=given["area"],
            date=given["date"],
            minutes=int(given["minutes"]),
            topic=pb.HelpTopic.ValueType(int(given["topic"]) if given["topic"] in map(str, TOPICS) else 0),
        )
        await request.app[CLIENTS].classes.LogHelp(call)
    except Problem as problem:
        return await _help(request, given, problem)
    return go_to("/centre/help", Flash(request[PAGE].locale.gettext("The help is noted")), request)
