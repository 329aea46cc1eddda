"""Practice tasks as values: a safe copy of a kiosk, a bank's page or a phone. `content.proto` explains the fields."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Literal

from services.courses.domain.texts import Texts


class Look(StrEnum):
    BAR = "BAR"
    LINE = "LINE"
    ROW = "ROW"
    BUTTON = "BUTTON"
    KEY = "KEY"
    BUBBLE = "BUBBLE"
    OWN_BUBBLE = "OWN_BUBBLE"
    NOTE = "NOTE"


class Action(StrEnum):
    SHOWN = "SHOWN"
    PRESSED = "PRESSED"
    TYPED = "TYPED"


@dataclass(frozen=True)
class Area:
    """In thousandths of the picture."""

    left: int = 0
    top: int = 0
    width: int = 0
    height: int = 0


@dataclass(frozen=True)
class Part:
    id: str
    text: Texts = field(default_factory=dict)
    look: Look = Look.BUTTON
    action: Action = Action.SHOWN
    area: Area | None = None
    leads_to: str = ""
    finishes: bool = False
    slip: bool = False
    words: Texts = field(default_factory=dict)
    accepted: tuple[str, ...] = ()
    otherwise: Texts = field(default_factory=dict)

    @property
    def is_target(self) -> bool:
        return self.action is not Action.SHOWN


@dataclass(frozen=True)
class Hint:
    text: Texts = field(default_factory=dict)


@dataclass(frozen=True)
class Scene:
    id: str
    title: Texts = field(default_factory=dict)
    media: Texts = field(default_factory=dict)
    alt: Texts = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    elsewhere: Texts = field(default_factory=dict)
    hints: tuple[Hint, ...] = ()

    @property
    def targets(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.is_target)


@dataclass(frozen=True)
class Practice:
    title: Texts = field(default_factory=dict)
    task: Texts = field(default_factory=dict)
    scenes: tuple[Scene, ...] = ()
    closing: Texts = field(default_factory=dict)
    kind: Literal["practice"] = "practice"


def texts_of(practice: Practice) -> Iterator[Texts]:
    """What a reader sees and a search may find."""
    yield from (practice.title, practice.task, practice.closing)
    for scene in practice.scenes:
        yield from (scene.title, scene.alt, *(part.text for part in scene.parts))


def without_answers(practice: Practice) -> Practice:
    """For learners: what each scene shows, not what a target leads to nor what may be typed."""

    def hide(part: Part) -> Part:
        return Part(part.id, part.text, part.look, part.action, part.area)

    return _with_parts(practice, hide)


def without_texts(practice: Practice) -> Practice:
    """What a walk is judged by."""

    def strip(part: Part) -> Part:
        return replace(part, text={}, area=None, look=Look.BUTTON, words={}, otherwise={})

    bare = _with_parts(practice, strip)
    scenes = (
        replace(scene, title={}, media={}, alt={}, elsewhere={}, hints=tuple(Hint() for _ in scene.hints))
        for scene in bare.scenes
    )
    return Practice(scenes=tuple(replace(scene, parts=scene.targets) for scene in scenes))


def _with_parts(practice: Practice, change: Callable[[Part], Part]) -> Practice:
    scenes = (replace(scene, parts=tuple(change(part) for part in scene.parts)) for scene in practice.scenes)
    return replace(practice, scenes=tuple(scenes))


def unreachable(practice: Practice) -> Collection[str]:
    """Ids of the scenes that no way from the first one leads to."""
    ways = {scene.id: {part.leads_to for part in scene.targets if part.leads_to} for scene in practice.scenes}
    reached: set[str] = set()
    ahead = [scene.id for scene in practice.scenes[:1]]
    while ahead:
        scene = ahead.pop()
        if scene not in reached:
            reached.add(scene)
            ahead += ways.get(scene, ())
    return [id for id in ways if id not in reached]


def endless(practice: Practice) -> Collection[str]:
    """Ids of the scenes from which no way leads to the end."""
    ending = {scene.id for scene in practice.scenes if any(part.finishes for part in scene.targets)}
    grown = True
    while grown:
        before = len(ending)
        ending |= {s.id for s in practice.scenes if any(part.leads_to in ending for part in s.targets)}
        grown = len(ending) > before
    return [scene.id for scene in practice.scenes if scene.id not in ending]
