"""Areas and organisations as lists to choose from: those somebody may reach, in the order of the tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from gateway.backend.places import Places
from gateway.language.i18n import Locale, msgid
from ieum.people.v1.people_pb2 import Area

EVERYWHERE = "*"
EVERYWHERE_WORDS = msgid("Everywhere")
_INDENT = "\u2003"

Choice = tuple[str, str]


def tree(places: Places, root: str = "") -> Iterator[tuple[int, Area]]:
    """Areas with their depth, each before what lies in it; from `root` itself on, or all of them."""
    parents = sorted(places.areas.values(), key=lambda area: area.parent)
    children = {parent: list(inside) for parent, inside in groupby(parents, key=lambda area: area.parent)}
    tops = [places.areas[root]] if root in places.areas else [] if root else children.get("", [])
    waiting = [(0, area) for area in reversed(tops)]
    while waiting:
        depth, area = waiting.pop()
        yield depth, area
        waiting.extend((depth + 1, inside) for inside in reversed(children.get(area.name, [])))


def known(places: Places, scopes: Iterable[str]) -> list[str]:
    """The scopes that still exist, the widest first."""
    existing = {EVERYWHERE, *places.areas, *places.organisations}
    return sorted(existing.intersection(scopes), key=lambda scope: (len(scope), scope))


def areas_within(locale: Locale, places: Places, scopes: Iterable[str]) -> list[Choice]:
    """The areas of the scopes and all below them, indented; everywhere comes first where it is among the scopes."""
    held = known(places, scopes)
    if EVERYWHERE in held:
        everywhere = (EVERYWHERE, locale.gettext(EVERYWHERE_WORDS))
        return [everywhere, *(_choice(locale, depth + 1, area) for depth, area in tree(places))]
    choices: Mapping[str, str] = {}
    for scope in held:
        if scope in places.areas and scope not in choices:
            choices = {**choices, **dict(_choice(locale, depth, area) for depth, area in tree(places, scope))}
    return list(choices.items())


def organisations_within(locale: Locale, places: Places, scopes: Iterable[str], *, inside: bool) -> list[Choice]:
    """Organisations among the scopes; with `inside` also those that lie in an area of them."""
    held = set(known(places, scopes))
    areas = {name for name, _ in areas_within(locale, places, held)} if inside else set()
    return [
        (name, locale.pick(organisation.title)[0])
        for name, organisation in places.organisations.items()
        if EVERYWHERE in held or name in held or organisation.area in areas
    ]


def path_to(places: Places, area: str) -> list[str]:
    """The area and its ancestors, from the top down."""
    names: list[str] = []
    while area in places.areas and area not in names:
        names.insert(0, area)
        area = places.areas[area].parent
    return names


def title(locale: Locale, places: Places, scope: str) -> str:
    return locale.gettext(EVERYWHERE_WORDS) if scope == EVERYWHERE else places.title(locale, scope)


def _choice(locale: Locale, depth: int, area: Area) -> Choice:
    return area.name, _INDENT * depth + locale.pick(area.title)[0]
