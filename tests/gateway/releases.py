"""A small release as the statistics service would hand it out: its frozen files behind the fakes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from ieum.statistics.v1 import releases_pb2 as pb
from ieum.statistics.v1 import statistics_pb2
from services.chassis.clock import stamp
from services.chassis.errors import Missing
from services.statistics.figures.observation import ReleaseContent
from services.statistics.formats import rendering
from services.statistics.releases.messages import catalogue_file_to_message
from tests.gateway.fakes import Fakes
from tests.unit.statistics.small_release import small_release, small_release_files

ID = "training-2026-q3"


def message(release: ReleaseContent, contents: Mapping[str, bytes], **changes: Any) -> pb.Release:
    files = [
        pb.ReleaseFile(
            name=file.name,
            media_type=file.media_type,
            title=dict(file.title),
            size=len(contents[file.name]),
            sha256=hashlib.sha256(contents[file.name]).hexdigest(),
        )
        for file in rendering.files(release)
    ]
    values: dict[str, Any] = {
        "name": f"releases/{release.id}",
        "series": f"releases/{release.id}",
        "edition": release.revision,
        "state": pb.Release.PUBLISHED,
        "title": release.title,
        "universe": statistics_pb2.RESIDENT,
        "area": "areas/HB",
        "periods": release.periods,
        "as_of": stamp(release.as_of),
        "publish_time": stamp(release.publish_at),
        "note": release.note,
        "method_version": release.method_version,
        "threshold": release.k,
        "checksum": next(file.sha256 for file in files if file.name == "release.json"),
        "files": files,
    }
    return pb.Release(**(values | changes))


def publish(fake: Fakes, *messages: pb.Release, contents: Mapping[str, bytes] | None = None) -> None:
    """Newest first; without any, the small release."""
    contents = contents or small_release_files()
    shown = messages or (message(small_release(), contents),)
    known = {each.name: each for each in shown}

    def get(asked: pb.GetReleaseRequest) -> pb.Release:
        if asked.name not in known:
            raise Missing("RELEASE_NOT_FOUND")
        return known[asked.name]

    def get_file(asked: pb.GetReleaseFileRequest) -> pb.ReleaseFileContent:
        file = next(each for each in get(pb.GetReleaseRequest(name=asked.release)).files if each.name == asked.file)
        return pb.ReleaseFileContent(file=file, content=contents[asked.file])

    def catalogue(asked: pb.GetCatalogueRequest) -> pb.Catalogue:
        made = rendering.catalogue([small_release()], asked.base_url)
        return pb.Catalogue(files=[catalogue_file_to_message(name, content) for name, content in made.items()])

    fake.answers["ListCalendar"] = pb.ListCalendarResponse()
    fake.answers["ListReleases"] = pb.ListReleasesResponse(releases=shown)
    fake.answers["GetRelease"] = get
    fake.answers["GetReleaseFile"] = get_file
    fake.answers["GetCatalogue"] = catalogue
