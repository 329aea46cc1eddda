"""A release that gives hidden counts away is found by a command, and withdrawn by the edition that corrects it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ieum.statistics.v1 import releases_pb2 as pb
from services.chassis.clock import now
from services.chassis.errors import Missing
from services.chassis.principal import ANONYMOUS
from services.statistics.commands.audit_published import audit
from services.statistics.figures.refusal import InvalidValue
from services.statistics.releases.domain import lifecycle
from services.statistics.releases.domain.lifecycle import FrozenFile, Release, State
from services.statistics.releases.store import Releases
from services.statistics.settings import StatisticsSettings
from tests.service.conftest import eventually
from tests.service.statistics.test_commands import planned, releases
from tests.service.statistics.test_releases import Client, Town, client, official, town
from tests.unit.statistics.attack.test_attack import enrolments, publish

__all__ = ["client", "releases", "town"]
FILE = FrozenFile("release.json", "application/json", {}, 1, "sha")


async def put_out(releases: Releases, release: Release, file: Path) -> Release:
    out = replace(release, state=State.PUBLISHED, publish_at=now(), files=(FILE,), checksum=release.key)
    await releases.put_file(out.key, "release.json", file.read_bytes())
    return await releases.plan(out)


async def test_what_opens_is_named_and_the_edition_that_withdraws_it_is_planned_once(
    releases: Releases, settings: StatisticsSettings, tmp_path: Path
) -> None:
    await releases.prepare()
    safe = publish(tmp_path, "safe", enrolments(all=40, F=None, M=None, O=0, U=0))
    out = await put_out(releases, planned("r"), safe)
    assert (await audit(settings, [], 9, correct=True))["opens"] == []

    opened = publish(tmp_path, "open", enrolments(all=72, FAR=None, N_FAR=59, MIG=0, N_MIG=65))
    await releases.put_file("r", "release.json", opened.read_bytes())
    answer = await audit(settings, ["releases/r"], 9, correct=True)
    assert (answer["opens"], answer["planned"]) == (["r"], ["releases/r-r2"])
    assert answer["releases"][0]["opens"][0]["category"] == "group=FAR"
    correction = await releases.entities.get("r-r2")
    assert (correction.state, correction.withdraws, correction.earlier) == (State.BUILDING, True, ())
    assert (correction.as_of, correction.planned_by) == (out.as_of, ""), "any official may approve it"
    assert (await audit(settings, [], 9, correct=True))["planned"] == [], "it is under way"
    with pytest.raises(InvalidValue, match="not published, or withdrawn: none"):
        await audit(settings, ["releases/none"], 9, correct=False)


async def test_a_withdrawn_edition_is_given_to_officials_of_its_area_alone(
    town: Town, client: Client, releases: Releases, tmp_path: Path
) -> None:
    await town.open()
    await releases.prepare()
    file = publish(tmp_path, "r", enrolments(all=40, F=None, M=None, O=0, U=0))
    first = await put_out(releases, planned("r"), file)
    second = lifecycle.plan_revision(
        first, note={"en": "x"}, as_of=first.as_of, by="", now=now(), k=5, method_version="2", withdraws=True
    )
    await releases.entities.change("r", lambda latest: lifecycle.mark_corrected(latest, second.name))
    await releases.plan(second)
    kim, public = client(official("kim")), client(ANONYMOUS)
    asked = pb.GetReleaseFileRequest(release="releases/r", file="release.json")
    assert (await public.GetReleaseFile(asked)).content, "until the corrected edition is out it stands"
    await releases.entities.change(
        "r-r2", lambda latest: (replace(latest, state=State.PUBLISHED, publish_at=now()), [])
    )

    for call in (
        public.GetReleaseFile(asked),
        public.ListObservations(pb.ListObservationsRequest(release="releases/r")),
        public.GetAssessment(pb.GetAssessmentRequest(release="releases/r")),
    ):
        with pytest.raises(Missing, match="RELEASE_WITHDRAWN"):
            await call
    assert (await public.GetRelease(pb.GetReleaseRequest(name="releases/r"))).withdrawn
    listed = (await public.ListReleases(pb.ListReleasesRequest())).releases
    assert [release.name for release in listed] == ["releases/r-r2"]
    assert [release.key for release in await releases.audited_with(planned("other"))] == ["r-r2"]

    async def may_look() -> bool:
        try:
            return bool((await kim.GetReleaseFile(asked)).content)
        except Missing:
            return False

    await eventually(may_look, "the places are heard of")
