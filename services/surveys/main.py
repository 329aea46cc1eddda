"""Composition root of the surveys service."""

from __future__ import annotations

from functools import partial

from ieum.surveys.v1.surveys_pb2_grpc import add_SurveysServiceServicer_to_server
from services.chassis.events.audit_events import AuditEvents
from services.chassis.run import Frame, main_with
from services.surveys.events import class_handlers, people_handlers, progress_handlers
from services.surveys.service import TOKEN_ACCESS, SurveysService
from services.surveys.settings import SurveysSettings
from services.surveys.store import Store
from services.surveys.store.key_files import KeyFiles
from services.surveys.sweep import sweep


async def compose(frame: Frame[SurveysSettings]) -> None:
    settings, store = frame.settings, Store(frame.database, frame.outbox)
    key_files = KeyFiles(settings.poll_keys or settings.data / "polls")
    await store.prepare()
    server = frame.offer("ieum.surveys.v1.SurveysService", TOKEN_ACCESS)
    add_SurveysServiceServicer_to_server(SurveysService(store, key_files, AuditEvents(frame.bus)), server)
    frame.hear("ieum.people.v1", people_handlers(store))
    frame.hear("ieum.classes.v1", class_handlers(store, settings.zone))
    frame.hear("ieum.progress.v1", progress_handlers(store, settings.zone))
    frame.keep_running(partial(sweep, store, key_files, settings.zone))


if __name__ == "__main__":
    main_with(SurveysSettings, "surveys", compose)
