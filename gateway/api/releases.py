"""Published statistics for programs: releases, their figures page by page, their files. What is published is open."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Literal

from aiohttp import hdrs, web
from pydantic import Field, StringConstraints

from gateway.api.operation import Table, json_response
from gateway.api.schemas import JsonAnswer, Localized, Moment, Name, PageQuery, Shape, Tag, Universe, read, write
from gateway.backend.clients import CLIENTS
from gateway.backend.conditions import is_known
from gateway.backend.published_releases import PUBLISHED_RELEASES, http_date, published_at, send_file
from gateway.backend.release_figures import Cell, ReleaseFigures
from ieum.statistics.v1 import releases_pb2 as pb
from services.chassis.errors import Invalid, Refused
from services.chassis.store.paging import decode_token, encode_token

table = Table("releases")

USUAL_PAGE = 500
State = Literal["PLANNED", "BUILDING", "BUILT", "APPROVED", "SCHEDULED", "PUBLISHED", "FAILED"]


class ReleaseFile(Shape):
    name: str
    media_type: str = ""
    title: Localized = {}
    size: int = 0
    sha256: str = ""


class Release(Shape):
    name: str
    series: Annotated[str, Field(description="What all editions share")] = ""
    edition: int = 0
    state: State | None = None
    title: Localized = {}
    universe: Universe | None = None
    area: str = ""
    periods: list[str] = []
    as_of: Moment | None = None
    publish_time: Moment | None = None
    note: Annotated[Localized, Field(description="Why it corrects the edition before")] = {}
    corrects: str = ""
    corrected_by: str = ""
    earlier: Annotated[list[str], Field(description="Releases that the disclosure audit was made with")] = []
    method_version: str = ""
    threshold: int = 0
    checksum: Annotated[str, Field(description="SHA-256 of release.json")] = ""
    withdrawn: Annotated[bool, Field(description="Its files and figures are given no more")] = False
    files: list[ReleaseFile] = []


class Releases(Shape):
    releases: list[Release]
    next_page_token: str = ""


class Observation(Shape):
    measure: str
    freq: str
    period: str
    area: str
    sex: str
    age: str
    group: str
    domain: str
    value: Annotated[str | None, Field(description="Exact decimal; absent when hidden or not defined")] = None
    low: Annotated[str | None, Field(description="95 % interval")] = None
    high: str | None = None
    unit: str
    obs_status: Annotated[
        str, Field(description="SDMX: A normal, Q hidden, U few persons, L not collected, M cannot be")
    ]
    conf_status: str


class Observations(Shape):
    release: str
    checksum: str
    observations: list[Observation]
    total_size: int
    next_page_token: str = ""


class ObservationsQuery(PageQuery):
    area: Annotated[Name, Field(description="areas/{code}; empty: all")] = ""
    period: Annotated[str, StringConstraints(pattern=r"^([0-9]{4}(-Q[1-4])?)?$")] = ""
    measure: Tag = ""


@table("GET", "/statistics/releases", "What is published, newest first", open=True, answer=Releases)
async def list_releases(request: web.Request, query: PageQuery) -> web.Response:
    matches = await request.app[CLIENTS].releases.ListReleases(write(query, pb.ListReleasesRequest()))
    newest = max(matches.releases, key=published_at, default=None)
    return conditional(request, read(Releases, matches), newest)


@table("GET", "/statistics/releases/{release}", "A release", open=True, answer=Release)
async def get_release(request: web.Request) -> web.Response:
    release = await _asked(request)
    return conditional(request, read(Release, release), release)


@table(
    "GET", "/statistics/releases/{release}/observations", "Figures of a published release", open=True,
    answer=Observations,
)  # fmt: skip
async def list_observations(request: web.Request, query: ObservationsQuery) -> web.Response:
    """A release never changes, so its pages hang together however long a program takes over them."""
    release = await _published(request)
    matches = _chosen(await request.app[PUBLISHED_RELEASES].figures(release), query)
    start = _start(query.page_token, release.checksum)
    stop = start + (query.page_size or USUAL_PAGE)
    answer = Observations(
        release=release.name,
        checksum=release.checksum,
        observations=[_observation(cell) for cell in matches[start:stop]],
        total_size=len(matches),
        next_page_token=encode_token(stop, release.checksum) if stop < len(matches) else "",
    )
    return conditional(request, answer, release)


@table(
    "GET", "/statistics/releases/{release}/files/{file}", "A frozen file; by ranges, and for ever the same", open=True,
    offers={"*/*": "The file"},
)  # fmt: skip
async def get_release_file(request: web.Request) -> web.Response:
    return await send_file(request, await _published(request), request.match_info["file"])


async def _asked(request: web.Request) -> pb.Release:
    asked = pb.GetReleaseRequest(name=f"releases/{request.match_info['release']}")
    return await request.app[CLIENTS].releases.GetRelease(asked)


async def _published(request: web.Request) -> pb.Release:
    release = await _asked(request)
    if release.state != pb.Release.PUBLISHED:
        raise Refused("RELEASE_NOT_PUBLISHED")
    return release


def _start(token: str, checksum: str) -> int:
    start, pinned = decode_token(token, int, str) or (0, checksum)
    if start < 0 or pinned != checksum:
        raise Invalid("PAGE_TOKEN_INVALID", field="page_token")
    return start


def _chosen(figures: ReleaseFigures, query: ObservationsQuery) -> list[Cell]:
    wanted = (query.measure, query.period, query.area.removeprefix("areas/"))
    known = {"measure": figures.codes("MEASURE"), "period": figures.codes("TIME_PERIOD"), "area": figures.areas}
    for (field, codes), code in zip(known.items(), wanted, strict=True):
        if code and code not in codes:
            raise Invalid("CODE_UNKNOWN", field=field, code=code, known=", ".join(codes))
    return [
        cell
        for cell in figures.cells.values()
        if all(code_wanted in ("", code) for code_wanted, code in zip(wanted, cell.key[:3], strict=True))
    ]


def _observation(cell: Cell) -> Observation:
    measure, period, area, sex, age, group, domain = cell.key
    return Observation(
        measure=measure,
        freq=cell.freq,
        period=period,
        area=f"areas/{area}",
        sex=sex,
        age=age,
        group=group,
        domain=domain,
        value=cell.value,
        low=cell.low,
        high=cell.high,
        unit=cell.unit,
        obs_status=cell.status,
        conf_status=cell.confidentiality,
    )


def conditional(request: web.Request, answer: JsonAnswer[Any] | Shape, of: pb.Release | None) -> web.Response:
    """With an etag, and a date where all of it is published; nothing where the caller has it already."""
    response = json_response(answer)
    assert isinstance(response.body, bytes)  # noqa: S101 - just written
    # Weak: the same answer goes out plain or compressed.
    response.headers[hdrs.ETAG] = f'W/"{hashlib.sha256(response.body).hexdigest()[:24]}"'
    response.headers[hdrs.CACHE_CONTROL] = "no-cache"
    response.headers[hdrs.VARY] = "Authorization, Cookie"
    if of and of.state == pb.Release.PUBLISHED:
        response.headers[hdrs.LAST_MODIFIED] = http_date(published_at(of))
    if is_known(request, response.headers):
        kept = (hdrs.ETAG, hdrs.CACHE_CONTROL, hdrs.VARY, hdrs.LAST_MODIFIED)
        headers = {name: response.headers[name] for name in kept if name in response.headers}
        return web.Response(status=304, headers=headers)
    return response
