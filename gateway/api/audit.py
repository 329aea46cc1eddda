"""The audit log: sign-ins, grants, exports and views of personal data."""

from __future__ import annotations

from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field

from gateway.api.operation import Table
from gateway.api.schemas import JsonAnswer, Moment, Name, PageQuery, Shape, read, write
from gateway.backend.clients import CLIENTS
from ieum.people.v1 import people_pb2

table = Table("audit log")

AuditAction = Literal[
    "SIGNED_IN",
    "SIGN_IN_REFUSED",
    "ROLE_GRANTED",
    "ROLE_REVOKED",
    "EXPORTED",
    "PERSONAL_DATA_VIEWED",
    "PASSPHRASE_RESET",
    "TOKEN_CREATED",
    "TOKEN_REVOKED",
    "PERSON_ERASED",
    "CERTIFICATE_REVOKED",
    "CERTIFICATE_RENAMED",
    "RECIPIENTS_CHANGED",
    "STATISTICS_QUERIED",
    "DEAD_LETTER_REPLAYED",
    "RELEASE_DISCARDED",
    "PASSPHRASE_CHANGED",
    "SIGNED_OUT",
    "SESSIONS_ENDED",
    "PERSON_VOUCHED_FOR",
    "ORGANISATION_CONFIRMED",
    "ACCESS_REFUSED",
    "PLACES_IMPORTED",
    "PERSON_REGISTERED",
    "PEOPLE_IMPORTED",
    "PEOPLE_IMPORT_UNDONE",
    "DESK_DATA_CHANGED",
    "RELEASE_PLANNED",
    "RELEASE_BUILD_CANCELLED",
    "RELEASE_APPROVED",
    "RELEASE_PUBLISHED",
    "RELEASE_CORRECTION_PLANNED",
    "RELEASE_WITHDRAWN",
    "WORKING_FIGURES_VIEWED",
    "RECORD_CHANGED_BY_HAND",
    "COMMENT_DECIDED",
    "KIT_TAKEN",
    "KIT_REVOKED",
    "PLACES_IMPORTED",
    "SECOND_FACTOR_ADDED",
    "SECOND_FACTOR_REMOVED",
    "SECOND_FACTOR_RESET",
    "SECOND_FACTOR_REFUSED",
    "RECOVERY_CODE_USED",
    "RECOVERY_CODES_RENEWED",
    "PRIVACY_NOTICE_PUBLISHED",
    "CARD_MADE",
    "CARD_ENDED_EARLY",
    "CARD_WAS_LOCKED",
    "CARD_UNLOCKED",
    "CENTRE_DEVICE_ADDED",
    "CENTRE_DEVICE_REMOVED",
    "RESET_MAIL_ASKED_FOR",
    "PASSPHRASE_RESET_BY_MAIL",
    "EMAIL_CONFIRMED",
    "ERASURE_ASKED_FOR",
    "ERASURE_REQUEST_TAKEN_BACK",
    "ERASURE_REQUEST_REFUSED",
]


class AuditEntry(Shape):
    name: str
    time: Moment | None = None
    actor: str = ""
    action: AuditAction | None = None
    subject: str = ""
    detail: str = ""


class AuditEntries(Shape):
    entries: list[AuditEntry]
    next_page_token: str = ""


class AuditQuery(PageQuery):
    action: AuditAction | None = None
    actor: Name = ""
    since: Annotated[Moment | None, Field(description="From this moment on")] = None
    until: Annotated[Moment | None, Field(description="Before this moment")] = None


@table("GET", "/auditEntries", "The audit log, newest first")
async def list_audit_entries(request: web.Request, query: AuditQuery) -> JsonAnswer[AuditEntries]:
    message = write(query, people_pb2.ListAuditEntriesRequest())
    return read(AuditEntries, await request.app[CLIENTS].people.ListAuditEntries(message))
