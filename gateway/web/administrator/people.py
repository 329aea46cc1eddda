"""Accounts and roles, for administrators. The people service decides who reaches whom, and records each look."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from aiohttp import web
from yarl import URL

from gateway.backend.clients import CLIENTS
from gateway.backend.names import id_of
from gateway.backend.places import PLACES, Places
from gateway.html.render import PAGE, Flash, page
from gateway.http import errors
from gateway.http.auth import SESSIONS, Viewer, signed_in
from gateway.language.i18n import LANGUAGES, Locale, msgid
from gateway.web.site import area_choices
from gateway.web.site.forms import REFUSED, status_of, typed
from gateway.web.site.frame import go_to
from ieum.courses.v1.courses_pb2 import SearchCatalogRequest
from ieum.people.v1 import people_pb2 as pb
from services.chassis import clock
from services.chassis.errors import Problem

_PEOPLE = "/admin/people"
PERSON = _PEOPLE + "/{person:[0-9A-Za-z-]{1,64}}"
_PAGE_SIZE = 25
_MOST_COURSES = 500
ROLES = {
    "LEARNER": msgid("Learner"),
    "INSTRUCTOR": msgid("Instructor"),
    "REVIEWER": msgid("Reviewer"),
    "OFFICIAL": msgid("Official"),
    "ADMINISTRATOR": msgid("Administrator"),
}

VOUCHINGS = {
    "VOUCHING_UNSPECIFIED": msgid("nobody has seen this person"),
    "SELF_DECLARED": msgid("nobody has seen this person"),
    "AT_DESK": msgid("seen at the desk"),
    "BY_ROSTER": msgid("taken from a list"),
}

routes = web.RouteTableDef()


def role_words(locale: Locale, role: str) -> str:
    return locale.gettext(ROLES.get(role, role))


def grant_words(locale: Locale, places: Places, grant: pb.Grant) -> str:
    role, scope = role_words(locale, pb.Role.Name(grant.role)), area_choices.title(locale, places, grant.scope)
    return locale.gettext("%(role)s: %(scope)s") % {"role": role, "scope": scope}


@routes.get(_PEOPLE)
async def people(request: web.Request) -> web.Response:
    viewer, locale, places = signed_in(request), request[PAGE].locale, await request.app[PLACES].all()
    filters = {name: request.query.get(name, "") for name in ("q", "role")}
    role = pb.Role.Value(filters["role"]) if filters["role"] in ROLES else pb.ROLE_UNSPECIFIED
    answer = await request.app[CLIENTS].people.ListPeople(
        pb.ListPeopleRequest(
            query=filters["q"], role=role, page_size=_PAGE_SIZE, page_token=request.query.get("page", "")
        )
    )
    more = filters | {"page": answer.next_page_token}
    return page(
        request,
        "administrator/people.html",
        filters=filters,
        rows=[_listed(locale, places, each) for each in answer.people],
        role_choices=[("", locale.gettext("All roles")), *_role_choices(locale)],
        following=str(URL(_PEOPLE).with_query(more)) if answer.next_page_token else "",
        beginning=str(URL(_PEOPLE).with_query(filters)) if "page" in request.query else "",
        runs_everything=viewer.principal.runs_everything,
    )  # fmt: skip


def _listed(locale: Locale, places: Places, person: pb.Person) -> dict[str, str]:
    return {
        "href": f"/admin/{person.name}",
        "title": person.display_name,
        "login": person.login,
        "home": places.title(locale, person.organisation or person.area),
        "grants": ", ".join(_unusual(locale, places, person.grants)) or role_words(locale, "LEARNER"),
    }


def _unusual(locale: Locale, places: Places, grants: Iterable[pb.Grant]) -> list[str]:
    """The grants worth showing: everybody is a learner everywhere."""
    return [grant_words(locale, places, grant) for grant in grants if grant.role != pb.LEARNER]


def _role_choices(locale: Locale) -> list[tuple[str, str]]:
    return [(role, locale.gettext(words)) for role, words in ROLES.items()]


@routes.get(PERSON)
async def person(request: web.Request) -> web.Response:
    signed_in(request, "administrator")
    return await _page(request, {"role": "", "scope": ""})


@routes.post(PERSON + "/grant")
async def grant(request: web.Request) -> web.Response:
    form = await typed(request, "role", "scope", "passphrase")
    passphrase = form.pop("passphrase")
    client = request.app[CLIENTS].people
    try:
        await client.GrantRole(pb.GrantRoleRequest(name=name_of(request), grant=_grant(form), passphrase=passphrase))
    except Problem as problem:
        errors.pass_on_proof(problem)
        field = problem.field if problem.field in (*form, "passphrase") else "role"
        return await refused(request, problem, field, form)
    return done(request, msgid("The role is given"), msgid("It counts from the next page that they open."))


@routes.post(PERSON + "/revoke")
async def revoke(request: web.Request) -> web.Response:
    form = await typed(request, "role", "scope")
    client = request.app[CLIENTS].people
    try:
        await client.RevokeRole(pb.RevokeRoleRequest(name=name_of(request), grant=_grant(form)))
    except Problem as problem:
        return await refused(request, problem, "roles", {"role": "", "scope": ""})
    return done(request, msgid("The role is taken back"), msgid("It ends with the next page that they open."))


@routes.get(PERSON + "/erase")
async def ask_to_erase(request: web.Request) -> web.Response:
    return await _erase_page(request)


@routes.post(PERSON + "/erase")
async def request_erasure(request: web.Request) -> web.Response:
    """Write a request down at the desk. The login must be typed, so that nobody is named by mistake."""
    form, locale = await typed(request, "login", "passphrase"), request[PAGE].locale
    person = await get_person(request)
    if form["login"].strip().casefold() != person.login.casefold():
        words = locale.gettext("This is not their login. Look at it above and type it again.")
        return await _erase_page(request, form["login"], status=REFUSED, errors={"login": words})
    try:
        asked = await request.app[CLIENTS].people.RequestErasure(
            pb.RequestErasureRequest(name=name_of(request), passphrase=form["passphrase"])
        )
    except Problem as problem:
        errors.pass_on_proof(problem)
        form_errors = {"passphrase" if problem.field == "passphrase" else "login": errors.message(locale, problem)}
        return await _erase_page(request, form["login"], status=status_of(problem), errors=form_errors)
    flash = Flash(
        locale.gettext("The request is written down"),
        locale.gettext("Another administrator approves it. Give the person the number below."),
    )
    return go_to(f"/admin/erasures/{id_of(asked.name)}", flash, request)


async def _erase_page(request: web.Request, login: str = "", **values: Any) -> web.Response:
    signed_in(request, "administrator")
    return page(
        request,
        "administrator/erase.html",
        person=await get_person(request),
        login=login,
        action=request.path,
        **values,
    )


def name_of(request: web.Request) -> str:
    return f"people/{request.match_info['person']}"


async def get_person(request: web.Request) -> pb.Person:
    return await request.app[CLIENTS].people.GetPerson(pb.GetPersonRequest(name=name_of(request)))


def _grant(form: dict[str, str]) -> pb.Grant:
    role = pb.Role.Value(form["role"]) if form["role"] in ROLES else pb.ROLE_UNSPECIFIED
    return pb.Grant(role=role, scope=form["scope"])


def done(request: web.Request, title: str, text: str) -> web.Response:
    """Drop the cached sessions of the person and go back to their page."""
    request.app[SESSIONS].drop(name_of(request))
    gettext = request[PAGE].locale.gettext
    return go_to(f"/admin/{name_of(request)}", Flash(gettext(title), gettext(text)), request)


async def refused(request: web.Request, problem: Problem, field: str, form: dict[str, str]) -> web.Response:
    form_errors = {field: errors.message(request[PAGE].locale, problem)}
    return await _page(request, form, status=status_of(problem), errors=form_errors)


async def _page(request: web.Request, form: dict[str, str], **values: Any) -> web.Response:
    viewer, locale, places = signed_in(request), request[PAGE].locale, await request.app[PLACES].all()
    person = await get_person(request)
    grants = [
        {
            "words": grant_words(locale, places, each),
            "fields": {"role": pb.Role.Name(each.role), "scope": each.scope},
        }
        for each in person.grants
    ]
    return page(
        request, "administrator/person.html", person=person, here=f"/admin/{person.name}", form=form, grants=grants,
        area=places.title(locale, person.area) if person.area else "",
        organisation=places.title(locale, person.organisation) if person.organisation else "",
        course_choices=await course_choices(request),
        vouching=locale.gettext(VOUCHINGS[pb.Vouching.Name(person.vouching)]),
        is_vouched_for=person.vouching not in (pb.VOUCHING_UNSPECIFIED, pb.SELF_DECLARED),
        language=LANGUAGES.get(person.locale, person.locale), since=clock.moment(person.create_time),
        role_choices=_role_choices(locale), scope_choices=_scope_choices(viewer, locale, places), **values,
    )  # fmt: skip


async def course_choices(request: web.Request) -> Sequence[tuple[str, str]]:
    locale, asked = request[PAGE].locale, SearchCatalogRequest(page_size=_MOST_COURSES)
    listed = (await request.app[CLIENTS].courses.SearchCatalog(asked)).entries
    return sorted(((entry.course, locale.pick(entry.title)[0]) for entry in listed), key=lambda choice: choice[1])


def _scope_choices(viewer: Viewer, locale: Locale, places: Places) -> Sequence[tuple[str, str]]:
    held = viewer.principal.scopes("administrator")
    areas = area_choices.areas_within(locale, places, held)
    return [*areas, *area_choices.organisations_within(locale, places, held, inside=True)]
