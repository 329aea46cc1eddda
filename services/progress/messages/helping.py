"""Learners who need help, as protobuf messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ieum.progress.v1 import progress_pb2 as pb
from services.chassis.clock import stamp
from services.progress.domain.helping import Need, offered_lately
from services.progress.domain.plan import Plan
from services.progress.domain.record import Record
from services.progress.messages.resources import enrollment_name


def learner_to_message(record: Record, needs: Sequence[Need], plan: Plan, now: datetime) -> pb.LearnerInNeed:
    return pb.LearnerInNeed(
        enrollment=enrollment_name(record),
        person=record.person,
        needs=[_need(need, plan) for need in needs],
        enrol_time=stamp(record.enrol_time),
        last_activity_time=stamp(record.last_activity_time),
        help_offer_time=stamp(record.help_offer_time),
        offered_lately=offered_lately(record, now),
    )


def _need(need: Need, plan: Plan) -> pb.Need:
    return pb.Need(
        reason=pb.HelpReason.Value(need.reason.name),
        lesson=need.lesson,
        lesson_title=plan.lesson(need.lesson).title if need.lesson else None,
        quiz=need.quiz,
        failed=need.failed,
        no_attempt_left=need.no_attempt_left,
    )
