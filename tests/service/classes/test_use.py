"""How centres are used, as officials of the area read it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ieum.classes.v1 import classes_pb2 as pb
from services.chassis.clock import new_id, now
from services.chassis.errors import Forbidden, Invalid
from services.chassis.principal import Grant
from tests.service.classes.town import CITY, CITY_ADMIN, KIM, OTHER, PARK, SUPPORTER, TEACHER, TOWN, Town, person

OFFICIAL = person("official", Grant("official", CITY))
ELSEWHERE = person("sejong-official", Grant("official", OTHER), area=OTHER)


def asked(area: str = CITY, days: int = 30) -> pb.ListCentreUseRequest:
    first, last = now() - timedelta(days=2), now() + timedelta(days=days)
    return pb.ListCentreUseRequest(area=area, from_date=first.date().isoformat(), until_date=last.date().isoformat())


async def test_officials_read_seats_hours_visits_and_help_of_their_centres(town: Town) -> None:
    class_ = await town.open_class(seats=4)
    names = ["kim", *(f"other{number}" for number in range(4))]
    for name in names[1:]:
        await town.register(name)
    for name in names[:3]:
        await town.apply(person(name), class_)
    by_hand = pb.AddByHandRequest(class_name=class_, person="people/other3", reason="NEEDS_HELP", channel=pb.COUNTER)
    assert (await town.as_(TEACHER).AddByHand(by_hand)).first_timer, "who gets a seat by hand may be new, too"
    await town.begin(class_)
    await town.as_(SUPPORTER).MarkAttendance(
        pb.MarkAttendanceRequest(class_name=class_, session=1, others_present=True, way=pb.LIST)
    )
    help_ = pb.LogHelpRequest(
        help_id=new_id(), centre="centres/hb01", place_area=TOWN, area=TOWN, minutes=15, topic=pb.KIOSK
    )
    await town.as_(TEACHER).LogHelp(help_)
    for who in (OFFICIAL, CITY_ADMIN):
        (use,) = (await town.as_(who).ListCentreUse(asked())).uses
        assert (use.area, use.centre, use.classes, use.sessions, use.seats, use.taken) == (
            TOWN, "centres/hb01", 1, 2, 4, 4,
        )  # fmt: skip
        assert (use.visits, use.attended_minutes, use.offered_minutes) == (4, 4 * 120, 4 * 2 * 120)
        assert not use.HasField("people"), "four are too few"
        assert (use.help_times, use.help_minutes) == (1, 15)
    assert list((await town.as_(ELSEWHERE).ListCentreUse(asked(OTHER))).uses) == []


async def test_others_are_refused_and_a_wrong_period_is_named(town: Town) -> None:
    for who in (ELSEWHERE, KIM, PARK, TEACHER):
        with pytest.raises(Forbidden):
            await town.as_(who).ListCentreUse(asked())
    with pytest.raises(Invalid) as long:
        await town.as_(OFFICIAL).ListCentreUse(asked(days=500))
    assert long.value.reason == "PERIOD_TOO_LONG"
    with pytest.raises(Invalid) as wrong:
        await town.as_(OFFICIAL).ListCentreUse(pb.ListCentreUseRequest(area=CITY, from_date="soon"))
    assert (wrong.value.reason, wrong.value.field) == ("DAY_INVALID", "from_date")
