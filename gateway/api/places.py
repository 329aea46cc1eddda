"""Places: areas, organisations and village information centres."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from aiohttp import web

from gateway.api.operation import Table
from gateway.api.schemas import Body, Count, JsonAnswer, Line, Localized, Name, Shape, Tag, read, write
from gateway.backend.clients import CLIENTS
from gateway.backend.places import IMPORT_SECONDS, PLACES
from ieum.people.v1 import people_pb2

table = Table("places")

Moves = dict[Name, Name]


class Area(Body):
    name: Name
    parent: Name = ""
    kind: Name = ""
    title: Localized = {}
    column: Count = 0
    row: Count = 0


class Organisation(Body):
    name: Name
    area: Name = ""
    title: Localized = {}


class Centre(Body):
    name: Name
    area: Name = ""
    title: Localized = {}
    address: Localized = {}
    hours: Localized = {}
    phone: Line = ""


class Areas(Shape):
    areas: list[Area]


class Organisations(Shape):
    organisations: list[Organisation]


class Centres(Shape):
    centres: list[Centre]


class AllPlaces(Body):
    areas: list[Area] = []
    organisations: list[Organisation] = []
    centres: list[Centre] = []
    etag: Tag = ""
    moves: Moves = {}


class Restoring(Body):
    etag: Tag
    moves: Moves = {}


class PlaceChange(Shape):
    kind: Literal["ADDED", "REMOVED", "RENAMED", "MOVED", "CHANGED"]
    name: str
    title_before: Localized = {}
    title_after: Localized = {}
    area_before: str = ""
    area_after: str = ""


class LostPlace(Shape):
    name: str
    title: Localized = {}
    residents: int = 0
    employees: int = 0
    roles: int = 0
    vanishes: bool = False


class PlacesPreview(Shape):
    changes: list[PlaceChange]
    lost: list[LostPlace]
    etag: str
    import_time: datetime | None = None


@table("GET", "/areas", "All areas, from the province to the town", open=True)
async def list_areas(request: web.Request) -> JsonAnswer[Areas]:
    return read(Areas, await request.app[CLIENTS].people.ListAreas(people_pb2.ListAreasRequest()))


@table("GET", "/organisations", "All organisations whose employees learn here", open=True)
async def list_organisations(request: web.Request) -> JsonAnswer[Organisations]:
    message = people_pb2.ListOrganisationsRequest()
    return read(Organisations, await request.app[CLIENTS].people.ListOrganisations(message))


@table("GET", "/centres", "All village information centres", open=True)
async def list_centres(request: web.Request) -> JsonAnswer[Centres]:
    return read(Centres, await request.app[CLIENTS].people.ListCentres(people_pb2.ListCentresRequest()))


@table("POST", "/places:import", "Replace all areas, organisations and centres")
async def import_places(request: web.Request, body: AllPlaces) -> None:
    """Refused while people belong to a place that the list lacks, unless `moves` says where they belong then. With
    the `etag` of a preview it is also refused if the list has changed since."""
    message = write(body, people_pb2.ImportPlacesRequest())
    await request.app[CLIENTS].people.ImportPlaces(message, timeout=IMPORT_SECONDS)
    request.app[PLACES].forget()


@table("POST", "/places:preview", "See what an import of places would change")
async def preview_places(request: web.Request, body: AllPlaces) -> JsonAnswer[PlacesPreview]:
    """Nothing is written. `lost` names the places that the list would not have and to which people belong."""
    message = people_pb2.PreviewPlacesRequest(replacement=write(body, people_pb2.ImportPlacesRequest()))
    return read(PlacesPreview, await request.app[CLIENTS].people.PreviewPlaces(message))


@table("GET", "/places/previous", "See what taking back the last import of places would change")
async def preview_previous_places(request: web.Request) -> JsonAnswer[PlacesPreview]:
    message = people_pb2.PreviewPlacesRequest(previous=True)
    return read(PlacesPreview, await request.app[CLIENTS].people.PreviewPlaces(message))


@table("POST", "/places:restore", "Take back the last import of places")
async def restore_places(request: web.Request, body: Restoring) -> None:
    """Needs the `etag` of a preview. People whom the import moved stay where they are now."""
    message = write(body, people_pb2.RestorePlacesRequest())
    await request.app[CLIENTS].people.RestorePlaces(message, timeout=IMPORT_SECONDS)
    request.app[PLACES].forget()
