from __future__ import annotations

import re
import tomllib
from datetime import date, timedelta

import pytest

from deploy.demo.classes import CLASSES, PEOPLE, DemoClass, session_days
from deploy.demo.content import courses
from deploy.demo.residents import COUNT
from tests.unit.deploy.test_demo_content import DEMO

TOWN = tomllib.loads((DEMO / "town.toml").read_text())


@pytest.mark.parametrize("demo", CLASSES, ids=lambda demo: demo.key)
def test_a_demo_class_names_what_the_demo_town_has(demo: DemoClass) -> None:
    assert re.fullmatch("[0-9a-z]{16}", demo.key)
    assert demo.course in {course.slug for course in courses()}
    assert demo.area in {area["code"] for area in TOWN["areas"]}
    assert demo.centre in {"", *(centre["id"] for centre in TOWN["centres"])}
    assert demo.rule == "LOT" or demo.first_week > 0 or demo.people <= demo.seats


@pytest.mark.parametrize("weekday", range(7))
def test_the_past_term_is_past_the_running_class_runs_and_the_others_are_ahead(weekday: int) -> None:
    today = date(2026, 11, 2) + timedelta(days=weekday)
    for demo in CLASSES:
        first, *_, last = session_days(demo, today)
        assert (last < today) == demo.key.startswith(("demopast", "dem0past"))
        assert (first > today) == demo.key.startswith("demoforth")
    assert PEOPLE < COUNT / 3
