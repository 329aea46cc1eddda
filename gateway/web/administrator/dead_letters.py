"""Dead letters: events that a service could not handle. Fields about a person are masked on the page; the
command `python -m deploy.dead_letters show` has it for those who may work on the machine itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import islice
from typing import Any

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.backend.invalidation import LISTENER
from gateway.html.render import PAGE, Flash, page
from gateway.http.auth import signed_in
from gateway.web.site.frame import go_to
from ieum.people.v1.people_pb2 import DEAD_LETTER_REPLAYED, RecordAuditRequest
from services.chassis import clock
from services.chassis.errors import Forbidden, Unavailable
from services.chassis.events import dead_letters
from services.chassis.events.bus import Bus
from services.chassis.events.dead_letters import DeadLetter
from services.chassis.observability import trace

_HERE = "/admin/dead-letters"
_ONE = _HERE + r"/{number:\d{1,15}}"
_PAGE_SIZE = 50
_PRIVATE = frozenset(
    ("person", "pseudonym", "birthYear", "sex", "groups", "sealed", "session", "teachers", "reviewer", "actor")
)

routes = web.RouteTableDef()


@routes.get(_HERE)
async def show_all(request: web.Request) -> web.Response:
    bus = _bus(request)
    after = request.query.get("after", "")
    letters = [each async for each in dead_letters.some_of(bus, int(after) if after.isdecimal() else 0, _PAGE_SIZE + 1)]
    shown = list(islice(letters, _PAGE_SIZE))
    following = f"{_HERE}?after={shown[-1].number}" if len(letters) > _PAGE_SIZE else ""
    return page(request, "administrator/dead_letters.html", rows=shown, following=following, again=f"{_HERE}/replay")


@routes.get(_ONE)
async def show(request: web.Request) -> web.Response:
    letter = await dead_letters.get(_bus(request), int(request.match_info["number"]))
    return page(request, "administrator/dead_letter.html", letter=letter, event=_without_persons(letter), here=_HERE)


@routes.post(_ONE + "/replay")
async def replay(request: web.Request) -> web.Response:
    bus, gettext = _bus(request), request[PAGE].locale.gettext
    letter = await dead_letters.get(bus, int(request.match_info["number"]))
    if reason := await _handled_again(request, bus, letter):
        return go_to(f"{_HERE}/{letter.number}", Flash(gettext("It could not be handled"), reason), request)
    text = gettext("The event is handled and gone from this list.")
    return go_to(_HERE, Flash(gettext("Handled"), text), request)


@routes.post(_HERE + "/replay")
async def replay_all(request: web.Request) -> web.Response:
    """Replay as many as a page shows; those that fail again stay in the list."""
    bus, locale = _bus(request), request[PAGE].locale
    letters = [each async for each in dead_letters.some_of(bus, 0, _PAGE_SIZE)]
    failed = [letter for letter in letters if await _handled_again(request, bus, letter)]
    text = locale.gettext("%(done)s handled, %(left)s left.") % {
        "done": len(letters) - len(failed),
        "left": len(failed),
    }
    return go_to(_HERE, Flash(locale.gettext("Tried again"), text), request)


async def _handled_again(request: web.Request, bus: Bus, letter: DeadLetter) -> str:
    """Replay an event; returns the error if it fails again. The attempt is recorded in the audit log first."""
    trace.log().info("dead letter replayed", number=letter.number, durable=letter.durable)
    await request.app[CLIENTS].people.RecordAudit(
        RecordAuditRequest(
            request_id=clock.new_id(),
            action=DEAD_LETTER_REPLAYED,
            subject=f"deadLetters/{letter.number}",
            detail=f"for {letter.durable}: {letter.type}",
        )
    )
    try:
        return await dead_letters.replay(bus, letter)
    except Unavailable:
        words = request[PAGE].locale.gettext("The service %(name)s does not answer. Start it, then try again.")
        return words % {"name": letter.durable}


def _bus(request: web.Request) -> Bus:
    """The event bus, for administrators of everything only: an event belongs to no area."""
    if not signed_in(request).principal.runs_everything:
        raise Forbidden("ROLE_NEEDED")
    bus = request.app[LISTENER].bus
    if bus is None:
        raise Unavailable("SERVICE_AWAY")
    return bus


def _without_persons(letter: DeadLetter) -> str:
    event = dead_letters.decoded(letter)
    return json.dumps(_masked(event), ensure_ascii=False, indent=2) if event is not None else ""


def _masked(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: "…" if name in _PRIVATE else _masked(inner) for name, inner in value.items()}
    return [_masked(inner) for inner in value] if isinstance(value, list) else value
