"""What all methods stand on."""

from __future__ import annotations

from ieum.surveys.v1 import surveys_pb2_grpc
from services.chassis.events.audit_events import AuditEvents
from services.surveys.store import Store
from services.surveys.store.key_files import KeyFiles


class Methods(surveys_pb2_grpc.SurveysServiceServicer):
    def __init__(self, store: Store, key_files: KeyFiles, audit: AuditEvents) -> None:
        self._store = store
        self._key_files = key_files
        self._audit = audit
