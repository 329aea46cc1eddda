"""Published courses: the catalogue, open to anybody, and the immutable versions that learners take."""

from __future__ import annotations

from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field

from gateway.api.content import Audience, Content, Level
from gateway.api.operation import Table
from gateway.api.schemas import Count, JsonAnswer, Line, Localized, Moment, PageQuery, Shape, Tag, read, write
from gateway.backend.clients import CLIENTS
from ieum.courses.v1 import courses_pb2

table = Table("catalogue")


class CatalogEntry(Shape):
    course: str
    version: int = 0
    title: Localized = {}
    summary: Localized = {}
    languages: list[str] = []
    audience: Audience | None = None
    competences: list[str] = []
    level: Level | None = None
    minutes: int = 0
    cover: str = ""
    cover_alt: Localized = {}
    lesson_count: int = 0
    publish_time: Moment | None = None


class Catalog(Shape):
    entries: list[CatalogEntry]
    next_page_token: str = ""
    total_size: int = 0
    nearest: Annotated[bool, Field(description="No course has all that was asked for; these come nearest")] = False


class CatalogQuery(PageQuery):
    query: Annotated[Line, Field(description="Words as anybody types them; the best courses come first")] = ""
    topics: Annotated[list[Literal["1", "2", "3", "4", "5"]], Field(description="DigComp areas", max_length=5)] = []
    levels: Annotated[list[Level], Field(max_length=4)] = []
    language: Tag = ""
    max_minutes: Count = 0
    audience: Audience | None = None


class Version(Shape):
    name: str
    course: str
    number: int
    content: Content | None = None
    publish_time: Moment | None = None
    retired: bool = False
    teachers: list[str] = []
    current_number: int = 0


class Competence(Shape):
    id: str
    title: Localized = {}


class CompetenceArea(Shape):
    id: str
    title: Localized = {}
    competences: list[Competence] = []


class Competences(Shape):
    areas: list[CompetenceArea]


@table("GET", "/catalog", "Search the catalogue", open=True)
async def search_catalog(request: web.Request, query: CatalogQuery) -> JsonAnswer[Catalog]:
    message = write(query, courses_pb2.SearchCatalogRequest())
    return read(Catalog, await request.app[CLIENTS].courses.SearchCatalog(message))


@table("GET", "/competences", "DigComp 3.0 as courses name it", open=True)
async def list_competences(request: web.Request) -> JsonAnswer[Competences]:
    message = courses_pb2.ListCompetencesRequest()
    return read(Competences, await request.app[CLIENTS].courses.ListCompetences(message))


@table("GET", "/courses/{course}/versions/{version}", 'A published version, or the "current" one', open=True)
async def get_version(request: web.Request) -> JsonAnswer[Version]:
    name = "courses/{course}/versions/{version}".format(**request.match_info)
    return read(Version, await request.app[CLIENTS].courses.GetVersion(courses_pb2.GetVersionRequest(name=name)))
