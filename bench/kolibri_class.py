"""`python -m bench.kolibri_class`, in Kolibri's own environment: creates a class with a channel of generated resources
through Kolibri's models, in a device that is set up. Prints the ids as JSON."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from itertools import islice
from typing import Any

LEARNERS = 2_000
RESOURCES = 20
DONE = 10
"""Resources that each learner has done: together as many report lines as Ieum's CSV has."""
PASSPHRASE = "bench-passphrase"  # noqa: S105 - meant to be known


def main() -> None:
    from kolibri.utils.main import initialize

    initialize()
    from django.db import transaction

    with transaction.atomic():
        print(json.dumps(_create_class()))


def _create_class() -> dict[str, Any]:
    from django.contrib.auth.hashers import make_password
    from kolibri.core.auth.models import Classroom, Facility, FacilityUser, Membership
    from kolibri.core.lessons.models import Lesson, LessonAssignment

    facility = Facility.get_default_facility()
    taught, empty = (Classroom.objects.create(name=name, parent=facility) for name in ("Taught", "New"))
    channel, nodes = _channel()
    hashed = make_password(PASSPHRASE)
    learners = []
    for number in range(LEARNERS):
        learner = FacilityUser(username=f"learner{number}", full_name=f"Learner {number}", facility=facility)
        learner.password = hashed
        learner.save()
        Membership.objects.create(user=learner, collection=taught)
        _progress(learner, channel, nodes)
        learners.append(learner)
    resources = [{"contentnode_id": node.id, "content_id": node.content_id, "channel_id": channel.id} for node in nodes]
    admin = FacilityUser.objects.get(username="admin")
    lesson = Lesson.objects.create(
        title="Lesson", collection=taught, created_by=admin, is_active=True, resources=resources
    )
    LessonAssignment.objects.create(lesson=lesson, collection=taught, assigned_by=admin)
    return {
        "facility": facility.id,
        "taught": taught.id,
        "empty": empty.id,
        "lesson": lesson.id,
        "channel": channel.id,
        "untouched": {"node_id": nodes[-1].id, "content_id": nodes[-1].content_id, "kind": nodes[-1].kind},
        "learners": [learner.id for learner in learners],
    }


def _channel() -> tuple[Any, list[Any]]:
    from kolibri.core.content.models import ChannelMetadata, ContentNode, File, LocalFile

    identity = uuid.uuid4().hex
    shared = {"channel_id": identity, "available": True}
    root = ContentNode.objects.create(
        id=identity, content_id=uuid.uuid4().hex, title="Channel", kind="topic", parent=None, **shared
    )
    channel = ChannelMetadata.objects.create(id=identity, name="Channel", min_schema_version="5", root=root)
    nodes = []
    for number in range(RESOURCES):
        node = ContentNode.objects.create(
            id=uuid.uuid4().hex,
            content_id=uuid.uuid4().hex,
            title=f"Resource {number}",
            kind="html5",
            parent=root,
            on_device_resources=1,
            **shared,
        )
        local = LocalFile.objects.create(id=uuid.uuid4().hex, extension="zip", available=True, file_size=1_000)
        File.objects.create(id=uuid.uuid4().hex, local_file=local, contentnode=node, preset="html5_zip")
        nodes.append(node)
    return channel, nodes


def _progress(learner: Any, channel: Any, nodes: list[Any]) -> None:
    from kolibri.core.logger.models import ContentSessionLog, ContentSummaryLog
    from kolibri.utils.time_utils import local_now

    ended = local_now()
    for node in islice(nodes, DONE):
        seen = {
            "user": learner,
            "content_id": node.content_id,
            "channel_id": channel.id,
            "kind": node.kind,
            "start_timestamp": ended - timedelta(minutes=5),
            "end_timestamp": ended,
            "time_spent": 300.0,
            "progress": 1.0,
        }
        ContentSessionLog.objects.create(**seen)
        ContentSummaryLog.objects.create(**seen, completion_timestamp=ended)


if __name__ == "__main__":
    main()
