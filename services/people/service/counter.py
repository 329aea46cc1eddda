# ruff: noqa: N802 - gRPC method names are the contract's
"""Staff at a counter: finding people, registering them, and what the desk keeps of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from ieum.people.v1 import counter_pb2 as pb
from ieum.people.v1.counter_pb2_grpc import CounterServiceServicer
from services.chassis.clock import new_id, now
from services.chassis.errors import Exists, Forbidden, Invalid, Refused
from services.chassis.principal import acting
from services.chassis.search_key import search_key
from services.chassis.token_access import Access
from services.people import authorisation
from services.people.domain import alike, desk, person
from services.people.domain.audit import Action
from services.people.domain.authority import Reach
from services.people.domain.desk import DeskData
from services.people.domain.person import Person
from services.people.messages import resources
from services.people.store import Store, registering
from services.people.store.merging import merge, separate
from services.people.store.registering import drawn_login, register

_MOST_FOUND, _MOST_COMPARED = 20, 50
_READ, _WRITE = Access("people.read"), Access("people.write")
TOKEN_ACCESS = {
    "FindAtCounter": _READ,
    "GetDeskRecord": _READ,
    "RegisterAtCounter": _WRITE,
    "UpdateDeskRecord": _WRITE,
    "FindAlike": _READ,
    "TellApart": _WRITE,
}


@dataclass
class CounterService(CounterServiceServicer):
    store: Store

    async def FindAtCounter(self, request: pb.FindAtCounterRequest, context: object) -> pb.FindAtCounterResponse:
        reach = await authorisation.reach_of(self.store, acting())
        year = desk.checked_birth_year(request.birth_year, now())
        digits = desk.checked_digits(request.phone_digits)
        if not (search_key(request.query) or year or digits):
            raise Invalid("COUNTER_SEARCH_EMPTY", field="query")
        marks = self.store.desk.marks(year, digits[-desk.LAST_DIGITS :])
        found = await self.store.people.at_counter(reach, request.query, marks, _MOST_FOUND + 1)
        # The mark is of the last four digits; whoever typed more of them means all.
        people = [each for each in found if self.store.desk.open(each).phone.endswith(digits)]
        for each in people[:_MOST_FOUND]:
            await self._note_view(each.name, "found at the counter")
        return pb.FindAtCounterResponse(
            people=[self._found(each) for each in people[:_MOST_FOUND]], more=len(found) > _MOST_FOUND
        )

    def _found(self, person: Person) -> pb.FoundPerson:
        data = self.store.desk.open(person)
        return pb.FoundPerson(
            person=resources.person_to_message(person), birth_year=data.birth_year, phone_digits=data.last_digits
        )

    async def RegisterAtCounter(self, request: pb.RegisterAtCounterRequest, context: object) -> pb.DeskRecord:
        reach = await authorisation.reach_of(self.store, acting())
        key = _key_for(request.request_id)
        data = desk.checked(request.birth_year, request.phone, now())
        drafted = await self._draft(key, request)
        if not reach.covers_home(drafted):
            raise Forbidden("OUTSIDE_YOUR_AREA", field="area")
        if current := await self.store.people.find(key):
            return self._repeated(current, drafted, reach)
        if data.birth_year and not request.is_another_person:
            await self._refuse_like(drafted, data, reach)
        registered = await register(self.store, drafted, data, free_login=not request.login)
        await self.store.audit.add(Action.PERSON_REGISTERED, registered.name, "at the counter", request_id=key)
        return self._record(registered)

    async def _draft(self, key: str, request: pb.RegisterAtCounterRequest) -> Person:
        vouching, confirmed = await authorisation.vouching_for(self.store, request.area, request.organisation)
        drafted = person.draft(
            key,
            request.login or drawn_login(key),
            request.display_name,
            "",
            request.area,
            request.organisation,
            request.locale,
            now(),
            vouching=vouching,
            organisation_confirmed=confirmed,
        )
        (await self.store.places.get()).check_home(request.area, request.organisation)
        return drafted

    def _repeated(self, current: Person, drafted: Person, reach: Reach) -> pb.DeskRecord:
        same = current.sort_name == drafted.sort_name and current.area == drafted.area
        if not (same and reach.covers(current)):
            raise Exists("REQUEST_ID_USED", field="request_id")
        return self._record(current)

    async def _refuse_like(self, drafted: Person, data: DeskData, reach: Reach) -> None:
        """Raises Exists for somebody of the same name and birth year among the people of the same staff."""
        marks = self.store.desk.marks(data.birth_year, "")
        alike = await self.store.people.at_counter(reach, search_key(drafted.display_name), marks, _MOST_FOUND)
        if any(search_key(each.display_name) == search_key(drafted.display_name) for each in alike):
            raise Exists("PERSON_LIKE_THIS", field="display_name")

    async def GetDeskRecord(self, request: pb.GetDeskRecordRequest, context: object) -> pb.DeskRecord:
        if authorisation.is_oneself(request.name):
            return self._record(await self.store.people.get(resources.person_key(request.name)))
        found, _ = await authorisation.at_home(self.store, request.name)
        await self._note_view(request.name, "account at the counter")
        return self._record(found)

    async def UpdateDeskRecord(self, request: pb.UpdateDeskRecordRequest, context: object) -> pb.DeskRecord:
        before = await authorisation.own_or_managed(self.store, request.name)
        kept = registering.kept(self.store, before.id, desk.checked(request.birth_year, request.phone, now()))
        changed = await self.store.people.change(before.id, lambda current: desk.keep(current, *kept, request.etag))
        if (before.desk, before.desk_marks) != kept:
            await self.store.audit.add(Action.DESK_DATA_CHANGED, before.name)
        return self._record(changed)

    async def FindAlike(self, request: pb.FindAlikeRequest, context: object) -> pb.FindAlikeResponse:
        person, reach = await authorisation.at_home(self.store, request.name)
        return await self._alike(person, reach)

    async def _alike(self, person: Person, reach: Reach) -> pb.FindAlikeResponse:
        data = self.store.desk.open(person)
        marks = self.store.desk.marks(data.birth_year, data.last_digits)
        apart = await self.store.told_apart.of(person.id)
        others = await self.store.people.alike(reach, person, marks, _MOST_COMPARED)
        compared = [(alike.compare(person, data, other, self.store.desk.open(other)), other) for other in others]
        shown = [(likeness, other) for likeness, other in compared if likeness.is_enough and other.id not in apart]
        shown.sort(key=lambda pair: -pair[0].points)
        for _, other in shown[:_MOST_FOUND]:
            await self._note_view(other.name, "found at the counter")
        people = [
            pb.AlikePerson(
                found=self._found(other),
                reasons=[pb.LikenessReason.Value(reason.name) for reason in likeness.reasons],
                points=likeness.points,
            )
            for likeness, other in shown[:_MOST_FOUND]
        ]
        return pb.FindAlikeResponse(people=people)

    async def TellApart(self, request: pb.TellApartRequest, context: object) -> pb.FindAlikeResponse:
        person, reach = await authorisation.at_home(self.store, request.name)
        other, _ = await authorisation.at_home(self.store, request.other)
        if person.id == other.id:
            raise Invalid("SAME_ACCOUNT", field="other")
        await self.store.told_apart.add(person.id, other.id, acting().person)
        return await self._alike(person, reach)

    async def MergeAccounts(self, request: pb.MergeAccountsRequest, context: object) -> pb.DeskRecord:
        kept, merged = await self._both(request.kept, request.merged)
        acting().require_proof()
        for each in (kept, merged):
            if not each.erased and await self.store.erasure_requests.open_of(each.name):
                raise Refused("ERASURE_OPEN")
        stands = await merge(self.store, kept, merged, opens_kept=request.both_sign_ins, moment=now())
        return self._record(stands)

    async def SeparateAccounts(self, request: pb.SeparateAccountsRequest, context: object) -> pb.DeskRecord:
        merged = await authorisation.managed(self.store, request.name)
        if merged.kept_as:
            _, merged = await self._both(f"people/{merged.kept_as}", request.name)
            acting().require_proof()
            merged = await separate(self.store, merged, now())
        return self._record(merged)

    async def _both(self, kept: str, merged: str) -> tuple[Person, Person]:
        """Two accounts that whoever acts looks after, and that are not their own."""
        if kept == merged:
            raise Invalid("SAME_ACCOUNT", field="merged")
        if acting().person in (kept, merged):
            raise Forbidden("OWN_ACCOUNT_MERGED")
        return await authorisation.managed(self.store, kept), await authorisation.managed(self.store, merged)

    def _record(self, person: Person) -> pb.DeskRecord:
        data = self.store.desk.open(person)
        return pb.DeskRecord(person=resources.person_to_message(person), birth_year=data.birth_year, phone=data.phone)

    async def _note_view(self, subject: str, detail: str) -> None:
        if not acting().is_system:
            await self.store.audit.add(Action.PERSONAL_DATA_VIEWED, subject, detail)


def _key_for(request_id: str) -> str:
    return hashlib.sha256(f"counter/{request_id}".encode()).hexdigest()[:16] if request_id else new_id()
