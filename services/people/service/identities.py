# ruff: noqa: N802 - gRPC method names are the contract's
"""Signing in with an account of a provider. The gateway has verified what the provider said."""

from __future__ import annotations

import secrets

from google.protobuf.empty_pb2 import Empty
from pymongo.asynchronous.client_session import AsyncClientSession

from ieum.people.v1 import people_pb2
from services.chassis.clock import new_id, now, stamp
from services.chassis.errors import Forbidden, Missing, Refused, Unauthenticated
from services.chassis.principal import acting
from services.people import authorisation
from services.people.domain import identities, person
from services.people.domain.audit import Action
from services.people.domain.identities import Identity
from services.people.domain.person import Person, Vouching
from services.people.messages import resources
from services.people.service.session_start import SessionStart

_LOGIN_LETTERS = "abcdefghjkmnpqrstvwxyz23456789"


class IdentityMethods(SessionStart):
    async def SignInWithIdentity(
        self, request: people_pb2.SignInWithIdentityRequest, context: object
    ) -> people_pb2.SignInResponse:
        if not acting().is_system:
            raise Forbidden("GATEWAY_ONLY")
        key, moment = self.store.identities.key_of(request.issuer, request.subject), now()
        identity = await self.store.identities.entities.find(key)
        if identity:
            owner = await self.store.people.get(identity.person)
            await self.store.identities.entities.change(key, lambda current: identities.use(current, moment))
        elif request.HasField("new_account"):
            owner = await self._new_account(key, request)
        else:
            raise Unauthenticated("IDENTITY_UNKNOWN")
        return await self.begin_or_await(owner, request.shared_device, request.agent, request.device_marks)

    async def _new_account(self, key: str, request: people_pb2.SignInWithIdentityRequest) -> Person:
        """Of somebody whom the provider vouches for. Their e-mail address finds no account that is there already."""
        wanted, moment, store = request.new_account, now(), self.store
        (await store.places.get()).check_home(wanted.area, wanted.organisation)
        drafted = person.draft(
            new_id(),
            f"{request.provider}-{''.join(secrets.choice(_LOGIN_LETTERS) for _ in range(8))}",
            wanted.display_name,
            wanted.email,
            wanted.area,
            wanted.organisation,
            wanted.locale,
            moment,
            vouching=Vouching.BY_ROSTER,
            organisation_confirmed=bool(wanted.organisation),
        )
        start = Identity(drafted.id, request.provider, moment, moment)

        async def work(session: AsyncClientSession) -> Person:
            linked = await store.identities.entities.change(
                key, lambda current: (current, []), start=start, session=session
            )
            if linked.person != drafted.id:  # somebody came in with it at the same moment
                return await store.people.get(linked.person)
            return await store.people.entities.change(
                drafted.id,
                lambda current: identities.begin_account(current, moment),
                start=drafted,
                session=session,
            )

        return await store.together(work, (store.people.entities, drafted.id))

    async def LinkIdentity(self, request: people_pb2.LinkIdentityRequest, context: object) -> Empty:
        """The person has just signed in at the provider, and has a fresh proof here: both ends are theirs."""
        owner = await self.store.people.get(authorisation.require_oneself(request.parent))
        acting().require_proof()
        key = self.store.identities.key_of(request.issuer, request.subject)
        start = Identity(owner.id, request.provider, now())
        await self.store.identities.entities.change(
            key, lambda current: identities.link(current, owner.id), start=start
        )
        await self.store.audit.add(Action.IDENTITY_LINKED, owner.name, request.provider)
        return Empty()

    async def ListIdentities(
        self, request: people_pb2.ListIdentitiesRequest, context: object
    ) -> people_pb2.ListIdentitiesResponse:
        owner = await authorisation.own_or_managed(self.store, request.parent)
        return people_pb2.ListIdentitiesResponse(
            identities=[
                people_pb2.Identity(
                    name=f"{owner.name}/identities/{key}",
                    provider=each.provider,
                    create_time=stamp(each.create_time),
                    last_use_time=stamp(each.last_use_time),
                )
                for key, each in await self.store.identities.of(owner.id)
            ]
        )

    async def UnlinkIdentity(self, request: people_pb2.UnlinkIdentityRequest, context: object) -> Empty:
        whose, key = resources.identity_keys(request.name)
        owner = await self.store.people.get(authorisation.require_oneself(f"people/{whose}"))
        acting().require_proof()
        linked = [each for each, _ in await self.store.identities.of(owner.id)]
        if key not in linked:
            raise Missing("NOT_FOUND", field="name")
        other_ways = owner.passphrase_hash or (await self.store.second_factors.of(owner.id)).passkeys
        if not other_ways and len(linked) == 1:
            raise Refused("LAST_WAY_IN")
        if await self.store.identities.remove(owner.id, key):
            await self.store.audit.add(Action.IDENTITY_UNLINKED, owner.name)
        return Empty()
