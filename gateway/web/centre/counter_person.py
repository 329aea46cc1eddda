"""A person at the counter: what they have, and what staff do for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from gateway.backend import learning
from gateway.backend.classes import list_applications, list_classes, next_start
from gateway.backend.clients import CLIENTS, side_by_side
from gateway.backend.places import PLACES, Places
from gateway.html.render import PAGE, Flash, page
from gateway.http import errors
from gateway.http.auth import SESSIONS, signed_in
from gateway.language.i18n import LANGUAGES, Locale, msgid
from gateway.web.administrator.people import VOUCHINGS, course_choices
from gateway.web.centre.cards import card_of
from gateway.web.centre.counter import COUNTER, year_of
from gateway.web.centre.counter_merge import merged_with
from gateway.web.learner.class_words import STATES, shown
from gateway.web.site.forms import named, status_of, typed
from gateway.web.site.frame import go_to
from ieum.classes.v1 import classes_pb2
from ieum.enrollment.v1.enrollment_pb2 import ACTIVE, Enrollment, EnrolRequest, ListEnrollmentsRequest
from ieum.people.v1 import counter_pb2 as pb
from ieum.people.v1.people_pb2 import ResetPassphraseRequest, Vouching
from services.chassis import clock
from services.chassis.errors import Problem
from services.chassis.principal import SYSTEM, acting_as

_PERSON = COUNTER + "/{person:[0-9A-Za-z-]{1,64}}"
_VERBS = _PERSON + "/{verb:enrol|apply|code|desk|apart}"
_FIELDS = {"birth_year": "birth_year", "phone": "phone"}
_MOST = 200
_REASONS: Mapping[int, str] = {
    pb.SAME_NAME: msgid("the same name"),
    pb.SOUNDS_ALIKE: msgid("a name that sounds alike"),
    pb.SAME_YEAR: msgid("the same birth year"),
    pb.SAME_DIGITS: msgid("the same last digits"),
    pb.SAME_AREA: msgid("the same area"),
}

routes = web.RouteTableDef()


def _name(request: web.Request) -> str:
    return f"people/{request.match_info['person']}"


@routes.get(_PERSON)
async def show(request: web.Request) -> web.Response:
    return await _page(request)


@routes.get(_VERBS)
async def show_again(request: web.Request) -> web.Response:
    """Where Back leads after a refusal."""
    return go_to(f"{COUNTER}/{request.match_info['person']}")


async def _page(
    request: web.Request, refused: tuple[str, Problem] | None = None, status: int = 200, **values: Any
) -> web.Response:
    """`refused`: the form's field that was refused, and why."""
    signed_in(request, "administrator")
    locale, clients, places = request[PAGE].locale, request.app[CLIENTS], await request.app[PLACES].all()
    record = await clients.counter.GetDeskRecord(pb.GetDeskRecordRequest(name=_name(request)))
    alike = pb.FindAlikeResponse()
    if not record.person.kept_as:
        alike = await clients.counter.FindAlike(pb.FindAlikeRequest(name=_name(request)))
    merged = await merged_with(request, record)
    courses = await course_choices(request)
    enrollments: list[Enrollment] = []
    applications: list[classes_pb2.Application] = []
    # People has just said that they are of this area; other services do not know whose people staff look after.
    with acting_as(SYSTEM):
        for name in (record.person.name, *record.person.merged):
            listed, applied = await side_by_side(
                clients.enrollment.ListEnrollments(ListEnrollmentsRequest(person=name, page_size=_MOST)),
                list_applications(clients, person=name),
            )
            enrollments += listed.enrollments
            applications += applied
    return page(
        request,
        "centre/counter_person.html",
        status=status_of(refused[1]) if refused else status,
        here=request.path if request.method == "GET" else f"{COUNTER}/{request.match_info['person']}",
        person=record.person,
        facts=_facts(locale, places, record),
        desk={"birth_year": str(record.birth_year or ""), "phone": record.phone} | values.pop("typed", {}),
        home=places.title(locale, record.person.area) if record.person.area else "",
        since=clock.moment(record.person.create_time),
        merged=merged,
        alike=[_alike(locale, places, each) for each in alike.people],
        card=await card_of(request, record.person.name),
        courses=[dict(courses).get(each.course, each.course) for each in enrollments if each.state == ACTIVE],
        course_choices=courses,
        applications=await _applications(request, places, applications),
        class_choices=await _class_choices(request, places),
        errors={refused[0]: errors.message(locale, refused[1])} if refused else {},
        **{"code": "", "until": None} | values,
    )


def _facts(locale: Locale, places: Places, record: pb.DeskRecord) -> list[tuple[str, str]]:
    person, gettext = record.person, locale.gettext
    rows = [
        (gettext("Login"), person.login),
        (gettext("Birth year"), str(record.birth_year or gettext("not given"))),
        (gettext("Telephone"), record.phone or gettext("not given")),
        (gettext("E-mail"), person.email or gettext("not given")),
        (gettext("Where they live"), places.title(locale, person.area) if person.area else gettext("not given")),
        (gettext("How they are known"), gettext(VOUCHINGS[Vouching.Name(person.vouching)])),
        (gettext("Language"), LANGUAGES.get(person.locale, person.locale)),
    ]
    if person.organisation:
        rows.append((gettext("Where they work"), places.title(locale, person.organisation)))
    return rows


def _alike(locale: Locale, places: Places, each: pb.AlikePerson) -> dict[str, Any]:
    """An account beside this one, and what speaks for one person."""
    person = each.found.person
    return {
        "id": person.name.removeprefix("people/"),
        "href": f"{COUNTER}/{person.name.removeprefix('people/')}",
        "name": person.display_name,
        "year": each.found.birth_year,
        "digits": each.found.phone_digits,
        "home": places.title(locale, person.area) if person.area else "",
        "since": clock.moment(person.create_time),
        "reasons": [locale.gettext(_REASONS[reason]) for reason in each.reasons if reason in _REASONS],
    }


async def _applications(
    request: web.Request, places: Places, applications: list[classes_pb2.Application]
) -> list[tuple[str, str, str, int]]:
    """Title, address, state and place in line of each."""
    locale, rows = request[PAGE].locale, []
    for each in applications:
        class_ = await request.app[CLIENTS].classes.GetClass(classes_pb2.GetClassRequest(name=each.class_name))
        state = locale.gettext(STATES[each.state]) if each.state in STATES else ""
        rows.append((shown(locale, places, class_).title, f"/centre/{each.class_name}", state, each.place))
    return rows


async def _class_choices(request: web.Request, places: Places) -> list[tuple[str, str]]:
    """The open classes of the centre, the next one first."""
    locale, choices = request[PAGE].locale, []
    for class_ in sorted(await list_classes(request.app[CLIENTS], managed=True), key=next_start):
        if class_.state == classes_pb2.PUBLISHED:
            each = shown(locale, places, class_)
            when = locale.datetime(each.next) if each.next else ""
            choices.append((class_.name, " · ".join(filter(None, (each.title, when, each.place)))))
    return choices


@routes.post(_VERBS)
async def act(request: web.Request) -> web.Response:
    signed_in(request, "administrator")
    given = await typed(request, "course", "class_name", "birth_year", "phone", "other")
    verb = request.match_info["verb"]
    if verb == "code":
        return await _give_code(request)
    try:
        said = await _ACTS[verb](request, given)
    except Problem as problem:
        usual = {"enrol": "course", "apply": "class_name", "desk": "phone", "apart": "alike"}[verb]
        typed_desk = {name: given[name] for name in ("birth_year", "phone")} if verb == "desk" else {}
        field = named(problem, _FIELDS, usual) if verb == "desk" else usual
        return await _page(request, (field, problem), typed=typed_desk)
    return go_to(f"{COUNTER}/{request.match_info['person']}", Flash(said), request)


async def _enrol(request: web.Request, given: Mapping[str, str]) -> str:
    await learning.enrol(request.app[CLIENTS], EnrolRequest(person=_name(request), course=given["course"]))
    return request[PAGE].locale.gettext("They are enrolled")


async def _apply(request: web.Request, given: Mapping[str, str]) -> str:
    applying = classes_pb2.ApplyRequest(
        class_name=given["class_name"], person=_name(request), channel=classes_pb2.COUNTER
    )
    await request.app[CLIENTS].classes.Apply(applying)
    return request[PAGE].locale.gettext("The application is received")


async def _keep_desk(request: web.Request, given: Mapping[str, str]) -> str:
    change = pb.UpdateDeskRecordRequest(
        name=_name(request), birth_year=year_of(given["birth_year"]), phone=given["phone"]
    )
    await request.app[CLIENTS].counter.UpdateDeskRecord(change)
    return request[PAGE].locale.gettext("Birth year and telephone are kept")


async def _tell_apart(request: web.Request, given: Mapping[str, str]) -> str:
    apart = pb.TellApartRequest(name=_name(request), other=f"people/{given['other']}")
    await request.app[CLIENTS].counter.TellApart(apart)
    return request[PAGE].locale.gettext("Noted: these are two people")


_ACTS = {"enrol": _enrol, "apply": _apply, "desk": _keep_desk, "apart": _tell_apart}


async def _give_code(request: web.Request) -> web.Response:
    """Shows a code that opens the account for an hour, on this page alone."""
    try:
        given = await request.app[CLIENTS].people.ResetPassphrase(ResetPassphraseRequest(name=_name(request)))
    except Problem as problem:
        return await _page(request, ("code", problem))
    request.app[SESSIONS].drop(_name(request))
    return await _page(request, code=given.code, until=clock.moment(given.expire_time))
