"""The RPCs of the people service; each file holds the methods of one concern."""

from __future__ import annotations

from services.chassis.token_access import Access
from services.people.service.accounts import AccountMethods
from services.people.service.audit import AuditMethods
from services.people.service.erasure import ErasureMethods
from services.people.service.identities import IdentityMethods
from services.people.service.passkeys import PasskeyMethods
from services.people.service.passphrases import PassphraseMethods
from services.people.service.places import PlacesMethods
from services.people.service.roles import RoleMethods
from services.people.service.second_factor import SecondFactorMethods
from services.people.service.second_proof import SecondProofMethods
from services.people.service.sessions import SessionMethods
from services.people.service.sign_in import SignInMethods
from services.people.service.tokens import TokenMethods

# What an API token may call, by scope; all else needs a session.
_READ, _PLACES = Access("people.read"), Access("statistics.read", open=True)
TOKEN_ACCESS = {
    "GetPerson": _READ,
    "ListPeople": _READ,
    "ListAuditEntries": _READ,
    # Names stand in class grids as well.
    "BatchGetNames": Access(others=("people.read", "courses.read")),
    "FindInstructor": Access(others=("courses.write",)),
    "UpdatePerson": Access("people.write"),
    "ListAreas": _PLACES,
    "ListOrganisations": _PLACES,
    "ListCentres": _PLACES,
}


class PeopleService(
    AccountMethods,
    ErasureMethods,
    SignInMethods,
    SecondProofMethods,
    SessionMethods,
    PassphraseMethods,
    SecondFactorMethods,
    PasskeyMethods,
    IdentityMethods,
    TokenMethods,
    RoleMethods,
    AuditMethods,
    PlacesMethods,
):
    """All of ieum.people.v1.PeopleService."""
