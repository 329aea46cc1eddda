from __future__ import annotations

import pytest

from ieum.people.v1 import events_pb2, people_pb2
from services.chassis.errors import (
    Invalid,
)
from tests.service.conftest import Published
from tests.service.people.town import HOME, PLACES, Town, reason


async def test_places_are_imported_once_listed_to_everybody_and_announced(town: Town, published: Published) -> None:
    await town.system.ImportPlaces(PLACES)
    assert (await town.anybody.ListAreas(people_pb2.ListAreasRequest())).areas == PLACES.areas
    listed = await town.anybody.ListOrganisations(people_pb2.ListOrganisationsRequest())
    assert listed.organisations == PLACES.organisations
    assert (await town.anybody.ListCentres(people_pb2.ListCentresRequest())).centres == PLACES.centres
    (event,) = await published(events_pb2.PlacesImported)
    assert (event.areas, event.revision) == (PLACES.areas, 1)


async def test_places_that_contradict_each_other_change_nothing(town: Town) -> None:
    broken = people_pb2.ImportPlacesRequest()
    broken.CopyFrom(PLACES)
    broken.areas[0].parent = HOME
    with pytest.raises(Invalid) as caught:
        await town.system.ImportPlaces(broken)
    assert reason(caught) == "AREA_CYCLE"
    assert (await town.anybody.ListAreas(people_pb2.ListAreasRequest())).areas == PLACES.areas
