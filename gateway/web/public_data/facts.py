"""What stands beside the figures of a release: whose it is, how it may be used, its symbols, the size of files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from markupsafe import Markup

from gateway.backend.published_releases import key_of
from gateway.backend.release_figures import ReleaseFigures
from gateway.language.i18n import Locale, msgid
from gateway.web.public_data.cells import MARKS, SYMBOLS
from ieum.statistics.v1 import releases_pb2 as pb
from services.chassis import clock

LICENCES: Mapping[str, str] = {
    "KOGL-1": msgid("Free to use, also for business and changed, when the source is named (KOGL type 1)"),
    "CC-BY-4.0": msgid("Free to use, also for business and changed, when the source is named (CC BY 4.0)"),
    "CC0-1.0": msgid("Free to use in any way (CC0)"),
}
_KILO = 1024


def facts(release: pb.Release, figures: ReleaseFigures, locale: Locale) -> list[tuple[str, str | Markup]]:
    said, gettext = figures.said, locale.gettext
    when, licence = clock.moment(release.publish_time), said["licence"]
    texts = [
        (gettext("Published by"), locale.pick(said["publisher"])[0]),
        (gettext("Published on"), locale.datetime(when) if when else ""),
        (gettext("Contact"), said["contact"]),
        (gettext("Legal basis"), said.get("legalBasis", "")),
        (gettext("Use"), gettext(LICENCES.get(licence, licence))),
        (
            gettext("Residents counted from"),
            _denominators(said.get("denominators", ()), locale),
        ),
        (gettext("Definitions"), gettext("version %(version)s") % {"version": release.method_version}),
        (gettext("Checked together with"), _links(release.earlier)),
        (gettext("Checksum of release.json (SHA-256)"), Markup("<code>{}</code>").format(release.checksum)),
    ]
    return [(name, text) for name, text in texts if text]


def _denominators(tables: list[Mapping[str, str]], locale: Locale) -> str:
    words = locale.gettext("%(source)s of %(day)s")
    days = [locale.date(date.fromisoformat(each["reference"])) for each in tables]
    return "; ".join(words % {"source": each["source"], "day": day} for each, day in zip(tables, days, strict=True))


def _links(names: Iterable[str]) -> Markup:
    ids = [key_of(name) for name in names]
    return Markup(", ").join(Markup('<a href="/data/{0}">{0}</a>').format(name) for name in ids)


def symbols(figures: ReleaseFigures, locale: Locale) -> list[tuple[str, str]]:
    """Those that stand in this release, and the zero that must not be taken for one."""
    legend = {**SYMBOLS, **MARKS}
    texts = [
        (symbol, locale.gettext(meaning)) for code, (symbol, _, meaning) in legend.items() if code in figures.statuses
    ]
    return [*texts, ("0", locale.gettext("Really nobody, or nothing."))]


def size(length: int, locale: Locale) -> str:
    """Of a file: bytes in words."""
    if length < _KILO:
        return locale.gettext("%(number)s bytes") % {"number": length}
    if length < _KILO * _KILO:
        return locale.gettext("%(number)s KB") % {"number": locale.number(length / _KILO)}
    return locale.gettext("%(number)s MB") % {"number": locale.number(length / _KILO / _KILO, 1)}
