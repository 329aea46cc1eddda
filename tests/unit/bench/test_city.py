from __future__ import annotations

from datetime import timedelta
from itertools import islice

import bson
import pytest
from bson.codec_options import CodecOptions

from bench import city as cities
from bench import documents
from bench.city import City
from bench.encoded import Encoder

CITY = City(300, 30, 3_000, 60)
KEY = b"k" * 32
AWARE: CodecOptions[dict[str, object]] = CodecOptions(tz_aware=True)


def test_what_is_joined_of_shared_parts_is_what_the_domain_makes_one_by_one() -> None:
    encoder = Encoder(CITY, KEY)
    for taking in islice(cities.enrolments(CITY), 600):
        record = documents.record_document(CITY, taking)
        made = (
            documents.participation_document(CITY, taking),
            record,
            documents.fact_document(CITY, KEY, taking, record),
        )
        for plain, raw in zip(made, encoder.of(taking), strict=True):
            assert bson.decode(bytes(raw.raw), AWARE) == bson.decode(bson.encode(plain), AWARE), plain["_id"]


@pytest.mark.parametrize(("lessons", "done"), [(10, 0), (10, 4), (10, 10), (20, -1)])
def test_who_began_later_has_done_the_same_later(lessons: int, done: int) -> None:
    began = documents.WRITTEN + timedelta(days=400, hours=5)
    later, taken = documents.record_after(lessons, done, began), documents.learn(lessons, done, began)
    assert bson.decode(bson.encode(later)) == bson.decode(bson.encode(taken))


def test_a_part_of_a_city_and_the_others_are_the_city() -> None:
    whole = list(cities.enrolments(CITY))
    assert len({(taking.person, taking.course) for taking in whole}) == len(whole)
    assert {taking.person for taking in whole} == set(range(CITY.learners))
