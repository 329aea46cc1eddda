"""A class as a form has it: texts to a message and back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from multidict import MultiMapping

from ieum.classes.v1 import classes_pb2 as pb
from services.chassis import clock
from services.chassis.errors import Invalid

FIELDS = (
    *("course", "title", "term", "area", "centre", "address", "room", "sessions", "seats", "reserved"),
    *("rule", "groups", "open_time", "close_time", "minimum", "decide_time", "most_in_term", "audience", "only_area"),
    *("public_word", "first_timers_first", "delivery", "organisation", "new_instructors", "new_supporters"),
)
LISTS = ("features", "languages", "requires_all", "requires_any", "instructors", "supporters")
_SESSION = re.compile(r"(\d{4}-\d\d-\d\d)\s+(\d\d?:\d\d)\s+(\d{1,4})")


@dataclass(frozen=True)
class ClassInput:
    """As typed and chosen. `new_instructors` and `new_supporters` are logins, which the form adds to those it has."""

    texts: Mapping[str, str] = field(default_factory=lambda: dict.fromkeys(FIELDS, ""))
    lists: Mapping[str, Sequence[str]] = field(default_factory=lambda: dict.fromkeys(LISTS, ()))


def read(form: MultiMapping[str]) -> ClassInput:
    texts = {name: form.get(name, "").strip() for name in FIELDS}
    return ClassInput(texts, {name: form.getall(name, []) for name in LISTS})


def blank() -> ClassInput:
    usual = dict.fromkeys(("reserved", "minimum", "most_in_term"), "0")
    usual |= {"seats": "20", "rule": str(pb.FIRST_COME), "delivery": str(pb.FACE_TO_FACE)}
    return ClassInput(dict.fromkeys(FIELDS, "") | usual)


def to_details(given: ClassInput, zone: ZoneInfo, earlier: pb.ClassDetails) -> pb.ClassDetails:
    """Raises Invalid with the field at fault. What the form does not have stays as `earlier`."""
    texts, lists = given.texts, given.lists
    details = pb.ClassDetails(
        course=texts["course"],
        title=texts["title"],
        term=texts["term"],
        place=pb.Place(
            area=texts["area"],
            centre=texts["centre"],
            address=texts["address"],
            room=texts["room"],
            features=[pb.Feature.ValueType(int(each)) for each in lists["features"] if each in _FEATURES],
        ),
        zone=earlier.zone or zone.key,
        sessions=_sessions(texts["sessions"]),
        seats=_number(texts, "seats"),
        reserved=_number(texts, "reserved"),
        delivery=_delivery(texts["delivery"], earlier),
        languages=lists["languages"],
        instructors=lists["instructors"],
        supporters=lists["supporters"],
        audience=pb.ClassAudience(
            area=texts["area"] if texts["only_area"] else "",
            organisation=texts["organisation"],
            text=texts["audience"],
        ),
        admission=pb.Admission(
            rule=pb.Rule.ValueType(int(texts["rule"])) if texts["rule"] in _RULES else pb.FIRST_COME,
            first_timers_first=bool(texts["first_timers_first"]),
            groups=[line.strip() for line in texts["groups"].splitlines() if line.strip()],
            open_time=clock.stamp(_moment(texts, "open_time", zone)),
            close_time=clock.stamp(_moment(texts, "close_time", zone)),
            minimum=_number(texts, "minimum"),
            decide_time=clock.stamp(_moment(texts, "decide_time", zone)),
            most_in_term=_number(texts, "most_in_term"),
            requires_all=lists["requires_all"],
            requires_any=lists["requires_any"],
            public_word=texts["public_word"],
        ),
    )
    return details


_FEATURES = {str(number) for number in pb.Feature.values() if number}


def _delivery(text: str, earlier: pb.ClassDetails) -> pb.Delivery.ValueType:
    return pb.Delivery.ValueType(int(text)) if text in _DELIVERIES else earlier.delivery


_DELIVERIES = {str(number) for number in pb.Delivery.values() if number}
_RULES = {str(number) for number in pb.Rule.values() if number}


def _number(texts: Mapping[str, str], name: str) -> int:
    text = texts[name] or "0"
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise Invalid("NUMBER", field=name)
    return int(text)


def _moment(texts: Mapping[str, str], name: str, zone: ZoneInfo) -> datetime | None:
    if not texts[name]:
        return None
    try:
        return datetime.strptime(texts[name], "%Y-%m-%d %H:%M").replace(tzinfo=zone)
    except ValueError as error:
        raise Invalid("MOMENT", field=name) from error


def _sessions(text: str) -> list[pb.Session]:
    sessions: list[pb.Session] = []
    for line in filter(None, (each.strip() for each in text.splitlines())):
        match = _SESSION.fullmatch(line)
        if not match:
            raise Invalid("SESSION_LINE", field="sessions")
        sessions.append(pb.Session(date=match[1], start=match[2].zfill(5), minutes=int(match[3])))
    return sessions


def from_details(details: pb.ClassDetails, zone: ZoneInfo) -> ClassInput:
    admission = details.admission

    def written(moment: datetime | None) -> str:
        return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M") if moment else ""

    texts = {
        "course": details.course,
        "title": details.title,
        "term": details.term,
        "area": details.place.area,
        "centre": details.place.centre,
        "address": details.place.address,
        "room": details.place.room,
        "sessions": "\n".join(f"{each.date} {each.start} {each.minutes}" for each in details.sessions),
        "seats": str(details.seats),
        "reserved": str(details.reserved),
        "rule": str(admission.rule),
        "groups": "\n".join(admission.groups),
        "open_time": written(clock.moment(admission.open_time)),
        "close_time": written(clock.moment(admission.close_time)),
        "minimum": str(admission.minimum),
        "decide_time": written(clock.moment(admission.decide_time)),
        "most_in_term": str(admission.most_in_term),
        "audience": details.audience.text,
        "only_area": "yes" if details.audience.area else "",
        "public_word": admission.public_word,
        "first_timers_first": "yes" if admission.first_timers_first else "",
        "delivery": str(details.delivery),
        "organisation": details.audience.organisation,
        "new_instructors": "",
        "new_supporters": "",
    }
    lists = {
        "features": [str(each) for each in details.place.features],
        "languages": list(details.languages),
        "requires_all": list(admission.requires_all),
        "requires_any": list(admission.requires_any),
        "instructors": list(details.instructors),
        "supporters": list(details.supporters),
    }
    return ClassInput(texts, lists)


def with_people(given: ClassInput, found: Mapping[str, str]) -> ClassInput:
    """The input with those whom it adds by login; `found` has the person of each login."""
    lists = dict(given.lists)
    for name in ("instructors", "supporters"):
        added = [found[login] for login in logins(given.texts[f"new_{name}"])]
        lists[name] = list(dict.fromkeys([*lists[name], *added]))
    return replace(given, lists=lists)


def logins(text: str) -> list[str]:
    return [login for login in re.split(r"[\s,;]+", text) if login]
