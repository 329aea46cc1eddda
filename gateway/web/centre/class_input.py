"""A class as a form has it: texts to a message and back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from multidict import MultiMapping

from ieum.classes.v1 import classes_pb2 as pb
from services.chassis import clock
from services.chassis.errors import Invalid

FIELDS = (
    *("course", "title", "term", "area", "centre", "address", "room", "sessions", "seats", "reserved"),
    *("rule", "groups", "open_time", "close_time", "minimum", "decide_time", "most_in_term", "audience", "only_area"),
    *("public_word", "first_timers_first"),
)
_SESSION = re.compile(r"(\d{4}-\d\d-\d\d)\s+(\d\d?:\d\d)\s+(\d{1,4})")


@dataclass(frozen=True)
class ClassInput:
    """`features` are the numbers of those chosen; all else is as typed."""

    texts: Mapping[str, str] = field(default_factory=lambda: dict.fromkeys(FIELDS, ""))
    features: Sequence[str] = ()


def read(form: MultiMapping[str]) -> ClassInput:
    return ClassInput({name: form.get(name, "").strip() for name in FIELDS}, form.getall("features", []))


def blank() -> ClassInput:
    usual = {"seats": "20", "reserved": "0", "rule": str(pb.FIRST_COME), "minimum": "0", "most_in_term": "0"}
    return ClassInput(dict.fromkeys(FIELDS, "") | usual)


def to_details(given: ClassInput, zone: ZoneInfo, earlier: pb.ClassDetails) -> pb.ClassDetails:
    """Raises Invalid with the field at fault. What the form does not have stays as `earlier`."""
    texts = given.texts
    details = pb.ClassDetails(
        course=texts["course"],
        title=texts["title"],
        term=texts["term"],
        place=pb.Place(
            area=texts["area"],
            centre=texts["centre"],
            address=texts["address"],
            room=texts["room"],
            features=[pb.Feature.ValueType(int(each)) for each in given.features if each in _FEATURES],
        ),
        zone=earlier.zone or zone.key,
        sessions=_sessions(texts["sessions"]),
        seats=_number(texts, "seats"),
        reserved=_number(texts, "reserved"),
        delivery=earlier.delivery,
        languages=earlier.languages,
        instructors=earlier.instructors,
        supporters=earlier.supporters,
        audience=pb.ClassAudience(area=texts["area"] if texts["only_area"] else "", text=texts["audience"]),
        admission=pb.Admission(
            rule=pb.Rule.ValueType(int(texts["rule"])) if texts["rule"] in _RULES else pb.FIRST_COME,
            first_timers_first=bool(texts["first_timers_first"]),
            groups=[line.strip() for line in texts["groups"].splitlines() if line.strip()],
            open_time=clock.stamp(_moment(texts, "open_time", zone)),
            close_time=clock.stamp(_moment(texts, "close_time", zone)),
            minimum=_number(texts, "minimum"),
            decide_time=clock.stamp(_moment(texts, "decide_time", zone)),
            most_in_term=_number(texts, "most_in_term"),
            requires_all=earlier.admission.requires_all,
            requires_any=earlier.admission.requires_any,
            public_word=texts["public_word"],
        ),
    )
    return details


_FEATURES = {str(number) for number in pb.Feature.values() if number}
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
    }
    return ClassInput(texts, [str(each) for each in details.place.features])
