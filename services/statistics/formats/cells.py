"""A release as the public sees it: the only way from observations to a file.

A `PublishedCell` has no field for what stays inside (numbers of persons, the reason for hiding), so no format can
publish it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from services.statistics.figures.assessment import Assessment
from services.statistics.figures.observation import Observation, ReleaseContent, TableSpec
from services.statistics.figures.refusal import InvalidValue
from services.statistics.formats import words
from services.statistics.formats.words import Title

DIMENSIONS: Mapping[str, str] = {
    "FREQ": "freq",
    "TIME_PERIOD": "period",
    "UNIVERSE": "universe",
    "REF_AREA": "area",
    "SEX": "sex",
    "AGE": "age",
    "TARGET_GROUP": "group",
    "COURSE_DOMAIN": "domain",
    "MEASURE": "measure",
}
"""SDMX dimension -> field of an observation, in the order of every file's columns; together the key of a cell."""

BREAKDOWNS = ("REF_AREA", "SEX", "AGE", "TARGET_GROUP", "COURSE_DOMAIN")
TOTAL, HIDDEN, FREE, NOT_PUBLISHED = "_T", "Q", "F", "N"
_PLACE = {name: place for place, name in enumerate(DIMENSIONS)}
_SDMX = {field: name for name, field in DIMENSIONS.items()}


@dataclass(frozen=True, slots=True)
class PublishedCell:
    """`key` holds the codes of DIMENSIONS in their order; numbers are exact decimals as text."""

    key: tuple[str, ...]
    value: str | None
    unit: str
    low: str | None
    high: str | None
    status: str
    confidentiality: str

    def code(self, dimension: str) -> str:
        return self.key[_PLACE[dimension]]

    def codes(self, dimensions: Sequence[str]) -> tuple[str, ...]:
        return tuple(self.key[_PLACE[name]] for name in dimensions)


@dataclass(frozen=True)
class PublicRelease:
    """A release with its cells in the order of their codes, and the titles of those codes by dimension."""

    release: ReleaseContent
    cells: tuple[PublishedCell, ...]
    lists: Mapping[str, Mapping[str, Title]]

    @classmethod
    def of(cls, release: ReleaseContent) -> PublicRelease:
        release = _with_titles(release)
        lists = code_lists(release)
        order = {name: {code: place for place, code in enumerate(titles)} for name, titles in lists.items()}

        def rank(cell: PublishedCell) -> tuple[int, ...]:
            return tuple(order[name][code] for name, code in zip(DIMENSIONS, cell.key, strict=True))

        cells = sorted(map(_published, release.observations), key=rank)
        for cell, following in pairwise(cells):
            if cell.key == following.key:
                raise InvalidValue(f"{'.'.join(cell.key)} is there twice in release {release.id}")
        return cls(release, tuple(cells), lists)

    def table(self, table: TableSpec) -> list[PublishedCell]:
        """The cells of a linked table: those at the total of every dimension that the table does not break down."""
        fixed = [name for name in BREAKDOWNS if name not in dimensions_of(table)]
        return [cell for cell in self.cells if all(cell.code(name) == TOTAL for name in fixed)]


def _with_titles(release: ReleaseContent) -> ReleaseContent:
    return replace(
        release,
        title=words.full(release.title, release.id),
        publisher=words.full(release.publisher),
        note=words.full(release.note),
        areas=tuple(replace(area, title=words.full(area.title, area.code)) for area in release.areas),
        tables=tuple(replace(table, title=words.full(table.title, table.id)) for table in release.tables),
        capability=_with_unit_titles(release),
    )


def _with_unit_titles(release: ReleaseContent) -> Assessment | None:
    """The assessment with the units' titles from their file, or else those of the areas with their code."""
    if (assessment := release.capability) is None:
        return None
    areas = {area.code: area.title for area in release.areas}
    standings = (
        replace(result, title=words.full(result.title or areas.get(result.unit, {}), result.unit))
        for result in assessment.results.standings
    )
    return replace(assessment, results=replace(assessment.results, standings=tuple(standings)))


def _published(observation: Observation) -> PublishedCell:
    key = tuple(str(getattr(observation, field)) for field in DIMENSIONS.values())
    hidden = observation.status == HIDDEN or observation.confidentiality != FREE
    if hidden and (observation.value, observation.low, observation.high) != (None, None, None):
        raise InvalidValue(f"{'.'.join(key)} is hidden and still carries a figure")
    status, confidentiality = (HIDDEN, NOT_PUBLISHED) if hidden else (observation.status, FREE)
    return PublishedCell(
        key, observation.value, observation.unit, observation.low, observation.high, status, confidentiality
    )


def code_lists(release: ReleaseContent) -> dict[str, dict[str, Title]]:
    """Dimension -> code -> title, in order: the codes that occur, and all areas and periods of the release.

    Raises InvalidValue for an area that is not in the release's list."""
    used = {
        name: {str(getattr(observation, field)) for observation in release.observations}
        for name, field in DIMENSIONS.items()
    }
    lists = {name: _titles(name, codes) for name, codes in used.items() if name not in ("TIME_PERIOD", "REF_AREA")}
    lists["TIME_PERIOD"] = {period: words.period(period) for period in sorted(used["TIME_PERIOD"] | {*release.periods})}
    lists["REF_AREA"] = {area.code: area.title for area in release.areas}
    for code in sorted(used["REF_AREA"] - lists["REF_AREA"].keys()):
        raise InvalidValue(f"{code!r} is not in the release's list of areas", field="REF_AREA")
    return {name: lists[name] for name in DIMENSIONS}


def _titles(column: str, used: set[str]) -> dict[str, Title]:
    for code in sorted(used):
        words.title(column, code)
    return {code: title for code, title in words.codes(column).items() if code in used}


def top_areas(release: ReleaseContent) -> frozenset[str]:
    """The areas whose parent is not in the release."""
    listed = {area.code for area in release.areas}
    return frozenset(area.code for area in release.areas if area.parent not in listed)


def dimensions_of(table: TableSpec) -> tuple[str, ...]:
    """The table's breakdowns by their SDMX names, in the order of the columns; every table has areas."""
    asked = {"REF_AREA", *(_SDMX.get(name, name) for name in table.dimensions)}
    return tuple(name for name in BREAKDOWNS if name in asked)
