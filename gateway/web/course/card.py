"""The card of a published course, as lists show it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gateway.language.i18n import LANGUAGES, Locale, msgid
from ieum.courses.v1 import content_pb2
from ieum.courses.v1.courses_pb2 import CatalogEntry

TOPICS: Mapping[str, str] = {
    "1": msgid("Finding and checking information"),
    "2": msgid("Keeping in touch with others"),
    "3": msgid("Making things of your own"),
    "4": msgid("Staying safe"),
    "5": msgid("Solving everyday problems"),
}
"""The areas of DigComp as a learner would say them."""
LEVELS: Mapping[int, str] = {
    content_pb2.BASIC: msgid("For beginners"),
    content_pb2.INTERMEDIATE: msgid("With some practice"),
    content_pb2.ADVANCED: msgid("For experienced users"),
    content_pb2.HIGHLY_ADVANCED: msgid("For experts"),
}
AUDIENCES: Mapping[int, str] = {
    content_pb2.RESIDENTS: msgid("For residents"),
    content_pb2.EMPLOYEES: msgid("For employees"),
    content_pb2.BOTH: msgid("For everybody"),
}


@dataclass(frozen=True)
class Card:
    title: str
    href: str
    summary: str
    minutes: int
    level: str
    tags: Sequence[tuple[str, str]]
    picture: str
    language: str
    course: str = ""


def card_of(locale: Locale, entry: CatalogEntry) -> Card:
    title, language = locale.pick(entry.title, *entry.languages)
    tags = [(topic, "") for topic in topic_words(locale, entry.competences)]
    if entry.audience == content_pb2.EMPLOYEES:
        tags.append((locale.gettext(AUDIENCES[content_pb2.EMPLOYEES]), "information"))
    return Card(
        title=title,
        href=f"/{entry.course}",
        summary=locale.pick(entry.summary, *entry.languages)[0],
        minutes=entry.minutes,
        level=level_words(locale, entry.level),
        tags=tags,
        picture=address(entry.cover),
        language="" if language == locale.language else language,
        course=entry.course,
    )


def address(media: str) -> str:
    """The URL path of a medium; "" for none."""
    return f"/{media}" if media else ""


def level_words(locale: Locale, level: int) -> str:
    return locale.gettext(LEVELS[level]) if level in LEVELS else ""


def audience_words(locale: Locale, audience: int) -> str:
    return locale.gettext(AUDIENCES[audience]) if audience in AUDIENCES else ""


def topics_of(competences: Iterable[str]) -> list[str]:
    return sorted({competence.partition(".")[0] for competence in competences} & TOPICS.keys())


def topic_words(locale: Locale, competences: Iterable[str]) -> list[str]:
    return [locale.gettext(TOPICS[topic]) for topic in topics_of(competences)]


def language_words(languages: Iterable[str]) -> str:
    return ", ".join(LANGUAGES.get(language, language) for language in languages)
