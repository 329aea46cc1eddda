"""The first page: what this is for, how to find a course, where to get help, and, for learners, where to go on."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from gateway.backend.clients import CLIENTS, side_by_side
from gateway.backend.places import PLACES
from gateway.html.render import PAGE, page
from gateway.http.auth import VIEWER
from gateway.language.i18n import Locale
from gateway.web.course.card import TOPICS, card_of
from gateway.web.learner.course_progress import find_courses_of
from gateway.web.site import page_cache
from gateway.web.site.centres import Centre, centres_of
from ieum.courses.v1 import content_pb2
from ieum.courses.v1.courses_pb2 import CatalogEntry, SearchCatalogRequest
from services.chassis.errors import Unavailable

_COURSES = 3
_LOOKED_AT = 50

routes = web.RouteTableDef()


@routes.get("/")
@page_cache.public()
async def show(request: web.Request) -> web.Response:
    clients, locale, viewer = request.app[CLIENTS], request[PAGE].locale, request[VIEWER]
    catalogue, mine = await side_by_side(
        clients.courses.SearchCatalog(SearchCatalogRequest(page_size=_LOOKED_AT)),
        find_courses_of(clients, locale, viewer.person if viewer else ""),
    )
    known = {each.course for each in (*mine.under_way, *mine.done)}
    new = [entry for entry in catalogue.entries if entry.course not in known]
    new.sort(key=lambda entry: not _is_for_beginners(locale, entry))
    return page(
        request,
        "learner/home.html",
        topics=[(key, locale.gettext(words)) for key, words in TOPICS.items()],
        courses=[card_of(locale, entry) for entry in new[:_COURSES]],
        total=catalogue.total_size,
        latest=mine.under_way[0] if mine.under_way else None,
        more_under_way=len(mine.under_way) - 1,
        centres=await _centres(request, locale),
    )


def _is_for_beginners(locale: Locale, entry: CatalogEntry) -> bool:
    """Also in the visitor's language, and not for employees alone."""
    return (
        entry.level == content_pb2.BASIC
        and entry.audience != content_pb2.EMPLOYEES
        and locale.language in entry.languages
    )


async def _centres(request: web.Request, locale: Locale) -> Sequence[Centre]:
    """The information centres; none while the people service is unavailable."""
    try:
        return centres_of(locale, await request.app[PLACES].all())
    except Unavailable:
        page_cache.skip(request)
        return ()
