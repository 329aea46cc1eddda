"""Figures as a sheet for Excel: titles in words, one value a cell, and why there is none in columns of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gateway.documents.csv import Cell
from gateway.language.i18n import Locale, msgid
from ieum.statistics.v1 import statistics_pb2 as pb

STATUSES: Mapping[str, str] = {
    "Q": msgid("hidden"),
    "M": msgid("none"),
    "L": msgid("residents not known"),
    "U": msgid("few people"),
}


@dataclass(frozen=True)
class SheetRow:
    labels: Sequence[str]
    row: pb.Row


def sheet(
    labels: Sequence[str], measures: Mapping[str, str], rows: Iterable[SheetRow], locale: Locale
) -> Iterable[Sequence[Cell]]:
    """The head, then a line for each row: its labels, a value for each measure, a remark for each measure. `labels` are
    titles of columns in the reader's language, `measures` titles by code."""
    titles = [locale.gettext(title) for title in measures.values()]
    remark = locale.gettext("%(measure)s: remark")
    yield [*labels, *titles, *(remark % {"measure": title} for title in titles)]
    for each in rows:
        values = {value.measure: value for value in each.row.values}
        chosen = [values.get(measure, pb.Value()) for measure in measures]
        remarks = [
            locale.gettext(STATUSES[value.obs_status]) if value.obs_status in STATUSES else "" for value in chosen
        ]
        yield [*each.labels, *(value.value for value in chosen), *remarks]
