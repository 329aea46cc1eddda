"""What an import of places, or taking the last one back, would change: in words, with the people it would leave behind
and the choice of where they belong then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.backend.places import Places
from gateway.language.i18n import Locale, msgid
from ieum.people.v1.people_pb2 import Area, LostPlace, Organisation, PlaceChange, PlacesPreview

FIELD = "move:"
"""Before the name of a place: the form's field that says where its people belong."""
NOWHERE = "-"
_HEADINGS = {
    PlaceChange.REMOVED: msgid("Vanish"),
    PlaceChange.RENAMED: msgid("Get another name"),
    PlaceChange.MOVED: msgid("Move to another area"),
    PlaceChange.ADDED: msgid("Are new"),
    PlaceChange.CHANGED: msgid("Get other details, such as kind, address, hours or phone"),
}
_WORDS = {
    PlaceChange.RENAMED: msgid("%(before)s → %(after)s (%(code)s)"),
    PlaceChange.MOVED: msgid("%(after)s (%(code)s): from %(area_before)s to %(area_after)s"),
}
_PLAIN = msgid("%(after)s (%(code)s)")


@dataclass(frozen=True)
class Question:
    """Where the people of a place belong that the list does not have."""

    field: str
    title: str
    who: str
    choices: Sequence[tuple[str, str]]
    needed: bool


def groups(locale: Locale, places: Places, preview: PlacesPreview) -> list[tuple[str, list[str]]]:
    """The changes by kind, each kind under its heading."""
    titles = {**_titles(places), **_titles_after(places, preview)}
    lines: dict[int, list[str]] = {}
    for change in preview.changes:
        lines.setdefault(change.kind, []).append(_line(locale, titles, change))
    return [(locale.gettext(heading), lines[kind]) for kind, heading in _HEADINGS.items() if kind in lines]


def _line(locale: Locale, titles: Mapping[str, Mapping[str, str]], change: PlaceChange) -> str:
    def area(name: str) -> str:
        return locale.pick(titles.get(name, {}))[0] or name.rpartition("/")[2] or locale.gettext("the top")

    before, after = locale.pick(change.title_before)[0], locale.pick(change.title_after)[0]
    return locale.gettext(_WORDS.get(change.kind, _PLAIN)) % {
        "before": before,
        "after": after or before,
        "code": change.name.rpartition("/")[2],
        "area_before": area(change.area_before),
        "area_after": area(change.area_after),
    }


def questions(locale: Locale, places: Places, preview: PlacesPreview) -> list[Question]:
    after = _titles_after(places, preview)
    return [_question(locale, each, after) for each in preview.lost]


def _titles(places: Places) -> dict[str, Mapping[str, str]]:
    known: tuple[Area | Organisation, ...] = (*places.areas.values(), *places.organisations.values())
    return {each.name: each.title for each in known}


def _titles_after(places: Places, preview: PlacesPreview) -> dict[str, Mapping[str, str]]:
    titles = _titles(places)
    for change in preview.changes:
        if change.kind == PlaceChange.REMOVED:
            titles.pop(change.name, None)
        elif change.kind in (PlaceChange.ADDED, PlaceChange.RENAMED):
            titles[change.name] = change.title_after
    return titles


def _question(locale: Locale, lost: LostPlace, after: Mapping[str, Mapping[str, str]]) -> Question:
    kind = lost.name.partition("/")[0]
    counts = {
        msgid("%(people)s live there"): lost.residents,
        msgid("%(people)s say that they work there"): lost.employees,
        msgid("%(people)s roles are limited to it"): lost.roles,
    }
    who = ", ".join(locale.gettext(words) % {"people": count} for words, count in counts.items() if count)
    choices = [("", locale.gettext("Choose where they belong"))]
    if kind == "organisations":
        choices.append((NOWHERE, locale.gettext("They work for none of these any more")))
    choices += [(name, locale.pick(title)[0]) for name, title in after.items() if name.startswith(f"{kind}/")]
    title = locale.pick(lost.title)[0] or lost.name.rpartition("/")[2]
    return Question(FIELD + lost.name, title, who, choices, lost.vanishes)


def moves(form: Mapping[str, str]) -> dict[str, str]:
    """What was chosen, by the name of the place."""
    return {
        field.removeprefix(FIELD): "" if target == NOWHERE else target
        for field, target in form.items()
        if field.startswith(FIELD) and target
    }


def unanswered(locale: Locale, preview: PlacesPreview, given: Mapping[str, str]) -> dict[str, str]:
    """Field to what is wrong, of each place that needs an answer and has none."""
    words = locale.gettext("Choose where the people of %(title)s belong from now on.")
    return {
        FIELD + lost.name: words % {"title": locale.pick(lost.title)[0] or lost.name}
        for lost in preview.lost
        if lost.vanishes and lost.name not in given
    }
