# ruff: noqa: N802 - gRPC method names are the contract's
"""Sign-in cards: made and unlocked by staff with the person present, used on computers of centres alone."""

from __future__ import annotations

from ieum.people.v1 import cards_pb2 as pb
from ieum.people.v1.cards_pb2_grpc import CardServiceServicer
from ieum.people.v1.people_pb2 import SignInResponse
from services.chassis.clock import now, stamp
from services.chassis.errors import Forbidden, Invalid, Missing, Refused, Unauthenticated
from services.chassis.principal import acting
from services.people import authorisation
from services.people.domain import cards
from services.people.domain.audit import Action
from services.people.domain.cards import Card, CentreDevice, Kind
from services.people.domain.person import Person
from services.people.service.centre_devices import CentreDeviceMethods
from services.people.store.attempts import counter

_MOST_MADE, _MOST_LISTED = 60, 500
_KINDS = {pb.CARD_WITH_PICTURES: Kind.PICTURES, pb.CARD_WITH_PIN: Kind.PIN}
_NUMBERS = {kind: number for number, kind in _KINDS.items()}


class CardService(CentreDeviceMethods, CardServiceServicer):
    async def MakeCards(self, request: pb.MakeCardsRequest, context: object) -> pb.MakeCardsResponse:
        kind = _KINDS.get(request.kind)
        if kind is None:
            raise Invalid("CARD_KIND_MISSING", field="kind")
        people = await self._permitted(list(dict.fromkeys(request.people)))
        return pb.MakeCardsResponse(cards=[await self._make(each, kind) for each in people])

    async def _permitted(self, names: list[str]) -> list[Person]:
        if not names:
            raise Invalid("CARD_PEOPLE_MISSING", field="people")
        if len(names) > _MOST_MADE:
            raise Invalid("TOO_MANY_NAMES", field="people", max=_MOST_MADE)
        people = [await authorisation.managed(self.store, name) for name in names]
        for each in people:
            if refusal := await self._refusal(each):
                raise Refused(refusal)
        return people

    async def _refusal(self, person: Person) -> str:
        factors = await self.store.second_factors.of(person.id)
        return cards.refusal_of(person, has_second_factor=factors.is_set_up)

    async def _make(self, person: Person, kind: Kind) -> pb.MadeCard:
        store, number, secret = self.store.cards, cards.draw_number(), cards.draw_secret(kind)
        picked, pin = (secret, "") if kind is Kind.PICTURES else ((), "".join(secret))
        hashed = store.hash_secret(person.id, number, cards.secret_text(picked, pin))
        made = Card(person.id, store.hash_number(number), hashed, kind, acting().person, now())
        # Whoever has a card is not taken back with the file that they came from.
        await self.store.imports.mark_touched(person.id)
        await store.entities.change(person.id, lambda current: (made, []), start=made)
        await self.store.sessions.end_by_card(person.id, made.make_time)
        await self.store.audit.add(Action.CARD_MADE, person.name, kind.value)
        return pb.MadeCard(
            person=person.name, display_name=person.display_name, number=number, pictures=picked, pin=pin
        )

    async def ListCards(self, request: pb.ListCardsRequest, context: object) -> pb.ListCardsResponse:
        names = list(dict.fromkeys(request.people))
        if len(names) > _MOST_LISTED:
            raise Invalid("TOO_MANY_NAMES", field="people", max=_MOST_LISTED)
        everybody = {each.name: each for each in await self.store.people.of(names)}
        people = [everybody[name] for name in names if name in everybody]
        if not (names and all(map(authorisation.is_oneself, names))):
            reach = await authorisation.reach_of(self.store, acting())
            people = [each for each in people if reach.covers_home(each)]
        found = await self.store.cards.of([each.id for each in people])
        return pb.ListCardsResponse(
            cards=[_message(each, found.get(each.id), await self._refusal(each)) for each in people]
        )

    async def EndCard(self, request: pb.EndCardRequest, context: object) -> pb.Card:
        person, moment = await authorisation.own_or_managed(self.store, request.person), now()
        before = (await self.store.cards.of([person.id])).get(person.id)
        if before is None:
            return _message(person, None)
        after = await self.store.cards.entities.change(person.id, lambda current: cards.end(current, moment))
        await self.store.sessions.end_by_card(person.id, moment)
        if before.end_time is None:
            await self.store.audit.add(Action.CARD_ENDED_EARLY, person.name)
        return _message(person, after)

    async def UnlockCard(self, request: pb.UnlockCardRequest, context: object) -> pb.Card:
        person = await authorisation.managed(self.store, request.person)
        before = (await self.store.cards.of([person.id])).get(person.id)
        if before is None or not before.is_locked:
            return _message(person, before)
        after = await self.store.cards.entities.change(person.id, cards.unlock)
        await self.store.audit.add(Action.CARD_UNLOCKED, person.name)
        return _message(person, after)

    async def SignInWithCard(self, request: pb.SignInWithCardRequest, context: object) -> SignInResponse:
        found = await self.store.centre_devices.of_secret(request.device) if request.device else None
        if found is None:
            raise Forbidden("CENTRE_DEVICE_NEEDED")
        key, device = found
        number = cards.checked_number(request.number)
        if not (request.pictures or request.pin):
            raise Invalid("CARD_SECRET_MISSING", field="pictures")
        tries = counter("", f"card device/{key}")
        async with self.store.attempts.turn(tries):
            await self.store.attempts.check(tries)
            owner = await self._owner(request, number, device)
            if owner is None:
                await self.store.attempts.count(tries, cards.FREE_FOR_DEVICE)
                raise Unauthenticated("CARD_REFUSED", misses=cards.MOST_MISSES)
        moment = now()
        if cards.is_worth_noting(device, moment):
            await self.store.centre_devices.note_use(key, moment)
        return await self.people.begin_session(owner, True, request.agent, (), card_at=device.display_name)

    async def _owner(self, request: pb.SignInWithCardRequest, number: str, device: CentreDevice) -> Person | None:
        """Whom the card belongs to; None for whatever is wrong, after the same work."""
        store, hashed, moment = self.store.cards, self.store.cards.hash_number(number), now()
        card = await store.of_number(hashed) or cards.nobodys(moment)
        secret = store.hash_secret(card.person, number, cards.secret_text(request.pictures, request.pin))
        start = None if card.person else card  # an erasure at the same moment leaves no card behind
        try:
            after = await store.entities.change(
                card.person, lambda current: cards.try_card(current, hashed, secret, moment), start=start
            )
        except Missing:
            return None
        person = await self.store.people.find(card.person)
        if person and cards.is_opened(after, hashed, secret) and not await self._refusal(person):
            return person
        about = person.name if person else ""
        await self.store.audit.add(Action.SIGN_IN_REFUSED, about, f"card at {device.display_name}", actor="")
        if after.is_locked and not card.is_locked and person:
            await self.store.audit.add(Action.CARD_WAS_LOCKED, about, f"card at {device.display_name}", actor="")
        return None


def _message(person: Person, card: Card | None, refusal: str = "") -> pb.Card:
    if card is None:
        return pb.Card(person=person.name, state=pb.CARD_NONE, refusal=refusal)
    state = pb.CARD_LOCKED if card.is_locked else pb.CARD_VALID
    return pb.Card(
        person=person.name,
        state=pb.CARD_ENDED if card.end_time else state,
        kind=_NUMBERS[card.kind],
        make_time=stamp(card.make_time),
        last_use_time=stamp(card.last_use_time),
        refusal=refusal,
    )
