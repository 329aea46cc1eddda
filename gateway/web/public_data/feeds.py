"""Releases for readers that look by themselves: an Atom feed of what is out, an iCalendar file of what comes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from xml.etree import ElementTree

from aiohttp import hdrs, web

from gateway.backend.conditions import is_known
from gateway.backend.published_releases import PUBLISHED_RELEASES, key_of
from gateway.html.render import PAGE
from gateway.http.public_url import public_origin
from gateway.language.i18n import Locale
from gateway.web.site.frame import SETTINGS
from ieum.statistics.v1 import releases_pb2 as pb
from services.chassis import clock

ATOM = "http://www.w3.org/2005/Atom"
_MOST_ENTRIES = 100
_LONGEST_LINE = 75  # bytes, RFC 5545
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)

routes = web.RouteTableDef()


@routes.get("/data/releases.atom")
async def send_feed(request: web.Request) -> web.Response:
    """Every edition, newest first."""
    locale, origin = request[PAGE].locale, public_origin(request)
    releases = await request.app[PUBLISHED_RELEASES].all()
    text = atom(releases[:_MOST_ENTRIES], locale, origin, locale.pick(request.app[SETTINGS].site_name)[0])
    return _conditional(request, text, "application/atom+xml")


@routes.get("/data/releases.ics")
async def send_calendar(request: web.Request) -> web.Response:
    """What is announced and what is out."""
    library, locale = request.app[PUBLISHED_RELEASES], request[PAGE].locale
    text = calendar(await library.all(), await library.calendar(), locale, public_origin(request))
    return _conditional(request, text.encode(), "text/calendar")


def atom(releases: Sequence[pb.Release], locale: Locale, origin: str, site: str) -> bytes:
    feed = ElementTree.Element("feed", {"xmlns": ATOM, "xml:lang": locale.language})
    _add(feed, "id", f"{origin}/data/releases.atom")
    _add(feed, "title", f"{locale.gettext('Published statistics')}: {site}")
    _add(feed, "updated", max((_moment(release) for release in releases), default=_EPOCH).isoformat())
    ElementTree.SubElement(feed, "link", {"rel": "self", "href": f"{origin}/data/releases.atom"})
    ElementTree.SubElement(feed, "link", {"rel": "alternate", "href": f"{origin}/data", "type": "text/html"})
    _add(ElementTree.SubElement(feed, "author"), "name", site)
    for release in releases:
        address = f"{origin}/data/{key_of(release.series)}/{release.edition}"
        entry = ElementTree.SubElement(feed, "entry")
        _add(entry, "id", address)
        _add(entry, "title", _title(release, locale))
        _add(entry, "updated", _moment(release).isoformat())
        _add(entry, "published", _moment(release).isoformat())
        ElementTree.SubElement(entry, "link", {"rel": "alternate", "href": address, "type": "text/html"})
        _add(entry, "summary", locale.pick(release.note)[0] or _title(release, locale))
    text: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return text


def calendar(releases: Sequence[pb.Release], coming: Sequence[pb.CalendarEntry], locale: Locale, origin: str) -> str:
    host = urlsplit(origin).hostname or "ieum"
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Ieum//Releases//EN"]
    lines.append(f"X-WR-CALNAME:{_text(locale.gettext('Published statistics'))}")
    for release in releases[:_MOST_ENTRIES]:
        address = f"{origin}/data/{key_of(release.series)}/{release.edition}"
        lines += _event(
            f"{key_of(release.name)}@{host}", _moment(release), _title(release, locale), "CONFIRMED", address
        )
    for entry in coming:
        title, moment = locale.pick(entry.title)[0], clock.moment(entry.publish_time) or _EPOCH
        # An announcement has no name of its own; its title stays when its day moves.
        key = hashlib.sha256(repr(sorted(entry.title.items())).encode()).hexdigest()[:24]
        status = "CONFIRMED" if entry.certain else "TENTATIVE"
        lines += _event(f"{key}@{host}", moment, title, status, f"{origin}/data")
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _event(uid: str, at: datetime, title: str, status: str, address: str) -> list[str]:
    start, end = (moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ") for moment in (at, at + timedelta(minutes=30)))
    when = [f"DTSTAMP:{start}", f"DTSTART:{start}", f"DTEND:{end}"]
    what = [f"SUMMARY:{_text(title)}", f"STATUS:{status}", f"URL:{address}", "TRANSP:TRANSPARENT"]
    return ["BEGIN:VEVENT", f"UID:{uid}", *when, *what, "END:VEVENT"]


def _title(release: pb.Release, locale: Locale) -> str:
    title = locale.pick(release.title)[0]
    if release.edition == 1:
        return title
    return f"{title} ({locale.gettext('Edition %(number)s') % {'number': release.edition}})"


def _moment(release: pb.Release) -> datetime:
    return clock.moment(release.publish_time) or _EPOCH


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    # Characters that XML cannot hold are left out; a title may have any.
    ElementTree.SubElement(parent, name).text = "".join(sign for sign in text if sign.isprintable() or sign in "\n\t")


def _text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
    return "".join(sign for sign in escaped if sign.isprintable())


def _folded(line: str) -> str:
    """At most 75 bytes each; what follows begins with a space."""
    folded, size = "", 0
    for sign in line:
        length = len(sign.encode())
        if size + length > _LONGEST_LINE:
            folded, size = f"{folded}\r\n ", 1
        folded, size = folded + sign, size + length
    return folded


def _conditional(request: web.Request, body: bytes, content_type: str) -> web.Response:
    etag = f'W/"{hashlib.sha256(body).hexdigest()[:24]}"'
    headers: dict[str, str] = {hdrs.ETAG: etag, hdrs.CACHE_CONTROL: "no-cache", hdrs.VARY: "Accept-Language, Cookie"}
    headers["Access-Control-Allow-Origin"] = "*"
    if is_known(request, headers):
        return web.Response(status=304, headers=headers)
    return web.Response(body=body, content_type=content_type, charset="utf-8", headers=headers)
