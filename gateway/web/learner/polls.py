"""Polls of centres: the list, voting, and the result."""

from __future__ import annotations

from aiohttp import web
from yarl import URL

from gateway.backend.clients import CLIENTS
from gateway.backend.places import PLACES, Places
from gateway.html.render import PAGE, Flash, page
from gateway.http import errors
from gateway.http.auth import VIEWER
from gateway.language.i18n import Locale
from gateway.web.site.forms import status_of, typed
from gateway.web.site.frame import go_to
from ieum.surveys.v1 import surveys_pb2 as pb
from services.chassis import clock
from services.chassis.errors import Problem

routes = web.RouteTableDef()
_POLL = "/polls/{poll:[0-9a-z]{1,32}}"
_SHOWN = 100


@routes.get("/polls")
async def show_polls(request: web.Request) -> web.Response:
    locale, places = request[PAGE].locale, await request.app[PLACES].all()
    answer = await request.app[CLIENTS].surveys.ListPolls(pb.ListPollsRequest(page_size=_SHOWN))
    rows = [(f"/{each.name}", each, _where(locale, places, each), _closes(each)) for each in answer.polls]
    viewer = request[VIEWER]
    asks = viewer is not None and "administrator" in viewer.roles
    return page(request, "learner/polls.html", rows=rows, open=pb.OPEN, asks=asks)


def _where(locale: Locale, places: Places, poll: pb.Poll) -> str:
    centre = places.centres.get(poll.centre)
    return locale.pick(centre.title)[0] if centre else places.title(locale, poll.area)


def _closes(poll: pb.Poll) -> object:
    return clock.moment(poll.close_time)


@routes.get(_POLL)
async def show_poll(request: web.Request) -> web.Response:
    return await _page(request)


async def _page(request: web.Request, problem: Problem | None = None, chosen: str = "") -> web.Response:
    locale, places = request[PAGE].locale, await request.app[PLACES].all()
    poll = await request.app[CLIENTS].surveys.GetPoll(pb.GetPollRequest(name=_name(request)))
    response = page(
        request,
        "learner/poll.html",
        status=status_of(problem) if problem else 200,
        poll=poll,
        here=f"/{poll.name}",
        where=_where(locale, places, poll),
        closes=_closes(poll),
        state=pb.PollState.Name(poll.state),
        options=[(str(place), text) for place, text in enumerate(poll.options)],
        results=_results(poll),
        chosen=chosen,
        signed_in=request[VIEWER] is not None,
        errors={"option": errors.message(locale, problem)} if problem else {},
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _results(poll: pb.Poll) -> list[tuple[str, int, int]]:
    """Option, votes and their share in per cent; the most first."""
    pairs = zip(poll.options, poll.votes, strict=False)
    rows = [(text, votes, round(100 * votes / (poll.voters or 1))) for text, votes in pairs]
    return sorted(rows, key=lambda row: -row[1])


@routes.post(_POLL)
async def vote(request: web.Request) -> web.Response:
    name = _name(request)
    if request[VIEWER] is None:
        return go_to(str(URL("/sign-in").with_query(next=f"/{name}")))
    option = (await typed(request, "option"))["option"]
    call = pb.CastVoteRequest(name=name, option=int(option) if option.isascii() and option.isdigit() else -1)
    try:
        await request.app[CLIENTS].surveys.CastVote(call)
    except Problem as problem:
        return await _page(request, problem, option)
    gettext = request[PAGE].locale.gettext
    said = Flash(gettext("Your vote is in"), gettext("Until the poll closes you may vote again; the last vote counts."))
    return go_to(f"/{name}", said, request)


def _name(request: web.Request) -> str:
    return f"polls/{request.match_info['poll']}"
