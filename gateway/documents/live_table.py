"""The live table as CSV: one line for each value."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.language.i18n import Locale
from gateway.language.table_codes import code_title
from ieum.statistics.v1 import statistics_pb2
from services.chassis import clock

COLUMNS = (
    "area",
    "universe",
    "by",
    "code",
    "title",
    "measure",
    "value",
    "unit",
    "obs_status",
    "from",
    "to",
    "as_of",
    "method_version",
)


def table_rows(table: statistics_pb2.Table, locale: Locale) -> Iterable[list[str]]:
    """One line for each value, the total last, in the columns COLUMNS."""
    by = statistics_pb2.Dimension.Name(table.by) if table.by else ""
    universe = statistics_pb2.Universe.Name(table.universe) if table.universe else ""
    as_of = clock.moment(table.as_of)
    counted = as_of.astimezone(locale.timezone).isoformat() if as_of else ""
    when = [table.from_quarter, table.to_quarter, counted, table.method_version]
    for row in (*table.rows, table.total):
        title = locale.gettext("Total") if row is table.total else code_title(locale, by, row.code)
        title = title or locale.pick(row.title)[0]
        for value in row.values:
            what = [row.code, title, value.measure, value.value, value.unit, value.obs_status]
            yield [table.area, universe, by, *what, *when]
