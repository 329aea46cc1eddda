"""Two accounts side by side: staff look whether they are of one person, and choose which of them stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from gateway.backend.classes import list_applications
from gateway.backend.clients import CLIENTS, side_by_side
from gateway.backend.places import PLACES, Places
from gateway.html.render import PAGE, Flash, page
from gateway.http import errors
from gateway.http.auth import SESSIONS, signed_in
from gateway.language.i18n import Locale
from gateway.web.centre.counter import COUNTER
from gateway.web.learner.class_words import STATES, shown
from gateway.web.learner.course_progress import CourseProgress, course_progress_of, standings
from gateway.web.site.forms import status_of, typed
from gateway.web.site.frame import go_to
from ieum.classes.v1 import classes_pb2
from ieum.people.v1 import counter_pb2 as pb
from services.chassis import clock
from services.chassis.errors import Problem
from services.chassis.principal import SYSTEM, acting_as

_ID = "[0-9A-Za-z-]{1,64}"
_PERSON = f"{COUNTER}/{{person:{_ID}}}"
_MERGE = f"{_PERSON}/merge/{{other:{_ID}}}"
_CHOOSE = f"{_PERSON}/merge"
_SEPARATE = f"{_PERSON}/separate"

routes = web.RouteTableDef()


@dataclass(frozen=True)
class _Account:
    record: pb.DeskRecord
    courses: Sequence[CourseProgress]
    applications: Sequence[tuple[str, str]]
    """Title of the class, and how it stands."""

    @property
    def id(self) -> str:
        return self.record.person.name.removeprefix("people/")


@routes.get(_MERGE)
async def ask(request: web.Request) -> web.Response:
    return await _page(request, {})


async def _page(request: web.Request, given: Mapping[str, str], problem: Problem | None = None) -> web.Response:
    signed_in(request, "administrator")
    locale, places = request[PAGE].locale, await request.app[PLACES].all()
    both = [await _account(request, places, request.match_info[each]) for each in ("person", "other")]
    choices = [(each.id, f"{each.record.person.display_name} · {each.record.person.login}") for each in both]
    return page(
        request,
        "centre/counter_merge.html",
        status=status_of(problem) if problem else 200,
        here=request.path,
        back=f"{COUNTER}/{both[0].id}",
        names=[each.record.person.display_name for each in both],
        rows=_rows(locale, places, both),
        choices=choices,
        kept=given.get("kept", ""),
        both_sign_ins=bool(given.get("both_sign_ins")),
        shared=sorted({title for title, _ in both[0].applications} & {title for title, _ in both[1].applications}),
        errors={"kept": errors.message(locale, problem)} if problem else {},
    )


async def _account(request: web.Request, places: Places, id: str) -> _Account:
    """As the person's own page at the counter shows it, with how far they came."""
    locale, clients, name = request[PAGE].locale, request.app[CLIENTS], f"people/{id}"
    record = await clients.counter.GetDeskRecord(pb.GetDeskRecordRequest(name=name))
    # People has just said that they are of this area; other services do not know whose people staff look after.
    with acting_as(SYSTEM):
        taken, applications = await side_by_side(standings(clients, name), list_applications(clients, person=name))
    rows = []
    for each in applications:
        class_ = await clients.classes.GetClass(classes_pb2.GetClassRequest(name=each.class_name))
        state = locale.gettext(STATES[each.state]) if each.state in STATES else ""
        rows.append((shown(locale, places, class_).title, state))
    return _Account(record, [course_progress_of(locale, each) for each in taken], rows)


def _rows(locale: Locale, places: Places, both: Sequence[_Account]) -> list[tuple[str, list[list[str]]]]:
    """What is compared, and of each account the lines that are known of it."""
    gettext = locale.gettext

    def course(each: CourseProgress) -> str:
        how_far = gettext("completed") if each.completed else f"{each.percent} %"
        return f"{each.title}: {how_far}"

    def lines(account: _Account) -> dict[str, list[str]]:
        person, since = account.record.person, clock.moment(account.record.person.create_time)
        return {
            gettext("Login"): [person.login],
            gettext("Birth year"): [str(account.record.birth_year or "")],
            gettext("Telephone"): [account.record.phone],
            gettext("E-mail"): [person.email],
            gettext("Where they live"): [places.title(locale, person.area) if person.area else ""],
            gettext("Registered"): [locale.date(since) if since else ""],
            gettext("Courses"): [*map(course, account.courses)],
            gettext("Certificates"): [each.title for each in account.courses if each.certificate and not each.revoked],
            gettext("Classes"): [f"{title}: {state}" for title, state in account.applications],
        }

    one, other = map(lines, both)
    return [(name, [[*filter(None, one[name])], [*filter(None, other[name])]]) for name in one]


@routes.post(_MERGE)
async def merge(request: web.Request) -> web.Response:
    signed_in(request, "administrator")
    given = await typed(request, "kept", "both_sign_ins")
    both = [request.match_info["person"], request.match_info["other"]]
    gettext = request[PAGE].locale.gettext
    if given["kept"] not in both:
        return await _page(request, given, Problem("KEPT_ACCOUNT_MISSING", field="kept", status=422))
    merged = both[1 - both.index(given["kept"])]
    asked = pb.MergeAccountsRequest(
        kept=f"people/{given['kept']}", merged=f"people/{merged}", both_sign_ins=bool(given["both_sign_ins"])
    )
    try:
        await request.app[CLIENTS].counter.MergeAccounts(asked)
    except Problem as problem:
        errors.pass_on_proof(problem)
        return await _page(request, given, problem)
    _forget(request, given["kept"], merged)
    said = Flash(gettext("The two accounts are one"), gettext("For 30 days you can separate them again."))
    return go_to(f"{COUNTER}/{given['kept']}", said, request)


@routes.get(_CHOOSE)
async def choose(request: web.Request) -> web.Response:
    """To the comparison with the account of the login in the address, or back where there is none."""
    signed_in(request, "administrator")
    login, person = request.query.get("login", "").strip(), request.match_info["person"]
    found = pb.FindAtCounterResponse()
    if login:
        found = await request.app[CLIENTS].counter.FindAtCounter(pb.FindAtCounterRequest(query=login))
    for each in found.people:
        other = each.person.name.removeprefix("people/")
        if each.person.login.casefold() == login.casefold() and other != person:
            return go_to(f"{COUNTER}/{person}/merge/{other}")
    gettext = request[PAGE].locale.gettext
    missing = Flash(
        gettext("No other account has this login"),
        gettext("Check how it is written; it must be of your area."),
        "warning",
    )
    return go_to(f"{COUNTER}/{person}", missing, request)


@routes.get(_SEPARATE)
async def show_again(request: web.Request) -> web.Response:
    """Where Back leads after a refusal."""
    return go_to(f"{COUNTER}/{request.match_info['person']}")


@routes.post(_SEPARATE)
async def separate(request: web.Request) -> web.Response:
    """Of the account that rests."""
    signed_in(request, "administrator")
    merged, gettext = request.match_info["person"], request[PAGE].locale.gettext
    await request.app[CLIENTS].counter.SeparateAccounts(pb.SeparateAccountsRequest(name=f"people/{merged}"))
    _forget(request, merged)
    said = Flash(gettext("The accounts are separate again"), gettext("Each is as it was before."))
    return go_to(f"{COUNTER}/{merged}", said, request)


def _forget(request: web.Request, *people: str) -> None:
    for each in people:
        request.app[SESSIONS].drop(f"people/{each}")


async def merged_with(request: web.Request, record: pb.DeskRecord) -> list[dict[str, Any]]:
    """The accounts that were merged into this one, or the one that stands for it, for the page of a person."""
    locale, person = request[PAGE].locale, record.person
    rows = []
    for name in [person.kept_as] if person.kept_as else person.merged:
        other = (await request.app[CLIENTS].counter.GetDeskRecord(pb.GetDeskRecordRequest(name=name))).person
        rests = person if person.kept_as else other
        until = clock.moment(rests.separable_until)
        rows.append(
            {
                "href": f"{COUNTER}/{name.removeprefix('people/')}",
                "name": other.display_name,
                "login": other.login,
                "until": locale.date(until) if until else "",
                "separate": f"{COUNTER}/{rests.name.removeprefix('people/')}/separate"
                if until and until > clock.now()
                else "",
            }
        )
    return rows
