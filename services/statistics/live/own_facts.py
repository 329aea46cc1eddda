"""What is counted of one person, for that person alone. Their pseudonym is computed in memory and given to nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ieum.statistics.v1 import statistics_pb2 as pb
from services.chassis.clock import stamp
from services.chassis.principal import pseudonym
from services.statistics.facts.merged import combined
from services.statistics.facts.store import Facts
from services.statistics.facts.traits import TraitsSeal
from services.statistics.figures.universe import Universe


class OwnFacts:
    def __init__(self, facts: Facts, pseudonym_key: bytes) -> None:
        self._facts = facts
        self._key = pseudonym_key
        self._seal = TraitsSeal(pseudonym_key)

    async def of(self, accounts: Sequence[str]) -> pb.ListOwnFactsResponse:
        """Of all the "people/{id}" of one person, oldest first."""
        keys, courses = [pseudonym(self._key, each) for each in accounts], await self._facts.course_list()
        found = [fact async for fact in self._facts.rows({"pseudonym": {"$in": keys}})]
        sealed = {each["_id"]: each async for each in self._facts.traits.find({"_id": {"$in": keys}})}
        traits = combined([self._seal.open(key, sealed.get(key)) for key in keys])
        return pb.ListOwnFactsResponse(
            facts=[_message(fact, courses) for fact in sorted(found, key=lambda fact: fact["enrolled_at"])],
            birth_year=traits.get("birth_year", 0),
            sex=traits.get("sex", ""),
            groups=traits.get("groups", ()),
            groups_answered=traits.get("groups_answered", False),
        )


def _message(fact: Mapping[str, Any], courses: Mapping[str, Mapping[str, Any]]) -> pb.OwnFact:
    sessions = fact.get("sessions", {})
    return pb.OwnFact(
        course=fact["course"],
        course_title=courses.get(fact["course"], {}).get("title", {}),
        area=fact["area"],
        organisation=fact["organisation"],
        universe=pb.EMPLOYEE if fact["universe"] == Universe.EMPLOYEE.value else pb.RESIDENT,
        quarter=fact["quarter"],
        start_time=stamp(fact.get("started_at") or sessions.get("first_at")),
        complete_time=stamp(fact.get("completed_at")),
        withdraw_time=stamp(fact.get("withdrawn_at")),
        sessions_attended=len(sessions.get("attended", ())),
    )
