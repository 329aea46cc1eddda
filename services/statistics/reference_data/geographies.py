"""The areas of a release or a live table: those of an official list if one is loaded, else the current places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from services.statistics.areas.geography import Geography
from services.statistics.areas.tree import AreaTree
from services.statistics.facts.store import Facts, Kinds
from services.statistics.figures.observation import AreaCode
from services.statistics.reference_data.store import References

_LEVELS = {"PROVINCE": "SIDO", "CITY": "SGG", "COUNTY": "SGG", "DISTRICT": "GU", "TOWN": "EMD"}
_BY_DEPTH = ("SIDO", "SGG", "EMD")


class Geographies:
    def __init__(self, facts: Facts, references: References, zone: ZoneInfo) -> None:
        self._facts = facts
        self._references = references
        self._zone = zone

    async def at(self, top: str, as_of: datetime) -> Geography:
        """The geography below `top` by the list for that day; without one, by the current places."""
        day = as_of.astimezone(self._zone).date()
        kinds, tree = await self._facts.area_kinds(), await self._facts.areas()
        places = {_code(area): place for area, (_, place) in kinds.items() if place}
        listed = await self._references.geography(_code(top), day, places)
        if listed:
            return listed
        codes = tuple(self._codes(top, tree, kinds))
        now = {area.code for area in codes}
        moved = {_code(old): _code(new) for old, new in tree.successors.items() if _code(new) in now}
        return Geography(codes, day, moved)

    async def tops(self) -> Sequence[str]:
        """The names of the areas at the top: one city, or all provinces."""
        return (await self._facts.areas()).children.get("", ())

    def _codes(self, top: str, tree: AreaTree, kinds: Kinds) -> Iterator[AreaCode]:
        parents = {child: area for area in tree.below(top) for child in tree.children.get(area, ())}
        for area in tree.below(top):
            kind, place = kinds.get(area, ("", None))
            level = _LEVELS.get(kind, _BY_DEPTH[min(_depth(area, parents), len(_BY_DEPTH) - 1)])
            yield AreaCode(_code(area), _code(parents.get(area, "")), level, dict(tree.title(area)), place)


def _code(area: str) -> str:
    return area.removeprefix("areas/")


def _depth(area: str, parents: Mapping[str, str]) -> int:
    return 0 if area not in parents else 1 + _depth(parents[area], parents)
