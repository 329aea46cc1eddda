"""The tree of areas, and what of it somebody may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

EVERYWHERE = "*"


def is_organisation(name: str) -> bool:
    return name.startswith("organisations/")


@dataclass(frozen=True)
class AreaTree:
    """Names are "areas/{code}"; children keep the order of the list."""

    titles: Mapping[str, Mapping[str, str]]
    children: Mapping[str, Sequence[str]]
    organisations: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, areas: Iterable[Mapping[str, Any]], organisations: Iterable[Mapping[str, Any]]) -> AreaTree:
        """From rows with name, parent ("" at the top) and title."""
        children: dict[str, list[str]] = defaultdict(list)
        titles: dict[str, Mapping[str, str]] = {}
        for area in areas:
            titles[area["name"]] = area["title"]
            children[area["parent"]].append(area["name"])
        return cls(titles, dict(children), {row["name"]: row["title"] for row in organisations})

    def below(self, area: str) -> list[str]:
        """The area and everything inside it."""
        found = [area]
        for name in found:
            found.extend(self.children.get(name, ()))
        return found

    def is_whole(self, area: str) -> bool:
        """Whether everybody counts there, also people of an area that the list lacks."""
        return area == EVERYWHERE or list(self.children.get("", ())) == [area]

    def path(self, scopes: Iterable[str], wanted: str) -> list[str]:
        """From the widest of the scopes that it lies in, down to what is wanted."""
        above = {child: parent for parent, children in self.children.items() for child in children if parent}
        up = [wanted]
        while up[-1] in above:
            up.append(above[up[-1]])
        if not self.is_whole(up[-1]) and wanted in self.titles:
            up.append(EVERYWHERE)
        held = frozenset(scopes)
        within = up if EVERYWHERE in held else up[: max((up.index(each) for each in held if each in up), default=0) + 1]
        return within[::-1]

    def branches(self, area: str) -> dict[str, list[str]]:
        """The rows of a table by area: each child with all inside it, then the area for those no nearer."""
        top = "" if area == EVERYWHERE else area
        rows = {child: self.below(child) for child in self.children.get(top, ())}
        return rows if area == EVERYWHERE else {**rows, area: [area]}

    def allows(self, scopes: Iterable[str], wanted: str) -> bool:
        """Whether what is wanted lies inside one of the scopes; what is not in the list is nobody's."""
        held = frozenset(scopes)
        if EVERYWHERE in held:
            return wanted == EVERYWHERE or wanted in self.titles or wanted in self.organisations
        if is_organisation(wanted):
            return wanted in held and wanted in self.organisations
        return any(wanted in self.below(scope) for scope in held if scope in self.titles)

    def title(self, name: str) -> Mapping[str, str]:
        return self.titles.get(name) or self.organisations.get(name) or {}


@dataclass(frozen=True)
class ReleaseAreas:
    """The tree of one release: children of each area; `top` holds all others. "HB:own" are those no nearer than HB."""

    top: str
    children: Mapping[str, tuple[str, ...]]

    def lineage(self) -> dict[str, tuple[str, ...]]:
        """Of each area: itself (its own part first, where it has children) and all above."""
        above = {child: parent for parent, children in self.children.items() for child in children}
        found: dict[str, tuple[str, ...]] = {}
        for area in (self.top, *above):
            chain = [area]
            while chain[-1] in above:
                chain.append(above[chain[-1]])
            found[area] = tuple(([f"{area}:own"] if self.children.get(area) else []) + chain)
        return found
