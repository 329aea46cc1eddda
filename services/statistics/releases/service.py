"""The RPC door of releases: officials plan, build, approve and publish. What is read stands in `read_service`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from ieum.statistics.v1 import events_pb2
from ieum.statistics.v1 import releases_pb2 as pb
from ieum.statistics.v1 import statistics_pb2 as common
from services.chassis.clock import moment, now, stamp
from services.chassis.errors import Invalid, Missing, Refused
from services.chassis.events.audit_events import AuditEvents
from services.chassis.principal import acting
from services.chassis.text import one_line
from services.chassis.token_access import Access
from services.statistics import authorisation
from services.statistics.areas.tree import EVERYWHERE, is_organisation
from services.statistics.disclosure.layout import USUAL
from services.statistics.facts.store import Facts
from services.statistics.figures.measures import METHOD_VERSION
from services.statistics.figures.universe import Universe
from services.statistics.releases.builder import Builder
from services.statistics.releases.domain import builds, lifecycle
from services.statistics.releases.domain.lifecycle import Change, Release, State
from services.statistics.releases.messages import detail_from, preview_to_message, release_to_message
from services.statistics.releases.previews import Previews
from services.statistics.releases.publisher import Publisher
from services.statistics.releases.read_service import ReadMethods, key_in
from services.statistics.releases.store import Releases
from services.statistics.releases.titles import release_key, release_title

Step = events_pb2.ReleaseStepTaken.Step
_OFFICIAL = ("official",)
# Open to strangers; with the scope also what is not published yet.
_RELEASES = ("ListReleases", "GetRelease", "ListCalendar", "ListObservations")
_FILES = ("GetReleaseFile", "GetAssessment", "GetCatalogue")
TOKEN_ACCESS = dict.fromkeys(_RELEASES + _FILES, Access("statistics.read", open=True))


class ReleaseService(ReadMethods):
    def __init__(
        self,
        releases: Releases,
        facts: Facts,
        builder: Builder,
        publisher: Publisher,
        previews: Previews,
        audit: AuditEvents,
        zone: ZoneInfo,
        k: int,
    ) -> None:
        """`k` persons are needed to show a count, in releases that are planned from now on."""
        super().__init__(releases, facts)
        self._builder = builder
        self._publisher = publisher
        self._previews = previews
        self._audit = audit
        self._zone = zone
        self._k = k
        self._publishing = asyncio.Lock()

    async def PlanRelease(self, request: pb.PlanReleaseRequest, context: object) -> pb.Release:
        planned = await self._planned(request)
        existing = await self._plan(planned)
        if _subject(existing) != _subject(planned):
            raise Refused("RELEASE_ID_TAKEN", field="release_id")
        if existing.planned_by == planned.planned_by:
            await self._note(existing, Step.PLANNED)
        return release_to_message(existing, official=True)

    async def PreviewPlan(self, request: pb.PreviewPlanRequest, context: object) -> pb.PlanPreview:
        return preview_to_message(*await self._previews.of(await self._planned(request.plan)))

    async def _planned(self, request: pb.PlanReleaseRequest) -> Release:
        """The plan that is asked for, by an official of its area."""
        by = await self._require_official(request.area)
        as_of = self._as_of(moment(request.as_of))
        day = as_of.astimezone(self._zone).date()
        periods = lifecycle.expand_periods(request.periods, day, years_alone=request.years_alone)
        detail = detail_from(request.detail) if request.HasField("detail") else USUAL
        universe = Universe.EMPLOYEE if request.universe == common.EMPLOYEE else Universe.RESIDENT
        title = (await self._facts.areas()).title(request.area)
        key = lifecycle.check_id(request.release_id or release_key(request.area, universe, periods))
        return Release(
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
            detail=lifecycle.check_detail(detail),
        )

    async def _plan(self, planned: Release) -> Release:
        existing = await self._releases.entities.find(planned.key)
        if existing is None or existing.state is State.DISCARDED:
            lifecycle.check_plans(await self._releases.plans_of(planned.planned_by), planned)
        return await self._releases.plan(planned)

    async def BuildRelease(self, request: pb.BuildReleaseRequest, context: object) -> pb.Release:
        release, by = await self._for_officials(request.name)
        earlier = [before.name for before in await self._releases.audited_with(release)]
        if release.state in (State.BUILT, State.APPROVED) and tuple(earlier) != release.earlier:
            await self._releases.start_over(release)
            release = await self._change(release, builds.reset_outdated)
        builds.check_limit([other for other in await self._releases.building() if other.key != release.key], by)
        changed = await self._change(release, lambda latest: builds.request(latest, earlier, by, now()))
        self._builder.nudge()
        return await self._for_official(changed)

    async def CancelBuild(self, request: pb.CancelBuildRequest, context: object) -> pb.Release:
        release, _ = await self._for_officials(request.name, "official", "administrator")
        changed = await self._change(release, builds.cancel)
        await self._note(changed, Step.BUILD_CANCELLED)
        return await self._for_official(changed)

    async def ApproveRelease(self, request: pb.ApproveReleaseRequest, context: object) -> pb.Release:
        release, by = await self._for_officials(request.name, "official", "administrator")
        changed = await self._change(release, lambda latest: lifecycle.approve(latest, by))
        await self._note(changed, Step.APPROVED)
        return await self._for_official(changed)

    async def PublishRelease(self, request: pb.PublishReleaseRequest, context: object) -> pb.Release:
        release, by = await self._for_officials(request.name)
        async with self._publishing:  # two releases of a population must know of each other
            earlier = tuple(before.name for before in await self._releases.audited_with(release))
            if release.state is State.APPROVED and earlier != release.earlier:
                raise Refused("RELEASE_OUTDATED")
            at = moment(request.publish_time) or now()
            changed = await self._change(release, lambda latest: lifecycle.publish(latest, at, now(), by))
        await self._note(changed, Step.PUBLISHED)
        if changed.withdraws:
            await self._note(await self._releases.entities.get(key_in(changed.corrects)), Step.WITHDRAWN)
        self._publisher.nudge()
        return await self._for_official(changed)

    async def ReviseRelease(self, request: pb.ReviseReleaseRequest, context: object) -> pb.Release:
        release, by = await self._for_officials(request.name)
        before = release.as_of if request.withdraws else None  # the same figures, fewer of them
        plan = lifecycle.plan_revision(
            release,
            note=dict(request.note),
            as_of=self._as_of(moment(request.as_of) or before),
            by=by,
            now=now(),
            k=self._k,
            method_version=METHOD_VERSION,
            withdraws=request.withdraws,
        )
        revision = await self._releases.plan(plan)
        await self._change(release, lambda latest: lifecycle.mark_corrected(latest, revision.name))
        await self._note(revision, Step.CORRECTION_PLANNED)
        return release_to_message(revision, official=True)

    async def DiscardRelease(self, request: pb.DiscardReleaseRequest, context: object) -> pb.Release:
        release, _ = await self._for_officials(request.name, discarded=True)
        done = await self._change(release, lifecycle.discard)
        await self._releases.start_over(done)
        if done.corrects:
            before = await self._releases.entities.get(key_in(done.corrects))
            if before.corrected_by == done.name:
                await self._change(before, lambda latest: lifecycle.mark_corrected(latest, ""))
        # A repeat discards nothing and is announced again: the first may have died before it was.
        await self._audit.publish(events_pb2.ReleaseDiscarded(release=done.name, area=done.area))
        return release_to_message(done, official=True)

    async def _note(self, release: Release, step: Step.ValueType) -> None:
        """For the audit log. A repeat is announced again: the first may have died before it was."""
        at = stamp(release.publish_at) if step == Step.PUBLISHED else None
        taken = events_pb2.ReleaseStepTaken(step=step, release=release.name, area=release.area, publish_time=at)
        await self._audit.publish(taken)

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
        release = await self._releases.entities.find(key_in(name))
        if release is None or (release.state is State.DISCARDED and not discarded):
            raise Missing("RELEASE_NOT_FOUND")
        return release, await self._require_official(release.area, *roles)


def _subject(release: Release) -> tuple[object, ...]:
    """What a plan with the same id has to agree in to be the same plan."""
    return release.area, release.universe, release.periods, release.detail
