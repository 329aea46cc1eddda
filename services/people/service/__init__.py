"""The RPCs of the people service; each file holds the methods of one concern."""

from __future__ import annotations

from services.people.service.accounts import AccountMethods
from services.people.service.audit import AuditMethods
from services.people.service.passphrases import PassphraseMethods
from services.people.service.places import PlacesMethods
from services.people.service.roles import RoleMethods
from services.people.service.sessions import SessionMethods
from services.people.service.sign_in import SignInMethods
from services.people.service.tokens import TokenMethods

# What an API token may call, by scope; all else needs a session.
TOKEN_SCOPES = {
    "GetPerson": "people.read",
    "ListPeople": "people.read",
    "BatchGetNames": "people.read",
    "GetCertificateHolder": "people.read",
    "UpdatePerson": "people.write",
    "ListAreas": "statistics.read",
    "ListOrganisations": "statistics.read",
    "ListCentres": "statistics.read",
}


class PeopleService(
    AccountMethods,
    SignInMethods,
    SessionMethods,
    PassphraseMethods,
    TokenMethods,
    RoleMethods,
    AuditMethods,
    PlacesMethods,
):
    """All of ieum.people.v1.PeopleService."""
