"""JSON-stat 2.0: one dataset for each linked table.

`value` is row-major, the last dimension fastest; a combination without a cell has neither value nor status.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from services.statistics.figures.observation import ReleaseContent, TableSpec
from services.statistics.formats import licence, words
from services.statistics.formats.cells import PublicRelease, PublishedCell, dimensions_of
from services.statistics.formats.words import bilingual

_DECIMALS = {"NUMBER": 0, "PS": 0, "H": 1, "D": 1, "PT": 1, "RT_1000": 1, "PP": 1, "IX": 1, "RATIO": 3}


def render(edition: PublicRelease) -> dict[str, bytes]:
    return {file_name(table): _dumped(dataset(edition, table)) for table in edition.release.tables}


def file_name(table: TableSpec) -> str:
    return f"table-{table.id}.jsonstat.json"


def dataset(edition: PublicRelease, table: TableSpec) -> dict[str, Any]:
    release, chosen = edition.release, edition.table(table)
    dimensions = ("TIME_PERIOD", "UNIVERSE", *dimensions_of(table), "MEASURE")
    codes = {name: _occurring(name, chosen, edition.lists[name]) for name in dimensions}
    size = [len(codes[name]) for name in dimensions]
    placed = _placed(chosen, codes)
    return {
        "version": "2.0",
        "class": "dataset",
        "label": f"{bilingual(release.title)}: {bilingual(table.title)}",
        "source": bilingual(release.publisher),
        "updated": release.as_of.isoformat(),
        "id": list(dimensions),
        "size": size,
        "role": {"time": ["TIME_PERIOD"], "geo": ["REF_AREA"], "metric": ["MEASURE"]},
        "dimension": {name: _dimension(name, codes[name], edition, chosen) for name in dimensions},
        "value": [_number(placed.get(place)) for place in range(prod(size))],
        "status": {str(place): placed[place].status for place in sorted(placed)},
        "note": [text for text in release.note.values() if text],
        "extension": _extension(release, placed),
    }


def _occurring(name: str, chosen: Sequence[PublishedCell], titles: Mapping[str, words.Title]) -> list[str]:
    used = {cell.code(name) for cell in chosen}
    return [code for code in titles if code in used]


def _placed(chosen: Sequence[PublishedCell], codes: Mapping[str, Sequence[str]]) -> dict[int, PublishedCell]:
    index = {name: {code: place for place, code in enumerate(listed)} for name, listed in codes.items()}
    placed = {}
    for cell in chosen:
        place = 0
        for name, code in zip(codes, cell.codes(tuple(codes)), strict=True):
            place = place * len(index[name]) + index[name][code]
        placed[place] = cell
    return placed


def _dimension(
    name: str, codes: Sequence[str], edition: PublicRelease, chosen: Sequence[PublishedCell]
) -> dict[str, Any]:
    titles = edition.lists[name]
    category: dict[str, Any] = {"index": list(codes), "label": {code: bilingual(titles[code]) for code in codes}}
    if name == "REF_AREA":
        category |= _children(codes, edition.release)
    if name == "MEASURE":
        units = {cell.code("MEASURE"): cell.unit for cell in chosen}
        category["unit"] = {
            code: {"label": bilingual(words.title("UNIT_MEASURE", units[code])), "decimals": _DECIMALS[units[code]]}
            for code in codes
        }
    return {"label": bilingual(words.column(name)), "category": category}


def _children(codes: Sequence[str], release: ReleaseContent) -> dict[str, Any]:
    below: dict[str, list[str]] = defaultdict(list)
    for area in release.areas:
        if {area.code, area.parent} <= set(codes):
            below[area.parent].append(area.code)
    return {"child": below} if below else {}


def _number(cell: PublishedCell | None) -> int | float | None:
    if cell is None or cell.value is None:
        return None
    return float(cell.value) if "." in cell.value else int(cell.value)


def _extension(release: ReleaseContent, placed: Mapping[int, PublishedCell]) -> dict[str, Any]:
    return {
        "release": release.id,
        "revision": release.revision,
        "asOf": release.as_of.isoformat(),
        "methodVersion": release.method_version,
        "areaVintage": release.area_vintage.isoformat(),
        "licence": licence.address(release.licence),
        "sdc": {"method": "cell suppression", "fewestPersonsShown": release.k, "hidden": "Q"},
        "interval": {
            bound: {str(place): text for place in sorted(placed) if (text := getattr(placed[place], bound)) is not None}
            for bound in ("low", "high")
        },
    }


def _dumped(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
