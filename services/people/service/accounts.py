# ruff: noqa: N802 - gRPC method names are the contract's
"""Accounts and the equality answers beside them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence

from pymongo.asynchronous.client_session import AsyncClientSession

from ieum.people.v1 import people_pb2
from services.chassis.clock import new_id, now
from services.chassis.errors import Exists, Forbidden, Invalid, Missing, Refused
from services.chassis.principal import Kind, acting
from services.chassis.store import paging
from services.people import authorisation
from services.people.domain import credentials, equality, person, privacy_notice, vouching
from services.people.domain.audit import Action
from services.people.domain.equality import Answers
from services.people.domain.person import Outcome, Person, Role
from services.people.domain.privacy_notice import PrivacyNotice
from services.people.messages import resources
from services.people.service.base import ServiceBase

_LARGEST_BATCH = 1000
_NAMES_FOR = ("instructor", "reviewer", "administrator")
_COLLEAGUES = (Role.OFFICIAL, Role.ADMINISTRATOR)


class AccountMethods(ServiceBase):
    async def Register(self, request: people_pb2.RegisterRequest, context: object) -> people_pb2.Person:
        vouching, confirmed = await authorisation.vouching_for(self.store, request.area, request.organisation)
        drafted = person.draft(
            _key_for(request.request_id),
            request.login,
            request.display_name,
            request.email,
            request.area,
            request.organisation,
            request.locale,
            now(),
            vouching=vouching,
            organisation_confirmed=confirmed,
        )
        credentials.check_passphrase(request.passphrase, drafted.login)
        (await self.store.places.get()).check_home(request.area, request.organisation)
        notice = await self._accepted_notice(request)
        if current := await self.store.people.find(drafted.id):
            return await self._repeat(current, drafted, request.passphrase)
        hashed = await self.passphrases.hash(request.passphrase)
        registered = await self.store.people.change(
            drafted.id, lambda current: person.register(current, hashed, now()), start=drafted
        )
        if registered.passphrase_hash != hashed:
            return await self._repeat(registered, drafted, request.passphrase)
        if notice:
            accepted = privacy_notice.accept(notice, registered.name, notice.version, registered.locale, now())
            await self.store.privacy_notices.accept(accepted)
        return resources.person_to_message(registered)

    async def _accepted_notice(self, request: people_pb2.RegisterRequest) -> PrivacyNotice | None:
        """The one that whoever registers has accepted. People whom others register are asked when they sign in."""
        if acting().kind is not Kind.ANONYMOUS:
            return None
        notice = await self.store.privacy_notices.current()
        if notice and request.accepted_notice != notice.version:
            raise Invalid("NOTICE_NOT_ACCEPTED", field="accepted_notice")
        return notice

    async def _repeat(self, current: Person, drafted: Person, passphrase: str) -> people_pb2.Person:
        """Answers a repeated registration only with the right passphrase: a guessed request id must reveal nothing."""
        known = await self.passphrases.verify(current.passphrase_hash, passphrase)
        if not known or current.login_key != drafted.login_key:
            raise Exists("REQUEST_ID_USED", field="request_id")
        return resources.person_to_message(current)

    async def GetPerson(self, request: people_pb2.GetPersonRequest, context: object) -> people_pb2.Person:
        if authorisation.is_oneself(request.name):
            return resources.person_to_message(await self.store.people.get(resources.person_key(request.name)))
        person, _ = await authorisation.at_home(self.store, request.name)
        await self._note_view(request.name, "account")
        return resources.person_to_message(person)

    async def UpdatePerson(self, request: people_pb2.UpdatePersonRequest, context: object) -> people_pb2.Person:
        wanted = request.person
        before = await authorisation.own_or_managed(self.store, wanted.name)
        changes = _changes(wanted, request.update_mask.paths)
        await self._check_name_may_change(before, changes)
        if {"area", "organisation"} & changes.keys():
            home = (changes.get("area", before.area), changes.get("organisation", before.organisation))
            (await self.store.places.get()).check_home(*home)
        if changes.get("email", before.email) != before.email:
            await self.require_own_proof(request.passphrase)
        _, confirmed = await authorisation.vouching_for(self.store, before.area, changes.get("organisation", ""))
        changed = await self.store.people.change(
            before.id, lambda current: person.update(current, changes, now(), etag=wanted.etag, confirmed=confirmed)
        )
        if not authorisation.is_oneself(wanted.name):
            await self._note_view(wanted.name, f"changed {', '.join(sorted(changes))}")
        if changed.display_name != before.display_name:
            await self._rename_certificates(changed)
        return resources.person_to_message(changed)

    async def _check_name_may_change(self, before: Person, changes: Mapping[str, str]) -> None:
        """A certificate must not come to vouch for somebody else: its holder's name is changed at the desk only."""
        if not authorisation.is_oneself(before.name) or "display_name" not in changes:
            return
        is_new = credentials.checked_display_name(changes["display_name"]) != before.display_name
        if is_new and await self.store.certificates.of(before.id):
            raise Refused("NAME_ON_CERTIFICATE", field="display_name")

    async def GetCertificateHolder(
        self, request: people_pb2.GetCertificateHolderRequest, context: object
    ) -> people_pb2.CertificateHolder:
        if not acting().is_system:
            authorisation.require_oneself(request.person)
        key = resources.person_key(request.person)
        number = request.certificate.removeprefix("certificates/")
        # The event that the certificate was issued may still be on its way.
        name = await self.store.certificates.find(number, key) or (await self.store.people.names([key])).get(key, "")
        return people_pb2.CertificateHolder(display_name=name)

    async def ListPeople(self, request: people_pb2.ListPeopleRequest, context: object) -> people_pb2.ListPeopleResponse:
        reach = await authorisation.reach_of(self.store, acting())
        role = resources.enum_from_message(resources.ROLES, request.role, "role") if request.role else None
        size = paging.page_size(request.page_size)
        people, following = await self.store.people.page(reach, request.query, role, size, request.page_token)
        await self._note_view("people", f"list of {len(people)}", [each.name for each in people])
        return people_pb2.ListPeopleResponse(
            people=[resources.person_to_message(each) for each in people], next_page_token=following
        )

    async def FindInstructor(
        self, request: people_pb2.FindInstructorRequest, context: object
    ) -> people_pb2.FindInstructorResponse:
        acting().require(Role.INSTRUCTOR.value)
        found = await self.store.people.find_login(request.login)
        # Whoever else has this login is not told apart from nobody.
        if found is None or Role.INSTRUCTOR not in {grant.role for grant in found.grants}:
            raise Missing("INSTRUCTOR_NOT_FOUND", field="login")
        await self._note_view(found.name, "login of an instructor")
        return people_pb2.FindInstructorResponse(name=found.name)

    async def FindPerson(self, request: people_pb2.FindPersonRequest, context: object) -> people_pb2.FindPersonResponse:
        acting().require(Role.INSTRUCTOR.value, Role.ADMINISTRATOR.value)
        found = await self.store.people.find_login(request.login)
        if found is None:
            raise Missing("LOGIN_UNKNOWN", field="login")
        await self._note_view(found.name, "somebody at the counter, by login")
        return people_pb2.FindPersonResponse(name=found.name, display_name=found.display_name)

    async def BatchGetNames(
        self, request: people_pb2.BatchGetNamesRequest, context: object
    ) -> people_pb2.BatchGetNamesResponse:
        others = [name for name in request.names if not authorisation.is_oneself(name)]
        if others:
            acting().require(*_NAMES_FOR, Role.OFFICIAL.value)
        if len(request.names) > _LARGEST_BATCH:
            raise Invalid("TOO_MANY_NAMES", field="names", max=_LARGEST_BATCH)
        keys = [resources.person_key(name) for name in request.names]
        # An official learns who of the office made a release, and nobody else's name.
        colleagues = bool(others) and not acting().is_system and not any(acting().holds(role) for role in _NAMES_FOR)
        names = await self.store.people.names(keys, _COLLEAGUES if colleagues else ())
        if others:
            shown = [f"people/{key}" for key in names if not authorisation.is_oneself(f"people/{key}")]
            await self._note_view("people", f"names of {len(others)}: {request.purpose}", shown)
        return people_pb2.BatchGetNamesResponse(display_names={f"people/{key}": name for key, name in names.items()})

    async def _rename_certificates(self, renamed: Person) -> None:
        """A name changed at the desk, where somebody has seen who it is, is the name on the certificates from then."""
        numbers = await self.store.certificates.of(renamed.id)
        await self.store.certificates.rename(renamed.id, renamed.display_name)
        for number in numbers:
            await self.store.audit.add(Action.CERTIFICATE_RENAMED, renamed.name, f"certificates/{number}")

    async def GetEqualityAnswers(
        self, request: people_pb2.GetEqualityAnswersRequest, context: object
    ) -> people_pb2.EqualityAnswers:
        name = _owner_of_answers(request.name)
        await self._require_own_passphrase_chosen(authorisation.require_oneself(name))
        return resources.answers_to_message(await self.store.equality.find(name), name)

    async def UpdateEqualityAnswers(
        self, request: people_pb2.UpdateEqualityAnswersRequest, context: object
    ) -> people_pb2.EqualityAnswers:
        name = _owner_of_answers(request.answers.name)
        await self._require_own_passphrase_chosen(authorisation.require_oneself(name))
        given = Answers(
            request.answers.birth_year,
            resources.enum_from_message(resources.SEXES, request.answers.sex, "sex"),
            tuple(resources.enum_from_message(resources.GROUPS, group, "groups") for group in request.answers.groups),
            request.answers.groups_answered,
        )
        card = await self.store.equality.change(name, lambda current: equality.answer(current, given, now()))
        return resources.answers_to_message(card, name)

    async def _require_own_passphrase_chosen(self, key: str) -> None:
        """Answers stay shut while somebody at a desk knows what opens the account."""
        if (await self.store.people.get(key)).passphrase_must_change:
            raise Refused("PASSPHRASE_MUST_CHANGE")

    async def VouchForPerson(self, request: people_pb2.VouchForPersonRequest, context: object) -> people_pb2.Person:
        before, _ = await authorisation.at_home(self.store, request.name)
        return await self._confirm(before, lambda current: vouching.vouch(current, now()), Action.PERSON_VOUCHED_FOR)

    async def ConfirmOrganisation(
        self, request: people_pb2.ConfirmOrganisationRequest, context: object
    ) -> people_pb2.Person:
        before, reach = await authorisation.at_home(self.store, request.name)
        place = before.organisation
        if not reach.covers_scope(place):
            raise Forbidden("OUTSIDE_YOUR_AREA", field="name")
        return await self._confirm(
            before,
            lambda current: vouching.confirm_organisation(current, place, now()),
            Action.ORGANISATION_CONFIRMED,
            place,
        )

    async def _confirm(
        self, before: Person, verb: Callable[[Person], Outcome], action: Action, detail: str = ""
    ) -> people_pb2.Person:
        store = self.store

        async def work(session: AsyncClientSession) -> Person:
            return await store.recorded(session, store.people.entities, before.id, verb, action, before.name, detail)

        return resources.person_to_message(await store.together(work, (store.people.entities, before.id)))

    async def _note_view(self, subject: str, detail: str, subjects: Sequence[str] = ()) -> None:
        if not acting().is_system:
            await self.store.audit.add(Action.PERSONAL_DATA_VIEWED, subject, detail, subjects=subjects)


def _key_for(request_id: str) -> str:
    """A person's key, derived from the request id so that a repeat finds the same person."""
    return hashlib.sha256(f"register/{request_id}".encode()).hexdigest()[:16] if request_id else new_id()


def _changes(wanted: people_pb2.Person, mask: Sequence[str]) -> dict[str, str]:
    """The fields to change: those of the mask, or without one all that are not empty."""
    for path in mask:
        if path not in person.CHANGEABLE:
            raise Invalid("UPDATE_MASK_UNKNOWN", field="update_mask", path=path)
    fields = mask or [field for field in person.CHANGEABLE if getattr(wanted, field)]
    return {field: getattr(wanted, field) for field in fields}


def _owner_of_answers(name: str) -> str:
    owner, _, resource = name.rpartition("/")
    if resource != "equalityAnswers":
        raise Missing("NOT_FOUND", field="name")
    return owner
