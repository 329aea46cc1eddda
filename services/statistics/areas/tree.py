"""The tree of areas, and which areas the holder of a scope may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
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
    successors: Mapping[str, str] = field(default_factory=dict)
    """Areas of earlier lists, each with the area of this one that its people belong to."""

    @classmethod
    def of(
        cls,
        areas: Iterable[Mapping[str, Any]],
        organisations: Iterable[Mapping[str, Any]],
        successors: Mapping[str, str] | None = None,
    ) -> AreaTree:
        """Builds the tree from rows with name, parent ("" at the top) and title."""
        children: dict[str, list[str]] = defaultdict(list)
        titles: dict[str, Mapping[str, str]] = {}
        for area in areas:
            titles[area["name"]] = area["title"]
            children[area["parent"]].append(area["name"])
        offices = {row["name"]: row["title"] for row in organisations}
        return cls(titles, dict(children), offices, successors or {})

    def below(self, area: str) -> list[str]:
        """The area and everything inside it."""
        names = [area]
        for name in names:
            names.extend(self.children.get(name, ()))
        return names

    def is_whole(self, area: str) -> bool:
        """Whether the area includes everybody, even people of an area that the list does not have."""
        return area == EVERYWHERE or list(self.children.get("", ())) == [area]

    def path(self, scopes: Iterable[str], wanted: str) -> list[str]:
        """The areas from the widest of the scopes that include the wanted area down to that area."""
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
        """The rows of a table by area: each child with everything inside it, then the area itself for people who gave
        no lower area."""
        top = "" if area == EVERYWHERE else area
        rows = {child: self.below(child) for child in self.children.get(top, ())}
        return rows if area == EVERYWHERE else {**rows, area: [area]}

    def today(self, area: str) -> str:
        """What an area of an earlier list is called in this one; the area itself where nothing became of it."""
        seen = {area}
        while area not in self.titles and (following := self.successors.get(area)) and following not in seen:
            seen.add(following)
            area = following
        return area

    def allows(self, scopes: Iterable[str], wanted: str) -> bool:
        """Whether one of the scopes includes the wanted area or organisation; nobody may see one that is not listed."""
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
    """The tree of one release: the children of each area, all below `top`. "HB:own" are the people of HB who gave no
    lower area."""

    top: str
    children: Mapping[str, tuple[str, ...]]

    def lineage(self) -> dict[str, tuple[str, ...]]:
        """For each area: itself (its own part first, if it has children) and all areas above it."""
        above = {child: parent for parent, children in self.children.items() for child in children}
        lineages: dict[str, tuple[str, ...]] = {}
        for area in (self.top, *above):
            chain = [area]
            while chain[-1] in above:
                chain.append(above[chain[-1]])
            lineages[area] = tuple(([f"{area}:own"] if self.children.get(area) else []) + chain)
        return lineages
