"""Facts of version 0.1 were keyed by their enrolment and held the answers in the open: both are closed at the start."""

from __future__ import annotations

from collections.abc import Sequence

from pymongo import DeleteOne, UpdateOne

from services.chassis.store.mongo import Collection, Document
from services.statistics.facts.keys import fact_key
from services.statistics.facts.traits import TraitsSeal

_AT_ONCE = 1_000
_KEYED_BY_ENROLMENT = {"_id": {"$gte": "enrollments/", "$lt": "enrollments0"}}


class FactsUpgrade:
    """Safe to repeat, and to be cut off at any point."""

    def __init__(self, facts: Collection, traits: Collection, pseudonym_key: bytes, seal: TraitsSeal) -> None:
        self._facts = facts
        self._traits = traits
        self._key = pseudonym_key
        self._seal = seal

    async def run(self) -> None:
        while found := await self._facts.find(_KEYED_BY_ENROLMENT).limit(_AT_ONCE).to_list():
            await self._facts.bulk_write([self._keyed_anew(fact) for fact in found], ordered=False)
            await self._facts.bulk_write([DeleteOne({"_id": fact["_id"]}) for fact in found], ordered=False)
        in_the_open = self._traits.find({"_id": {"$gt": ""}, "groups": {"$exists": True}}).limit(_AT_ONCE)
        while found := await in_the_open.clone().to_list():
            await self._traits.bulk_write(self._sealed(found), ordered=False)

    def _keyed_anew(self, fact: Document) -> UpdateOne:
        """What stands under the new key already is newer: an event that came while this was going on."""
        key = fact_key(self._key, fact["_id"])
        fields = {name: value for name, value in fact.items() if name != "_id"}
        if "groups" in fields.get("traits", {}):
            sealed = self._seal.close_fields(fact["pseudonym"], fact["traits"])
            fields["traits"] = {"revision": fact["traits"]["revision"], "sealed": sealed}
        merged = {"$mergeObjects": [{"$literal": fields}, "$$ROOT"]}
        return UpdateOne({"_id": key}, [{"$replaceWith": merged}], upsert=True)

    def _sealed(self, traits: Sequence[Document]) -> list[UpdateOne]:
        gone = dict.fromkeys(("birth_year", "sex", "groups", "groups_answered"), "")
        return [
            UpdateOne(
                {"_id": each["_id"]},
                {"$set": {"sealed": self._seal.close_fields(each["_id"], each)}, "$unset": gone},
            )
            for each in traits
        ]
