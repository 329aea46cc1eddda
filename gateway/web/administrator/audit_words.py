"""The audit log's entries in words: what happened, to whom, and the details that services recorded."""

from __future__ import annotations

import re
from collections.abc import Mapping

from yarl import URL

from gateway.backend.places import Places
from gateway.language.i18n import Locale, msgid
from gateway.language.periods import one_period
from gateway.web.administrator.people import role_words
from gateway.web.site import area_choices
from ieum.people.v1 import people_pb2 as pb
from services.chassis import clock

HERE = "/admin/audit"
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
    "PRIVACY_NOTICE_PUBLISHED": msgid("Privacy notice published"),
    "ERASURE_ASKED_FOR": msgid("Erasure asked for"),
    "ERASURE_REQUEST_TAKEN_BACK": msgid("Request for erasure taken back"),
    "ERASURE_REQUEST_REFUSED": msgid("Request for erasure refused"),
    "ACCOUNTS_MERGED": msgid("Two accounts merged"),
    "ACCOUNTS_SEPARATED": msgid("Merged accounts separated"),
    "RETENTION_SET": msgid("Retention schedule set"),
    "RETENTION_RAN": msgid("Retention schedule gone through"),
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
    "PERSON_REGISTERED": msgid("Person registered at the counter"),
    "PEOPLE_IMPORTED": msgid("File of people read in"),
    "PEOPLE_IMPORT_UNDONE": msgid("File of people taken back"),
    "DESK_DATA_CHANGED": msgid("Birth year or telephone changed at the desk"),
    "RELEASE_PLANNED": msgid("Release planned"),
    "RELEASE_BUILD_CANCELLED": msgid("Counting of a release stopped"),
    "RELEASE_APPROVED": msgid("Release approved"),
    "RELEASE_PUBLISHED": msgid("Time of a release set"),
    "RELEASE_CORRECTION_PLANNED": msgid("Correction of a release planned"),
    "RELEASE_WITHDRAWN": msgid("Release withdrawn"),
    "WORKING_FIGURES_VIEWED": msgid("Exact figures looked at"),
    "SECOND_FACTOR_ADDED": msgid("Second step of signing in set up"),
    "SECOND_FACTOR_REMOVED": msgid("Second step of signing in removed"),
    "SECOND_FACTOR_RESET": msgid("Second step removed by an administrator"),
    "SECOND_FACTOR_REFUSED": msgid("Second step of signing in refused"),
    "RECOVERY_CODE_USED": msgid("Recovery code used"),
    "RECOVERY_CODES_RENEWED": msgid("New recovery codes"),
    "IDENTITY_LINKED": msgid("Account elsewhere linked"),
    "IDENTITY_UNLINKED": msgid("Account elsewhere no longer linked"),
    "RECORD_CHANGED_BY_HAND": msgid("Learning record changed by hand"),
    "COMMENT_DECIDED": msgid("Comment shown or hidden"),
    "CARD_MADE": msgid("Sign-in card made"),
    "CARD_ENDED_EARLY": msgid("Sign-in card ended"),
    "CARD_WAS_LOCKED": msgid("Sign-in card locked after wrong tries"),
    "CARD_UNLOCKED": msgid("Sign-in card unlocked"),
    "CENTRE_DEVICE_ADDED": msgid("Computer of a centre added"),
    "CENTRE_DEVICE_REMOVED": msgid("Computer of a centre removed"),
    "KIT_TAKEN": msgid("Class taken along on a device"),
    "KIT_REVOKED": msgid("Class taken back from a device"),
    "RESET_MAIL_ASKED_FOR": msgid("New passphrase by e-mail asked for"),
    "PASSPHRASE_RESET_BY_MAIL": msgid("New passphrase chosen by e-mail"),
    "EMAIL_CONFIRMED": msgid("E-mail address confirmed"),
}
PERSON = re.compile(r"people/[0-9A-Za-z-]+")
_GRANT = re.compile(r"(\w+) @ ([^\s,]+)(?:, by command)?")
_DETAILS = (
    (re.compile("account"), msgid("the account")),
    (re.compile("found at the counter"), msgid("found at the counter")),
    (re.compile("account at the counter"), msgid("the account, at the counter")),
    (re.compile("at the counter"), msgid("at the counter")),
    (re.compile(r"changed (?P<fields>.+)"), msgid("changed: %(fields)s")),
    (re.compile(r"list of (?P<count>\d+)"), msgid("a list of %(count)s people")),
    (re.compile(r"lines of a file: (?P<count>\d+)"), msgid("%(count)s lines of a file of people")),
    (re.compile("file of people taken back"), msgid("a file of people was taken back")),
    (re.compile(r"file of people: (?P<count>\d+)"), msgid("%(count)s lines")),
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
    (re.compile(r"list of (?P<class>classes/\S+)"), msgid("the list of the class %(class)s")),
    (re.compile("login of an instructor"), msgid("to find a colleague for a course")),
    (re.compile("somebody at the counter, by login"), msgid("to help somebody at the counter")),
    (re.compile("requests for erasure"), msgid("the requests for erasure")),
    (re.compile("notices"), msgid("telephone and messages")),
    (
        re.compile(r"whom to tell: (?P<count>\d+)"),
        msgid("telephones of %(count)s people who are to be told of something"),
    ),
    (re.compile(r"who made (?P<release>\S+)"), msgid("who made %(release)s")),
    (re.compile("mailing list"), msgid("the offices on the mailing list")),
    (
        re.compile(r"from (?P<network>\S+), login (?P<mark>\w+)"),
        msgid("from the network %(network)s; mark of the login: %(mark)s"),
    ),
    (re.compile(r"for: (?P<purpose>.+)"), msgid("for: %(purpose)s")),
    (re.compile(r"from (?P<network>\S+)"), msgid("from the network %(network)s")),
    (re.compile(r"(?P<count>\d+) left"), msgid("%(count)s left")),
    (re.compile("authenticator app"), msgid("authenticator app")),
    (re.compile("passkey"), msgid("passkey")),
    (re.compile("one session"), msgid("on one device")),
    (re.compile(r"card at (?P<device>.+)"), msgid("with a card, at the computer %(device)s")),
    (re.compile("all sessions"), msgid("on all devices")),
    (re.compile(r"kept: (?P<kept>\S+)"), msgid("the account that stays: %(kept)s")),
    (re.compile("unused accounts"), msgid("accounts that nobody uses")),
    (
        re.compile(r"unused accounts (?P<unused>\d+) days, audit log (?P<audit>\d+) days; 0 is for ever"),
        msgid("unused accounts %(unused)s days, audit log %(audit)s days; 0 is for ever"),
    ),
    (
        re.compile(r"warned (?P<warned>\d+), erased (?P<erased>\d+), audit entries (?P<entries>\d+)"),
        msgid("warned: %(warned)s, erased: %(erased)s, entries of the audit log removed: %(entries)s"),
    ),
    (
        re.compile(r"warned (?P<warned>\d+), erased \d+, audit entries \d+, stopped before (?P<due>\d+)"),
        msgid("warned: %(warned)s; stopped before erasing %(due)s accounts"),
    ),
    (re.compile(r"lets (?P<count>\d+) accounts go at once"), msgid("lets %(count)s accounts go at once")),
)
_CHOICES: Mapping[str, str] = {
    "by": msgid("by %(choice)s"),
    "course": msgid("course %(choice)s"),
    "from": msgid("from %(choice)s"),
    "to": msgid("to %(choice)s"),
    "as of": msgid("as of %(choice)s"),
    "periods": msgid("periods: %(choice)s"),
}
DIMENSIONS: Mapping[str, str] = {
    "REF_AREA": msgid("area"),
    "AGE": msgid("age"),
    "SEX": msgid("sex"),
    "TARGET_GROUP": msgid("target group"),
    "COURSE": msgid("course"),
    "TIME_PERIOD": msgid("quarter"),
    "COURSE_DOMAIN": msgid("competence area"),
}


def row(
    locale: Locale, places: Places, names: Mapping[str, str], entry: pb.AuditEntry, kept: Mapping[str, str]
) -> dict[str, object]:
    """An entry in the reader's words; `kept` are the filters that stay when its actor is chosen."""
    return {
        "time": clock.moment(entry.time),
        "actor": subject_words(locale, places, names, entry.actor) or locale.gettext("Not known, or by a command"),
        "only": str(URL(HERE).with_query({**kept, "actor": entry.actor})) if entry.actor else "",
        "action": locale.gettext(ACTIONS.get(pb.AuditAction.Name(entry.action), pb.AuditAction.Name(entry.action))),
        "subject": subject_words(locale, places, names, entry.subject),
        "href": f"/admin/{entry.subject}" if entry.subject in names else "",
        "detail": detail_words(locale, places, entry.detail),
    }


def subject_words(locale: Locale, places: Places, names: Mapping[str, str], subject: str) -> str:
    """The display name or title of a resource, or its resource name where there is none."""
    if subject in names:
        return names[subject]
    if PERSON.fullmatch(subject):
        return locale.gettext("An erased account")
    if subject == "people":
        return locale.gettext("Accounts")
    return (
        area_choices.title(locale, places, subject) if subject in {**places.areas, **places.organisations} else subject
    )


def detail_words(locale: Locale, places: Places, detail: str) -> str:
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
        groups["purpose"] = detail_words(locale, places, groups["purpose"])
    if "area" in groups:
        groups["area"] = area_choices.title(locale, places, groups["area"])
    if "choice" in groups:
        groups["choice"] = ", ".join(_choice(locale, part) for part in groups["choice"].split(", "))
    return groups


def _choice(locale: Locale, part: str) -> str:
    """A part of what somebody chose in statistics, as "by AGE" or "periods 2026-Q1 2025-Q1"."""
    name = next((name for name in _CHOICES if part.startswith(f"{name} ")), "")
    if not name:
        return part
    chosen = part.removeprefix(f"{name} ").split()
    words = [DIMENSIONS.get(each, each) for each in chosen]
    said = [locale.gettext(each) if each in DIMENSIONS.values() else one_period(locale, each) for each in words]
    return locale.gettext(_CHOICES[name]) % {"choice": ", ".join(said)}


def action_choices(locale: Locale) -> list[tuple[str, str]]:
    return [(action, locale.gettext(words)) for action, words in ACTIONS.items()]
