"""What statistics keep of a course, whatever the order and the number of times in which its events arrive."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from zoneinfo import ZoneInfo

from ieum.courses.v1.events_pb2 import CoursePublished
from services.chassis.store.mongo import Database
from services.statistics.facts.events import Listener
from services.statistics.facts.store import Facts


async def test_a_course_renamed_and_published_again_keeps_its_newest_title_and_what_each_version_taught(
    database_of: Callable[[str], Database],
) -> None:
    facts = Facts(database_of("statistics"), b"key")
    listener = Listener(facts, b"key", ZoneInfo("Asia/Seoul"))
    for number, order in enumerate(itertools.permutations(range(3))):
        course = f"courses/c{number}"
        told = [
            CoursePublished(course=course, version=1, title={"en": "Photos"}, competences=["1.1"], revision=3),
            CoursePublished(course=course, version=2, title={"en": "Pictures"}, competences=["2.1"], revision=7),
            CoursePublished(course=course, version=3, title={"en": "Images"}, competences=["3.1"], revision=8),
        ]
        for place in (*order, *order[:2]):
            await listener.on_course_published(told[place])
        kept = await facts.courses.find_one({"_id": course})
        assert kept
        assert (kept["title"], kept["domains"]) == ({"en": "Images"}, ["3"]), order
        assert kept["versions"] == {"1": ["1"], "2": ["2"], "3": ["3"]}
