"""Officials who move, and areas that do: nobody sees more than their area of today gives them."""

from __future__ import annotations

from typing import Any

import pytest

from ieum.statistics.v1 import statistics_pb2 as pb
from services.chassis.errors import Forbidden, Invalid
from services.chassis.principal import Grant, Kind, Principal, acting_as
from services.statistics import authorisation
from services.statistics.areas.tree import AreaTree
from tests.service.statistics.office import TREE, Office


async def test_who_becomes_official_of_another_area_loses_the_first(office: Office) -> None:
    await office.enrol(40, "A1")
    before = Principal(kind=Kind.PERSON, person="people/o", grants=(Grant("official", "areas/A"),))
    after = Principal(kind=Kind.PERSON, person="people/o", grants=(Grant("official", "areas/B"),))
    asked = pb.QueryTableRequest(area="areas/A", by=pb.SEX)
    with acting_as(before):
        assert (await office.service.QueryTable(asked, None)).total.values
    with acting_as(after):
        calls: list[tuple[Any, Any]] = [
            (office.service.QueryTable, asked),
            (office.service.GetOverview, pb.GetOverviewRequest(area="areas/A")),
            (office.service.QueryCrossTable, pb.QueryCrossTableRequest(area="areas/A")),
        ]
        for call, request in calls:
            with pytest.raises(Forbidden, match="AREA_OUT_OF_SCOPE"):
                await call(request, None)


def test_an_old_code_points_to_what_became_of_it_but_to_nobody_else() -> None:
    rows = [{"name": f"areas/{code}", "parent": f"areas/{above}" if above else "", "title": {}} for code, above in TREE]
    tree = AreaTree.of(rows, [], {"areas/45": "areas/52", "areas/52": "areas/A", "areas/loop": "areas/loop"})
    of_a, of_b = (Principal(kind=Kind.PERSON, grants=(Grant("official", f"areas/{code}"),)) for code in "AB")
    with pytest.raises(Invalid, match="AREA_CODE_ENDED") as pointed:
        authorisation.require_area(of_a, tree, "areas/45")
    assert pointed.value.details["today"] == "areas/A"
    for who, area in ((of_b, "areas/45"), (of_a, "areas/loop"), (of_a, "areas/none")):
        with pytest.raises(Forbidden, match="AREA_OUT_OF_SCOPE"):
            authorisation.require_area(who, tree, area)
