"""CSV in long form, one row per cell, with CSVW metadata in a second file.

A hidden figure is an empty field with status Q; zero is 0. UTF-8 with CRLF, as RFC 4180 says.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.statistics.figures.observation import ReleaseContent
from services.statistics.formats import licence, words
from services.statistics.formats.cells import DIMENSIONS, PublicRelease, PublishedCell

OBSERVATIONS = "observations.csv"
METADATA = f"{OBSERVATIONS}-metadata.json"


@dataclass(frozen=True, slots=True)
class Column:
    """`kind` is code, period, text, number, whole, list, date or moment; kinds in OPTIONAL may be empty."""

    name: str
    kind: str


OPTIONAL = ("number", "whole", "list")
BETWEEN = ";"
"""The separator of the members of a list."""

COLUMNS: Sequence[Column] = (
    *(Column(name, "period" if name == "TIME_PERIOD" else "code") for name in DIMENSIONS),
    Column("OBS_VALUE", "number"),
    Column("UNIT_MEASURE", "code"),
    Column("CI_LOW", "number"),
    Column("CI_HIGH", "number"),
    Column("OBS_STATUS", "code"),
    Column("CONF_STATUS", "code"),
    Column("SOURCE", "text"),
    Column("AREA_VINTAGE", "date"),
    Column("AS_OF", "moment"),
    Column("METHOD_VERSION", "text"),
)


FIGURES = [column.name for column in COLUMNS[:-4]]
"""The columns that differ from cell to cell; the others are the same for the whole release."""


def render(edition: PublicRelease) -> dict[str, bytes]:
    return {OBSERVATIONS: observations(edition), METADATA: metadata(edition)}


def observations(edition: PublicRelease) -> bytes:
    return write_csv([column.name for column in COLUMNS], rows(edition))


def rows(edition: PublicRelease) -> Iterator[list[str]]:
    """The fields of each cell, in the order of COLUMNS."""
    release = edition.release
    same = [
        words.bilingual(release.publisher),
        release.area_vintage.isoformat(),
        release.as_of.isoformat(),
        release.method_version,
    ]
    return ([*figures(cell), *same] for cell in edition.cells)


def figures(cell: PublishedCell) -> list[str]:
    bounds = [cell.low or "", cell.high or ""]
    return [*cell.key, cell.value or "", cell.unit, *bounds, cell.status, cell.confidentiality]


def write_csv(header: Sequence[str], rows: Iterable[Sequence[str]], *, marked: bool = False) -> bytes:
    """`marked` begins with a byte order mark, without which spreadsheets garble Korean; for tables that people read."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig" if marked else "utf-8")


def metadata(edition: PublicRelease) -> bytes:
    return csvw(edition.release, OBSERVATIONS, COLUMNS, tuple(DIMENSIONS), edition.lists)


def csvw(
    release: ReleaseContent,
    url: str,
    columns: Sequence[Column],
    key: Sequence[str],
    lists: Mapping[str, Mapping[str, Any]],
) -> bytes:
    """CSV on the Web (W3C Recommendation, 2015); `lists` has the codes of columns."""
    document = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "ko"}],
        "url": url,
        "dc:title": _tagged(release.title),
        "dc:publisher": _tagged(release.publisher),
        "dc:license": {"@id": licence.address(release.licence)},
        "dc:issued": {"@value": release.publish_at.date().isoformat(), "@type": "xsd:date"},
        "notes": [{"body": _tagged(release.note)}],
        "dialect": {"encoding": "utf-8", "lineTerminators": ["\r\n"], "header": True},
        "tableSchema": {
            "columns": [_described(column, lists) for column in columns],
            "primaryKey": list(key),
            "aboutUrl": "#" + ".".join(f"{{{name}}}" for name in key),
        },
    }
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def _tagged(title: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"@value": text, "@language": language} for language, text in title.items() if text]


def _described(column: Column, lists: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    datatype: Any = _DATATYPES.get(column.kind, "string")
    if column.name in lists and column.kind == "code":
        datatype = {"base": "string", "format": "|".join(map(_literal, lists[column.name]))}
    described: dict[str, Any] = {
        "name": column.name,
        "titles": column.name,
        "dc:title": _tagged(words.column(column.name)),
    }
    optional = column.kind in OPTIONAL
    described |= {"datatype": datatype, "required": not optional} | ({"null": ""} if optional else {})
    return described | ({"separator": BETWEEN} if column.kind == "list" else {})


_DATATYPES = {"number": "decimal", "whole": "integer", "date": "date", "moment": "dateTimeStamp"}


def _literal(code: str) -> str:
    """A regular expression that matches only the code."""
    return "".join(letter if letter.isalnum() or letter in "_-" else f"\\{letter}" for letter in code)
