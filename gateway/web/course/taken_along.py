"""The lessons of a course as a device takes them along: each screen rendered, and which pictures and films it needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from aiohttp import web
from multidict import MultiDict

from gateway.backend.clients import CLIENTS, Clients
from gateway.html.render import PAGE, render
from gateway.http import errors
from gateway.web.course.question_form import question_of
from gateway.web.course.screen import Reader, ScreenPosition, ShownBlock, blocks_of, prepare_texts
from ieum.courses.v1.content_pb2 import Content, Lesson
from ieum.courses.v1.courses_pb2 import GetMediaRequest
from ieum.progress.v1.progress_pb2 import Progress
from services.chassis.errors import Problem

VERSION = 1
Json = dict[str, Any]


async def taken_along(request: web.Request, content: Content) -> Json:
    """Without right answers, and without the bytes of pictures and films."""
    reader = Reader(request[PAGE].locale, content.languages)
    lessons, blocks = [], []
    for at in range(len(content.lessons)):
        lesson, needed = await _lesson(request, reader, content, at)
        lessons.append(lesson)
        blocks += needed
    return {
        "version": VERSION,
        "course": reader.words(content.title),
        "lessons": lessons,
        "media": await _media(request.app[CLIENTS], blocks),
        "left_out": [block.title for block in blocks if _is_elsewhere(block)],
    }


def attempts_of(progress: Progress) -> dict[str, int]:
    """By lesson and quiz the number of the attempt that an answer belongs to: the one under way, else the next."""
    return {
        f"{lesson.lesson} {quiz.quiz}": len(quiz.attempts) + bool(not quiz.attempts or quiz.attempts[-1].finished)
        for lesson in progress.lessons
        for quiz in lesson.quizzes
    }


def refused(request: web.Request, problem: Problem) -> web.Response:
    """For the app, which must not take the page of somebody else's network for an answer."""
    words = errors.message(request[PAGE].locale, problem)
    return web.json_response({"reason": problem.reason, "words": words}, status=errors.status_of(problem))


async def _lesson(request: web.Request, reader: Reader, content: Content, at: int) -> tuple[Json, list[ShownBlock]]:
    lesson = content.lessons[at]
    places = [
        ScreenPosition(content, lesson, screen, at + 1, number) for number, screen in enumerate(lesson.screens, 1)
    ]
    screens = [await _screen(request, reader, place) for place in places if not _is_practice(lesson, place)]
    shown = {
        "id": lesson.id,
        "title": reader.words(lesson.title),
        "language": reader.language,
        "screens": [screen for screen, _ in screens],
        "practices": len(places) - len(screens),
    }
    return shown, [block for _, blocks in screens for block in blocks]


def _is_practice(lesson: Lesson, place: ScreenPosition) -> bool:
    """A practice task is walked with the service, which knows where each press leads."""
    ids = set(place.screen.blocks)
    return any(block.id in ids and block.WhichOneof("body") == "practice" for block in lesson.blocks)


async def _screen(request: web.Request, reader: Reader, place: ScreenPosition) -> tuple[Json, list[ShownBlock]]:
    blocks = blocks_of(reader, place)
    await prepare_texts(blocks)
    quiz, question = place.quiz, None
    if quiz:
        item = next(each for each in quiz[1].items if each.id == place.screen.item)
        question = question_of(reader, item, MultiDict())
    shown = [replace(block, address="") if _is_elsewhere(block) else block for block in blocks]
    html = render(request[PAGE], "course/taken_screen.html", blocks=shown, question=question)
    pictures = [ShownBlock("image", address=question.picture, alt=question.picture_alt)] if question else []
    return {"key": place.screen.key, "quiz": quiz[0] if quiz else "", "html": html}, [*blocks, *pictures]


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
