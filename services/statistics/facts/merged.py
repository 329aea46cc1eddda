"""Which pseudonyms belong to one person: accounts that were merged are counted as the one that is kept.

Facts stay as they were announced. The person is looked up whenever they are read, so that separating the accounts
leaves no trace, and the order in which events arrive makes no difference.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pymongo import UpdateOne

from services.chassis.store.mongo import Database, Document
from services.statistics.facts.traits import TraitsSeal

_ANSWERS = ("birth_year", "sex")


class Merge(NamedTuple):
    """`person` counts as `kept`; or no longer, where `kept` is empty. The newest revision of the person counts."""

    person: str
    kept: str
    revision: int


@dataclass(frozen=True)
class Identities:
    """`kept`: pseudonym -> that of the account that was kept. `traits`: what such persons answered with any of them."""

    kept: Mapping[str, str] = field(default_factory=dict)
    traits: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def person(self, pseudonym: str) -> str:
        return self.kept.get(pseudonym, pseudonym)


def combined(answers: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Each answer from the first account that gave it."""
    result: dict[str, Any] = {}
    for name in _ANSWERS:
        result[name] = next((each[name] for each in answers if each.get(name)), 0 if name == "birth_year" else "")
    answered = next((each for each in answers if each.get("groups_answered")), {})
    return result | {"groups": answered.get("groups", []), "groups_answered": bool(answered)}


class MergedPersons:
    def __init__(self, database: Database, seal: TraitsSeal) -> None:
        self._merges = database["merged_persons"]
        self._traits = database["traits"]
        self._seal = seal

    async def prepare(self) -> None:
        await self._merges.create_index("kept")

    async def put(self, merges: Iterable[Merge]) -> set[str]:
        """The pseudonyms whose facts are to be read again."""
        updates = [UpdateOne({"_id": each.person}, [{"$set": _newest(each)}], upsert=True) for each in merges]
        if not updates:
            return set()
        persons = [each.person for each in merges]
        before = await self._kept({"_id": {"$in": persons}})
        await self._merges.bulk_write(updates, ordered=False)
        return {*persons, *before.values(), *(each.kept for each in merges)} - {""}

    async def beside(self, persons: Collection[str]) -> set[str]:
        """These and all who are the same person: what one of them answers may be an answer of each."""
        named = list(persons)
        found = await self._kept({"$or": [{"_id": {"$in": named}}, {"kept": {"$in": named}}]})
        kept = [*set(found.values())]
        siblings = await self._kept({"kept": {"$in": kept}}) if kept else {}
        return {*persons, *siblings, *kept}

    async def identities(self) -> Identities:
        """All that were merged: a few of a thousand."""
        kept = await self._kept({"kept": {"$gt": ""}})
        if not kept:
            return Identities()
        members: dict[str, list[str]] = defaultdict(list)
        for person in sorted(kept):
            members[kept[person]].append(person)
        everybody = [*members, *kept]
        sealed = {each["_id"]: each async for each in self._traits.find({"_id": {"$in": everybody}})}
        return Identities(
            kept,
            {
                root: combined([self._seal.open(each, sealed.get(each)) for each in (root, *others)])
                for root, others in members.items()
            },
        )

    async def _kept(self, query: Document) -> dict[str, str]:
        return {each["_id"]: each["kept"] async for each in self._merges.find(query) if each["kept"]}

    async def forget_all(self) -> None:
        await self._merges.delete_many({})


def _newest(merge: Merge) -> Document:
    newer = {"$gt": [merge.revision, {"$ifNull": ["$revision", 0]}]}
    return {
        "kept": {"$cond": [newer, {"$literal": merge.kept}, "$kept"]},
        "revision": {"$max": ["$revision", merge.revision]},
    }
