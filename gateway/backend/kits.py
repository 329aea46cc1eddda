"""The learning of a class that was taken along: which run of the course its steps belong to.

Only for people of whom the classes service has said that they have or had a seat in the caller's class.
"""

from __future__ import annotations

from gateway.backend.clients import Clients
from ieum.progress.v1.progress_pb2 import ListStandingsRequest, Standing
from services.chassis.principal import SYSTEM, acting_as


async def run_of(clients: Clients, person: str, course: str) -> Standing | None:
    """The latest run of the course that was not withdrawn."""
    with acting_as(SYSTEM):
        standings = (await clients.progress.ListStandings(ListStandingsRequest(person=person))).standings
    return next((each for each in standings if each.course == course and not each.withdrawn), None)
