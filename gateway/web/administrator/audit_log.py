"""The audit log in words. Looking at it shows names, so each look is itself recorded by the people service."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from aiohttp import web
from yarl import URL

from gateway.backend.clients import CLIENTS
from gateway.backend.places import PLACES, Places
from gateway.html.render import PAGE, page
from gateway.http.auth import signed_in
from gateway.language.i18n import Locale, msgid
from gateway.web.administrator.people import role_words
from gateway.web.site import area_choices
from ieum.people.v1 import people_pb2 as pb
from ieum.people.v1.people_pb2_grpc import PeopleServiceStub
from services.chassis import clock

_HERE = "/admin/audit"
_PAGE_SIZE = 50
ACTIONS: Mapping[str, str] = {
    "SIGNED_IN": msgid("Signed in"),
    "SIGN_IN_REFUSED": msgid("Sign-in refused"),
    "ROLE_GRANTED": msgid("Role given"),
    "ROLE_REVOKED": msgid("Role taken back"),
    "EXPORTED": msgid("Data downloaded"),
    "PERSONAL_DATA_VIEWED": msgid("Personal data looked at"),
    "PASSPHRASE_RESET": msgid("Passphrase reset at the desk"),
    "TOKEN_CREATED": msgid("Token made"),
    "TOKEN_REVOKED": msgid("Token revoked"),
    "PERSON_ERASED": msgid("Account erased"),
    "CERTIFICATE_REVOKED": msgid("Certificate revoked"),
    "CERTIFICATE_RENAMED": msgid("Name on a certificate changed"),
    "RECIPIENTS_CHANGED": msgid("Mailing list changed"),
    "STATISTICS_QUERIED": msgid("Statistics of one's own choice"),
    "DEAD_LETTER_REPLAYED": msgid("Event handled again"),
    "RELEASE_DISCARDED": msgid("Release discarded"),
    "PASSPHRASE_CHANGED": msgid("Passphrase changed"),
    "SIGNED_OUT": msgid("Signed out"),
    "SESSIONS_ENDED": msgid("Signed out on other devices"),
    "PERSON_VOUCHED_FOR": msgid("Person seen at the desk"),
    "ORGANISATION_CONFIRMED": msgid("Workplace confirmed"),
    "ACCESS_REFUSED": msgid("Access refused"),
    "PLACES_IMPORTED": msgid("Places replaced"),
    "RELEASE_PLANNED": msgid("Release planned"),
    "RELEASE_BUILD_CANCELLED": msgid("Counting of a release stopped"),
    "RELEASE_APPROVED": msgid("Release approved"),
    "RELEASE_PUBLISHED": msgid("Time of a release set"),
    "RELEASE_CORRECTION_PLANNED": msgid("Correction of a release planned"),
    "RELEASE_WITHDRAWN": msgid("Release withdrawn"),
}
_PERSON = re.compile(r"people/[0-9A-Za-z-]+")
_GRANT = re.compile(r"(\w+) @ ([^\s,]+)(?:, by command)?")
_DETAILS = (
    (re.compile("account"), msgid("the account")),
    (re.compile(r"changed (?P<fields>.+)"), msgid("changed: %(fields)s")),
    (re.compile(r"list of (?P<count>\d+)"), msgid("a list of %(count)s people")),
    (re.compile(r"names of (?P<count>\d+): (?P<purpose>.*)"), msgid("names of %(count)s people, for: %(purpose)s")),
    (
        re.compile(r"(?P<areas>\d+) areas, (?P<people>\d+) people moved"),
        msgid("%(areas)s areas; %(people)s people moved"),
    ),
    (re.compile("audit log"), msgid("the audit log")),
    (re.compile("verification of a certificate"), msgid("checking a certificate")),
    (re.compile(r"class grid of (?P<course>\S+)"), msgid("the class grid of %(course)s")),
    (re.compile(r"authors of (?P<course>\S+)"), msgid("the authors of %(course)s")),
    (re.compile(r"statistics of (?P<area>\S*)"), msgid("the statistics of %(area)s")),
    (re.compile(r"release of (?P<area>[^\s,]*)"), msgid("a release of %(area)s")),
    (
        re.compile(r"release of (?P<area>[^\s,]*), out on (?P<day>[0-9-]*)\S*"),
        msgid("a release of %(area)s, out on %(day)s"),
    ),
    (re.compile(r"office added: \S+"), msgid("an office was added")),
    (re.compile(r"office changed: \S+"), msgid("an office was changed")),
    (re.compile(r"office removed: \S+"), msgid("an office was removed")),
    (re.compile(r"offices read: (?P<count>\d+)"), msgid("%(count)s offices were read from a file")),
    (re.compile(r"chosen: (?P<choice>.+)"), msgid("chosen: %(choice)s")),
    (re.compile(r"for (?P<service>\w+): (?P<event>\S+)"), msgid("%(event)s, for the service %(service)s")),
    (re.compile("mailing list"), msgid("the offices on the mailing list")),
    (
        re.compile(r"from (?P<network>\S+), login (?P<mark>\w+)"),
        msgid("from the network %(network)s; mark of the login: %(mark)s"),
    ),
    (re.compile("one session"), msgid("on one device")),
    (re.compile("all sessions"), msgid("on all devices")),
)

routes = web.RouteTableDef()


@routes.get(_HERE)
async def show(request: web.Request) -> web.Response:
    signed_in(request)
    locale, places, people = request[PAGE].locale, await request.app[PLACES].all(), request.app[CLIENTS].people
    filters = {name: request.query.get(name, "").strip() for name in ("action", "actor", "who")}
    matches = await _find(people, filters["who"]) if filters["who"] else []
    if len(matches) == 1:
        filters["actor"] = matches[0].name
    asks_nobody = bool(filters["who"]) and len(matches) != 1
    entries, following = ([], "") if asks_nobody else await _entries(request, filters)
    names = await _names(people, entries, filters["actor"])
    kept = {name: filters[name] for name in ("action", "actor") if filters[name]}
    return page(
        request, "administrator/audit_log.html", filters=filters, matches=matches, asks_nobody=asks_nobody,
        actor=names.get(filters["actor"], filters["actor"]),
        everybody=str(URL(_HERE).with_query(action=filters["action"])),
        rows=[_row(locale, places, names, each, filters["action"]) for each in entries],
        action_choices=[("", locale.gettext("Everything")), *_action_choices(locale)],
        following=str(URL(_HERE).with_query(kept | {"page": following})) if following else "",
        beginning=str(URL(_HERE).with_query(kept)) if "page" in request.query else "",
    )  # fmt: skip


async def _entries(request: web.Request, filters: Mapping[str, str]) -> tuple[list[pb.AuditEntry], str]:
    known = filters["action"] in ACTIONS
    answer = await request.app[CLIENTS].people.ListAuditEntries(
        pb.ListAuditEntriesRequest(
            action=pb.AuditAction.Value(filters["action"]) if known else pb.AUDIT_ACTION_UNSPECIFIED,
            actor=filters["actor"],
            page_size=_PAGE_SIZE,
            page_token=request.query.get("page", ""),
        )
    )
    return list(answer.entries), answer.next_page_token


async def _find(people: PeopleServiceStub, who: str) -> list[pb.Person]:
    """Search by login or name; an exact login gives that person alone."""
    people_found = (await people.ListPeople(pb.ListPeopleRequest(query=who, page_size=10))).people
    return [each for each in people_found if each.login.casefold() == who.casefold()] or list(people_found)


async def _names(people: PeopleServiceStub, entries: Iterable[pb.AuditEntry], actor: str) -> Mapping[str, str]:
    mentioned = {actor, *(each.actor for each in entries), *(each.subject for each in entries)}
    people_mentioned = sorted(name for name in mentioned if _PERSON.fullmatch(name))
    if not people_mentioned:
        return {}
    grpc_request = pb.BatchGetNamesRequest(names=people_mentioned, purpose="audit log")
    return dict((await people.BatchGetNames(grpc_request)).display_names)


def _row(
    locale: Locale, places: Places, names: Mapping[str, str], entry: pb.AuditEntry, action: str
) -> dict[str, object]:
    here = {"action": action} if action else {}
    return {
        "time": clock.moment(entry.time),
        "actor": _subject(locale, places, names, entry.actor) or locale.gettext("Not known, or by a command"),
        "only": str(URL(_HERE).with_query(here | {"actor": entry.actor})) if entry.actor else "",
        "action": locale.gettext(ACTIONS.get(pb.AuditAction.Name(entry.action), pb.AuditAction.Name(entry.action))),
        "subject": _subject(locale, places, names, entry.subject),
        "href": f"/admin/{entry.subject}" if entry.subject in names else "",
        "detail": _detail(locale, places, entry.detail),
    }


def _subject(locale: Locale, places: Places, names: Mapping[str, str], subject: str) -> str:
    """The display name or title of a resource, or its resource name where there is none."""
    if subject in names:
        return names[subject]
    if _PERSON.fullmatch(subject):
        return locale.gettext("An erased account")
    if subject == "people":
        return locale.gettext("Accounts")
    return (
        area_choices.title(locale, places, subject) if subject in {**places.areas, **places.organisations} else subject
    )


def _detail(locale: Locale, places: Places, detail: str) -> str:
    """Translate the detail that a service recorded; an unknown pattern stays as it is."""
    if granted := _GRANT.fullmatch(detail):
        scope = area_choices.title(locale, places, granted[2])
        return locale.gettext("%(role)s: %(scope)s") % {"role": role_words(locale, granted[1].upper()), "scope": scope}
    for pattern, words in _DETAILS:
        if match := pattern.fullmatch(detail):
            return locale.gettext(words) % _filled(locale, places, match)
    return detail


def _filled(locale: Locale, places: Places, match: re.Match[str]) -> dict[str, str]:
    """Translate the parts of a detail: a purpose is a detail itself, an area is shown by its title."""
    groups = match.groupdict()
    if "purpose" in groups:
        groups["purpose"] = _detail(locale, places, groups["purpose"])
    if "area" in groups:
        groups["area"] = area_choices.title(locale, places, groups["area"])
    return groups


def _action_choices(locale: Locale) -> list[tuple[str, str]]:
    return [(action, locale.gettext(words)) for action, words in ACTIONS.items()]
