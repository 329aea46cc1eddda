"""Sign-in cards: printed for a person at the counter, or for the people of a class; unlocked and ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from gateway.backend.classes import list_applications
from gateway.backend.clients import CLIENTS
from gateway.backend.places import PLACES
from gateway.documents import sign_in_card
from gateway.documents.certificate import PRINTER
from gateway.documents.sign_in_card import PrintedCard
from gateway.html.render import PAGE, Flash, locales, page
from gateway.http import errors
from gateway.http.auth import SESSIONS, signed_in
from gateway.http.form import read_texts
from gateway.language.i18n import Locale, msgid
from gateway.web.centre.class_staff import class_name, names_of
from gateway.web.centre.counter import COUNTER
from gateway.web.learner.class_words import shown
from gateway.web.site.forms import status_of
from gateway.web.site.frame import SETTINGS, go_to
from ieum.classes.v1 import classes_pb2
from ieum.people.v1 import cards_pb2 as pb
from services.chassis import clock
from services.chassis.errors import Invalid, Problem

_PERSON = COUNTER + "/{person:[0-9A-Za-z-]{1,64}}/card"
_CLASS = "/centre/classes/{class:[0-9a-z]{1,32}}/cards"
_KINDS = {"pictures": pb.CARD_WITH_PICTURES, "pin": pb.CARD_WITH_PIN}
_STATES: Mapping[int, str] = {
    pb.CARD_NONE: msgid("no card"),
    pb.CARD_VALID: msgid("has a card"),
    pb.CARD_LOCKED: msgid("card is locked"),
    pb.CARD_ENDED: msgid("card is ended"),
}

routes = web.RouteTableDef()


@routes.get(_PERSON)
@routes.get(_PERSON + "/{verb:end|unlock}")
async def show_again(request: web.Request) -> web.Response:
    """Where Back leads after a refusal."""
    return go_to(f"{COUNTER}/{request.match_info['person']}")


@routes.post(_PERSON)
async def print_one(request: web.Request) -> web.Response:
    signed_in(request, "administrator")
    return await _printed(request, [f"people/{request.match_info['person']}"], await read_texts(request))


@routes.post(_PERSON + "/{verb:end|unlock}")
async def change(request: web.Request) -> web.Response:
    signed_in(request, "administrator")
    person, gettext = f"people/{request.match_info['person']}", request[PAGE].locale.gettext
    if request.match_info["verb"] == "end":
        await request.app[CLIENTS].cards.EndCard(pb.EndCardRequest(person=person))
        request.app[SESSIONS].drop(person)
        said = gettext("The card opens nothing any more")
    else:
        await request.app[CLIENTS].cards.UnlockCard(pb.UnlockCardRequest(person=person))
        said = gettext("The card is unlocked")
    return go_to(f"{COUNTER}/{request.match_info['person']}", Flash(said), request)


async def _printed(request: web.Request, people: Sequence[str], form: Mapping[str, str]) -> web.Response:
    """The sheet itself: what stands on it is kept nowhere, so it is answered once."""
    kind = _KINDS.get(form.get("kind", ""), pb.CARD_KIND_UNSPECIFIED)
    made = await request.app[CLIENTS].cards.MakeCards(pb.MakeCardsRequest(people=people, kind=kind))
    for each in made.cards:
        request.app[SESSIONS].drop(each.person)
    settings = request.app[SETTINGS]
    korean, english = (locales(settings.zone)[language] for language in ("ko", "en"))
    layout = sign_in_card.TEN_A_PAGE if form.get("layout") == sign_in_card.TEN_A_PAGE else sign_in_card.A6
    with_name = "with_name" in form
    async with request.app[PRINTER]:
        body = await sign_in_card.render(
            [
                PrintedCard(each.number, each.display_name if with_name else "", each.pictures, each.pin)
                for each in made.cards
            ],
            layout,
            korean,
            english,
            issuers=(korean.pick(settings.site_name)[0], english.pick(settings.site_name)[0]),
            phone=settings.site_phone,
            now=clock.now(),
        )
    headers = {"Content-Disposition": 'inline; filename="cards.pdf"', "Cache-Control": "no-store"}
    return web.Response(body=body, content_type="application/pdf", headers=headers)


async def card_of(request: web.Request, person: str) -> dict[str, Any]:
    """What the counter shows of the card of somebody whose page is open."""
    found = (await request.app[CLIENTS].cards.ListCards(pb.ListCardsRequest(people=[person]))).cards
    return _shown(request[PAGE].locale, found[0] if found else pb.Card(state=pb.CARD_NONE))


def _shown(locale: Locale, card: pb.Card) -> dict[str, Any]:
    return {
        "state": locale.gettext(_STATES.get(card.state, _STATES[pb.CARD_NONE])),
        "is_locked": card.state == pb.CARD_LOCKED,
        "is_valid": card.state in (pb.CARD_VALID, pb.CARD_LOCKED),
        "made": clock.moment(card.make_time) if card.HasField("make_time") else None,
        "used": clock.moment(card.last_use_time) if card.HasField("last_use_time") else None,
        "refusal": errors.message(locale, Problem(card.refusal)) if card.refusal else "",
    }


@routes.get(_CLASS)
async def show_class(request: web.Request) -> web.Response:
    return await _class_page(request)


async def _class_page(request: web.Request, problem: Problem | None = None) -> web.Response:
    signed_in(request, "administrator")
    locale, clients, name = request[PAGE].locale, request.app[CLIENTS], class_name(request)
    class_ = await clients.classes.GetClass(classes_pb2.GetClassRequest(name=name))
    people = await _people_of(request, name)
    names = await names_of(request, name, people)
    cards = (await clients.cards.ListCards(pb.ListCardsRequest(people=people))).cards if people else []
    rows = [{"id": each.person, "name": names.get(each.person, ""), **_shown(locale, each)} for each in cards]
    return page(
        request,
        "centre/cards.html",
        status=status_of(problem) if problem else 200,
        shown=shown(locale, await request.app[PLACES].all(), class_),
        back=f"/centre/{name}",
        rows=sorted(rows, key=lambda row: str(row["name"])),
        errors={"people": errors.message(locale, problem)} if problem else {},
    )


async def _people_of(request: web.Request, name: str) -> list[str]:
    """Those with a seat."""
    applications = await list_applications(request.app[CLIENTS], class_name=name)
    seated = {each.person for each in applications if each.state == classes_pb2.CONFIRMED and each.person}
    return sorted(seated)


@routes.post(_CLASS)
async def print_class(request: web.Request) -> web.Response:
    signed_in(request, "administrator")
    form = await read_texts(request)
    wanted = form.getall("people", [])
    try:
        if not set(wanted) <= set(await _people_of(request, class_name(request))):
            raise Invalid("CARD_PEOPLE_MISSING", field="people")
        return await _printed(request, wanted, form)
    except Problem as problem:
        return await _class_page(request, problem)
