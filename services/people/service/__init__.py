"""The RPC door: each file holds the methods of one concern, in the order of the contract."""

from __future__ import annotations

from services.people.service.accounts import Accounts
from services.people.service.audit import AuditLog
from services.people.service.places import Gazetteer
from services.people.service.roles import Roles
from services.people.service.sign_in import Entrance
from services.people.service.tokens import Tokens

# What an API token may call, by scope; all else needs a session.
TOKEN_SCOPES = {
    "GetPerson": "people.read",
    "ListPeople": "people.read",
    "BatchGetNames": "people.read",
    "UpdatePerson": "people.write",
    "ListAreas": "statistics.read",
    "ListOrganisations": "statistics.read",
    "ListCentres": "statistics.read",
}


class PeopleService(Accounts, Entrance, Tokens, Roles, AuditLog, Gazetteer):
    """All of ieum.people.v1.PeopleService."""
