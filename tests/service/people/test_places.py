from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format

from ieum.people.v1 import events_pb2, people_pb2
from services.chassis.config import Settings
from services.chassis.errors import Conflict, Invalid, Refused
from services.chassis.store.mongo import Database
from services.people import commands, place_commands
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


def without_town(**fields: Any) -> people_pb2.ImportPlacesRequest:
    """The list without the town that people live in."""
    wanted = people_pb2.ImportPlacesRequest(areas=PLACES.areas, organisations=PLACES.organisations, **fields)
    del wanted.areas[2]
    return wanted


async def test_a_preview_names_each_change_and_who_would_be_left_behind(town: Town) -> None:
    await town.newcomer("haneul")
    await town.newcomer("gwan", "official", HOME, area="areas/HB02")
    wanted = without_town()
    wanted.areas[1].title["ko"] = "큰빛시"
    wanted.organisations[0].area = "areas/HB02"
    wanted.areas.add(name="areas/HB03", parent="areas/HB", kind="CITY", title={"ko": "새시"})
    preview = await town.system.PreviewPlaces(people_pb2.PreviewPlacesRequest(replacement=wanted))
    kinds = [(people_pb2.PlaceChange.Kind.Name(each.kind), each.name) for each in preview.changes]
    assert kinds == [
        ("REMOVED", HOME),
        ("REMOVED", "centres/solnae"),
        ("RENAMED", "areas/HB01"),
        ("ADDED", "areas/HB03"),
        ("MOVED", "organisations/hanbit"),
    ]
    (lost,) = preview.lost
    assert (lost.name, lost.residents, lost.employees, lost.roles, lost.vanishes) == (HOME, 1, 0, 1, True)
    assert (await town.anybody.ListAreas(people_pb2.ListAreasRequest())).areas == PLACES.areas


async def test_a_town_in_which_somebody_lives_goes_only_with_a_word_where_they_belong(
    town: Town, published: Published
) -> None:
    haneul, _ = await town.newcomer("haneul")
    gwan, _ = await town.newcomer("gwan", "official", HOME, area="areas/HB02")
    with pytest.raises(Refused, match="PLACE_INHABITED"):
        await town.system.ImportPlaces(without_town())
    for target in ("areas/XX", HOME, "", "organisations/hanbit"):
        with pytest.raises(Invalid, match="PLACE_MOVE_UNKNOWN"):
            await town.system.ImportPlaces(without_town(moves={HOME: target}))
    assert (await town.anybody.ListAreas(people_pb2.ListAreasRequest())).areas == PLACES.areas
    for _ in range(2):
        await town.system.ImportPlaces(without_town(moves={HOME: "areas/HB02"}))
    assert (await town.system.GetPerson(people_pb2.GetPersonRequest(name=haneul))).area == "areas/HB02"
    official = await town.system.GetPerson(people_pb2.GetPersonRequest(name=gwan))
    assert "areas/HB02" in [grant.scope for grant in official.grants]
    assert len(await published(events_pb2.PersonMoved)) == 1
    announced = await published(events_pb2.PlacesImported, 2)
    assert dict(announced[-1].successors) == {HOME: "areas/HB02"}
    newest, *_ = await town.audit(action=people_pb2.PLACES_IMPORTED)
    assert newest.detail == "3 areas, 2 people moved"


async def test_an_interrupted_move_goes_on_when_the_import_is_repeated(
    town: Town, database_of: Callable[[str], Database]
) -> None:
    haneul, _ = await town.newcomer("haneul")
    await town.system.ImportPlaces(without_town(moves={HOME: "areas/HB02"}))
    await database_of("people")["people"].update_one({"_id": haneul.removeprefix("people/")}, {"$set": {"area": HOME}})
    preview = await town.system.PreviewPlaces(people_pb2.PreviewPlacesRequest(replacement=without_town()))
    assert [(each.name, each.residents, each.vanishes) for each in preview.lost] == [(HOME, 1, False)]
    await town.system.ImportPlaces(without_town())
    assert (await town.system.GetPerson(people_pb2.GetPersonRequest(name=haneul))).area == HOME
    await town.system.ImportPlaces(without_town(moves={HOME: "areas/HB02"}))
    assert (await town.system.GetPerson(people_pb2.GetPersonRequest(name=haneul))).area == "areas/HB02"


async def test_the_last_import_is_taken_back_once_and_can_be_brought_back(town: Town) -> None:
    async def preview() -> people_pb2.PlacesPreview:
        found: people_pb2.PlacesPreview = await town.system.PreviewPlaces(
            people_pb2.PreviewPlacesRequest(previous=True)
        )
        return found

    async def codes() -> list[str]:
        return [area.name for area in (await town.anybody.ListAreas(people_pb2.ListAreasRequest())).areas]

    with pytest.raises(Refused, match="PLACES_NO_PREVIOUS"):
        await preview()
    await town.system.ImportPlaces(without_town())
    undo = await preview()
    assert [(each.kind, each.name) for each in undo.changes] == [
        (people_pb2.PlaceChange.ADDED, HOME),
        (people_pb2.PlaceChange.ADDED, "centres/solnae"),
    ]
    for _ in range(2):
        await town.system.RestorePlaces(people_pb2.RestorePlacesRequest(etag=undo.etag))
        assert HOME in await codes()
    with pytest.raises(Conflict, match="PLACES_CHANGED"):
        await town.system.RestorePlaces(people_pb2.RestorePlacesRequest(etag="of-long-ago"))
    await town.system.RestorePlaces(people_pb2.RestorePlacesRequest(etag=(await preview()).etag))
    assert HOME not in await codes()


async def test_an_import_previewed_before_somebody_else_changed_the_list_is_refused(town: Town) -> None:
    seen = await town.system.PreviewPlaces(people_pb2.PreviewPlacesRequest(replacement=PLACES))
    for _ in range(2):
        await town.system.ImportPlaces(without_town(etag=seen.etag))
    with pytest.raises(Conflict, match="PLACES_CHANGED"):
        await town.system.ImportPlaces(people_pb2.ImportPlacesRequest(areas=PLACES.areas[:1], etag=seen.etag))


async def test_places_are_imported_and_taken_back_by_command(town: Town, settings: Settings, tmp_path: Path) -> None:
    await town.newcomer("haneul")
    file = tmp_path / "places.json"
    file.write_text(json_format.MessageToJson(without_town()))
    async with commands.opened(settings) as store:
        with pytest.raises(Refused, match="PLACE_INHABITED"):
            await place_commands.import_places(store, file.read_text(), {})
        told = await place_commands.preview_places(store, file.read_text())
        assert told == (
            f"{HOME} vanishes: 솔내동. 1 live there; say where they belong: --move {HOME}=areas/CODE\n"
            "centres/solnae vanishes: 솔내 배움터"
        )
        assert "3 areas" in await place_commands.import_places(store, file.read_text(), {HOME: "areas/HB02"})
        assert (await place_commands.preview_places(store, "")).startswith(f"{HOME} is new: 솔내동")
        await place_commands.restore_places(store, {})
    areas = (await town.anybody.ListAreas(people_pb2.ListAreasRequest())).areas
    assert HOME in [area.name for area in areas]
