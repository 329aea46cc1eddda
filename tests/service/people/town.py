"""The running people service, with whoever comes to it."""

from __future__ import annotations

from typing import Any

import pytest

from ieum.people.v1 import people_pb2
from ieum.people.v1.people_pb2_grpc import PeopleServiceStub
from services.chassis.errors import (
    Problem,
)
from services.chassis.principal import ANONYMOUS, SYSTEM, Grant, Kind, Principal
from tests.service.conftest import ClientFor

PASSPHRASE = "twelve small boats"


HOME = "areas/HB0101"


PLACES = people_pb2.ImportPlacesRequest(
    areas=[
        people_pb2.Area(name="areas/HB", kind="PROVINCE", title={"ko": "하늘도"}),
        people_pb2.Area(name="areas/HB01", parent="areas/HB", kind="CITY", title={"ko": "한빛시"}),
        people_pb2.Area(name=HOME, parent="areas/HB01", kind="TOWN", title={"ko": "솔내동"}),
        people_pb2.Area(name="areas/HB02", parent="areas/HB", kind="COUNTY", title={"ko": "새벽군"}),
    ],
    organisations=[
        people_pb2.Organisation(name="organisations/hanbit", area="areas/HB01", title={"ko": "한빛시청"}),
        people_pb2.Organisation(name="organisations/saebyeok", area="areas/HB02", title={"ko": "새벽군청"}),
    ],
    centres=[people_pb2.Centre(name="centres/solnae", area=HOME, title={"ko": "솔내 배움터"}, phone="000-000-0101")],
)


class Town:
    """The running service, with whoever comes to it."""

    def __init__(self, client_for: ClientFor, address: str) -> None:
        self._client_for = client_for
        self._address = address
        self.system = self.acting(SYSTEM)
        self.anybody = self.acting(ANONYMOUS)

    def acting(self, who: Principal) -> Any:
        return self._client_for(PeopleServiceStub, self._address, who)

    async def register(self, login: str, **fields: Any) -> people_pb2.Person:
        given: dict[str, Any] = {"display_name": login.title(), "passphrase": PASSPHRASE, "area": HOME, **fields}
        made: people_pb2.Person = await self.anybody.Register(people_pb2.RegisterRequest(login=login, **given))
        return made

    async def sign_in(self, login: str, passphrase: str = PASSPHRASE, **fields: Any) -> people_pb2.SignInResponse:
        request = people_pb2.SignInRequest(login=login, passphrase=passphrase, **({"address": "192.0.2.7"} | fields))
        answer: people_pb2.SignInResponse = await self.anybody.SignIn(request)
        return answer

    async def appoint(self, person: str, role: people_pb2.Role.ValueType, scope: str) -> people_pb2.Person:
        grant = people_pb2.Grant(role=role, scope=scope)
        after: people_pb2.Person = await self.system.GrantRole(people_pb2.GrantRoleRequest(name=person, grant=grant))
        return after

    async def newcomer(self, login: str, role: str = "learner", scope: str = "*", **fields: str) -> tuple[str, Any]:
        """Name and client of somebody who has just registered and holds this role."""
        person = await self.register(login, **fields)
        if role != "learner":
            await self.appoint(person.name, people_pb2.Role.Value(role.upper()), scope)
        return person.name, self.acting(principal(person, Grant(role, scope)))

    def reset(self, person: str) -> people_pb2.ResetPassphraseRequest:
        return people_pb2.ResetPassphraseRequest(name=person)

    async def viewer(self, token: str) -> people_pb2.Viewer:
        found: people_pb2.Viewer = await self.system.VerifySession(people_pb2.VerifySessionRequest(token=token))
        return found

    async def audit(self, **wanted: Any) -> list[people_pb2.AuditEntry]:
        request = people_pb2.ListAuditEntriesRequest(page_size=1000, **wanted)
        return list((await self.system.ListAuditEntries(request)).entries)


def principal(person: people_pb2.Person, *grants: Grant, **fields: Any) -> Principal:
    universe = people_pb2.Universe.Name(person.universe).lower()
    return Principal(Kind.PERSON, person.name, person.area, person.organisation, universe, grants, **fields)


def reason(caught: pytest.ExceptionInfo[Problem]) -> str:
    return caught.value.reason
