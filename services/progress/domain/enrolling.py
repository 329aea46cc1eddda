"""What the enrollment service announced, merged so that twice and out of order makes the same record.

A run is withdrawn once and its version only rises, so the latest of each is all there is to know.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.chassis.errors import Invalid
from services.progress.domain.facts import CertificateRevoked, Fact
from services.progress.domain.record import Record

LONGEST_REASON = 500


def enrolled(record: Record, version: int, enrol_time: datetime) -> Record:
    return moved(replace(record, enrol_time=enrol_time), version, enrol_time)


def moved(record: Record, version: int, time: datetime) -> Record:
    if version <= record.version:
        return record
    return replace(record, version=version, version_time=time)


def withdrawn(record: Record, withdraw_time: datetime) -> Record:
    return replace(record, withdraw_time=withdraw_time)


def revoke_certificate(record: Record, reason: str, now: datetime) -> tuple[Record, list[Fact]]:
    """The record of one who has a certificate. Revoking again changes neither time nor reason."""
    certificate = record.certificate
    if certificate is None or certificate.revoke_time:
        return record, []
    reason = reason.strip()
    if not reason:
        raise Invalid("REASON_MISSING", field="reason")
    if len(reason) > LONGEST_REASON:
        raise Invalid("REASON_TOO_LONG", field="reason", most=LONGEST_REASON)
    revoked = replace(record, certificate=replace(certificate, revoke_time=now, revoke_reason=reason))
    return revoked, [CertificateRevoked(revoked, now, certificate.number, reason)]
