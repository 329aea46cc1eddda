"""One screen of a lesson: its position in the course, and its blocks.

The author's preview shows drafts through the same values and templates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gateway.html import markdown
from gateway.language.i18n import LANGUAGES, Locale
from gateway.web.course.card import address
from gateway.web.course.screen_keys import block_of
from ieum.courses.v1.content_pb2 import Block, Content, Lesson, Quiz, Screen
from ieum.courses.v1.courses_pb2 import Media
from services.chassis.errors import Missing


@dataclass(frozen=True)
class Reader:
    """Picks words in the reader's language, or in the course's own where it has none in theirs."""

    locale: Locale
    languages: Sequence[str]

    def words(self, texts: Mapping[str, str]) -> str:
        return self.locale.pick(texts, *self.languages)[0]

    def medium(self, media: Mapping[str, str]) -> str:
        """The name of the medium for this reader; one without language is for everybody."""
        return media.get(self.locale.language) or media.get("") or self.words(media)

    @property
    def language(self) -> str:
        """Of the content, where it is not the page's."""
        own = not self.languages or self.locale.language in self.languages
        return "" if own else self.languages[0]


@dataclass(frozen=True)
class ShownBlock:
    """A block for the template. `kind` is text, image, video or file; fields of other kinds are empty.

    `text` is Markdown or a transcript.
    """

    kind: str
    title: str = ""
    text: str = ""
    address: str = ""
    alt: str = ""
    captions: Sequence[tuple[str, str, str]] = ()
    media: str = ""


@dataclass(frozen=True)
class ScreenPosition:
    """A screen with its lesson and course; numbers count from 1."""

    content: Content
    lesson: Lesson
    screen: Screen
    lesson_number: int
    screen_number: int

    @property
    def is_first(self) -> bool:
        return self.lesson_number == self.screen_number == 1

    @property
    def is_last_of_lesson(self) -> bool:
        return self.screen_number == len(self.lesson.screens)

    @property
    def quiz(self) -> tuple[str, Quiz] | None:
        """Block id and quiz, where the screen is one of its questions."""
        if not self.screen.item:
            return None
        block = next(block for block in self.lesson.blocks if block.id == block_of(self.screen.key))
        return block.id, block.quiz

    def after(self) -> tuple[str, str] | None:
        """Lesson and screen that follow; None at the end of the course."""
        if not self.is_last_of_lesson:
            return self.lesson.id, self.lesson.screens[self.screen_number].key
        later = self.content.lessons[self.lesson_number :]
        return next(((lesson.id, lesson.screens[0].key) for lesson in later if lesson.screens), None)

    def before(self) -> tuple[str, str] | None:
        if self.screen_number > 1:
            return self.lesson.id, self.lesson.screens[self.screen_number - 2].key
        earlier = reversed(self.content.lessons[: self.lesson_number - 1])
        return next(((lesson.id, lesson.screens[-1].key) for lesson in earlier if lesson.screens), None)


def list_screens(content: Content) -> list[tuple[str, str]]:
    """Lesson and screen key of every screen, in order."""
    return [(lesson.id, screen.key) for lesson in content.lessons for screen in lesson.screens]


def find_screen(content: Content, lesson: str, screen: str) -> ScreenPosition:
    for lesson_number, each in enumerate(content.lessons, 1):
        for screen_number, candidate in enumerate(each.screens, 1):
            if (each.id, candidate.key) == (lesson, screen):
                return ScreenPosition(content, each, candidate, lesson_number, screen_number)
    raise Missing("SCREEN_UNKNOWN")


def blocks_of(reader: Reader, place: ScreenPosition) -> list[ShownBlock]:
    """The blocks of the screen, without its question."""
    ids = set(place.screen.blocks)
    blocks = (block for block in place.lesson.blocks if block.id in ids)
    return [_shown(reader, block) for block in blocks if block.WhichOneof("body") not in ("quiz", "practice", None)]


async def prepare_texts(blocks: Iterable[ShownBlock]) -> None:
    """Renders their Markdown beside the event loop, as the template will ask for it."""
    await markdown.prepare((block.text, 3 if block.kind == "video" else 2) for block in blocks)


def _shown(reader: Reader, block: Block) -> ShownBlock:
    match block.WhichOneof("body"):
        case "image":
            return ShownBlock(
                "image", address=address(reader.medium(block.image.media)), alt=reader.words(block.image.alt)
            )
        case "video":
            return _video(reader, block)
        case "file":
            name = reader.medium(block.file.media)
            return ShownBlock("file", title=reader.words(block.file.title), address=address(name), media=name)
        case _:
            return ShownBlock("text", text=reader.words(block.text.markdown))


def _video(reader: Reader, block: Block) -> ShownBlock:
    video, own = block.video, reader.locale.language
    captions = sorted(video.captions.items(), key=lambda each: (each[0] != own, each[0]))
    return ShownBlock(
        "video",
        title=reader.words(video.title),
        text=reader.words(video.transcript),
        address=video.url or address(reader.medium(video.media)),
        captions=[(language, LANGUAGES.get(language, language), address(name)) for language, name in captions if name],
    )


def file_words(locale: Locale, media: Media) -> str:
    """Such as `PDF, 1.2 MB`."""
    kind = media.filename.rpartition(".")[2].upper() if "." in media.filename else media.content_type
    size = media.size / 1024
    if size < 1024:
        return f"{kind}, {locale.number(max(1, round(size)))} KB"
    return f"{kind}, {locale.number(size / 1024, 1)} MB"
