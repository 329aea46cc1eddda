"""Where one is signed in: each place can be signed out, and all others at once. A lost card is ended here, too."""

from __future__ import annotations

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.html.render import PAGE, Flash, page
from gateway.http.auth import SESSIONS, signed_in
from gateway.web.site.frame import go_to
from ieum.people.v1 import cards_pb2
from ieum.people.v1 import people_pb2 as pb
from services.chassis import clock

_HERE = "/account/sessions"
_IN_USE = (cards_pb2.CARD_VALID, cards_pb2.CARD_LOCKED)

routes = web.RouteTableDef()


@routes.get(_HERE)
async def show(request: web.Request) -> web.Response:
    viewer = signed_in(request)
    answer = await request.app[CLIENTS].people.ListSessions(pb.ListSessionsRequest(parent=viewer.person))
    rows = [
        {
            "session": session,
            "id": session.name.rpartition("/")[2],
            "since": clock.moment(session.begin_time),
            "here": session.name.rpartition("/")[2] == viewer.session,
        }
        for session in answer.sessions
    ]
    asked = cards_pb2.ListCardsRequest(people=[viewer.person])
    cards = [each for each in (await request.app[CLIENTS].cards.ListCards(asked)).cards if each.state in _IN_USE]
    return page(
        request,
        "account/sessions.html",
        rows=sorted(rows, key=lambda row: not row["here"]),
        card_since=clock.moment(cards[0].make_time) if cards else None,
        card_used=clock.moment(cards[0].last_use_time) if cards else None,
    )


@routes.post("/account/card/end")
async def end_card(request: web.Request) -> web.Response:
    viewer = signed_in(request)
    await request.app[CLIENTS].cards.EndCard(cards_pb2.EndCardRequest(person=viewer.person))
    request.app[SESSIONS].drop(viewer.person)
    return go_to(_HERE, Flash(request[PAGE].locale.gettext("The card opens nothing any more")), request)


@routes.post(_HERE + "/{session:[0-9a-f]{1,64}}/end")
async def end(request: web.Request) -> web.Response:
    viewer, key = signed_in(request), request.match_info["session"]
    await request.app[CLIENTS].people.EndSession(pb.EndSessionRequest(name=f"{viewer.person}/sessions/{key}"))
    request.app[SESSIONS].drop(viewer.person, key)
    return go_to(_HERE, Flash(request[PAGE].locale.gettext("That device is signed out")), request)


@routes.post(_HERE + "/end")
async def end_others(request: web.Request) -> web.Response:
    viewer = signed_in(request)
    kept = f"{viewer.person}/sessions/{viewer.session}"
    await request.app[CLIENTS].people.EndSessions(pb.EndSessionsRequest(parent=viewer.person, kept=kept))
    request.app[SESSIONS].drop(viewer.person)
    return go_to(_HERE, Flash(request[PAGE].locale.gettext("You are signed out on all other devices.")), request)
