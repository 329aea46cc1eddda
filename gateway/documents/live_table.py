"""The live table as CSV: one line for each value."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.language.i18n import Locale
from ieum.statistics.v1 import statistics_pb2
from services.chassis import clock

COLUMNS = (
    *("area", "universe", "by", "code", "title", "measure", "value", "unit", "obs_status", "from", "to", "as_of"),
    "method_version",
)


def table_rows(found: statistics_pb2.Table, locale: Locale) -> Iterable[list[str]]:
    """One line for each value, the total last, in the columns COLUMNS."""
    by = statistics_pb2.Dimension.Name(found.by) if found.by else ""
    universe = statistics_pb2.Universe.Name(found.universe) if found.universe else ""
    as_of = clock.moment(found.as_of)
    when = [found.from_quarter, found.to_quarter, as_of.isoformat() if as_of else "", found.method_version]
    for row in (*found.rows, found.total):
        title = locale.pick(row.title)[0]
        for value in row.values:
            what = [row.code, title, value.measure, value.value, value.unit, value.obs_status]
            yield [found.area, universe, by, *what, *when]
