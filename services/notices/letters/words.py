"""Writes a person's notice in their language: a mail as text and as HTML, and a text message."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import cache
from pathlib import Path
from typing import Any

from babel.dates import format_datetime
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.notices.domain.notice import Kind
from services.notices.letters.letter import Attachment, Letter

_HERE = Path(__file__).parent
LANGUAGES = ("ko", "en")
VISITING_CLASS: Mapping[str, str] = {"ko": "찾아가는 강좌", "en": "Visiting class"}


@dataclass(frozen=True, slots=True)
class Recipient:
    name: str
    address: str
    language: str


@dataclass(frozen=True, slots=True)
class Meeting:
    """A session of the class, as the letter shows it."""

    starts_at: datetime
    held: bool = True
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """What there is to say. `link` is where the button leads; `meetings` are shown in order."""

    kind: Kind
    titles: Mapping[str, str]
    """Of the class or course, by language."""
    link: str
    preferences: str
    zone: tzinfo
    places: Mapping[str, str]
    """In words, by language."""
    meetings: Sequence[Meeting] = ()
    when: datetime | None = None
    until: datetime | None = None
    reason: str = ""
    note: str = ""
    attachments: Mapping[str, Attachment] = field(default_factory=dict)
    """By language."""


def language_of(locale: str) -> str:
    """Korean for people who read Korean, else English."""
    return locale if locale in LANGUAGES else "en"


def write(content: Content, recipient: Recipient) -> Letter:
    """The same each time while nothing changed, so that a mail sent twice is recognised."""
    language = recipient.language
    words = _words()[language]
    own, given = words[content.kind.value], _values(content, words, language)
    subject = " ".join(own["subject"].format_map(given).split())
    paragraphs = [words["greeting"].format(name=recipient.name), *_said(content, words, language)]
    values = {
        "language": language,
        "subject": subject,
        "paragraphs": paragraphs,
        "rows": _rows(content, words, language),
        "link": content.link,
        "button": own["button"],
        "footer": words["footer"],
        "preferences": content.preferences,
    }
    return Letter(
        recipient_name=recipient.name,
        address=recipient.address,
        language=language,
        subject=subject,
        text=_plain(values),
        html=_environment().get_template("letter.html").render(values),
        short=f"{own['short'].format_map(given)} {content.link}",
        attachments=tuple(each for each in (content.attachments.get(language),) if each),
    )


def say(content: Content, language: str) -> str:
    """What the centre's staff tell the person, in a few lines."""
    words = _words()[language]
    dates = [_meeting(each, words, content.zone, language) for each in content.meetings]
    return "\n".join([*_said(content, words, language), *dates])


def _said(content: Content, words: Mapping[str, Any], language: str) -> list[str]:
    lines = [words[content.kind.value]["text"].format_map(_values(content, words, language))]
    if content.reason:
        lines.append(words["why"].format(reason=words["reasons"].get(content.reason, content.reason)))
    if content.note:
        lines.append(words["note"].format(note=content.note))
    return lines


def _values(content: Content, words: Mapping[str, Any], language: str) -> dict[str, str]:
    changes = [_meeting(each, words, content.zone, language) for each in content.meetings if each.changed]
    return {
        "title": content.titles[language],
        "place": content.places.get(language, ""),
        "when": _date(content.when, words, content.zone, language) if content.when else "",
        "until": _date(content.until, words, content.zone, language) if content.until else "",
        "changes": ", ".join(changes),
    }


def _rows(content: Content, words: Mapping[str, Any], language: str) -> list[tuple[str, list[str]]]:
    if not content.meetings:
        return []
    dates = [_meeting(each, words, content.zone, language) for each in content.meetings]
    place = content.places.get(language, "")
    rows = [(words["about"], [content.titles[language]]), (words["where"], [place]), (words["when"], dates)]
    return [(name, lines) for name, lines in rows if any(lines)]


def _meeting(meeting: Meeting, words: Mapping[str, Any], zone: tzinfo, language: str) -> str:
    date = _date(meeting.starts_at, words, zone, language)
    if not meeting.held:
        return str(words["cancelled_date"].format(date=date))
    return str(words["changed_date"].format(date=date)) if meeting.changed else date


def _date(moment: datetime, words: Mapping[str, Any], zone: tzinfo, language: str) -> str:
    locale = {"ko": "ko", "en": "en_GB"}[language]
    return format_datetime(moment.astimezone(zone), words["date"], locale=locale)


def _plain(values: Mapping[str, Any]) -> str:
    paragraphs = list(values["paragraphs"])
    if values["rows"]:
        paragraphs.append("\n".join(f"{name}: {', '.join(lines)}" for name, lines in values["rows"]))
    paragraphs += [f"{values['button']}:\n{values['link']}", f"-- \n{values['footer']}\n{values['preferences']}"]
    return "\n\n".join(paragraphs) + "\n"


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads((_HERE / "words.toml").read_text(encoding="utf-8"))


@cache
def _environment() -> Environment:
    loader = FileSystemLoader(_HERE)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
