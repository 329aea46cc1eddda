"""The command `recast`: recalculates a release's CSV, or a plain one, for the codes of another list of areas."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from services.statistics.areas.changes import BoundaryChanges
from services.statistics.areas.code_lists import AreaChange, AreaVersion
from services.statistics.figures.measures import MEASURES
from services.statistics.figures.observation import CONFIDENTIAL, FREE, HIDDEN, NORMAL
from services.statistics.figures.periods import is_period, last_day
from services.statistics.figures.refusal import InvalidValue
from services.statistics.figures.rounding import rounded_text
from services.statistics.reference_data import csv_reading
from services.statistics.reference_data.csv_reading import Record, errors_in
from services.statistics.reference_data.load_areas import area_code, read_areas, read_crosswalk
from services.statistics.releases.domain.recasting import Figure, Recast, Value, marked, recast

_UNITS = {**{measure.code: measure.unit for measure in MEASURES.values()}, "POP": "PS"}


@dataclass(frozen=True, slots=True)
class Layout:
    """The names of a file's columns: those with a meaning of their own, the `rest` of the key, and those `kept`."""

    area: str
    period: str
    measure: str
    value: str
    unit: str
    status: str
    vintage: str
    rest: tuple[str, ...]
    kept: tuple[str, ...] = ()

    @property
    def required(self) -> tuple[str, ...]:
        return self.area, self.period, self.measure, self.value

    @property
    def optional(self) -> tuple[str, ...]:
        return self.unit, self.status, self.vintage, *self.rest, *self.kept


PLAIN = Layout(
    area="area",
    period="period",
    measure="measure",
    value="value",
    unit="unit",
    status="status",
    vintage="vintage",
    rest=("universe", "sex", "age", "group", "domain"),
)
RELEASE = Layout(
    area="REF_AREA",
    period="TIME_PERIOD",
    measure="MEASURE",
    value="OBS_VALUE",
    unit="UNIT_MEASURE",
    status="OBS_STATUS",
    vintage="AREA_VINTAGE",
    rest=("FREQ", "UNIVERSE", "SEX", "AGE", "TARGET_GROUP", "COURSE_DOMAIN", "SOURCE", "AS_OF", "METHOD_VERSION"),
    kept=("CI_LOW", "CI_HIGH", "CONF_STATUS"),
)


CommandResult = dict[str, Any]


def recast_file(
    path: Path, crosswalk: Path | None, areas: Path | None, to: date | None, *, common: bool, as_is: bool, as_csv: bool
) -> CommandResult | str:
    boundaries = _boundaries(crosswalk, areas, to, common=common)
    with errors_in(path):
        columns = csv_reading.columns(path)
        layout = RELEASE if RELEASE.value in columns else PLAIN
        records = list(csv_reading.records(path, layout.required, layout.optional))
        figures = _figures(records, layout, boundaries)
    result = Recast(marked(figures, boundaries.changed), ()) if as_is else recast(figures, boundaries)
    places = _places(records, layout)
    header = [name for name in columns if name in layout.required + layout.optional]
    header += [] if layout.status in header else [layout.status]
    rows = [_row(figure, layout, places) for figure in result.figures]
    if as_csv:
        for figure in result.missing:
            print(f"{figure.area}, {figure.period}, {figure.measure} cannot be told: {figure.why}", file=sys.stderr)
        return _written(header, rows)
    return {
        "to": str(boundaries.to),
        "rows": [{name: row[name] for name in header} for row in rows],
        "untold": [asdict(figure) for figure in result.missing],
        "common_areas": {name: list(members) for name, members in boundaries.commons.items()},
    }


def _boundaries(crosswalk: Path | None, areas: Path | None, to: date | None, *, common: bool) -> BoundaryChanges:
    versions: Sequence[AreaVersion] = ()
    steps: Sequence[AreaChange] = ()
    if areas:
        versions, steps = read_areas(areas, crosswalk)
    elif crosswalk:
        steps = read_crosswalk(crosswalk)
    if not steps:
        raise InvalidValue("nothing says what became of the areas; give --crosswalk, or --areas with the office's list")
    return BoundaryChanges(steps, to or max(step.day for step in steps), versions, common)


def _figures(records: Sequence[Record], layout: Layout, boundaries: BoundaryChanges) -> list[Figure]:
    figures, lines = [], dict[tuple[object, ...], int]()
    for record in records:
        figure = _figure(record, layout)
        key = figure.area, figure.period, figure.measure, figure.rest
        if key in lines:
            raise record.error(layout.measure, f"this figure is on line {lines[key]} already")
        lines[key] = record.number
        _check_day(record, figure, layout, boundaries)
        figures.append(figure)
    return figures


def _figure(record: Record, layout: Layout) -> Figure:
    period = record.read(layout.period, _period)
    measure = record.read(layout.measure, csv_reading.text)
    unit = record.cells.get(layout.unit) or _UNITS.get(measure)
    if unit is None:
        message = f"of {measure} it is not known whether it adds up; write a column {layout.unit} (PS, NUMBER, PT, ...)"
        raise record.error(layout.measure, message)
    vintage = record.read(layout.vintage, csv_reading.moment_or_none)
    return Figure(
        area=record.read(layout.area, area_code),
        period=period,
        measure=measure,
        rest=tuple(record.cells.get(name, "") for name in layout.rest),
        unit=unit,
        told=_told(record, layout),
        vintage=vintage.date() if vintage else last_day(period),
        interval=(record.cells.get("CI_LOW", ""), record.cells.get("CI_HIGH", "")),
    )


def _told(record: Record, layout: Layout) -> Value:
    """An empty figure without a status is a hidden one, as in `protect`."""
    value = record.read(layout.value, lambda cell: Fraction(csv_reading.number(cell)) if cell else None)
    status = record.cells.get(layout.status) or (HIDDEN if value is None else NORMAL)
    if value is not None and status == HIDDEN:
        raise record.error(layout.value, "a figure is shown although its status, Q, says that it is hidden")
    return Value(value, status)


def _period(cell: str) -> str:
    if not is_period(cell):
        raise InvalidValue(f'"{cell}" is not a period; write 2026, 2026-Q3 or 2026-09')
    return cell


def _check_day(record: Record, figure: Figure, layout: Layout, boundaries: BoundaryChanges) -> None:
    if any(boundaries.to < step.day <= figure.vintage for step in boundaries.steps):
        message = f"told under the areas of {figure.vintage}; --to {boundaries.to} would go back behind a change"
        raise record.error(layout.period, message)
    if not boundaries.holds(figure.area, figure.vintage):
        hint = "" if boundaries.versions else "; if it goes on with districts inside it, give the list with --areas"
        raise record.error(layout.area, f"{figure.area} is no area of {figure.vintage}{hint}")


def _places(records: Sequence[Record], layout: Layout) -> Mapping[str, int]:
    """Decimals of each measure: those it is published with, or the most that the file has."""
    places: dict[str, int] = {}
    for record in records:
        measure, decimals = record.cells[layout.measure], len(record.cells[layout.value].partition(".")[2])
        published = MEASURES[measure].places if measure in MEASURES else 0
        places[measure] = max(places.get(measure, 0), decimals, published)
    return places


def _row(figure: Figure, layout: Layout, places: Mapping[str, int]) -> dict[str, str | None]:
    low, high = figure.interval
    return {
        layout.area: figure.area,
        layout.period: figure.period,
        layout.measure: figure.measure,
        layout.value: rounded_text(figure.told.value, places[figure.measure]),
        layout.unit: figure.unit,
        layout.status: figure.told.status,
        layout.vintage: str(figure.vintage),
        **dict(zip(layout.rest, figure.rest, strict=True)),
        "CI_LOW": low or None,
        "CI_HIGH": high or None,
        "CONF_STATUS": CONFIDENTIAL if figure.told.status == HIDDEN else FREE,
    }


def _written(header: Sequence[str], rows: Iterable[Mapping[str, str | None]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, header, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().removesuffix("\n")
