"""Merges events of the enrollment service so that repeats and reordering give the same record.

A run is withdrawn once and its version only rises, so the latest of each is all there is to know.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.chassis.errors import Invalid
from services.progress.domain.class_attendance import ClassAttendance, first_attended, merge
from services.progress.domain.events import CertificateRevoked, Event
from services.progress.domain.grading import Answer
from services.progress.domain.record import Attempt, QuizRecord, Record

LONGEST_REASON = 500


def enrolled(record: Record, version: int, enrol_time: datetime) -> Record:
    return moved(replace(record, enrol_time=enrol_time), version, enrol_time)


def moved(record: Record, version: int, time: datetime) -> Record:
    if version <= record.version:
        return record
    return replace(record, version=version, version_time=time)


def withdrawn(record: Record, withdraw_time: datetime) -> Record:
    return replace(record, withdraw_time=withdraw_time)


def attended(record: Record, heard: ClassAttendance) -> Record:
    """Learning begins with the first session attended, where nothing was opened before."""
    classes = merge(record.classes, heard)
    firsts = [first for each in classes if each.held and (first := first_attended(each))]
    first = min(firsts, default=None)
    return replace(
        record,
        classes=classes,
        start_time=record.start_time or first,
        last_activity_time=max(filter(None, (record.last_activity_time, first)), default=None),
    )


def forget_person(record: Record) -> Record:
    """Removes what was typed. How far the learner came and when stays, because statistics have counted it."""
    certificate = record.certificate and replace(record.certificate, revoke_reason="")
    lessons = tuple(replace(lesson, quizzes=tuple(map(_without_answers, lesson.quizzes))) for lesson in record.lessons)
    completion = record.completion and replace(record.completion, note="")
    return replace(record, lessons=lessons, position=None, certificate=certificate, completion=completion, erased=True)


def _without_answers(quiz: QuizRecord) -> QuizRecord:
    resets = tuple(replace(reset, reason="") for reset in quiz.resets)
    attempts, earlier = (tuple(map(_emptied, attempts)) for attempts in (quiz.attempts, quiz.earlier))
    return replace(quiz, attempts=attempts, earlier=earlier, resets=resets)


def _emptied(attempt: Attempt) -> Attempt:
    return replace(attempt, answers=tuple(replace(given, answer=Answer()) for given in attempt.answers))


def revoke_certificate(record: Record, reason: str, now: datetime) -> tuple[Record, list[Event]]:
    """Revokes the certificate of the record, if it has one. Revoking again changes neither time nor reason."""
    certificate = record.certificate
    if certificate is None or certificate.revoke_time:
        return record, []
    reason = checked_reason(reason)
    # Of somebody erased nothing is written down any more.
    kept = "" if record.erased else reason
    revoked = replace(record, certificate=replace(certificate, revoke_time=now, revoke_reason=kept))
    return revoked, [CertificateRevoked(revoked, now, certificate.number)]


def checked_reason(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise Invalid("REASON_MISSING", field="reason")
    if len(reason) > LONGEST_REASON:
        raise Invalid("REASON_TOO_LONG", field="reason", most=LONGEST_REASON)
    return reason
