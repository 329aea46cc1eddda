"""`release.json`: the release as one canonical JSON document; its bytes are what the release's checksum is of."""

from __future__ import annotations

import json
from typing import Any

from services.statistics.figures.observation import ReleaseContent
from services.statistics.formats import capability, words
from services.statistics.formats.cells import PublicRelease, PublishedCell, dimensions_of
from services.statistics.formats.tabular import FIGURES, figures

CANONICAL = "release.json"


def render(edition: PublicRelease) -> dict[str, bytes]:
    return {CANONICAL: document(edition)}


def document(edition: PublicRelease) -> bytes:
    """The document: keys sorted, exact decimals as text, null where nothing is published, observations as rows."""
    release = edition.release
    return _dumped(
        {
            **about(release),
            "areas": [
                {
                    "code": area.code,
                    "parent": area.parent,
                    "level": area.level,
                    "title": dict(area.title),
                    "place": list(area.place) if area.place else None,
                }
                for area in release.areas
            ],
            "tables": [
                {"id": table.id, "title": dict(table.title), "dimensions": list(dimensions_of(table))}
                for table in release.tables
            ],
            "codes": {
                name: {code: dict(title) for code, title in titles.items()}
                for name, titles in edition.lists.items()
                if name != "REF_AREA"
            },
            "units": {code: dict(title) for code, title in words.codes("UNIT_MEASURE").items()},
            "meanings": {code: dict(words.meaning(code)) for code in edition.lists["MEASURE"]},
            "capability": capability.to_json(release.capability),
            "observations": {"columns": FIGURES, "rows": [_row(cell) for cell in edition.cells]},
        }
    )


def _row(cell: PublishedCell) -> list[str | None]:
    return [text or None for text in figures(cell)]


def about(release: ReleaseContent) -> dict[str, Any]:
    """The metadata of the release as a whole."""
    return {
        "id": release.id,
        "revision": release.revision,
        "title": dict(release.title),
        "universe": release.universe,
        "periods": list(release.periods),
        "asOf": release.as_of.isoformat(),
        "published": release.publish_at.isoformat(),
        "methodVersion": release.method_version,
        "areaVintage": release.area_vintage.isoformat(),
        "fewestPersonsShown": release.k,
        "note": dict(release.note),
        "earlier": list(release.earlier),
        "publisher": dict(release.publisher),
        "licence": release.licence,
        "contact": release.contact,
        "legalBasis": release.legal_basis,
        "history": [
            {"revision": item.revision, "published": item.published.isoformat(), "note": dict(item.note)}
            for item in release.history
        ],
        "denominators": [
            {
                "reference": item.reference.isoformat(),
                "source": item.source,
                "licence": item.licence,
                "sha256": item.checksum,
            }
            for item in release.denominators
        ],
    }


def _dumped(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n").encode()
