"""What search engines read of a release: a schema.org Dataset as JSON-LD, for a data block in the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.backend.release_figures import ReleaseFigures
from gateway.language.i18n import Locale
from ieum.statistics.v1 import releases_pb2 as pb
from services.chassis import clock

_SCHEMA = "https://schema.org"
_LICENCES = {
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "KOGL-1": "https://www.kogl.or.kr/info/licenseType1.do",
}
_QUARTERS = {"Q1": ("01-01", "03-31"), "Q2": ("04-01", "06-30"), "Q3": ("07-01", "09-30"), "Q4": ("10-01", "12-31")}


def dataset(
    release: pb.Release, figures: ReleaseFigures, locale: Locale, *, address: str, origin: str, site: str, about: str
) -> dict[str, Any]:
    """`about`: in a sentence what is counted. Google's Dataset Search reads this only where it stands in the page."""
    publisher = {"@type": "Organization", "name": _name(figures.said.get("publisher"), locale) or site}
    published = clock.moment(release.publish_time)
    described: dict[str, Any] = {
        "@context": _SCHEMA,
        "@type": "Dataset",
        "@id": address,
        "url": address,
        "name": locale.pick(release.title)[0],
        "description": about,
        "creator": publisher,
        "publisher": publisher,
        "version": str(release.edition),
        "temporalCoverage": "/".join(span(release.periods)),
        "spatialCoverage": {"@type": "Place", "name": locale.pick(figures.top.title)[0]},
        "isAccessibleForFree": True,
        "includedInDataCatalog": {"@type": "DataCatalog", "name": site, "url": f"{origin}/data"},
        "distribution": [
            {"@type": "DataDownload", "contentUrl": f"{address}/{file.name}", "encodingFormat": file.media_type}
            for file in release.files
        ],
    }
    if published:
        described["datePublished"] = published.date().isoformat()
    licence = str(figures.said.get("licence", ""))
    if known := licence if "://" in licence else _LICENCES.get(licence):
        described["license"] = known
    return described


def span(periods: Sequence[str]) -> tuple[str, str]:
    """First and last day of quarters "2026-Q3" and years "2026"."""
    bounds = [_days(period) for period in periods]
    return min(start for start, _ in bounds), max(end for _, end in bounds)


def _days(period: str) -> tuple[str, str]:
    year, _, quarter = period.partition("-")
    start, end = _QUARTERS.get(quarter, ("01-01", "12-31"))
    return f"{year}-{start}", f"{year}-{end}"


def _name(publisher: Any, locale: Locale) -> str:
    return locale.pick(publisher)[0] if isinstance(publisher, dict) else str(publisher or "")
