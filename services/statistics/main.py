"""The statistics service: hears every other service, holds facts, answers with tables."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from ieum.statistics.v1.statistics_pb2_grpc import add_StatisticsServiceServicer_to_server
from services.chassis.run import Frame, main
from services.statistics.events import Listener
from services.statistics.service import TOKEN_SCOPES, StatisticsService
from services.statistics.store import Facts


async def compose(frame: Frame) -> None:
    facts = Facts(frame.database)
    await facts.prepare()
    server = frame.offer("ieum.statistics.v1.StatisticsService", TOKEN_SCOPES)
    add_StatisticsServiceServicer_to_server(StatisticsService(facts), server)
    listener = Listener(facts, frame.settings.pseudonym_key, ZoneInfo(frame.settings.time_zone))
    for package, handlers in listener.handlers().items():
        frame.hear(package, handlers)


if __name__ == "__main__":
    main("statistics", compose)
