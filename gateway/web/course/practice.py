"""The screen of a practice task: the scene that a walk has led to, what was said of the last move, and the next one.

A walk is carried by the page's address and its form, move by move. So it survives a reload, Back takes a move back,
and a draft or a stranger's trial is walked through like a learner's.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from multidict import MultiMapping

from gateway.backend.clients import Clients
from gateway.http.errors import message
from gateway.http.form import LONGEST_LINE
from gateway.language.i18n import Locale
from gateway.web.course.card import address
from gateway.web.course.screen import Reader, ScreenPosition
from ieum.courses.v1 import content_pb2
from ieum.courses.v1.content_pb2 import Content, Practice, Scene, ScenePart
from ieum.progress.v1.progress_pb2 import FinishPractice, PracticeMove, PracticeWalk, TypedValue, WalkPracticeRequest
from services.chassis.errors import Invalid, Missing, Problem, Refused
from services.chassis.principal import SYSTEM, acting_as

MOVES, WALK, REFUSED, ANCHOR = "moves", "walk", "refused", "practice"
LONGEST_MOVES = 7_000
"""Characters: the longest walk is 300 moves."""
_SIGNS: Mapping[str, str] = {"p": "pressed", "r": "typed_right", "w": "typed_wrong", "h": "hint", "e": "elsewhere"}
_LETTERS = {kind: letter for letter, kind in _SIGNS.items()}
_MOVE = re.compile(r"[prw][a-z0-9-]{1,40}|[he]")
_NAME = re.compile(r"[0-9a-f]{16}")
REFUSALS = frozenset({"ANSWER_EMPTY", "ANSWER_TOO_LONG", "REAL_NUMBER_TYPED"})
"""What is wrong with a typed value; it is mended in the same scene, and never kept."""


@dataclass(frozen=True)
class ShownPart:
    """`area` is left, top, width and height in thousandths of the picture; none for what is drawn."""

    id: str
    text: str
    look: str
    action: str
    area: Sequence[int] = ()


@dataclass(frozen=True)
class PracticeScreen:
    """`said` answers the last move; `kind` of it is success, information or warning."""

    title: str
    task: str
    scene: str
    picture: str
    picture_alt: str
    parts: Sequence[ShownPart]
    elsewhere: bool
    moves: str
    walk: str
    said: str = ""
    said_kind: str = ""
    hints: Sequence[str] = ()
    more_hints: bool = False
    finished: bool = False
    closing: str = ""
    points: int = 0
    steps: int = 0
    fewest_steps: int = 0
    again: str = ""


def practice_of(place: ScreenPosition) -> Practice | None:
    """The task that the screen shows; none for other screens."""
    block = next((block for block in place.lesson.blocks if block.id == place.screen.key), None)
    return block.practice if block and block.WhichOneof("body") == "practice" else None


async def practice_screen(
    clients: Clients, reader: Reader, practice: Practice, given: MultiMapping[str], path: str
) -> PracticeScreen:
    """`practice` is with its answers. A walk that the task does not allow, because it was changed, begins anew."""
    walked = await _walked(clients, practice, given.get(MOVES, ""))
    scene = _scene(practice, walked.scene)
    said, kind = _said(reader, practice, walked)
    name = given.get(WALK, "")
    return PracticeScreen(
        title=reader.words(practice.title),
        task=reader.words(practice.task),
        scene=reader.words(scene.title),
        picture=address(reader.medium(scene.media)) if scene.media else "",
        picture_alt=reader.words(scene.alt),
        parts=[_shown(reader, part) for part in scene.parts],
        elsewhere=bool(scene.elsewhere),
        moves=_written(walked.moves),
        walk=name if walked.moves and _NAME.fullmatch(name) else secrets.token_hex(8),
        said=said,
        said_kind=kind,
        hints=[reader.words(hint.text) for hint in scene.hints[: walked.hints]],
        more_hints=walked.hints < len(scene.hints),
        finished=walked.finished,
        closing=reader.words(practice.closing),
        points=walked.points,
        steps=walked.steps,
        fewest_steps=walked.fewest_steps,
        again=path,
    )


async def step(clients: Clients, practice: Practice, form: MultiMapping[str]) -> tuple[PracticeWalk | None, str]:
    """The walk after what was pressed, and the query of the page that shows it; without a walk, why it was refused."""
    request = WalkPracticeRequest(practice=practice, moves=_read(form.get(MOVES, "")))
    _fill_next(request, form)
    name = form.get(WALK, "")
    query = {MOVES: form.get(MOVES, ""), WALK: name}
    try:
        walked = await _walk(clients, request)
    except Invalid as problem:
        if problem.reason not in REFUSALS:
            return None, f"#{ANCHOR}"
        return None, urlencode({**query, REFUSED: problem.reason}) + f"#{ANCHOR}"
    except Refused:
        return None, f"#{ANCHOR}"
    return walked, urlencode({**query, MOVES: _written(walked.moves)}) + f"#{ANCHOR}"


def errors(locale: Locale, query: MultiMapping[str]) -> Mapping[str, str]:
    """What was wrong with the value typed last, by its field."""
    reason = query.get(REFUSED, "")
    return {ANCHOR: message(locale, Invalid(reason))} if reason in REFUSALS else {}


def longest(name: str) -> int:
    """Characters that a field of the form may have."""
    return LONGEST_MOVES if name == MOVES else LONGEST_LINE


def finish(lesson: str, block: str, name: str, walked: PracticeWalk) -> FinishPractice:
    return FinishPractice(lesson=lesson, practice=block, walk=name or "unnamed", moves=walked.moves)


def with_answers(content: Content, place: ScreenPosition) -> Practice:
    """The task of the screen in a content that has its answers."""
    for lesson in content.lessons:
        for block in lesson.blocks:
            if (lesson.id, block.id) == (place.lesson.id, place.screen.key):
                return block.practice
    raise Missing("SCREEN_UNKNOWN")


async def _walked(clients: Clients, practice: Practice, moves: str) -> PracticeWalk:
    try:
        return await _walk(clients, WalkPracticeRequest(practice=practice, moves=_read(moves)))
    except Problem:
        return await _walk(clients, WalkPracticeRequest(practice=practice))


async def _walk(clients: Clients, request: WalkPracticeRequest) -> PracticeWalk:
    """Judged by the service that records; whoever sees the page may walk, so the gateway asks for itself."""
    with acting_as(SYSTEM):
        return await clients.progress.WalkPractice(request)


def _fill_next(request: WalkPracticeRequest, form: MultiMapping[str]) -> None:
    if part := form.get("press"):
        request.press = part
    elif part := form.get("typed"):
        request.type.CopyFrom(TypedValue(part=part, value=form.get(f"value-{part}", "")))
    elif "hint" in form:
        request.ask_hint = True
    elif "elsewhere" in form:
        request.press_elsewhere = True


def _read(text: str) -> list[PracticeMove]:
    moves = []
    for word in text[:LONGEST_MOVES].split(".") if text else ():
        if not _MOVE.fullmatch(word):
            raise Invalid("REQUEST_MALFORMED", field=MOVES)
        move = PracticeMove()
        setattr(move, _SIGNS[word[0]], word[1:] or True)
        moves.append(move)
    return moves


def _written(moves: Sequence[PracticeMove]) -> str:
    words = []
    for move in moves:
        kind = move.WhichOneof("move") or "elsewhere"
        part = getattr(move, kind)
        words.append(_LETTERS[kind] + (part if isinstance(part, str) else ""))
    return ".".join(words)


def _scene(practice: Practice, id: str) -> Scene:
    return next((scene for scene in practice.scenes if scene.id == id), practice.scenes[0])


def _shown(reader: Reader, part: ScenePart) -> ShownPart:
    area = part.area
    return ShownPart(
        id=part.id,
        text=reader.words(part.text),
        look=content_pb2.PartLook.Name(part.look).lower().replace("_", "-"),
        action=content_pb2.PartAction.Name(part.action).lower(),
        area=(area.left, area.top, area.width, area.height) if part.HasField("area") else (),
    )


def _said(reader: Reader, practice: Practice, walked: PracticeWalk) -> tuple[str, str]:
    """The author's words on the last move, and their kind; none after a move without words, and before the first."""
    if not walked.moves or walked.finished:
        return "", ""
    last, scene = walked.moves[-1], _scene(practice, walked.last_scene)
    kind = last.WhichOneof("move")
    if kind == "elsewhere":
        return reader.words(scene.elsewhere), "information"
    part = next((part for part in scene.parts if kind != "hint" and part.id == getattr(last, kind or "pressed")), None)
    if part is None:
        return "", ""
    if kind == "typed_wrong":
        return reader.words(part.otherwise), "warning"
    return reader.words(part.words), "warning" if part.slip else "success"
