"""The text of a summary."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.statistics.distribution import domain
from services.statistics.distribution.domain import Recipient
from services.statistics.distribution.summary import Summary, write
from services.statistics.figures.universe import Universe
from services.statistics.releases.domain.lifecycle import Release, State

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
OFFICE = Recipient("r1", "areas/a", "정보화과", "it@solnae.test", "ko", NOW, "people/kim", NOW)
DELIVERY = domain.new_delivery("releases/spring", OFFICE, "s3cret", NOW)
URL = "https://ieum.test"


def summary(recipient: Recipient = OFFICE, title: Any = None, area: Any = None, **more: Any) -> Summary:
    release = Release(
        key="spring", series="spring", edition=1, title=title or {"ko": "봄 통계"}, universe=Universe.RESIDENT,
        area="areas/p",
        periods=("2026-Q2",), as_of=NOW, created_at=NOW, planned_by="", k=5, method_version="1", state=State.PUBLISHED,
    )  # fmt: skip
    return Summary(DELIVERY, replace(release, **more), recipient, area or {"ko": "솔내시"}, ())


@given(title=st.text(max_size=60), area=st.text(max_size=30))
def test_no_title_gets_a_line_of_its_own_into_the_subject(title: str, area: str) -> None:
    subject = write(summary(title={"ko": title}, area={"ko": area}), URL).subject
    assert len(subject.splitlines()) == 1


def test_the_same_round_is_written_alike() -> None:
    assert write(summary(), URL) == write(summary(), URL)
    assert f"{URL}/received/s3cret" in write(summary(), URL).text


def test_a_title_with_markup_stays_text() -> None:
    assert "&lt;script&gt;" in write(summary(title={"ko": "<script>alert(1)</script>"}), URL).html
