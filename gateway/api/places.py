"""Places: areas, organisations and village information centres."""

from __future__ import annotations

from aiohttp import web

from gateway.api.operation import Table
from gateway.api.schemas import Body, Count, JsonAnswer, Line, Localized, Name, Shape, read, write
from gateway.backend.clients import CLIENTS
from gateway.backend.places import PLACES
from ieum.people.v1 import people_pb2

table = Table("places")


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
    await request.app[CLIENTS].people.ImportPlaces(write(body, people_pb2.ImportPlacesRequest()))
    request.app[PLACES].forget()
