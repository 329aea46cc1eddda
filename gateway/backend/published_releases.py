"""Published releases as everybody may have them: which there are, their frozen files over HTTP, the figures in them.

All of it is asked in nobody's name: what is under embargo is not there, whoever looks.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime

from aiohttp import hdrs, web

from gateway.backend import release_figures
from gateway.backend.conditions import is_known
from gateway.backend.media import requested_range
from gateway.backend.release_figures import ReleaseFigures
from ieum.statistics.v1 import releases_pb2 as pb
from ieum.statistics.v1.releases_pb2_grpc import ReleaseServiceStub
from services.chassis import clock
from services.chassis.errors import Missing
from services.chassis.principal import ANONYMOUS, acting_as

DATA = "release.json"
FOR_EVER = "public, max-age=31536000, immutable"
_PATIENCE_SECONDS = 30.0
_KEPT_BYTES = 48 * 1024 * 1024
_KEPT_RELEASES = 4


@dataclass
class PublishedReleases:
    """A cache of published releases and their files. A file never changes under its checksum."""

    releases: ReleaseServiceStub
    _files: OrderedDict[str, bytes] = field(default_factory=OrderedDict)
    _figures: OrderedDict[str, ReleaseFigures] = field(default_factory=OrderedDict)
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def all(self) -> list[pb.Release]:
        """Every edition, newest first."""
        releases_found: list[pb.Release] = []
        token, more = "", True
        while more:
            with acting_as(ANONYMOUS):
                page = await self.releases.ListReleases(pb.ListReleasesRequest(page_size=200, page_token=token))
            releases_found += page.releases
            token = page.next_page_token
            more = bool(token)
        return releases_found

    async def release(self, name: str) -> pb.Release:
        with acting_as(ANONYMOUS):
            return await self.releases.GetRelease(pb.GetReleaseRequest(name=name))

    async def editions(self, series: str) -> list[pb.Release]:
        """Of the release and what corrected it, oldest first."""
        releases_found = [await self.release(series)]
        while releases_found[-1].corrected_by:
            try:
                releases_found.append(await self.release(releases_found[-1].corrected_by))
            except Missing:
                break
        return releases_found

    async def content(self, release: pb.Release, file: pb.ReleaseFile) -> bytes:
        _require_given(release)
        if file.sha256 not in self._files:
            asked = pb.GetReleaseFileRequest(release=release.name, file=file.name)
            with acting_as(ANONYMOUS):
                answer = await self.releases.GetReleaseFile(asked, timeout=_PATIENCE_SECONDS)
            self._files[file.sha256] = answer.content
            while sum(map(len, self._files.values())) > _KEPT_BYTES and len(self._files) > 1:
                self._files.popitem(last=False)
            return bytes(answer.content)
        self._files.move_to_end(file.sha256)
        return self._files[file.sha256]

    async def figures(self, release: pb.Release) -> ReleaseFigures:
        _require_given(release)
        async with self._reading:
            if release.checksum not in self._figures:
                content = await self.content(release, file_of(release, DATA))
                self._figures[release.checksum] = await asyncio.to_thread(release_figures.read_figures, content)
                if len(self._figures) > _KEPT_RELEASES:
                    self._figures.popitem(last=False)
            self._figures.move_to_end(release.checksum)
            return self._figures[release.checksum]

    async def calendar(self) -> Sequence[pb.CalendarEntry]:
        """What is announced, the next first."""
        with acting_as(ANONYMOUS):
            answer = await self.releases.ListCalendar(pb.ListCalendarRequest())
        return sorted(answer.entries, key=lambda entry: entry.publish_time.seconds)

    async def catalogue(self, base_url: str) -> Mapping[str, pb.ReleaseFileContent]:
        with acting_as(ANONYMOUS):
            answer = await self.releases.GetCatalogue(
                pb.GetCatalogueRequest(base_url=base_url), timeout=_PATIENCE_SECONDS
            )
        return {content.file.name: content for content in answer.files}


PUBLISHED_RELEASES = web.AppKey("library", PublishedReleases)


def _require_given(release: pb.Release) -> None:
    """What is withdrawn is given to nobody, also where it is still cached."""
    if release.withdrawn:
        raise Missing("RELEASE_WITHDRAWN")


def key_of(name: str) -> str:
    """ "releases/hb01-res-2025-r2" is at "/data/hb01-res-2025-r2"."""
    return name.removeprefix("releases/")


def file_of(release: pb.Release, name: str) -> pb.ReleaseFile:
    file_found = next((file for file in release.files if file.name == name), None)
    if file_found is None:
        raise Missing("FILE_NOT_FOUND")
    return file_found


def published_at(release: pb.Release) -> datetime:
    return clock.moment(release.publish_time) or clock.now()


async def send_file(request: web.Request, release: pb.Release, name: str) -> web.Response:
    """The frozen bytes, or the part of them asked for; nothing where the reader has them already."""
    file = file_of(release, name)
    headers = {
        hdrs.ETAG: f'"{file.sha256}"',
        hdrs.LAST_MODIFIED: http_date(published_at(release)),
        hdrs.CACHE_CONTROL: FOR_EVER,
        hdrs.ACCEPT_RANGES: "bytes",
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    if is_known(request, headers):
        return web.Response(status=304, headers=headers)
    start, stop, is_part = requested_range(request, file.size, headers[hdrs.ETAG])
    if is_part:
        headers[hdrs.CONTENT_RANGE] = f"bytes {start}-{stop - 1}/{file.size}"
    headers |= {
        hdrs.CONTENT_TYPE: file.media_type,
        hdrs.CONTENT_DISPOSITION: f'attachment; filename="{_filename(release, file)}"',
    }
    content = await request.app[PUBLISHED_RELEASES].content(release, file)
    return web.Response(body=content[start:stop], status=206 if is_part else 200, headers=headers)


def _filename(release: pb.Release, file: pb.ReleaseFile) -> str:
    """A file taken home still says what it is of."""
    return f"{key_of(release.name)}-{file.name}"


def http_date(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC).replace(microsecond=0), usegmt=True)


def newest_of_each(releases: Sequence[pb.Release]) -> list[pb.Release]:
    """One edition of each series, in the order given, which is newest first."""
    seen: dict[str, pb.Release] = {}
    for release in releases:
        if release.series not in seen or release.edition > seen[release.series].edition:
            seen[release.series] = release
    return list(seen.values())
