"""Expressions that put a fact under its code in a table, or under several: what an aggregation groups by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.chassis.mongo import Document
from services.statistics.domain.dimensions import AGE_BANDS, DIGCOMP_AREAS, FLAGS, OLDER_FROM, SEXES, UNKNOWN


def by_area(branches: Mapping[str, Sequence[str]]) -> Document:
    """Each fact under the branch that holds its area."""
    cases = [{"case": {"$in": ["$area", list(codes)]}, "then": code} for code, codes in branches.items()]
    return {"$switch": {"branches": cases, "default": UNKNOWN}} if cases else {"$literal": UNKNOWN}


APART = "|"


def within(branches: Mapping[str, Sequence[str]], row: Any) -> Document:
    """Each fact under its branch and its code or codes, as "areas/x|F"."""
    codes: Document = {"$cond": [{"$isArray": [row]}, row, [row]]}
    both: Document = {"$concat": ["$$place", APART, "$$code"]}
    named: Document = {"$map": {"input": codes, "as": "code", "in": both}}
    return {"$let": {"vars": {"place": by_area(branches)}, "in": named}}


_AGE: Document = {"$subtract": ["$enrol_year", "$traits.birth_year"]}
_AGE_KNOWN: Document = {"$gt": ["$traits.birth_year", 0]}


def by_age() -> Document:
    cases = [{"case": {"$lte": ["$$age", last]}, "then": code} for code, _, last in AGE_BANDS]
    band: Document = {"$switch": {"branches": cases, "default": UNKNOWN}}
    return {"$cond": [_AGE_KNOWN, {"$let": {"vars": {"age": _AGE}, "in": band}}, UNKNOWN]}


def by_sex() -> Document:
    return {"$cond": [{"$in": ["$traits.sex", list(SEXES)]}, "$traits.sex", UNKNOWN]}


def by_target_group(age_unknown: str) -> Document:
    """An array: each fact counts once under each flag or its complement, or as not answered."""
    older: Document = {"$cond": [{"$gte": [_AGE, OLDER_FROM]}, "OLD", "N_OLD"]}
    flags = [
        {"$cond": [{"$in": [flag, {"$ifNull": ["$traits.groups", []]}]}, code, f"N_{code}"]}
        for code, flag in FLAGS.items()
    ]
    answered: Document = {"$cond": [{"$eq": ["$traits.groups_answered", True]}, flags, [UNKNOWN]]}
    return {"$concatArrays": [{"$cond": [_AGE_KNOWN, [older], [age_unknown]]}, answered]}


def digcomp_areas(course: Mapping[str, Any], version: int) -> list[str]:
    """Codes of what this version of a course teaches, or the newest where it was not heard of."""
    known = course.get("versions", {}).get(str(version), course.get("domains", ()))
    return [f"DC30_{number}" for number in known if number in DIGCOMP_AREAS]


def by_digcomp_area(courses: Mapping[str, Mapping[str, Any]]) -> Document:
    """An array: an enrolment counts under each competence area of the version that it is on, and as N_ under each
    other."""
    cases = [case for name, course in courses.items() for case in _digcomp_cases(name, course)]
    unknown: Document = {"$literal": _with_others([UNKNOWN])}
    return {"$switch": {"branches": cases, "default": unknown}} if cases else unknown


def _digcomp_cases(name: str, course: Mapping[str, Any]) -> Iterator[Document]:
    """Versions that teach something else than the newest, then the course."""
    newest = digcomp_areas(course, 0)
    same: Document = {"$eq": ["$course", name]}
    for version in map(int, course.get("versions", {})):
        if (areas := digcomp_areas(course, version)) != newest:
            yield {"case": {"$and": [same, {"$eq": ["$version", version]}]}, "then": _with_others(areas)}
    yield {"case": same, "then": _with_others(newest)}


def _with_others(areas: Sequence[str]) -> list[str]:
    mine = areas or [UNKNOWN]
    every = [*(f"DC30_{number}" for number in DIGCOMP_AREAS), UNKNOWN]
    return [code if code in mine else f"N_{code}" for code in every]
