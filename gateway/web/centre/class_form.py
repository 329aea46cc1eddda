"""The form of a class, new or to be changed."""

from __future__ import annotations

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.backend.places import PLACES
from gateway.html.render import PAGE, Flash, page
from gateway.http import errors
from gateway.http.auth import signed_in
from gateway.http.form import read_texts
from gateway.language.i18n import LANGUAGES
from gateway.web.centre import class_input
from gateway.web.centre.class_input import ClassInput
from gateway.web.centre.class_staff import find_person, names_of
from gateway.web.learner.class_words import DELIVERIES, FEATURES, RULES
from gateway.web.site.forms import named, status_of
from gateway.web.site.frame import SETTINGS, go_to
from ieum.classes.v1 import classes_pb2 as pb
from ieum.courses.v1.courses_pb2 import SearchCatalogRequest
from services.chassis import clock
from services.chassis.errors import Conflict, Invalid, Missing, Problem

routes = web.RouteTableDef()
_EDIT = "/centre/classes/{class:[0-9a-z]{1,32}}/edit"
_LONGEST = {"sessions": 4_000, "groups": 1_000, "audience": 1_000}


@routes.get("/centre/new")
async def show_new(request: web.Request) -> web.Response:
    signed_in(request, "instructor", "administrator")
    return await _form(request, "/centre/new", class_input.blank(), clock.new_id())


@routes.post("/centre/new")
async def create(request: web.Request) -> web.Response:
    signed_in(request, "instructor", "administrator")
    form = await read_texts(request, _longest)
    given, class_id = class_input.read(form), form.get("class_id", "")
    try:
        complete = await _with_people(request, given)
        details = class_input.to_details(complete, request.app[SETTINGS].zone, pb.ClassDetails())
        details.title = details.title or (await _courses(request)).get(details.course, "")
        call = pb.CreateClassRequest(class_id=class_id, details=details)
        created = await request.app[CLIENTS].classes.CreateClass(call)
    except Problem as problem:
        return await _form(request, "/centre/new", given, class_id, problem)
    gettext = request[PAGE].locale.gettext
    flash = Flash(gettext("The class is kept as a draft"), gettext("Look at it once more, then publish it."))
    return go_to(f"/centre/{created.name}", flash, request)


@routes.get(_EDIT)
async def show(request: web.Request) -> web.Response:
    class_ = await _class(request)
    given = class_input.from_details(class_.details, request.app[SETTINGS].zone)
    published = class_.state != pb.DRAFT
    return await _form(request, f"/centre/{class_.name}/edit", given, etag=class_.etag, published=published)


@routes.post(_EDIT)
async def change(request: web.Request) -> web.Response:
    class_ = await _class(request)
    form = await read_texts(request, _longest)
    given = class_input.read(form)
    try:
        complete = await _with_people(request, given)
        details = class_input.to_details(complete, request.app[SETTINGS].zone, class_.details)
        if class_.state != pb.DRAFT:
            details.course = class_.details.course
            del details.sessions[:]
            details.sessions.extend(class_.details.sessions)
        call = pb.UpdateClassRequest(name=class_.name, details=details, etag=form.get("etag", ""))
        await request.app[CLIENTS].classes.UpdateClass(call)
    except Problem as problem:
        here = f"/centre/{class_.name}/edit"
        # Shown once what somebody else has changed, the next press keeps what is here.
        etag = class_.etag if isinstance(problem, Conflict) else form.get("etag", "")
        published = class_.state != pb.DRAFT
        return await _form(request, here, given, problem=problem, etag=etag, published=published)
    return go_to(f"/centre/{class_.name}", Flash(request[PAGE].locale.gettext("The class is changed")), request)


async def _with_people(request: web.Request, given: ClassInput) -> ClassInput:
    """Raises Invalid at the field with a login that nobody has."""
    found: dict[str, str] = {}
    for name in ("new_instructors", "new_supporters"):
        for login in class_input.logins(given.texts[name]):
            try:
                found[login] = await find_person(request, login)
            except Missing as problem:
                raise Invalid(problem.reason, field=name) from problem
    return class_input.with_people(given, found)


async def _class(request: web.Request) -> pb.Class:
    signed_in(request)
    name = f"classes/{request.match_info['class']}"
    class_: pb.Class = await request.app[CLIENTS].classes.GetClass(pb.GetClassRequest(name=name))
    return class_


async def _form(
    request: web.Request,
    here: str,
    given: ClassInput,
    class_id: str = "",
    problem: Problem | None = None,
    *,
    etag: str = "",
    published: bool = False,
) -> web.Response:
    locale, places = request[PAGE].locale, await request.app[PLACES].all()
    people = [*given.lists["instructors"], *given.lists["supporters"]]
    names = await names_of(request, "a class", people)
    elsewhere = [("", locale.gettext("Another place; its address is below"))]
    return page(
        request,
        "centre/class_form.html",
        status=status_of(problem) if problem else 200,
        here=here,
        given=given.texts,
        chosen=given.lists,
        class_id=class_id,
        etag=etag,
        published=published,
        courses=list((await _courses(request)).items()),
        areas=places.homes(locale),
        centres=elsewhere + [(each.name, locale.pick(each.title)[0]) for each in places.centres.values()],
        rules=[(str(number), locale.gettext(text)) for number, text in RULES.items()],
        features=[(str(number), locale.gettext(text)) for number, text in FEATURES.items()],
        deliveries=[(str(number), locale.gettext(text)) for number, text in DELIVERIES.items()],
        tongues=list(LANGUAGES.items()),
        organisations=[
            ("", locale.gettext("Everybody")),
            *((each.name, locale.pick(each.title)[0]) for each in places.organisations.values()),
        ],
        people={
            name: [(person, names.get(person) or locale.gettext("Deleted account")) for person in given.lists[name]]
            for name in ("instructors", "supporters")
        },
        errors=_errors(request, problem),
    )


def _errors(request: web.Request, problem: Problem | None) -> dict[str, str]:
    if problem is None:
        return {}
    locale = request[PAGE].locale
    known = dict(zip(class_input.FIELDS, class_input.FIELDS, strict=True))
    known |= {name: name for name in class_input.LISTS} | {"closes_at": "close_time"}
    words = errors.message(locale, problem)
    return {named(problem, known, "title"): words}


async def _courses(request: web.Request) -> dict[str, str]:
    """Title of each course in the catalogue."""
    locale = request[PAGE].locale
    found: dict[str, str] = {}
    call = SearchCatalogRequest(page_size=200)
    while True:
        answer = await request.app[CLIENTS].courses.SearchCatalog(call)
        found |= {entry.course: locale.pick(entry.title)[0] for entry in answer.entries}
        if not answer.next_page_token:
            return found
        call.page_token = answer.next_page_token


def _longest(name: str) -> int:
    return _LONGEST.get(name, 400)
