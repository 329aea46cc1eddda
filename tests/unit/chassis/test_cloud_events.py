"""Our events are CloudEvents 1.0: each attribute that the specification requires is there and of its type."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from services.chassis.events.bus import cloud_event


def test_an_event_has_every_attribute_that_cloudevents_requires() -> None:
    moment = datetime(2026, 11, 29, 9, 0, 0, 123000, UTC)
    headers = cloud_event("ieum.people.v1.PersonMoved", "people/abc/7/0", "abc", moment)
    assert headers.pop("content-type") == "application/protobuf"
    attributes = {name.removeprefix("ce-"): value for name, value in headers.items()}
    assert attributes == {
        "specversion": "1.0",
        "id": "people/abc/7/0",
        "source": "/ieum/people",
        "type": "ieum.people.v1.PersonMoved",
        "subject": "abc",
        "time": "2026-11-29T09:00:00.123000+00:00",
        "dataschema": "urn:protobuf:ieum.people.v1.PersonMoved",
    }
    assert all(re.fullmatch("[a-z0-9]+", name) and value for name, value in attributes.items())
