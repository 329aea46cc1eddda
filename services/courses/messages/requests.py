"""Requests as values for the store; refuses malformed names and masks."""

from __future__ import annotations

import hashlib
import re

from ieum.courses.v1 import courses_pb2
from services.chassis.clock import new_id
from services.chassis.errors import Invalid
from services.chassis.principal import acting
from services.courses.domain.search import Wanted
from services.courses.messages import content

_PERSON = re.compile(r"people/[0-9a-z-]{1,64}")
_LONGEST_QUERY = 200
_OUTLINE = frozenset(
    ["title", "summary", "languages", "audience", "competences", "level", "cover", "cover_alt", "rule"]
)


def wanted(request: courses_pb2.SearchCatalogRequest) -> Wanted:
    if len(request.query) > _LONGEST_QUERY:
        raise Invalid("TEXT_TOO_LONG", field="query", limit=_LONGEST_QUERY)
    levels = [content.level_from_message(level) for level in request.levels]
    return Wanted(
        request.query,
        tuple(request.topics),
        tuple(level for level in levels if level),
        request.language,
        request.max_minutes,
        content.audience_from_message(request.audience),
    )


def paths(request: courses_pb2.UpdateCourseRequest) -> frozenset[str]:
    """The fields to update: those of the mask, or without a mask those that are set."""
    if not request.update_mask.paths:
        return _OUTLINE & {field.name for field, _ in request.content.ListFields()}
    asked = frozenset(request.update_mask.paths)
    if asked - _OUTLINE:
        raise Invalid("UPDATE_MASK_INVALID", field="update_mask", paths=",".join(sorted(asked - _OUTLINE)))
    return asked


def new_key(request_id: str) -> str:
    """A key derived from person and request id, so that a repeat creates no second course."""
    if not request_id:
        return new_id()
    return hashlib.sha256(f"{acting().person}/{request_id}".encode()).hexdigest()[:16]


def key(name: str, collection: str = "courses") -> str:
    match = re.fullmatch(rf"{collection}/([0-9a-z-]{{1,64}})", name)
    if not match:
        raise Invalid("NAME_MALFORMED", field="name")
    return match[1]


def version_key(name: str) -> tuple[str, int]:
    """Course key and version number; 0 means the current version."""
    match = re.fullmatch(r"courses/([0-9a-z-]{1,64})/versions/(current|[1-9][0-9]{0,8})", name)
    if not match:
        raise Invalid("NAME_MALFORMED", field="name")
    return match[1], 0 if match[2] == "current" else int(match[2])


def person(name: str) -> str:
    if not _PERSON.fullmatch(name):
        raise Invalid("NAME_MALFORMED", field="person")
    return name


def import_key(name: str) -> tuple[str, str]:
    """The course's name, and the key of an import of a document."""
    match = re.fullmatch(r"(courses/([0-9a-z-]{1,64}))/imports/([0-9a-z-]{1,64})", name)
    if not match:
        raise Invalid("NAME_MALFORMED", field="name")
    return match[1], f"{match[2]}/{match[3]}"


def language(tag: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", tag):
        raise Invalid("LANGUAGE_MALFORMED", field="language")
    return tag
