"""Learning without network: which run of a course its steps belong to, and when they were taken."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from gateway.backend.clients import Clients
from ieum.progress.v1.progress_pb2 import ListStandingsRequest, Standing
from services.chassis.principal import SYSTEM, acting_as


async def run_of(clients: Clients, person: str, course: str) -> Standing | None:
    """The latest run of the course that was not withdrawn. Only for people of whom the classes service has said that
    they have or had a seat in the caller's class."""
    with acting_as(SYSTEM):
        standings = (await clients.progress.ListStandings(ListStandingsRequest(person=person))).standings
    return next((each for each in standings if each.course == course and not each.withdrawn), None)


def times_of(walls: Sequence[int], sent: int, now: datetime) -> list[datetime]:
    """When each was taken by our clock, from a device's milliseconds: put right by how far that clock is off as it
    sends. Where it jumped meanwhile, the order holds: none is later than the next."""
    times: list[datetime] = []
    latest = now
    for wall in reversed(walls):
        latest = min(latest, now - timedelta(milliseconds=max(sent - wall, 0)))
        times.append(latest)
    return times[::-1]
