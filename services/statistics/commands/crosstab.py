"""A two-way table of person counts in CSV: row names first, column names on top, totals last both ways."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from services.statistics.figures.refusal import InvalidValue
from services.statistics.reference_data.csv_reading import Line, lines, separated, whole


@dataclass(frozen=True, slots=True)
class Crosstab:
    """`counts[r][c]`, None = hidden; the last row and column are the totals, whatever they are called."""

    corner: str
    columns: tuple[str, ...]
    rows: tuple[str, ...]
    counts: tuple[tuple[int | None, ...], ...]
    line_numbers: tuple[int, ...]

    def place(self, row: int, column: int) -> tuple[int, int]:
        """Line and column in the file."""
        return self.line_numbers[row], column + 2

    def names(self, row: int, column: int) -> dict[str, str]:
        return {"row": self.rows[row], "column": self.columns[column]}

    def error(self, row: int, column: int, message: str) -> InvalidValue:
        line, place = self.place(row, column)
        return InvalidValue(message, field=self.columns[column], line=line, column=place)


def read_true(path: Path) -> tuple[Crosstab, list[list[int]]]:
    """A complete table whose rows and columns add up."""
    table = _read(path, hidden_allowed=False)
    counts = [[count or 0 for count in row] for row in table.counts]
    for r, row in enumerate(counts):
        if sum(row[:-1]) != row[-1]:
            raise table.error(r, len(row) - 1, f"the total is {row[-1]}, but the row adds up to {sum(row[:-1])}")
    for c in range(len(table.columns)):
        column = [row[c] for row in counts]
        if sum(column[:-1]) != column[-1]:
            raise table.error(
                len(counts) - 1, c, f"the total is {column[-1]}, but the column adds up to {sum(column[:-1])}"
            )
    return table, counts


def read_published(path: Path, truth: Crosstab) -> Crosstab:
    """The same table with hidden cells empty; refused where it shows other names or numbers than the true one."""
    table = _read(path, hidden_allowed=True)
    if table.columns != truth.columns:
        raise InvalidValue(f"the columns must be those of the true table: {', '.join(truth.columns)}", line=1)
    for r, name in enumerate(truth.rows):
        if r >= len(table.rows):
            raise InvalidValue(f"the row {name} is missing", line=table.line_numbers[-1] + 1, column=1)
        if table.rows[r] != name:
            raise InvalidValue(
                f"the row {name} must stand here, not {table.rows[r]}", line=table.line_numbers[r], column=1
            )
    if len(table.rows) > len(truth.rows):
        raise InvalidValue("the true table ends before this row", line=table.line_numbers[len(truth.rows)], column=1)
    for r, row in enumerate(table.counts):
        for c, count in enumerate(row):
            if count is not None and count != truth.counts[r][c]:
                raise table.error(r, c, f"{count} is published, but the true table has {truth.counts[r][c]}")
    return table


def _read(path: Path, *, hidden_allowed: bool) -> Crosstab:
    header, *body = list(lines(path)) or [Line(1, ())]
    if len(header.cells) < 3 or len(body) < 2:
        message = "a table needs names, at least one row and one column of counts, and both totals"
        raise InvalidValue(message + separated(header), line=1)
    corner, *columns = header.cells
    _refuse_twice(columns, [(header.number, place) for place in range(2, len(columns) + 2)], "column")
    _refuse_twice([line.cells[0] for line in body], [(line.number, 1) for line in body], "row")
    counts = tuple(_counts(line, columns, hidden_allowed=hidden_allowed) for line in body)
    return Crosstab(
        corner, tuple(columns), tuple(line.cells[0] for line in body), counts, tuple(line.number for line in body)
    )


def _refuse_twice(names: list[str], places: list[tuple[int, int]], what: str) -> None:
    first: dict[str, tuple[int, int]] = {}
    for name, (line, column) in zip(names, places, strict=True):
        if not name:
            raise InvalidValue(f"this {what} has no name", line=line, column=column)
        if name in first:
            raise InvalidValue(f'a {what} named "{name}" is there already', line=line, column=column)
        first[name] = line, column


def _counts(line: Line, columns: list[str], *, hidden_allowed: bool) -> tuple[int | None, ...]:
    width = len(line.cells)
    if width != len(columns) + 1:
        message = f"{width} cells where the first line has {len(columns) + 1}"
        raise InvalidValue(message, line=line.number, column=min(width, len(columns) + 1) + 1)
    counts: list[int | None] = []
    for place, (name, cell) in enumerate(zip(columns, line.cells[1:], strict=True), start=2):
        if hidden_allowed and not cell:
            counts.append(None)
            continue
        try:
            counts.append(whole(cell))
        except InvalidValue as error:
            raise InvalidValue(error.message, field=name, line=line.number, column=place) from None
    return tuple(counts)
