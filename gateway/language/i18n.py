"""Internationalisation: one `Locale` per language, read at start from the `.po` files of its folder.

Message ids are English, so English needs no catalogue. A language has a `.po` file for each room of pages; they are
merged, and a message that stands in two of them must read the same. `messages` keeps the files up to date.
"""

from __future__ import annotations

import datetime as dt
import gettext
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeAlias, TypeVar
from zoneinfo import ZoneInfo

import babel
from babel import dates, numbers
from babel.messages import pofile
from babel.messages.catalog import Catalog, Message

CATALOGUES = Path(__file__).parent / "locale"
SOURCE = "en"
"""The language of the texts in the code."""
DEFAULT = "ko"
REGIONS: Mapping[str, str] = {"en": "en_GB"}
"""The region whose dates and times a language is written with, where CLDR's default is another country."""
CLOCK: Mapping[str, str] = {"ko": "aaaa h:mm"}
"""Clocks that CLDR's short form says in letters an older reader stumbles over (`PM 2:30`)."""
SEOUL = ZoneInfo("Asia/Seoul")

When = TypeVar("When", bound=dt.date)
Key: TypeAlias = tuple[str | None, str]
"""Context and message id."""


def languages_of(root: Path) -> dict[str, str]:
    """The languages with a folder of catalogues and the source, each by its own name; the default comes first."""
    tags = {SOURCE, *(path.name for path in root.iterdir() if path.is_dir())}
    ordered = sorted(tags, key=lambda tag: (tag != DEFAULT, tag != SOURCE, tag))
    return {tag: babel.Locale.parse(tag.replace("-", "_")).get_display_name() or tag for tag in ordered}


LANGUAGES: Mapping[str, str] = languages_of(CATALOGUES)
"""The languages of the interface. A further language is a folder beside `ko`: docs/how-to/translate.md."""


def msgid(text: str) -> str:
    """Mark a text for the catalogues where no reader is known yet; whoever shows it calls `gettext` on it."""
    return text


@dataclass(frozen=True)
class Locale:
    """How one reader's language says things. Times are shown in `timezone`."""

    language: str
    timezone: ZoneInfo = SEOUL
    messages: Mapping[Key, Sequence[str]] = field(default_factory=dict, repr=False, compare=False)
    plural: Callable[[int], int] = field(default=lambda count: int(count != 1), repr=False, compare=False)

    @cached_property
    def cldr(self) -> babel.Locale:
        return babel.Locale.parse(REGIONS.get(self.language, self.language).replace("-", "_"))

    @property
    def direction(self) -> str:
        return self.cldr.text_direction

    def gettext(self, text: str) -> str:
        forms = self.messages.get((None, text))
        return forms[0] if forms else text

    def pgettext(self, context: str, text: str) -> str:
        forms = self.messages.get((context, text))
        return forms[0] if forms else text

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        forms = self.messages.get((None, singular))
        return forms[self.plural(count)] if forms else singular if count == 1 else plural

    def pick(self, localized: Mapping[str, str], *fallbacks: str) -> tuple[str, str]:
        """Return what there is for this reader and its language: own, then `fallbacks`, then English, then any.

        A page that shows a text in another language than its own says so by `lang`. No text at all is ("", own).
        """
        if own := localized.get(self.language):
            return own, self.language
        for language in (*fallbacks, SOURCE, *sorted(localized)):
            if localized.get(language):
                return localized[language], language
        return "", self.language

    def number(self, value: float, digits: int = 0) -> str:
        return numbers.format_decimal(value, format=_pattern(digits), locale=self.cldr)

    def percent(self, share: float, digits: int = 1) -> str:
        """Write a share of one: 0.256 is 25.6%."""
        return numbers.format_percent(share, format=_pattern(digits) + "%", locale=self.cldr)

    def date(self, when: dt.date) -> str:
        return dates.format_date(self._here(when), format="long", locale=self.cldr)

    def time(self, when: dt.datetime) -> str:
        return dates.format_time(self._here(when), format=CLOCK.get(self.language, "short"), locale=self.cldr)

    def datetime(self, when: dt.datetime) -> str:
        return f"{self.date(when)} {self.time(when)}"

    def duration(self, minutes: int) -> str:
        """Write minutes as hours and minutes: 75 is `1 hour 15 minutes`."""
        hours, rest = divmod(minutes, 60)
        parts = [self.ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}] if hours else []
        if rest or not hours:
            parts.append(self.ngettext("%(count)s minute", "%(count)s minutes", rest) % {"count": rest})
        return " ".join(parts)

    def _here(self, when: When) -> When:
        return when.astimezone(self.timezone) if isinstance(when, dt.datetime) and when.tzinfo else when


def _pattern(digits: int) -> str:
    return "#,##0." + "0" * digits if digits else "#,##0"


def read(language: str, root: Path = CATALOGUES) -> dict[Key, tuple[str, ...]]:
    """Merge a language's `.po` files; raises ValueError when two files say one message differently."""
    merged: dict[Key, tuple[str, ...]] = {}
    for path in sorted((root / language).glob("*.po")):
        with path.open("rb") as file:
            catalogue = pofile.read_po(file, locale=language)
        for message in catalogue:
            words = translated(message)
            if not words:
                continue
            key = (message.context, identity(message))
            if merged.setdefault(key, words) != words:
                raise ValueError(f"{path.name} translates {key[1]!r} in another way than an earlier file")
    return merged


def identity(message: Message) -> str:
    """Return the message id: the singular where there is a plural."""
    return message.id if isinstance(message.id, str) else message.id[0]


def translated(message: Message) -> tuple[str, ...]:
    """Return the forms of a finished translation; nothing for the header, a fuzzy or an empty one."""
    forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
    return forms if message.id and not message.fuzzy and all(forms) else ()


def load(root: Path = CATALOGUES, timezone: ZoneInfo = SEOUL) -> dict[str, Locale]:
    return {language: _locale(language, root, timezone) for language in LANGUAGES}


def _locale(language: str, root: Path, timezone: ZoneInfo) -> Locale:
    rule = gettext.c2py(Catalog(locale=language).plural_expr)
    return Locale(language, timezone, read(language, root), rule)
