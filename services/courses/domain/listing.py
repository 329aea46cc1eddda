"""What a published version is, and how the catalogue lists it. Listings of earlier releases also hold search texts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.courses.domain.competences import areas_of
from services.courses.domain.content import Audience, Content, Level
from services.courses.domain.texts import Texts


@dataclass(frozen=True)
class Version:
    """Never changes once it is stored."""

    course: str
    number: int
    content: Content
    publish_time: datetime


@dataclass(frozen=True)
class Listing:
    """A published version as the catalogue shows, filters and finds it."""

    title: Texts
    summary: Texts
    languages: tuple[str, ...]
    audience: Audience | None
    competences: tuple[str, ...]
    areas: tuple[str, ...]
    level: Level | None
    minutes: int
    cover: str
    cover_alt: Texts
    lesson_count: int
    publish_time: datetime


def listing_of(version: Version) -> Listing:
    content = version.content
    return Listing(
        title=content.title,
        summary=content.summary,
        languages=content.languages,
        audience=content.audience,
        competences=content.competences,
        areas=areas_of(content.competences),
        level=content.level,
        minutes=content.minutes,
        cover=content.cover,
        cover_alt=content.cover_alt,
        lesson_count=len(content.lessons),
        publish_time=version.publish_time,
    )
