from __future__ import annotations

import pytest

from ieum.people.v1 import events_pb2, people_pb2
from services.chassis.errors import (
    Forbidden,
    Unauthenticated,
)
from services.chassis.principal import Grant
from tests.service.conftest import Published
from tests.service.people.town import HOME, PASSPHRASE, Town, principal, reason


async def test_a_token_is_shown_once_works_and_is_revoked(town: Town, published: Published) -> None:
    name, official = await town.newcomer("official", "official", "areas/HB01")
    wanted = people_pb2.Token(display_name="Quarterly report", scopes=["statistics.read"], area=HOME)
    made = await official.CreateToken(
        people_pb2.CreateTokenRequest(parent=name, token=wanted, days=30, passphrase=PASSPHRASE)
    )
    assert made.secret.startswith("ieum_")
    viewer = await town.system.VerifyToken(people_pb2.VerifyTokenRequest(secret=made.secret))
    assert (viewer.person.name, list(viewer.token_scopes), viewer.token_area) == (name, ["statistics.read"], HOME)
    (listed,) = (await official.ListTokens(people_pb2.ListTokensRequest(parent=name))).tokens
    assert listed.last_use_time.seconds > 0
    for _ in range(2):
        await official.RevokeToken(people_pb2.RevokeTokenRequest(name=made.token.name))
    with pytest.raises(Unauthenticated) as caught:
        await town.system.VerifyToken(people_pb2.VerifyTokenRequest(secret=made.secret))
    assert reason(caught) == "TOKEN_INVALID"
    (event,) = await published(events_pb2.SessionRevoked)
    assert (event.person, event.session) == (name, viewer.session)
    actions = [entry.action for entry in await town.audit(actor=name)]
    assert actions == [people_pb2.TOKEN_REVOKED, people_pb2.TOKEN_CREATED]


async def test_nobody_makes_or_sees_tokens_for_another(town: Town) -> None:
    name, owner = await town.newcomer("owner", "official", "areas/HB01")
    _, other = await town.newcomer("other", "official", "areas/HB01")
    wanted = people_pb2.Token(display_name="x", scopes=["statistics.read"])
    made = await owner.CreateToken(
        people_pb2.CreateTokenRequest(parent=name, token=wanted, days=1, passphrase=PASSPHRASE)
    )
    with pytest.raises(Forbidden):
        await other.CreateToken(people_pb2.CreateTokenRequest(parent=name, token=wanted, days=1, passphrase=PASSPHRASE))
    with pytest.raises(Forbidden):
        await other.ListTokens(people_pb2.ListTokensRequest(parent=name))
    with pytest.raises(Forbidden):
        await other.RevokeToken(people_pb2.RevokeTokenRequest(name=made.token.name))


async def test_a_token_does_what_its_scopes_say_where_they_say_it(town: Town) -> None:
    await town.register("near")
    await town.register("far", area="areas/HB02")
    admin = await town.register("admin", area="areas/HB02")
    limited = {"token_scopes": ("people.read",), "token_area": "areas/HB01"}
    client = town.acting(principal(admin, Grant("administrator", "*"), **limited))
    listed = await client.ListPeople(people_pb2.ListPeopleRequest())
    assert [person.login for person in listed.people] == ["near"]
    with pytest.raises(Forbidden) as caught:
        await client.RequestErasure(people_pb2.RequestErasureRequest(name=admin.name))
    assert reason(caught) == "TOKEN_SCOPE_NEEDED"
