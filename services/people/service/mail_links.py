# ruff: noqa: N802 - gRPC method names are the contract's
"""Links by mail: asked for with one answer for everybody, used once."""

from __future__ import annotations

import secrets

from google.protobuf.empty_pb2 import Empty
from pymongo.asynchronous.client_session import AsyncClientSession

from ieum.people.v1 import mail_links_pb2 as pb
from ieum.people.v1.mail_links_pb2_grpc import MailLinkServiceServicer
from services.chassis.clock import now, stamp
from services.chassis.errors import Invalid
from services.people import authorisation
from services.people.domain import attempts, credentials, mail_links
from services.people.domain.audit import Action
from services.people.domain.mail_links import EmailConfirmation, MailLink, Purpose
from services.people.domain.passphrase import set_passphrase
from services.people.domain.person import Person
from services.people.service.base import ServiceBase
from services.people.store.attempts import counter

_PURPOSES = {Purpose.RESET: pb.RESET_PASSPHRASE, Purpose.CONFIRM: pb.CONFIRM_EMAIL}


class MailLinkService(MailLinkServiceServicer):
    def __init__(self, base: ServiceBase) -> None:
        self._base = base
        self._store = base.store
        self._links = base.store.mail_links

    async def AskForReset(self, request: pb.AskForResetRequest, context: object) -> Empty:
        """Does the same work whoever is meant: counts, looks somebody up, writes a link and an entry."""
        login, count = credentials.login_key(request.login), self._store.attempts.count
        await count(counter(request.address, "reset"), mail_links.FREE_FOR_ORIGIN)
        await count(counter("", f"reset/{login}"), mail_links.FREE_FOR_LOGIN)
        person = await self._store.people.find_login(request.login)
        reached = person if person and not person.kept_as and await self._links.confirmed_at(person) else None
        await self._ask(reached, Purpose.RESET)
        detail = f"from {attempts.network(request.address)}"
        about = person.name if person else ""
        await self._store.audit.add(Action.RESET_MAIL_ASKED_FOR, about, detail, actor="")
        return Empty()

    async def AskForConfirmation(self, request: pb.AskForConfirmationRequest, context: object) -> Empty:
        person = await self._store.people.get(authorisation.require_oneself(request.person))
        if not person.email:
            raise Invalid("EMAIL_MISSING", field="email")
        await self._store.attempts.count(counter("", f"confirm/{person.id}"), mail_links.FREE_FOR_LOGIN)
        if await self._links.confirmed_at(person) is None:
            await self._ask(person, Purpose.CONFIRM)
        return Empty()

    async def _ask(self, person: Person | None, purpose: Purpose) -> None:
        """A link that leads nowhere if `person` is None, or has enough mails under way."""
        id = person.id if person else ""
        is_full = await self._links.count_open(id, now()) >= mail_links.MOST_OPEN
        address = self._links.hash_address(person) if person else ""
        link = mail_links.begin("" if is_full else id, purpose, address, now())
        key = secrets.token_hex(16)
        await self._links.entities.change(key, lambda current: mail_links.ask(link), start=link, fresh=True)

    async def GetMailLink(self, request: pb.GetMailLinkRequest, context: object) -> pb.MailLink:
        _, link, _ = await self._open(request.secret)
        return pb.MailLink(purpose=_PURPOSES[link.purpose], expire_time=stamp(link.expire_time))

    async def _open(self, secret: str, *, also_used: bool = False) -> tuple[str, MailLink, Person]:
        """Raises Invalid unless the link is genuine and open, and its person still has the address."""
        key = self._links.id_in(secret)
        link = await self._links.entities.find(key) if key else None
        person = await self._store.people.find(link.person) if link else None
        if link is None or person is None or person.erased or person.kept_as or link.purpose not in _PURPOSES:
            raise Invalid("MAIL_LINK_OVER", field="secret")
        is_usable = mail_links.is_open(link, now()) or (also_used and link.use_time is not None)
        if not is_usable or self._links.hash_address(person) != link.address:
            raise Invalid("MAIL_LINK_OVER", field="secret")
        return key, link, person

    async def ResetByMail(self, request: pb.ResetByMailRequest, context: object) -> Empty:
        key, link, person = await self._open(request.secret, also_used=True)
        new, passphrases = request.new_passphrase, self._base.passphrases
        if link.use_time is not None:
            if link.purpose is Purpose.RESET and await passphrases.verify(person.passphrase_hash, new):
                return Empty()
            raise Invalid("MAIL_LINK_OVER", field="secret")
        credentials.check_passphrase(new, person.login, "new_passphrase")
        await self._reset(key, person, await passphrases.hash(new))
        return Empty()

    async def _reset(self, key: str, person: Person, hashed: str) -> None:
        """With it ends every way in that somebody else may have had, and a mail says so."""
        store, links, moment = self._store, self._links.entities, now()
        told = mail_links.begin(person.id, Purpose.CHANGED, self._links.hash_address(person), moment)
        told_key = f"{key}-changed"

        async def work(session: AsyncClientSession) -> None:
            await links.change(key, lambda link: mail_links.use(link, Purpose.RESET, moment), session=session)
            await store.recorded(
                session,
                store.people.entities,
                person.id,
                lambda current: set_passphrase(current, hashed, moment),
                Action.PASSPHRASE_RESET_BY_MAIL,
                person.name,
            )
            await store.tokens.revoke_all(person.id, session)
            await store.cards.remove_all(person.id, session)
            await links.change(told_key, lambda current: mail_links.ask(told), start=told, session=session)

        await store.together(work, (store.people.entities, person.id), (links, told_key))

    async def ConfirmByMail(self, request: pb.ConfirmByMailRequest, context: object) -> Empty:
        key, link, person = await self._open(request.secret, also_used=True)
        if link.use_time is not None and await self._links.confirmed_at(person):
            return Empty()
        moment, address = now(), link.address
        await self._links.entities.change(key, lambda current: mail_links.use(current, Purpose.CONFIRM, moment))
        await self._links.confirmations.change(
            person.id,
            lambda current: mail_links.confirm(current, address, moment),
            start=EmailConfirmation(address, moment),
        )
        await self._store.audit.add(Action.EMAIL_CONFIRMED, person.name, actor=person.name)
        return Empty()

    async def GetEmailConfirmation(
        self, request: pb.GetEmailConfirmationRequest, context: object
    ) -> pb.EmailConfirmation:
        person = await self._store.people.get(authorisation.require_oneself(request.person))
        return pb.EmailConfirmation(confirm_time=stamp(await self._links.confirmed_at(person)))
