"""The same documents as `documents` makes of who takes a course, as bytes, joined of parts that many share: what hangs
on how far somebody is and when they began is encoded once for all of them.

What is left for each is a handful of fields. A part's content always comes from the whole document; here it is only
said which of its fields hang on what, and a test holds the outcome against documents made one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable
from functools import lru_cache
from typing import Any

import bson
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument

from bench import documents
from bench.city import City, Taking
from bench.documents import Document
from services.chassis.principal import pseudonym
from services.enrollment.domain import key_of

_RECORD_OF_ONE = frozenset(("_id", "enrollment", "person", "course", "certificate"))
_PARTICIPATION_OF_ONE = frozenset(("_id", "person", "course"))
_FACT_OF_ONE = frozenset(("_id", "pseudonym", "course", "area", "traits"))
_PEOPLE_AT_ONCE = 4_096
_OPTIONS: CodecOptions[RawBSONDocument] = CodecOptions(document_class=RawBSONDocument)


def joined(*parts: bytes) -> RawBSONDocument:
    """One document with the fields of all; a part is a document itself."""
    fields = b"".join([part[4:-1] for part in parts])
    return RawBSONDocument(b"".join(((len(fields) + 5).to_bytes(4, "little"), fields, b"\0")), _OPTIONS)


class Encoder:
    def __init__(self, city: City, pseudonym_key: bytes) -> None:
        self._city = city
        self._key = pseudonym_key
        self._shared: dict[Hashable, bytes] = {}
        self._pseudonym = lru_cache(_PEOPLE_AT_ONCE)(lambda person: pseudonym(self._key, person))
        self._traits = lru_cache(_PEOPLE_AT_ONCE)(_traits)

    def of(self, taking: Taking) -> tuple[RawBSONDocument, RawBSONDocument, RawBSONDocument]:
        """Participation, record and fact."""
        city, person, course = self._city, self._city.person(taking.person), self._city.course(taking.course)
        names = {"person": f"people/{person}", "course": f"courses/{course}"}
        key = key_of(names["course"], names["person"])
        return self._participation(taking, {"_id": key, **names}), *self._learnt(taking, f"{key}-1", names, city)

    def _participation(self, taking: Taking, own: Document) -> RawBSONDocument:
        shape = ("participation", self._city.town(taking.person), taking.began)
        rest = self._rest(shape, lambda: documents.participation_document(self._city, taking), _PARTICIPATION_OF_ONE)
        return joined(bson.encode(own), rest)

    def _learnt(
        self, taking: Taking, enrolment: str, names: dict[str, str], city: City
    ) -> tuple[RawBSONDocument, RawBSONDocument]:
        far = (city.lessons_of(taking.course), taking.done, taking.began)
        own: Document = {"_id": enrolment, "enrollment": enrolment, **names}
        own["certificate"] = documents.certificate(city, taking)
        record = self._rest(("record", *far), lambda: documents.record_document(city, taking), _RECORD_OF_ONE)
        told = {
            "_id": f"enrollments/{enrolment}",
            "pseudonym": self._pseudonym(names["person"]),
            "course": names["course"],
            "area": city.town(taking.person),
        }
        fact = self._rest(("fact", *far), lambda: self._fact(taking), _FACT_OF_ONE)
        return joined(bson.encode(own), record), joined(bson.encode(told), fact, self._traits(taking.person))

    def _fact(self, taking: Taking) -> Document:
        record = documents.record_document(self._city, taking)
        return documents.fact_document(self._city, self._key, taking, record)

    def _rest(self, shape: Hashable, make: Callable[[], Document], own: Collection[str]) -> bytes:
        if shape not in self._shared:
            self._shared[shape] = bson.encode({name: value for name, value in make().items() if name not in own})
        return self._shared[shape]


def _traits(person: int) -> bytes:
    given: Any = documents.traits(person)
    return bson.encode({"traits": given} if given else {})
