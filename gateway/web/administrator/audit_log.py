"""The audit log as a page and as a sheet. Looking at it shows names, so each look is itself recorded by the people
service."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, replace

from aiohttp import web
from multidict import MultiMapping
from yarl import URL

from gateway.backend.clients import CLIENTS
from gateway.backend.places import PLACES
from gateway.documents import csv
from gateway.html.render import PAGE, page
from gateway.http import csv_download
from gateway.http.auth import signed_in
from gateway.language.i18n import Locale, msgid
from gateway.web.administrator.audit_words import ACTIONS, HERE, PERSON, action_choices, row
from ieum.people.v1 import people_pb2 as pb
from ieum.people.v1.people_pb2_grpc import PeopleServiceStub
from services.chassis.clock import stamp

_PAGE_SIZE, _SHEET_PAGE = 50, 500
_DAY_WRONG = msgid("Write the day like 2026-03-31.")
_DAYS_TURNED = msgid("The last day lies before the first. Change one of them.")

routes = web.RouteTableDef()


@dataclass(frozen=True)
class Filters:
    """Days as they were typed; `first` and `last` are those that could be read."""

    action: str = ""
    actor: str = ""
    who: str = ""
    since: str = ""
    until: str = ""
    first: dt.date | None = None
    last: dt.date | None = None

    @classmethod
    def read(cls, query: MultiMapping[str]) -> Filters:
        action, actor, who, since, until = (
            query.get(name, "").strip() for name in ("action", "actor", "who", "since", "until")
        )
        return cls(action, actor, who, since, until, _day(since), _day(until))

    def wrong(self, locale: Locale) -> dict[str, str]:
        wrong = {
            name: locale.gettext(_DAY_WRONG)
            for name, text, day in (("since", self.since, self.first), ("until", self.until, self.last))
            if text and day is None
        }
        if self.first and self.last and self.last < self.first:
            wrong["until"] = locale.gettext(_DAYS_TURNED)
        return wrong

    def kept(self, **changes: str) -> dict[str, str]:
        """As parameters of an address, without the name that was searched for."""
        given = {"action": self.action, "actor": self.actor, "since": self.since, "until": self.until} | changes
        return {name: text for name, text in given.items() if text}

    def request(self, locale: Locale, size: int, token: str) -> pb.ListAuditEntriesRequest:
        """Days are those of the reader's clock; the last counts in whole."""
        return pb.ListAuditEntriesRequest(
            action=pb.AuditAction.Value(self.action) if self.action in ACTIONS else pb.AUDIT_ACTION_UNSPECIFIED,
            actor=self.actor,
            since=stamp(_midnight(self.first, locale) if self.first else None),
            until=stamp(_midnight(self.last + dt.timedelta(days=1), locale) if self.last else None),
            page_size=size,
            page_token=token,
        )


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _midnight(day: dt.date, locale: Locale) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), locale.timezone)


@routes.get(HERE)
async def show(request: web.Request) -> web.Response:
    signed_in(request)
    locale, places, people = request[PAGE].locale, await request.app[PLACES].all(), request.app[CLIENTS].people
    filters = Filters.read(request.query)
    wrong = filters.wrong(locale)
    matches = await _find(people, filters.who) if filters.who else []
    if len(matches) == 1:
        filters = replace(filters, actor=matches[0].name)
    asks_nobody = bool(filters.who) and len(matches) != 1
    entries, following = ([], "") if asks_nobody or wrong else await _entries(request, filters)
    names = await _names(people, entries, filters.actor)
    return page(
        request, "administrator/audit_log.html", status=422 if wrong else 200, errors=wrong,
        filters=filters, matches=matches, asks_nobody=asks_nobody,
        actor=names.get(filters.actor, filters.actor),
        everybody=str(URL(HERE).with_query(filters.kept(actor=""))),
        rows=[row(locale, places, names, each, filters.kept()) for each in entries],
        action_choices=[("", locale.gettext("Everything")), *action_choices(locale)],
        following=str(URL(HERE).with_query(filters.kept(page=following))) if following else "",
        beginning=str(URL(HERE).with_query(filters.kept())) if "page" in request.query else "",
        sheet=str(URL(f"{HERE}.csv").with_query(filters.kept())),
    )  # fmt: skip


@routes.get(f"{HERE}.csv")
async def download(request: web.Request) -> web.StreamResponse:
    """All entries of the filters, page by page. That they leave is noted with the first."""
    signed_in(request)
    locale = request[PAGE].locale
    filters = Filters.read(request.query)
    first = filters.request(locale, _SHEET_PAGE, "")
    first.export = True
    answer = await request.app[CLIENTS].people.ListAuditEntries(first)
    return await csv_download.stream(request, "ieum-audit.csv", _sheet(request, filters, answer))


async def _sheet(request: web.Request, filters: Filters, answer: pb.ListAuditEntriesResponse) -> AsyncIterator[str]:
    locale, places, people = request[PAGE].locale, await request.app[PLACES].all(), request.app[CLIENTS].people
    head = [msgid("When"), msgid("What happened"), msgid("By whom"), msgid("To whom or what"), msgid("Detail")]
    yield csv.lines([[locale.gettext(each) for each in head]])
    while True:
        names = await _names(people, answer.entries, "")
        rows = (row(locale, places, names, each, {}) for each in answer.entries)
        yield csv.lines(_line(each, locale) for each in rows)
        if not answer.next_page_token:
            return
        answer = await people.ListAuditEntries(filters.request(locale, _SHEET_PAGE, answer.next_page_token))


def _line(shown: Mapping[str, object], locale: Locale) -> list[str]:
    when = shown["time"]
    local = when.astimezone(locale.timezone).isoformat(" ", "seconds") if isinstance(when, dt.datetime) else ""
    return [local, *(str(shown[name]) for name in ("action", "actor", "subject", "detail"))]


async def _entries(request: web.Request, filters: Filters) -> tuple[list[pb.AuditEntry], str]:
    asked = filters.request(request[PAGE].locale, _PAGE_SIZE, request.query.get("page", ""))
    answer = await request.app[CLIENTS].people.ListAuditEntries(asked)
    return list(answer.entries), answer.next_page_token


async def _find(people: PeopleServiceStub, who: str) -> list[pb.Person]:
    """Search by login or name; an exact login gives that person alone."""
    people_found = (await people.ListPeople(pb.ListPeopleRequest(query=who, page_size=10))).people
    return [each for each in people_found if each.login.casefold() == who.casefold()] or list(people_found)


async def _names(people: PeopleServiceStub, entries: Iterable[pb.AuditEntry], actor: str) -> Mapping[str, str]:
    mentioned = {actor, *(each.actor for each in entries), *(each.subject for each in entries)}
    people_mentioned = sorted(name for name in mentioned if PERSON.fullmatch(name))
    if not people_mentioned:
        return {}
    grpc_request = pb.BatchGetNamesRequest(names=people_mentioned, purpose="audit log")
    return dict((await people.BatchGetNames(grpc_request)).display_names)
