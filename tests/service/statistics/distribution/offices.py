"""An official, offices, and a release of which they get their area's figures."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from ieum.statistics.v1 import distribution_pb2 as pb
from services.chassis.clock import now
from services.chassis.principal import Grant, Kind, Principal
from services.statistics.figures.observation import Observation
from services.statistics.figures.universe import Universe
from services.statistics.releases.domain.lifecycle import Release, State
from tests.service.conftest import eventually

PERIODS = ("2026-Q1", "2026-Q2")
TITLES = {"p": ("하늘도", "Haneul"), "a": ("솔내시", "Solnae"), "b": ("햇살군", "Haetsal"), "c": ("새벽군", "Saebyeok")}
ENROLLED = {"p": "1204", "a": "640", "b": None, "c": "0"}
LINK = re.compile(r"https://ieum\.test/received/([0-9a-z]+)")
Send = Callable[..., Awaitable[None]]
Client = Callable[[Principal], Any]


def official(scope: str = "areas/p", **more: Any) -> Principal:
    return Principal(kind=Kind.PERSON, person="people/kim", grants=(Grant("official", scope),), **more)


def figure(measure: str, area: str, value: str | None, **more: Any) -> Observation:
    codes = dict.fromkeys(("sex", "age", "group", "domain"), "_T") | {"unit": "NUMBER", "period": PERIODS[-1]} | more
    status, confidentiality = ("A", "F") if value is not None else ("Q", "N")
    return Observation(
        measure, "RES", "Q", codes.pop("period"), area, value=value, status=status,
        confidentiality=confidentiality, **codes,
    )  # fmt: skip


def figures(area: str) -> list[Observation]:
    """Two that are in the mail, and two that are not: of women alone, and of an earlier quarter."""
    rate = figure("CPR", area, "53.2", unit="PT", low="50.1", high="56.3")
    women = figure("ENR", area, "999999", sex="F")
    older = figure("ENR", area, "888888", period=PERIODS[0])
    return [figure("ENR", area, ENROLLED[area]), rate, women, older]


def publication(key: str = "spring", **more: Any) -> Release:
    moment = datetime(2026, 7, 20, tzinfo=UTC)
    values: dict[str, Any] = {
        "key": key, "series": "spring", "edition": 1, "title": {"ko": "하늘도 교육 통계", "en": "Haneul training"},
        "universe": Universe.RESIDENT, "area": "areas/p", "periods": PERIODS, "as_of": moment, "created_at": moment,
        "planned_by": "people/kim", "k": 5, "method_version": "1.0.0", "state": State.PUBLISHED,
        "publish_at": now(), "checksum": "abc",
    }  # fmt: skip
    return Release(**(values | more))


async def add(who: Any, area: str, language: str = "ko", office: str = "정보화과", address: str = "") -> pb.Recipient:
    given = pb.Recipient(
        area=f"areas/{area}", office=office, address=address or f"{area}@office.test", language=language
    )
    made: pb.Recipient = await who.CreateRecipient(pb.CreateRecipientRequest(recipient=given))
    return made


async def deliveries(who: Any, release: str = "spring") -> dict[str, pb.Delivery]:
    """By area."""
    answer = await who.ListDeliveries(pb.ListDeliveriesRequest(release=f"releases/{release}"))
    return {one.area.removeprefix("areas/"): one for one in answer.deliveries}


async def reach(who: Any, area: str, state: pb.Delivery.State.ValueType, release: str = "spring") -> pb.Delivery:
    found = pb.Delivery()

    async def there() -> bool:
        nonlocal found
        found = (await deliveries(who, release)).get(area, pb.Delivery())
        return bool(found.state == state)

    await eventually(there, f"the mail of {area} is {pb.Delivery.State.Name(state)}")
    return found


def part(mail: Any, kind: str) -> str:
    text: str = mail.get_body((kind,)).get_content()
    return text


def secret_in(mail: Any) -> str:
    link = LINK.search(part(mail, "plain"))
    assert link
    return link[1]
