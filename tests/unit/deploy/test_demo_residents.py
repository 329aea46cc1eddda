from __future__ import annotations

from collections import Counter
from datetime import date

from deploy.demo.content import courses
from deploy.demo.residents import COUNT, Ending, residents

TODAY = date(2026, 11, 23)
TOWNS = ["HB0101", "HB0102", "HB0105", "HB0201"]
AUDIENCES = {course.slug: course.source["audience"] for course in courses() if course.is_taken}


def test_every_load_draws_the_same_people() -> None:
    assert residents(TODAY, AUDIENCES, TOWNS) == residents(TODAY, AUDIENCES, TOWNS)


def test_there_are_four_hundred_people_of_many_kinds() -> None:
    people = residents(TODAY, AUDIENCES, TOWNS)
    assert len({person.login for person in people}) == COUNT
    endings = Counter(attendance.ending for person in people for attendance in person.attends)
    assert min(endings[ending] for ending in Ending) > 20
    assert 30 < sum(bool(person.organisation) for person in people) < 100
    assert sum(TODAY.year - person.birth_year >= 65 for person in people if person.birth_year) > 100


def test_no_resident_takes_a_course_for_employees_and_nobody_enrols_in_the_future() -> None:
    for person in residents(TODAY, AUDIENCES, TOWNS):
        for attendance in person.attends:
            assert person.organisation or AUDIENCES[attendance.course] != "EMPLOYEES"
            assert attendance.enrolled_at.date() < TODAY
