"""The RPC door of releases: officials plan, build, approve and publish; everybody reads what is out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from ieum.statistics.v1 import events_pb2, releases_pb2_grpc
from ieum.statistics.v1 import releases_pb2 as pb
from ieum.statistics.v1 import statistics_pb2 as common
from services.chassis.clock import moment, now
from services.chassis.errors import Invalid, Missing, Refused
from services.chassis.events.audit_events import AuditEvents
from services.chassis.principal import acting
from services.chassis.store.entities import Document
from services.chassis.store.paging import decode_token, encode_token, page_size
from services.chassis.text import one_line
from services.chassis.token_access import Access
from services.statistics import authorisation
from services.statistics.areas.tree import EVERYWHERE, AreaTree, is_organisation
from services.statistics.facts.store import Facts
from services.statistics.figures.measures import METHOD_VERSION
from services.statistics.figures.universe import Universe
from services.statistics.formats import capability
from services.statistics.releases.assessment_messages import assessment_to_message
from services.statistics.releases.builder import Builder
from services.statistics.releases.catalogue import Catalogue
from services.statistics.releases.domain import lifecycle
from services.statistics.releases.domain.lifecycle import Change, Release, State
from services.statistics.releases.messages import (
    calendar_entry_to_message,
    catalogue_file_to_message,
    file_to_message,
    observation_to_message,
    release_to_message,
)
from services.statistics.releases.store import Releases
from services.statistics.releases.titles import release_key, release_title

_OFFICIAL = ("official",)
# Open to strangers; with the scope also what is not published yet.
_RELEASES = ("ListReleases", "GetRelease", "ListCalendar", "ListObservations")
_FILES = ("GetReleaseFile", "GetAssessment", "GetCatalogue")
TOKEN_ACCESS = dict.fromkeys(_RELEASES + _FILES, Access("statistics.read", open=True))


class ReleaseService(releases_pb2_grpc.ReleaseServiceServicer):
    def __init__(
        self, releases: Releases, facts: Facts, builder: Builder, audit: AuditEvents, zone: ZoneInfo, k: int
    ) -> None:
        """`k` persons are needed to show a count, in releases that are planned from now on."""
        self._releases = releases
        self._facts = facts
        self._builder = builder
        self._audit = audit
        self._zone = zone
        self._k = k
        self._portal = Catalogue(releases)
        self._publishing = asyncio.Lock()

    async def PlanRelease(self, request: pb.PlanReleaseRequest, context: object) -> pb.Release:
        by = await self._require_official(request.area)
        as_of = self._as_of(moment(request.as_of))
        periods = lifecycle.expand_periods(request.periods, as_of.astimezone(self._zone).date())
        universe = Universe.EMPLOYEE if request.universe == common.EMPLOYEE else Universe.RESIDENT
        title = (await self._facts.areas()).title(request.area)
        key = lifecycle.check_id(request.release_id or release_key(request.area, universe, periods))
        planned = Release(
            key=key,
            series=key,
            edition=1,
            title={language: one_line(text) for language, text in request.title.items()}
            or release_title(title, universe, periods),
            universe=universe,
            area=request.area,
            periods=periods,
            as_of=as_of,
            created_at=now(),
            planned_by=by,
            k=self._k,
            method_version=METHOD_VERSION,
            planned_for=moment(request.publish_time),
        )
        existing = await self._releases.plan(planned)
        if (existing.area, existing.universe, existing.periods) != (planned.area, planned.universe, planned.periods):
            raise Refused("RELEASE_ID_TAKEN", field="release_id")
        return release_to_message(existing, official=True)

    async def BuildRelease(self, request: pb.BuildReleaseRequest, context: object) -> pb.Release:
        release, _ = await self._for_officials(request.name)
        earlier = [before.name for before in await self._releases.audited_with(release)]
        if release.state in (State.BUILT, State.APPROVED) and tuple(earlier) != release.earlier:
            await self._releases.start_over(release)
            release = await self._change(release, lifecycle.reset_outdated)
        changed = await self._change(release, lambda latest: lifecycle.build(latest, earlier))
        self._builder.nudge()
        return release_to_message(changed, official=True)

    async def ApproveRelease(self, request: pb.ApproveReleaseRequest, context: object) -> pb.Release:
        release, by = await self._for_officials(request.name, "official", "administrator")
        return release_to_message(
            await self._change(release, lambda latest: lifecycle.approve(latest, by)), official=True
        )

    async def PublishRelease(self, request: pb.PublishReleaseRequest, context: object) -> pb.Release:
        release, _ = await self._for_officials(request.name)
        async with self._publishing:  # two releases of a population must know of each other
            earlier = tuple(before.name for before in await self._releases.audited_with(release))
            if release.state is State.APPROVED and earlier != release.earlier:
                raise Refused("RELEASE_OUTDATED")
            at = moment(request.publish_time) or now()
            changed = await self._change(release, lambda latest: lifecycle.publish(latest, at, now()))
        self._builder.nudge()
        return release_to_message(changed, official=True)

    async def ReviseRelease(self, request: pb.ReviseReleaseRequest, context: object) -> pb.Release:
        release, by = await self._for_officials(request.name)
        plan = lifecycle.plan_revision(
            release, note=dict(request.note), as_of=self._as_of(moment(request.as_of)), by=by, now=now()
        )
        revision = await self._releases.plan(plan)
        await self._change(release, lambda latest: lifecycle.mark_corrected(latest, revision.name))
        return release_to_message(revision, official=True)

    async def DiscardRelease(self, request: pb.DiscardReleaseRequest, context: object) -> pb.Release:
        release, _ = await self._for_officials(request.name, discarded=True)
        done = await self._change(release, lifecycle.discard)
        await self._releases.start_over(done)
        if done.corrects:
            before = await self._releases.entities.get(_id(done.corrects))
            if before.corrected_by == done.name:
                await self._change(before, lambda latest: lifecycle.mark_corrected(latest, ""))
        # A repeat discards nothing and is announced again: the first may have died before it was.
        await self._audit.publish(events_pb2.ReleaseDiscarded(release=done.name, area=done.area))
        return release_to_message(done, official=True)

    async def GetRelease(self, request: pb.GetReleaseRequest, context: object) -> pb.Release:
        release, official = await self._readable(request.name)
        return release_to_message(release if official else await self._releases.as_out(release), official=official)

    async def ListCalendar(self, request: pb.ListCalendarRequest, context: object) -> pb.ListCalendarResponse:
        waiting = lifecycle.select_upcoming([release async for release in self._releases.unpublished()])
        return pb.ListCalendarResponse(entries=map(calendar_entry_to_message, waiting))

    async def ListReleases(self, request: pb.ListReleasesRequest, context: object) -> pb.ListReleasesResponse:
        size = page_size(request.page_size)
        last = decode_token(request.page_token, datetime, str)
        match = {"state": State.PUBLISHED} if not request.all else await self._mine()
        order = "created_at" if request.all else "publish_at"
        rows = await self._releases.page(match, order, last, size + 1)
        shown, more = rows[:size], len(rows) > size
        token = encode_token(getattr(shown[-1], order).isoformat(), shown[-1].key) if more else ""
        shown = shown if request.all else [await self._releases.as_out(release) for release in shown]
        return pb.ListReleasesResponse(
            releases=[release_to_message(release, official=request.all) for release in shown], next_page_token=token
        )

    async def ListObservations(
        self, request: pb.ListObservationsRequest, context: object
    ) -> pb.ListObservationsResponse:
        release, _ = await self._readable(request.release)
        size, last = page_size(request.page_size), decode_token(request.page_token, int)
        start = max(0, last[0]) if last else 0
        area = request.area.removeprefix("areas/")
        rows, place = [], 0
        async for observation in self._releases.observations(release, request.period):
            if area in ("", observation.area) and request.table in ("", observation.table):
                if start <= place <= start + size:
                    rows.append(observation)
                place += 1
        token = encode_token(start + size) if len(rows) > size else ""
        return pb.ListObservationsResponse(observations=map(observation_to_message, rows[:size]), next_page_token=token)

    async def GetReleaseFile(self, request: pb.GetReleaseFileRequest, context: object) -> pb.ReleaseFileContent:
        release, _ = await self._readable(request.release)
        row = next((file for file in release.files if file.name == request.file), None)
        content = await self._releases.file(release.key, request.file) if row else None
        if row is None or content is None:
            raise Missing("FILE_NOT_FOUND")
        return pb.ReleaseFileContent(file=file_to_message(row), content=content)

    async def GetAssessment(self, request: pb.GetAssessmentRequest, context: object) -> pb.AssessmentContent:
        release, _ = await self._readable(request.release)
        assessment = await self._releases.assessment(release.key)
        content = json.dumps(capability.to_json(assessment))
        message = assessment_to_message(assessment) if assessment else None
        return pb.AssessmentContent(content=content, assessment=message)

    async def GetCatalogue(self, request: pb.GetCatalogueRequest, context: object) -> pb.Catalogue:
        files = await self._portal.catalogue(request.base_url)
        return pb.Catalogue(files=[catalogue_file_to_message(name, content) for name, content in files.items()])

    async def _change(self, release: Release, verb: Callable[[Release], Change]) -> Release:
        return await self._releases.entities.change(release.key, verb)

    def _as_of(self, asked: datetime | None) -> datetime:
        if asked and asked > now():
            raise Invalid("AS_OF_IN_FUTURE", field="as_of")
        return asked or now()

    async def _require_official(self, area: str, *roles: str) -> str:
        """The caller, who must hold one of the roles for the area."""
        caller = acting()
        caller.require(*(roles or _OFFICIAL))
        if not caller.is_system:
            authorisation.require_area(caller, await self._facts.areas(), area, *(roles or _OFFICIAL))
        if is_organisation(area) or area == EVERYWHERE or not area:
            raise Invalid("AREA_NEEDED", field="area")
        return caller.person

    async def _for_officials(self, name: str, *roles: str, discarded: bool = False) -> tuple[Release, str]:
        acting().require(*(roles or _OFFICIAL))
        release = await self._releases.entities.find(_id(name))
        if release is None or (release.state is State.DISCARDED and not discarded):
            raise Missing("RELEASE_NOT_FOUND")
        return release, await self._require_official(release.area, *roles)

    async def _readable(self, name: str) -> tuple[Release, bool]:
        """What is published, for everybody; else for the officials of its area alone: others learn nothing of it."""
        release = await self._releases.entities.find(_id(name))
        tree = await self._facts.areas()
        official = release is not None and release.state is not State.DISCARDED and _is_official(tree, release.area)
        if release is None or not (official or release.state is State.PUBLISHED):
            raise Missing("RELEASE_NOT_FOUND")
        return release, official

    async def _mine(self) -> Document:
        not_discarded: Document = {"state": {"$ne": State.DISCARDED}}
        areas = authorisation.own_areas(acting(), await self._facts.areas())
        return not_discarded if areas is None else not_discarded | {"area": {"$in": list(areas)}}


def _is_official(tree: AreaTree, area: str) -> bool:
    """The public reads releases too, so that somebody without a role is no error here."""
    caller = acting()
    has_role = any(caller.holds(role) for role in authorisation.ROLES)
    return caller.is_system or (has_role and authorisation.looks_after(caller, tree, area))


def _id(name: str) -> str:
    prefix, _, key = name.partition("/")
    if prefix != "releases" or not key:
        raise Invalid("RELEASE_NAME_INVALID", field="name")
    return key
