"""Schemas of a course's content, for authors and readers. Every text is a map from language tag to text."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from gateway.api.schemas import Body, Count, Line, Localized, Name, Tag

Audience = Literal["RESIDENTS", "EMPLOYEES", "BOTH"]
Thousandths = Annotated[int, Field(ge=0, le=1000)]
Level = Literal["BASIC", "INTERMEDIATE", "ADVANCED", "HIGHLY_ADVANCED"]


class Area(Body):
    """In thousandths of the picture."""

    left: Thousandths = 0
    top: Thousandths = 0
    width: Thousandths = 0
    height: Thousandths = 0


class Option(Body):
    id: Tag
    text: Localized = {}
    spot: Annotated[Area | None, Field(description="Where it is on the picture of the question")] = None


class Choice(Body):
    options: list[Option] = []
    correct: list[Tag] = []
    multiple: bool = False
    on_picture: Annotated[bool, Field(description="The options are places on the picture of the question")] = False


class TrueFalse(Body):
    correct: bool | None = None


class ShortText(Body):
    accepted: list[Line] = []


class Number(Body):
    value: Annotated[Tag, Field(description="Decimal number as text")] = ""
    tolerance: Tag = ""


class Matching(Body):
    left: list[Option] = []
    right: list[Option] = []
    correct: dict[Tag, Tag] = {}
    on_picture: Annotated[bool, Field(description="Those on the left are places on the picture")] = False


class Ordering(Body):
    steps: Annotated[list[Option], Field(description="In the right order")] = []


class Gap(Body):
    id: Tag
    accepted: Annotated[list[Line], Field(description="In every language")] = []


class Gaps(Body):
    text: Annotated[Localized, Field(description='"[[1]]" stands where the gap with the id "1" is')] = {}
    gaps: list[Gap] = []


class Image(Body):
    media: Localized = {}
    alt: Localized = {}


class Item(Body):
    """One question, of exactly one kind."""

    id: Tag
    prompt: Localized = {}
    explanation: Localized = {}
    points: Count = 0
    picture: Annotated[Image | None, Field(description="Shown above the question")] = None
    choice: Choice | None = None
    true_false: TrueFalse | None = None
    short_text: ShortText | None = None
    number: Number | None = None
    matching: Matching | None = None
    ordering: Ordering | None = None
    gaps: Gaps | None = None


class Text(Body):
    markdown: Localized = {}


class Video(Body):
    title: Localized = {}
    media: Localized = {}
    url: Line = ""
    captions: Localized = {}
    transcript: Localized = {}


class File(Body):
    title: Localized = {}
    media: Localized = {}


class Quiz(Body):
    title: Localized = {}
    items: list[Item] = []
    draw: Annotated[Count, Field(description="How many of them an attempt asks; 0: all")] = 0
    shuffle: Annotated[bool, Field(description="The options of choices come in another order for each learner")] = False


class ScenePart(Body):
    """What a scene shows, or what is pressed or typed in it."""

    id: Tag
    text: Localized = {}
    look: Literal["BAR", "LINE", "ROW", "BUTTON", "KEY", "BUBBLE", "OWN_BUBBLE", "NOTE"] | None = None
    action: Literal["SHOWN", "PRESSED", "TYPED"] | None = None
    area: Annotated[Area | None, Field(description="Where it is on the picture")] = None
    leads_to: Annotated[str, Field(max_length=40, description="Id of the scene; empty: it stays")] = ""
    finishes: bool = False
    slip: Annotated[bool, Field(description="A wrong way, answered with `words`")] = False
    words: Localized = {}
    accepted: Annotated[list[Line], Field(description="What may be typed")] = []
    otherwise: Annotated[Localized, Field(description="Said when something else was typed")] = {}


class SceneHint(Body):
    text: Localized = {}


class Scene(Body):
    id: Tag
    title: Localized = {}
    media: Localized = {}
    alt: Localized = {}
    parts: Annotated[list[ScenePart], Field(description="In reading order")] = []
    elsewhere: Annotated[Localized, Field(description="Said after a press beside all parts")] = {}
    hints: list[SceneHint] = []


class Practice(Body):
    """A safe copy of a kiosk, a page or a phone: scenes from the first one to a part that finishes."""

    title: Localized = {}
    task: Annotated[Localized, Field(description="What is to be done")] = {}
    scenes: list[Scene] = []
    closing: Localized = {}


class Block(Body):
    """Part of a lesson, of exactly one kind."""

    id: Tag
    joined: Annotated[bool, Field(description="Stands on the same screen as the block before it")] = False
    text: Text | None = None
    image: Image | None = None
    video: Video | None = None
    file: File | None = None
    quiz: Quiz | None = None
    practice: Practice | None = None


class Screen(Body):
    key: Line
    blocks: list[Tag] = []
    item: Tag = ""


class Lesson(Body):
    id: Tag
    title: Localized = {}
    minutes: Count = 0
    blocks: list[Block] = []
    etag: Tag = ""
    screens: Annotated[list[Screen], Field(description="Output only")] = []


class Rule(Body):
    counted_lessons: list[Tag] = []
    pass_mark: Annotated[int, Field(ge=0, le=100)] = 0
    max_attempts: Annotated[Count, Field(description="0: as many as wanted")] = 0
    attendance_percent: Annotated[
        int, Field(ge=0, le=100, description="Of the minutes of a learner's class; 0: attendance does not count")
    ] = 0
    attendance_is_enough: Annotated[bool, Field(description="Without the lessons")] = False


class Outline(Body):
    """Everything of a course but its lessons."""

    title: Localized = {}
    summary: Localized = {}
    languages: list[Tag] = []
    audience: Audience | None = None
    competences: list[Tag] = []
    level: Level | None = None
    cover: Name = ""
    cover_alt: Localized = {}
    rule: Rule | None = None


class Content(Outline):
    lessons: list[Lesson] = []
    minutes: int = 0
