"""How one is told about classes: which way first for what, a number for text messages, and when to be left in peace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.html.render import PAGE, Flash, page
from gateway.http import errors
from gateway.http.auth import signed_in
from gateway.language.i18n import Locale, msgid
from gateway.web.site.forms import named, status_of, typed
from gateway.web.site.frame import go_to
from ieum.notices.v1 import notices_pb2 as pb
from ieum.people.v1.counter_pb2 import DeskRecord, GetDeskRecordRequest, UpdateDeskRecordRequest
from ieum.people.v1.people_pb2 import GetPersonRequest
from services.chassis.errors import Problem

_HERE = "/account/notices"
TOPICS: Mapping[pb.Topic.ValueType, tuple[str, str]] = {
    pb.APPLICATIONS: (msgid("Applications and seats"), msgid("We have it, a seat is free, you have a seat.")),
    pb.CHANGES: (msgid("Changes"), msgid("A date is moved, or a class is not held.")),
    pb.REMINDERS: (msgid("Reminders"), msgid("The day before each date.")),
    pb.CERTIFICATES: (msgid("Certificates"), msgid("When you have completed a course.")),
    pb.SURVEYS: (msgid("Questions about classes and courses"), msgid("How was it, and do you use what you learned?")),
    pb.ACCOUNT: (msgid("Your account"), msgid("It was merged with another of yours, or it will be erased.")),
}
WAYS: Mapping[pb.Way.ValueType, str] = {
    pb.BY_EMAIL: msgid("E-mail"),
    pb.BY_SMS: msgid("Text message"),
    pb.BY_CENTRE: msgid("The centre tells me"),
    pb.NOT_AT_ALL: msgid("Not at all"),
}
_OPTIONAL = (pb.REMINDERS, pb.CERTIFICATES, pb.SURVEYS)
_FIELDS = {"quiet_begin": "quiet_begin", "quiet_end": "quiet_end", "telephone": "telephone", "phone": "telephone"} | {
    topic: topic for topic in ("applications", "changes", "reminders", "certificates", "surveys", "account")
}

routes = web.RouteTableDef()


@routes.get(_HERE)
async def show(request: web.Request) -> web.Response:
    call = pb.GetPreferencesRequest(person=signed_in(request).person)
    stored = await request.app[CLIENTS].notices.GetPreferences(call)
    values = {
        "telephone": stored.telephone or (await _at_desk(request)).phone,
        "quiet_begin": stored.quiet_begin,
        "quiet_end": stored.quiet_end,
    }
    values |= {_name(each.topic): str(each.way) for each in stored.topics}
    return await _form(request, stored, values)


async def _at_desk(request: web.Request) -> DeskRecord:
    call = GetDeskRecordRequest(name=signed_in(request).person)
    return await request.app[CLIENTS].counter.GetDeskRecord(call)


async def _form(
    request: web.Request, stored: pb.Preferences, values: Mapping[str, str], problem: Problem | None = None
) -> web.Response:
    locale, person = request[PAGE].locale, signed_in(request).person
    account = await request.app[CLIENTS].people.GetPerson(GetPersonRequest(name=person))
    wrong = {named(problem, _FIELDS, "applications"): errors.message(locale, problem)} if problem else {}
    return page(
        request,
        "account/notices.html",
        status=status_of(problem) if problem else 200,
        values=values,
        topics=[_topic(locale, topic) for topic in TOPICS],
        email=account.email,
        refused={each.channel for each in stored.refused},
        sms_on=stored.sms_on,
        errors=wrong,
    )


def _topic(locale: Locale, topic: pb.Topic.ValueType) -> dict[str, Any]:
    title, hint = TOPICS[topic]
    ways = [way for way in WAYS if way != pb.NOT_AT_ALL or topic in _OPTIONAL]
    return {
        "name": _name(topic),
        "title": locale.gettext(title),
        "hint": locale.gettext(hint),
        "ways": [(str(way), locale.gettext(WAYS[way])) for way in ways],
    }


@routes.post(_HERE)
async def change(request: web.Request) -> web.Response:
    person, notices = signed_in(request).person, request.app[CLIENTS].notices
    values = await typed(request, "telephone", "quiet_begin", "quiet_end", *map(_name, TOPICS))
    record = await _at_desk(request)
    wishes = pb.Preferences(
        person=person,
        telephone="" if record.phone else values["telephone"],
        quiet_begin=values["quiet_begin"],
        quiet_end=values["quiet_end"],
        topics=[pb.TopicPreference(topic=topic, way=_way(values[_name(topic)])) for topic in TOPICS],
    )
    try:
        if record.phone:
            await _keep_at_desk(request, record, values["telephone"])
        await notices.UpdatePreferences(pb.UpdatePreferencesRequest(preferences=wishes))
    except Problem as problem:
        stored = await notices.GetPreferences(pb.GetPreferencesRequest(person=person))
        return await _form(request, stored, values, problem)
    gettext = request[PAGE].locale.gettext
    return go_to(_HERE, Flash(gettext("Your choices are saved")), request)


async def _keep_at_desk(request: web.Request, record: DeskRecord, telephone: str) -> None:
    """A number that was given at a counter stays there, so that it is kept once."""
    change = UpdateDeskRecordRequest(name=record.person.name, birth_year=record.birth_year, phone=telephone)
    await request.app[CLIENTS].counter.UpdateDeskRecord(change)


def _way(text: str) -> pb.Way.ValueType:
    return next((way for way in WAYS if str(way) == text), pb.WAY_UNSPECIFIED)


def _name(topic: pb.Topic.ValueType) -> str:
    return pb.Topic.Name(topic).lower()
