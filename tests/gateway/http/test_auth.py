"""Who is asking, what is remembered of it, and when it is forgotten."""

from __future__ import annotations

import asyncio

import pytest
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from gateway.http.sessions import FRESH_SECONDS, FRESH_SECONDS_WITHOUT_EVENTS, STALE_SECONDS, Sessions
from gateway.settings import GatewaySettings
from ieum.people.v1 import people_pb2
from ieum.people.v1.events_pb2 import PersonMoved, RolesChanged, SessionRevoked
from services.chassis.errors import Forbidden, Unauthenticated, Unavailable
from services.chassis.events import bus
from services.chassis.principal import Kind
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes

COOKIE = {"Cookie": "ieum_session=ieum_somebody"}
OURS = {"Sec-Fetch-Site": "same-origin"}


async def test_signing_in_sets_a_cookie_that_scripts_cannot_read(client: Client, fake: Fakes) -> None:
    person = people_pb2.Person(name="people/1")
    expiry = Timestamp()
    expiry.FromSeconds(4_000_000_000)
    viewer = people_pb2.Viewer(person=person, expire_time=expiry)
    fake.answers["SignIn"] = people_pb2.SignInResponse(token="secret", viewer=viewer)
    answer = await client.post("/api/v1/sessions", json={"login": "a", "passphrase": "b"})
    cookie = answer.cookies["ieum_session"]
    assert (cookie.value, cookie["httponly"], cookie["samesite"], cookie["path"]) == ("secret", True, "Lax", "/")
    assert not cookie["secure"]
    assert int(cookie["max-age"]) > 0
    assert fake.requests("SignIn")[0].address == "127.0.0.1"


async def test_on_a_shared_device_the_session_cookie_ends_with_the_browser_window(client: Client, fake: Fakes) -> None:
    viewer = people_pb2.Viewer(person=people_pb2.Person(name="people/1"), shared_device=True)
    fake.answers["SignIn"] = people_pb2.SignInResponse(token="secret", viewer=viewer)
    answer = await client.post("/api/v1/sessions", json={"login": "a", "passphrase": "b", "sharedDevice": True})
    assert answer.cookies["ieum_session"]["max-age"] == ""


async def test_calls_to_services_are_signed_for_the_viewer(client: Client, fake: Fakes) -> None:
    fake.sign_in("ieum_somebody", "official", scope="areas/HB01")
    await client.get("/api/v1/statistics/table", headers=COOKIE)
    _, principal = fake.calls["QueryTable"][0]
    assert (principal.kind, principal.person, principal.universe) == (Kind.PERSON, "people/ieum-somebody", "resident")
    assert principal.scopes("official") == {"areas/HB01"}
    assert principal.token_scopes is None


async def test_a_personal_token_opens_the_api_and_no_page(client: Client, fake: Fakes) -> None:
    fake.sign_in("ieum_somebody", token_scopes=["statistics.read"], token_area="areas/HB01")
    bearer = {"Authorization": "Bearer ieum_somebody"}
    await client.get("/api/v1/statistics/table", headers=bearer)
    _, principal = fake.calls["QueryTable"][0]
    assert (principal.token_scopes, principal.token_area) == (("statistics.read",), "areas/HB01")
    await client.get("/nowhere", headers=bearer)
    assert len(fake.calls["VerifyToken"]) == 1


@pytest.mark.parametrize(
    "header", ["Bearer ieum_unknown", "Bearer ieum_\udce9", "Bearer x", "Basic YTpi", "Bearer", ""]
)
async def test_a_wrong_token_is_refused_even_by_open_operations(client: Client, header: str) -> None:
    answer = await client.get("/api/v1/areas", headers={"Authorization": header})
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


async def test_an_ended_session_loses_its_cookie_and_the_page_still_opens(client: Client) -> None:
    answer = await client.get("/nowhere", headers={"Cookie": "ieum_session=old"})
    assert answer.status == 404
    assert answer.cookies["ieum_session"]["max-age"] == "0"


async def test_a_cached_session_needs_no_call_to_people(client: Client, fake: Fakes) -> None:
    fake.sign_in("ieum_somebody")
    for _ in range(5):
        await client.get("/nowhere", headers=COOKIE)
    assert len(fake.calls["VerifySession"]) == 1


EVENTS: list[Message] = [
    SessionRevoked(person="people/ieum-somebody", session="session-ieum_somebody"),
    SessionRevoked(person="people/ieum-somebody"),
    RolesChanged(person="people/ieum-somebody"),
    PersonMoved(person="people/ieum-somebody"),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
async def test_an_event_evicts_the_cached_session(
    client: Client, fake: Fakes, settings: GatewaySettings, event: Message
) -> None:
    fake.sign_in("ieum_somebody")
    await client.get("/nowhere", headers=COOKIE)
    async with bus.connect(settings.nats_url, "test", prefix=settings.prefix) as events, asyncio.timeout(10):
        await events.ensure_stream("ieum.people.v1")
        name = event.DESCRIPTOR.full_name
        number = 0
        while len(fake.calls["VerifySession"]) == 1:
            number += 1
            await events.publish(f"{name}.x", name, f"{name}-{number}", event.SerializeToString(), "")
            await client.get("/nowhere", headers=COOKIE)


async def test_signing_out_evicts_the_cached_session_at_once(client: Client, fake: Fakes) -> None:
    fake.sign_in("ieum_somebody")
    await client.get("/nowhere", headers=COOKIE)
    del fake.viewers["ieum_somebody"]
    answer = await client.delete("/api/v1/sessions/current", headers=COOKIE | OURS)
    assert answer.status == 204
    assert fake.requests("SignOut")[0].token == "ieum_somebody"
    assert (await client.get("/api/v1/people/me", headers=COOKIE)).status == 401


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class People:
    """Stands in for the people service's client, to say when it is away."""

    error: Exception | None = None
    calls = 0

    async def VerifySession(self, request: people_pb2.VerifySessionRequest) -> people_pb2.Viewer:
        self.calls += 1
        if self.error:
            raise self.error
        return people_pb2.Viewer(person=people_pb2.Person(name="people/1"), session="s")


async def test_while_people_is_unavailable_a_stale_session_is_used_a_little_longer() -> None:
    people, clock = People(), Clock()
    sessions = Sessions(people, clock)  # type: ignore[arg-type]  # the one method that is asked for
    await sessions.of_cookie("a")
    people.error = Unavailable("SERVICE_AWAY")
    clock.now = FRESH_SECONDS_WITHOUT_EVENTS + 1
    assert (await sessions.of_cookie("a")).person == "people/1"
    clock.now = FRESH_SECONDS_WITHOUT_EVENTS + STALE_SECONDS + 1
    with pytest.raises(Unavailable):
        await sessions.of_cookie("a")


@pytest.mark.parametrize(("events_arrive", "seconds"), [(True, FRESH_SECONDS), (False, FRESH_SECONDS_WITHOUT_EVENTS)])
async def test_a_cached_session_is_fresh_for_longer_while_events_arrive(events_arrive: bool, seconds: float) -> None:
    people, clock = People(), Clock()
    sessions = Sessions(people, clock, lambda: events_arrive)  # type: ignore[arg-type]
    await sessions.of_cookie("a")
    for clock.now, calls in ((seconds - 1, 1), (seconds + 1, 2)):
        await sessions.of_cookie("a")
        assert people.calls == calls


async def test_after_events_may_have_been_missed_older_sessions_are_fresh_for_seconds_only() -> None:
    people, clock = People(), Clock()
    sessions = Sessions(people, clock, lambda: True)  # type: ignore[arg-type]
    await sessions.of_cookie("a")
    sessions.doubt()
    clock.now = FRESH_SECONDS_WITHOUT_EVENTS + 1
    await sessions.of_cookie("a")
    assert people.calls == 2


async def test_a_revoked_session_is_not_used_while_people_is_unavailable() -> None:
    people, clock = People(), Clock()
    sessions = Sessions(people, clock)  # type: ignore[arg-type]
    await sessions.of_cookie("a")
    sessions.drop("people/1", "s")
    people.error = Unavailable("SERVICE_AWAY")
    with pytest.raises(Unavailable):
        await sessions.of_cookie("a")


async def test_a_refused_session_is_evicted_at_once() -> None:
    people, clock = People(), Clock()
    sessions = Sessions(people, clock)  # type: ignore[arg-type]
    await sessions.of_cookie("a")
    people.error = Unauthenticated("SESSION_INVALID")
    clock.now = FRESH_SECONDS + 1
    with pytest.raises(Unauthenticated):
        await sessions.of_cookie("a")
    people.error = Unavailable("SERVICE_AWAY")
    with pytest.raises(Unavailable):
        await sessions.of_cookie("a")


async def test_a_refusal_is_noted_in_the_audit_log_without_the_address(client: Client, fake: Fakes) -> None:
    fake.sign_in("ieum_somebody")
    fake.answers["GetPerson"] = Forbidden("OUTSIDE_YOUR_AREA", field="name")
    for _ in range(2):
        assert (await client.get("/api/v1/people/secret", headers=COOKIE | OURS)).status == 403
    first, second = fake.requests("RecordAudit")
    assert (first.action, first.subject) == (people_pb2.ACCESS_REFUSED, "people/ieum-somebody")
    assert first.detail == "GET /api/v1/people/{person}: OUTSIDE_YOUR_AREA"
    assert first.request_id == second.request_id
    assert fake.calls["RecordAudit"][0][1].is_system


async def test_a_strangers_refusal_is_nobodys(client: Client, fake: Fakes) -> None:
    fake.answers["SearchCatalog"] = Forbidden("ROLE_NEEDED", roles="official")
    assert (await client.get("/api/v1/catalog")).status == 403
    assert fake.requests("RecordAudit") == []
