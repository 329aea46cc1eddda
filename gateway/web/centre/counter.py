"""The counter: finds a person or registers them, by keyboard alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.backend.places import PLACES, Places
from gateway.html.render import PAGE, Flash, page
from gateway.http import errors
from gateway.http.auth import signed_in
from gateway.language.i18n import LANGUAGES, Locale
from gateway.web.site import area_choices
from gateway.web.site.forms import named, status_of, typed
from gateway.web.site.frame import go_to
from ieum.people.v1 import counter_pb2 as pb
from services.chassis import clock
from services.chassis.errors import Invalid, Problem

COUNTER = "/centre/counter"
_SEARCH = ("q", "year", "digits")
_SEARCH_FIELDS = {"query": "q", "birth_year": "year", "phone_digits": "digits"}
_NEW = ("request_id", "name", "birth_year", "phone", "area", "locale", "another")
_NEW_FIELDS = {"display_name": "name", "birth_year": "birth_year", "phone": "phone", "area": "area"}

routes = web.RouteTableDef()


@routes.get(COUNTER)
async def show(request: web.Request) -> web.Response:
    """The search alone, or what it found with the form for somebody who is not there yet."""
    return await _page(request, {name: request.query.get(name, "") for name in _SEARCH})


async def _page(request: web.Request, search: Mapping[str, str]) -> web.Response:
    signed_in(request, "administrator")
    found, problem = None, None
    if any(value.strip() for value in search.values()):
        try:
            found = await request.app[CLIENTS].counter.FindAtCounter(_searched(search))
        except Invalid as refused:
            problem = refused
    locale, places = request[PAGE].locale, await request.app[PLACES].all()
    wrong = {named(problem, _SEARCH_FIELDS, "q"): errors.message(locale, problem)} if problem else {}
    return page(
        request,
        "centre/counter.html",
        status=status_of(problem) if problem else 200,
        search=search,
        errors=wrong,
        rows=[_row(locale, places, each) for each in found.people] if found else [],
        searched=found is not None,
        more=bool(found and found.more),
        refused=False,
        is_alike=False,
        **_new(request, places, _typed_already(search)),
    )


def _searched(search: Mapping[str, str]) -> pb.FindAtCounterRequest:
    return pb.FindAtCounterRequest(query=search["q"], birth_year=year_of(search["year"]), phone_digits=search["digits"])


def year_of(text: str) -> int:
    """0 for nothing. Raises Invalid, with the field."""
    digits = text.strip()
    if digits and not (digits.isascii() and digits.isdigit() and len(digits) == 4):
        raise Invalid("BIRTH_YEAR_INVALID", field="birth_year", min=1900, max=clock.now().year)
    return int(digits or 0)


def _typed_already(search: Mapping[str, str]) -> dict[str, str]:
    """What was looked for is what will be registered; first consonants alone are no name."""
    is_name = any("가" <= sign <= "힣" or (sign.isascii() and sign.isalpha()) for sign in search["q"])
    return {"name": search["q"] if is_name else "", "birth_year": search["year"]}


def _row(locale: Locale, places: Places, found: pb.FoundPerson) -> dict[str, Any]:
    person = found.person
    return {
        "href": f"{COUNTER}/{person.name.removeprefix('people/')}",
        "name": person.display_name,
        "year": found.birth_year,
        "digits": found.phone_digits,
        "home": places.title(locale, person.organisation or person.area),
        "login": person.login,
        "rests": bool(person.kept_as),
    }


def _new(request: web.Request, places: Places, given: Mapping[str, str]) -> dict[str, Any]:
    viewer, locale = signed_in(request), request[PAGE].locale
    areas = area_choices.areas_within(locale, places, viewer.principal.scopes("administrator"))
    choices = [choice for choice in areas if choice[0] != area_choices.EVERYWHERE]
    own = viewer.principal.area if viewer.principal.area in dict(choices) else ""
    if not own and len(choices) > 1:
        # Whoever is in a hurry must not register a village under its province.
        choices.insert(0, ("", locale.gettext("Choose the area")))
    usual = {"request_id": clock.new_id(), "area": own, "locale": "ko"}
    new = {name: given.get(name) or usual.get(name, "") for name in _NEW}
    return {"new": new, "area_choices": choices, "locale_choices": list(LANGUAGES.items())}


@routes.post(COUNTER)
async def register(request: web.Request) -> web.Response:
    signed_in(request, "administrator")
    given = await typed(request, *_NEW)
    try:
        record = await request.app[CLIENTS].counter.RegisterAtCounter(_registration(given))
    except Problem as problem:
        return await _refused(request, given, problem)
    gettext = request[PAGE].locale.gettext
    flash = Flash(
        gettext("The person is registered"), gettext("Their login is %(login)s.") % {"login": record.person.login}
    )
    return go_to(f"{COUNTER}/{record.person.name.removeprefix('people/')}", flash, request)


def _registration(given: Mapping[str, str]) -> pb.RegisterAtCounterRequest:
    return pb.RegisterAtCounterRequest(
        request_id=given["request_id"],
        display_name=given["name"],
        birth_year=year_of(given["birth_year"]),
        phone=given["phone"],
        area=given["area"],
        locale=given["locale"],
        is_another_person=bool(given["another"]),
    )


async def _refused(request: web.Request, given: Mapping[str, str], problem: Problem) -> web.Response:
    """The form again, with what was typed."""
    locale, places = request[PAGE].locale, await request.app[PLACES].all()
    return page(
        request,
        "centre/counter.html",
        status=status_of(problem),
        search=dict.fromkeys(_SEARCH, ""),
        errors={named(problem, _NEW_FIELDS, "name"): errors.message(locale, problem)},
        rows=[],
        searched=True,
        more=False,
        refused=True,
        is_alike=problem.reason == "PERSON_LIKE_THIS",
        **_new(request, places, given),
    )
