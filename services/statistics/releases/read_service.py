"""What everybody reads of releases, and officials before they are out."""

from __future__ import annotations

import json
from datetime import datetime

from ieum.statistics.v1 import releases_pb2 as pb
from ieum.statistics.v1 import releases_pb2_grpc
from services.chassis.errors import Invalid, Missing
from services.chassis.principal import acting
from services.chassis.store.mongo import Document
from services.chassis.store.paging import decode_token, encode_token, page_size
from services.statistics import authorisation
from services.statistics.areas.tree import AreaTree
from services.statistics.facts.store import Facts
from services.statistics.formats import capability
from services.statistics.releases.assessment_messages import assessment_to_message
from services.statistics.releases.catalogue import Catalogue
from services.statistics.releases.domain import builds, lifecycle
from services.statistics.releases.domain.lifecycle import Release, State
from services.statistics.releases.messages import (
    calendar_entry_to_message,
    catalogue_file_to_message,
    file_to_message,
    observation_to_message,
    release_to_message,
)
from services.statistics.releases.store import Releases


class ReadMethods(releases_pb2_grpc.ReleaseServiceServicer):
    def __init__(self, releases: Releases, facts: Facts) -> None:
        self._releases = releases
        self._facts = facts
        self._portal = Catalogue(releases)

    async def GetRelease(self, request: pb.GetReleaseRequest, context: object) -> pb.Release:
        release, official = await self._readable(request.name)
        if official:
            return await self._for_official(release)
        withdrawn = await self._releases.is_withdrawn(release)
        return release_to_message(await self._releases.as_out(release), official=False, withdrawn=withdrawn)

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
        if not request.all:
            readable = [release for release in shown if not await self._releases.is_withdrawn(release)]
            shown = [await self._releases.as_out(release) for release in readable]
        return pb.ListReleasesResponse(
            releases=[release_to_message(release, official=request.all) for release in shown], next_page_token=token
        )

    async def ListObservations(
        self, request: pb.ListObservationsRequest, context: object
    ) -> pb.ListObservationsResponse:
        release = await self._with_figures(request.release)
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
        release = await self._with_figures(request.release)
        row = next((file for file in release.files if file.name == request.file), None)
        content = await self._releases.file(release.key, request.file) if row else None
        if row is None or content is None:
            raise Missing("FILE_NOT_FOUND")
        return pb.ReleaseFileContent(file=file_to_message(row), content=content)

    async def GetAssessment(self, request: pb.GetAssessmentRequest, context: object) -> pb.AssessmentContent:
        release = await self._with_figures(request.release)
        assessment = await self._releases.assessment(release.key)
        content = json.dumps(capability.to_json(assessment))
        message = assessment_to_message(assessment) if assessment else None
        return pb.AssessmentContent(content=content, assessment=message)

    async def GetCatalogue(self, request: pb.GetCatalogueRequest, context: object) -> pb.Catalogue:
        files = await self._portal.catalogue(request.base_url)
        return pb.Catalogue(files=[catalogue_file_to_message(name, content) for name, content in files.items()])

    async def _for_official(self, release: Release) -> pb.Release:
        """With its place in the queue, while it waits there."""
        withdrawn = await self._releases.is_withdrawn(release)
        message = release_to_message(release, official=True, withdrawn=withdrawn)
        if release.state is State.BUILDING and release.started_at is None:
            queue = builds.in_order(await self._releases.building(), await self._releases.last_started())
            keys = [waiting.key for waiting in queue]
            message.builds_before = keys.index(release.key) if release.key in keys else 0
        return message

    async def _with_figures(self, name: str) -> Release:
        """One whose figures may be read: those of a withdrawn edition only by the officials of its area."""
        release, official = await self._readable(name)
        if not official and await self._releases.is_withdrawn(release):
            raise Missing("RELEASE_WITHDRAWN")
        return release

    async def _readable(self, name: str) -> tuple[Release, bool]:
        """What is published, for everybody; else for the officials of its area alone: others learn nothing of it."""
        release = await self._releases.entities.find(key_in(name))
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


def key_in(name: str) -> str:
    prefix, _, key = name.partition("/")
    if prefix != "releases" or not key:
        raise Invalid("RELEASE_NAME_INVALID", field="name")
    return key
