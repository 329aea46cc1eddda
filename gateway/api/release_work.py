"""How officials make a release: plan, build, approve, publish, revise. What is published is read in `releases`."""

from __future__ import annotations

from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field, StringConstraints

from gateway.api.operation import Table
from gateway.api.schemas import Body, JsonAnswer, Localized, Moment, Name, PageQuery, Shape, Tag, Universe, read, write
from gateway.backend.clients import CLIENTS
from ieum.statistics.v1 import releases_pb2 as pb
from ieum.statistics.v1.releases_pb2_grpc import ReleaseServiceStub

table = Table("releases")

State = Literal["PLANNED", "BUILDING", "BUILT", "APPROVED", "SCHEDULED", "PUBLISHED", "FAILED", "DISCARDED"]
TableName = Literal["sex", "age", "group", "domain"]
PREVIEW_SECONDS = 60.0
Period = Annotated[str, StringConstraints(max_length=10)]


class Cost(Shape):
    """What the protection of persons costs. For officials only: it tells about hidden cells."""

    cells: int = 0
    primary: Annotated[int, Field(description="Hidden because few persons stand behind them")] = 0
    secondary: Annotated[int, Field(description="Hidden so that those cannot be worked out")] = 0
    persons: Annotated[int, Field(description="Different persons who stand in at least one hidden cell")] = 0
    everybody: Annotated[int, Field(description="Different persons whom the release counts")] = 0
    collapsed: Annotated[list[str], Field(description="Tables that could not be kept whole")] = []


class Detail(Body):
    """Which tables are printed besides totals by area."""

    year_top: Annotated[list[TableName], Field(description="Of whole years, the top area")] = []
    year_areas: Annotated[list[TableName], Field(description="Of whole years, the areas in it")] = []
    quarter_top: Annotated[list[TableName], Field(description="Of quarters, the top area")] = []
    quarter_areas: Annotated[list[TableName], Field(description="Of quarters, the areas in it")] = []


class DetailShown(Shape):
    year_top: list[str] = []
    year_areas: list[str] = []
    quarter_top: list[str] = []
    quarter_areas: list[str] = []


class TablePreview(Shape):
    table: str
    year: Annotated[bool, Field(description="Of whole years; else of quarters")] = False
    top: Annotated[bool, Field(description="Of the top area; else of the areas in it")] = False
    chosen: bool = False
    cells: int = 0
    hidden_percent: Annotated[int, Field(description="Estimated, in steps of 5")] = 0


class GapPreview(Shape):
    group: str
    year: bool = False
    top: bool = False
    gaps: int = 0
    seen_percent: Annotated[int, Field(description="Estimated, in steps of 5")] = 0


class PlanPreview(Shape):
    tables: list[TablePreview] = []
    gaps: list[GapPreview] = []


class ReleaseWork(Shape):
    name: str
    series: str = ""
    edition: int = 0
    state: State | None = None
    title: Localized = {}
    universe: Universe | None = None
    area: str = ""
    periods: list[str] = []
    as_of: Moment | None = None
    publish_time: Moment | None = None
    create_time: Moment | None = None
    planned_by: str = ""
    approved_by: str = ""
    published_by: Annotated[str, Field(description="Who set the time of publication")] = ""
    note: Localized = {}
    corrects: str = ""
    corrected_by: str = ""
    earlier: Annotated[list[str], Field(description="Releases that the disclosure audit was made with")] = []
    done: Annotated[int, Field(description="Parts of the work that are done, of `total`")] = 0
    total: int = 0
    builds_before: Annotated[
        int | None, Field(description="How many other releases are counted first; while it waits for its turn")
    ] = None
    cost: Cost | None = None
    checksum: str = ""
    failure: Annotated[str, Field(description="Reason when the state is FAILED")] = ""
    detail: DetailShown | None = None
    withdrawn: Annotated[bool, Field(description="A later edition took it away")] = False
    withdraws: Annotated[bool, Field(description="Once it is out, the editions before it are withdrawn")] = False


class ReleasesInWork(Shape):
    releases: list[ReleaseWork]
    next_page_token: str = ""


class ReleasePlan(Body):
    release_id: Annotated[Tag, Field(description="Empty: made from area and periods")] = ""
    area: Name
    universe: Universe = "RESIDENT"
    periods: Annotated[list[Period], Field(description="Quarters 2026-Q3 and years 2026; a year brings its quarters")]
    as_of: Annotated[Moment | None, Field(description="Absent: now")] = None
    title: Annotated[Localized, Field(description="Empty: made from area, people and periods")] = {}
    publish_time: Annotated[Moment | None, Field(description="When it is meant to come out; announced")] = None
    detail: Annotated[Detail | None, Field(description="Absent: years in full, quarters of the top area")] = None
    years_alone: Annotated[bool, Field(description="Years do not bring their quarters along")] = False


class Publishing(Body):
    publish_time: Annotated[Moment | None, Field(description="Absent: at once. Until then it is under embargo")] = None


class Revision(Body):
    note: Annotated[Localized, Field(description="What was wrong and what is corrected")]
    as_of: Annotated[Moment | None, Field(description="Absent: now, or that of an edition it withdraws")] = None
    withdraws: Annotated[bool, Field(description="Take the editions before away when it comes out")] = False


def _releases(request: web.Request) -> ReleaseServiceStub:
    return request.app[CLIENTS].releases


def _name(request: web.Request) -> str:
    return f"releases/{request.match_info['release']}"


@table("GET", "/statistics/releases:all", "Releases of one's areas, also those not published, newest first")
async def list_release_work(request: web.Request, query: PageQuery) -> JsonAnswer[ReleasesInWork]:
    asked = write(query, pb.ListReleasesRequest(all=True))
    return read(ReleasesInWork, await _releases(request).ListReleases(asked))


@table("GET", "/statistics/releases/{release}/work", "How far a release is, and what protecting persons in it costs")
async def get_release_work(request: web.Request) -> JsonAnswer[ReleaseWork]:
    return read(ReleaseWork, await _releases(request).GetRelease(pb.GetReleaseRequest(name=_name(request))))


@table("POST", "/statistics/releases", "Plan a release; the same plan again answers the one that is there")
async def plan_release(request: web.Request, body: ReleasePlan) -> JsonAnswer[ReleaseWork]:
    return read(ReleaseWork, await _releases(request).PlanRelease(write(body, pb.PlanReleaseRequest())))


@table("POST", "/statistics/releases:preview", "What such a release would hide, estimated; nothing is planned")
async def preview_plan(request: web.Request, body: ReleasePlan) -> JsonAnswer[PlanPreview]:
    asked = pb.PreviewPlanRequest(plan=write(body, pb.PlanReleaseRequest()))
    return read(PlanPreview, await _releases(request).PreviewPlan(asked, timeout=PREVIEW_SECONDS))


@table(
    "POST", "/statistics/releases/{release}:build", "Count it, hide, audit: in the background; goes on after a failure"
)
async def build_release(request: web.Request) -> JsonAnswer[ReleaseWork]:
    return read(ReleaseWork, await _releases(request).BuildRelease(pb.BuildReleaseRequest(name=_name(request))))


@table("POST", "/statistics/releases/{release}:cancelBuild", "Stop the counting, or leave the queue: planned again")
async def cancel_build(request: web.Request) -> JsonAnswer[ReleaseWork]:
    return read(ReleaseWork, await _releases(request).CancelBuild(pb.CancelBuildRequest(name=_name(request))))


@table("POST", "/statistics/releases/{release}:approve", "Approve what somebody else planned")
async def approve_release(request: web.Request) -> JsonAnswer[ReleaseWork]:
    return read(ReleaseWork, await _releases(request).ApproveRelease(pb.ApproveReleaseRequest(name=_name(request))))


@table("POST", "/statistics/releases/{release}:publish", "Publish now or at a set time")
async def publish_release(request: web.Request, body: Publishing) -> JsonAnswer[ReleaseWork]:
    asked = write(body, pb.PublishReleaseRequest(name=_name(request)))
    return read(ReleaseWork, await _releases(request).PublishRelease(asked))


@table("POST", "/statistics/releases/{release}:revise", "Plan a corrected edition; the old one stays readable")
async def revise_release(request: web.Request, body: Revision) -> JsonAnswer[ReleaseWork]:
    asked = write(body, pb.ReviseReleaseRequest(name=_name(request)))
    return read(ReleaseWork, await _releases(request).ReviseRelease(asked))


@table("POST", "/statistics/releases/{release}:discard", "Give up what is not published; its id is free again")
async def discard_release(request: web.Request) -> JsonAnswer[ReleaseWork]:
    asked = pb.DiscardReleaseRequest(name=_name(request))
    return read(ReleaseWork, await _releases(request).DiscardRelease(asked))
