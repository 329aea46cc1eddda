"""The base of the classes that hold the methods of PeopleService."""

from __future__ import annotations

from dataclasses import dataclass

from ieum.people.v1.people_pb2_grpc import PeopleServiceServicer
from services.people.passphrases import Passphrases
from services.people.store import Store


@dataclass
class ServiceBase(PeopleServiceServicer):
    store: Store
    passphrases: Passphrases
