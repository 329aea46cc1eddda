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
from ieum.courses.v1.courses_pb2 import SearchCatalogRequest
from services.chassis.errors import Unavailable

_COURSES = 3

routes = web.RouteTableDef()


@routes.get("/")
@page_cache.public()
async def show(request: web.Request) -> web.Response:
    clients, locale, viewer = request.app[CLIENTS], request[PAGE].locale, request[VIEWER]
    (catalogue, easy), mine = await side_by_side(
        side_by_side(
            clients.courses.SearchCatalog(SearchCatalogRequest(page_size=_COURSES)),
            clients.courses.SearchCatalog(_for_beginners(locale)),
        ),
        find_courses_of(clients, locale, viewer.person if viewer else ""),
    )
    known = {each.course for each in (*mine.under_way, *mine.done)}
    shown = {entry.course: entry for entry in (*easy.entries, *catalogue.entries) if entry.course not in known}
    return page(
        request,
        "learner/home.html",
        topics=[(key, locale.gettext(words)) for key, words in TOPICS.items()],
        courses=[card_of(locale, entry) for entry in list(shown.values())[:_COURSES]],
        total=catalogue.total_size,
        latest=mine.under_way[0] if mine.under_way else None,
        more_under_way=len(mine.under_way) - 1,
        centres=await _centres(request, locale),
    )


def _for_beginners(locale: Locale) -> SearchCatalogRequest:
    """In the visitor's language, and more than are shown: some may be under way already."""
    return SearchCatalogRequest(
        page_size=2 * _COURSES, levels=[content_pb2.BASIC], audience=content_pb2.RESIDENTS, language=locale.language
    )


async def _centres(request: web.Request, locale: Locale) -> Sequence[Centre]:
    """The information centres; none while the people service is unavailable."""
    try:
        return centres_of(locale, await request.app[PLACES].all())
    except Unavailable:
        page_cache.skip(request)
        return ()
