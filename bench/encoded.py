"""Encodes the documents of participations fast: parts that many share (same progress, same start) are encoded once.

Each document adds a few fields of its own. The shared part is always taken from the whole document of `documents`; only
the names of the own fields stand here, and a test compares the result with documents made one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable
from functools import lru_cache

import bson
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument

from bench import documents
from bench.city import City, Enrolment
from bench.documents import Document
from services.chassis.principal import pseudonym
from services.enrollment.domain import key_of
from services.statistics.facts.keys import fact_key

_OWN_RECORD_FIELDS = frozenset(("_id", "enrollment", "person", "course", "certificate"))
_OWN_PARTICIPATION_FIELDS = frozenset(("_id", "person", "course"))
_OWN_FACT_FIELDS = frozenset(("_id", "pseudonym", "course", "area", "traits"))
_PEOPLE_AT_ONCE = 4_096
_OPTIONS: CodecOptions[RawBSONDocument] = CodecOptions(document_class=RawBSONDocument)


def join_documents(*parts: bytes) -> RawBSONDocument:
    """Concatenates BSON documents into one that has the fields of all."""
    fields = b"".join([part[4:-1] for part in parts])
    return RawBSONDocument(b"".join(((len(fields) + 5).to_bytes(4, "little"), fields, b"\0")), _OPTIONS)


class Encoder:
    def __init__(self, city: City, pseudonym_key: bytes) -> None:
        self._city = city
        self._key = pseudonym_key
        self._shared: dict[Hashable, bytes] = {}
        self._pseudonym = lru_cache(_PEOPLE_AT_ONCE)(lambda person: pseudonym(self._key, person))
        self._traits = lru_cache(_PEOPLE_AT_ONCE)(self._encoded_traits)

    def of(self, taking: Enrolment) -> tuple[RawBSONDocument, RawBSONDocument, RawBSONDocument]:
        """The documents of the participation, its record and its fact."""
        city, person, course = self._city, self._city.person(taking.person), self._city.course(taking.course)
        names = {"person": f"people/{person}", "course": f"courses/{course}"}
        key = key_of(names["course"], names["person"])
        return self._participation(taking, {"_id": key, **names}), *self._learnt(taking, f"{key}-1", names, city)

    def _participation(self, taking: Enrolment, own: Document) -> RawBSONDocument:
        shape = ("participation", self._city.town(taking.person), taking.began)
        rest = self._rest(
            shape, lambda: documents.participation_document(self._city, taking), _OWN_PARTICIPATION_FIELDS
        )
        return join_documents(bson.encode(own), rest)

    def _learnt(
        self, taking: Enrolment, enrolment: str, names: dict[str, str], city: City
    ) -> tuple[RawBSONDocument, RawBSONDocument]:
        progress = (city.lessons_of(taking.course), taking.done, taking.began)
        own: Document = {"_id": enrolment, "enrollment": enrolment, **names}
        own["certificate"] = documents.certificate(city, taking)
        record = self._rest(("record", *progress), lambda: documents.record_document(city, taking), _OWN_RECORD_FIELDS)
        own_fact = {
            "_id": fact_key(self._key, f"enrollments/{enrolment}"),
            "pseudonym": self._pseudonym(names["person"]),
            "course": names["course"],
            "area": city.town(taking.person),
        }
        fact = self._rest(("fact", *progress), lambda: self._fact(taking), _OWN_FACT_FIELDS)
        return join_documents(bson.encode(own), record), join_documents(
            bson.encode(own_fact), fact, self._traits(taking.person)
        )

    def _fact(self, taking: Enrolment) -> Document:
        record = documents.record_document(self._city, taking)
        return documents.fact_document(self._city, self._key, taking, record)

    def _rest(self, shape: Hashable, make: Callable[[], Document], own: Collection[str]) -> bytes:
        if shape not in self._shared:
            self._shared[shape] = bson.encode({name: value for name, value in make().items() if name not in own})
        return self._shared[shape]

    def _encoded_traits(self, person: int) -> bytes:
        given = documents.traits(self._key, self._city, person)
        return bson.encode({"traits": given} if given else {})
