"""What a device takes along of a class: its list, its attendance so far, its lessons, and which pictures and films."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from aiohttp import web
from multidict import MultiDict

from gateway.backend import learning
from gateway.backend.clients import CLIENTS, Clients
from gateway.backend.kits import run_of
from gateway.backend.names import id_of
from gateway.html.render import PAGE, render
from gateway.http import errors
from gateway.http.auth import signed_in
from gateway.web.centre.class_staff import names_of
from gateway.web.course.question_form import question_of
from gateway.web.course.screen import Reader, ScreenPosition, ShownBlock, blocks_of, prepare_texts
from ieum.classes.v1 import classes_pb2 as pb
from ieum.courses.v1.content_pb2 import Content, Lesson
from ieum.courses.v1.courses_pb2 import GetMediaRequest, GetVersionRequest
from ieum.progress.v1.progress_pb2 import GetProgressRequest, Progress
from services.chassis import clock
from services.chassis.errors import Problem, Refused
from services.chassis.principal import SYSTEM, acting_as

routes = web.RouteTableDef()
VERSION = 1
Json = dict[str, Any]
_KIT = "/kit/{kit:[0-9a-z]{16}}"


@routes.get(_KIT + "/content")
async def content(request: web.Request) -> web.Response:
    """All but the bytes of pictures and films."""
    try:
        signed_in(request)
        return web.json_response(await _content(request))
    except Problem as problem:
        return refused(request, problem)


@routes.get(_KIT + "/key")
async def key(request: web.Request) -> web.Response:
    """For its holder, signed in: opens what the device keeps without the code."""
    try:
        signed_in(request)
        kit = await _open(request)
    except Problem as problem:
        return refused(request, problem)
    return web.json_response({"key": base64.b64encode(kit.key).decode()})


@routes.get(_KIT + "/state")
async def state(request: web.Request) -> web.Response:
    """Whether the device may keep what it took along, also for one at which nobody is signed in: who does not know the
    80 random bits of its name learns nothing."""
    try:
        with acting_as(SYSTEM):
            await _open(request)
    except Problem as problem:
        return refused(request, problem)
    return web.json_response({"state": "open"})


def refused(request: web.Request, problem: Problem) -> web.Response:
    """For the app, which must not take the page of somebody else's network for an answer."""
    words = errors.message(request[PAGE].locale, problem)
    return web.json_response({"reason": problem.reason, "words": words}, status=errors.status_of(problem))


async def _open(request: web.Request) -> pb.Kit:
    call = pb.OpenKitRequest(name=f"kits/{request.match_info['kit']}")
    kit: pb.Kit = await request.app[CLIENTS].classes.OpenKit(call)
    return kit


async def _content(request: web.Request) -> Json:
    clients, kit, locale = request.app[CLIENTS], await _open(request), request[PAGE].locale
    ends = clock.moment(kit.end_time)
    if ends is None or ends <= clock.now():
        raise Refused("KIT_ENDED")
    class_ = await clients.classes.GetClass(pb.GetClassRequest(name=kit.class_name))
    lists = [
        await clients.classes.GetAttendance(pb.GetAttendanceRequest(class_name=class_.name, session=each.number))
        for each in class_.details.sessions
        if each.state != pb.SESSION_CANCELLED
    ]
    version = await clients.courses.GetVersion(GetVersionRequest(name=f"{class_.details.course}/versions/current"))
    reader = Reader(locale, version.content.languages)
    lessons = [await _lesson(request, reader, version.content, at) for at in range(len(version.content.lessons))]
    blocks = [block for shown in lessons for block in shown["blocks"]]
    return {
        "version": VERSION,
        "kit": id_of(kit.name),
        "key": base64.b64encode(kit.key).decode(),
        "title": class_.details.title or reader.words(version.content.title),
        "course": reader.words(version.content.title),
        "now": round(clock.now().timestamp() * 1000),
        "ends": round(ends.timestamp() * 1000),
        "ends_words": locale.datetime(ends),
        "sessions": [_session(request, each.session) for each in lists],
        "people": await _people(request, class_, lists),
        "lessons": [{name: value for name, value in shown.items() if name != "blocks"} for shown in lessons],
        "media": await _media(clients, blocks),
        "left_out": [block.title for block in blocks if _is_elsewhere(block)],
    }


def _session(request: web.Request, session: pb.Session) -> Json:
    start = clock.moment(session.start_time)
    words = request[PAGE].locale.datetime(start) if start else session.date
    return {"number": session.number, "words": words, "minutes": session.minutes, "start": session.start_time.seconds}


async def _people(request: web.Request, class_: pb.Class, lists: list[pb.Attendance]) -> list[Json]:
    """Everybody with a seat, in the order of the lists."""
    clients = request.app[CLIENTS]
    first = lists[0].marks if lists else []
    names = await names_of(request, class_.name, [mark.person for mark in first])
    attempts = await asyncio.gather(
        *(_attempts(clients, mark.person, class_.details.course) for mark in first if mark.person)
    )
    by_person = dict(zip([mark.person for mark in first if mark.person], attempts, strict=True))
    return [
        {
            "application": mark.application,
            "name": names[mark.person],
            "attempts": by_person[mark.person],
            "marks": {
                str(each.session.number): {"attended": found.attended, "minutes": found.minutes}
                for each in lists
                for found in each.marks
                if found.application == mark.application and found.attended
            },
        }
        for mark in first
        if mark.person in names
    ]


async def _attempts(clients: Clients, person: str, course: str) -> dict[str, int]:
    """By lesson and quiz the number of the attempt that an answer belongs to: the one under way, else the next."""
    run = await run_of(clients, person, course)
    if run is None:
        return {}
    name = learning.progress_name(run.enrollment)
    with acting_as(SYSTEM):
        progress: Progress = await clients.progress.GetProgress(GetProgressRequest(name=name))
    return {
        f"{lesson.lesson} {quiz.quiz}": len(quiz.attempts) + bool(not quiz.attempts or quiz.attempts[-1].finished)
        for lesson in progress.lessons
        for quiz in lesson.quizzes
    }


async def _lesson(request: web.Request, reader: Reader, content: Content, at: int) -> Json:
    lesson = content.lessons[at]
    places = [
        ScreenPosition(content, lesson, screen, at + 1, number) for number, screen in enumerate(lesson.screens, 1)
    ]
    screens = [await _screen(request, reader, place) for place in places if not _is_practice(lesson, place)]
    return {
        "id": lesson.id,
        "title": reader.words(lesson.title),
        "language": reader.language,
        "screens": [{name: value for name, value in screen.items() if name != "blocks"} for screen in screens],
        "practices": len(places) - len(screens),
        "blocks": [block for screen in screens for block in screen["blocks"]],
    }


def _is_practice(lesson: Lesson, place: ScreenPosition) -> bool:
    """A practice task is walked with the service, which knows where each press leads."""
    ids = set(place.screen.blocks)
    return any(block.id in ids and block.WhichOneof("body") == "practice" for block in lesson.blocks)


async def _screen(request: web.Request, reader: Reader, place: ScreenPosition) -> Json:
    blocks = blocks_of(reader, place)
    await prepare_texts(blocks)
    quiz, question, item = place.quiz, None, None
    if quiz:
        item = next(each for each in quiz[1].items if each.id == place.screen.item)
        question = question_of(reader, item, MultiDict())
    shown = [replace(block, address="") if _is_elsewhere(block) else block for block in blocks]
    return {
        "key": place.screen.key,
        "quiz": quiz[0] if quiz else "",
        "html": render(request[PAGE], "centre/kit_screen.html", blocks=shown, question=question),
        "blocks": [
            *blocks,
            *([ShownBlock("image", address=question.picture)] if question and question.picture else []),
        ],
    }


def _is_elsewhere(block: ShownBlock) -> bool:
    """A film of another host, which cannot be kept."""
    return block.kind == "video" and block.address.startswith("https://")


async def _media(clients: Clients, blocks: Iterable[ShownBlock]) -> list[Json]:
    """Pictures first, so that they are there where films no longer fit."""
    wanted: dict[str, str] = {}
    for block in blocks:
        captions = [each for _, _, each in block.captions]
        for address in (block.address, *captions):
            if address.startswith("/media/"):
                wanted.setdefault(address, block.title or block.alt)
    found = [
        (await clients.courses.GetMedia(GetMediaRequest(name=address.removeprefix("/"))), address, title)
        for address, title in wanted.items()
    ]
    found.sort(key=lambda each: (each[0].content_type.startswith("video/"), each[0].size))
    return [{"address": address, "bytes": medium.size, "title": title} for medium, address, title in found]
