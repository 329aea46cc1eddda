"""The DCAT catalogue that open-data portals harvest. It is made from the frozen releases alone, so that it
says the same whatever has become of areas and titles since."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from services.statistics.figures.assessment import Assessment, Results
from services.statistics.figures.observation import AreaCode, ReleaseContent, TableSpec
from services.statistics.formats.canonical import CANONICAL
from services.statistics.releases.domain.lifecycle import Release
from services.statistics.releases.store import Releases


class Catalogue:
    def __init__(self, releases: Releases) -> None:
        self._releases = releases
        self._read: dict[str, ReleaseContent] = {}
        self._made: tuple[tuple[str, ...], Mapping[str, bytes]] = ((), {})

    async def catalogue(self, base_url: str) -> Mapping[str, bytes]:
        """File name -> content; without a dataset while nothing is published."""
        out = [release async for release in self._releases.published()]
        published = [release for release in out if not await self._releases.is_withdrawn(release)]
        wanted = (base_url, *(release.checksum for release in published))
        if wanted != self._made[0]:
            contents = [await self._described(release) for release in published]
            frozen = {
                f"{content.id}/{content.revision}/{file.name}": (file.size, file.sha256)
                for content, release in zip(contents, published, strict=True)
                for file in release.files
            }
            self._made = (wanted, await asyncio.to_thread(_catalogue, contents, base_url, frozen))
        return self._made[1]

    async def _described(self, release: Release) -> ReleaseContent:
        if release.checksum not in self._read:
            content = await self._releases.file(release.key, CANONICAL)
            assert content is not None  # noqa: S101 - published is written
            self._read[release.checksum] = await asyncio.to_thread(read_release, content)
        return self._read[release.checksum]


def read_release(content: bytes) -> ReleaseContent:
    """All that a frozen release says of itself, without its figures."""
    said: dict[str, Any] = json.loads(content)
    return ReleaseContent(
        id=said["id"],
        revision=said["revision"],
        title=said["title"],
        universe=said["universe"],
        periods=tuple(said["periods"]),
        as_of=datetime.fromisoformat(said["asOf"]),
        publish_at=datetime.fromisoformat(said["published"]),
        method_version=said["methodVersion"],
        area_vintage=date.fromisoformat(said["areaVintage"]),
        k=said["fewestPersonsShown"],
        areas=tuple(AreaCode(each["code"], each["parent"], each["level"], each["title"]) for each in said["areas"]),
        tables=tuple(TableSpec(each["id"], each["title"], tuple(each["dimensions"][1:])) for each in said["tables"]),
        observations=(),
        note=said["note"],
        earlier=tuple(said["earlier"]),
        publisher=said["publisher"],
        licence=said["licence"],
        contact=said["contact"],
        capability=_assessment(said.get("capability")),
    )


def _assessment(said: Mapping[str, Any] | None) -> Assessment | None:
    """Releases of before have none, and say nothing of it."""
    if said is None:
        return None
    results = Results(said["methodVersion"], said["draws"], said["seed"], said["indicators"], (), ())
    return Assessment(said["period"], said["source"], said["sha256"], results)


def _catalogue(
    contents: Sequence[ReleaseContent], base_url: str, frozen: Mapping[str, tuple[int, str]]
) -> Mapping[str, bytes]:
    from services.statistics.formats.dcat import catalogue  # slow to load

    return catalogue(contents, base_url, frozen)
