"""The catalogue of courses, the page of a course, and enrolment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from aiohttp import web
from multidict import MultiDict, MultiMapping
from yarl import URL

from gateway.backend import learning
from gateway.backend.classes import OPEN_CLASSES, nearest_first
from gateway.backend.clients import CLIENTS, Clients, side_by_side
from gateway.backend.names import id_of
from gateway.backend.places import PLACES
from gateway.html.render import PAGE, Flash, page
from gateway.http import errors
from gateway.http.auth import VIEWER
from gateway.http.public_url import public_origin
from gateway.language.i18n import LANGUAGES, Locale, msgid
from gateway.web.course import outline, structured_data
from gateway.web.course.card import AUDIENCES, LEVELS, TOPICS, card_of
from gateway.web.learner.class_words import ShownClass, shown
from gateway.web.learner.course_progress import find_courses_of
from gateway.web.site import page_cache
from gateway.web.site.forms import typed
from gateway.web.site.frame import go_to
from ieum.courses.v1 import content_pb2
from ieum.courses.v1.courses_pb2 import CatalogEntry, GetVersionRequest, SearchCatalogRequest
from ieum.enrollment.v1.enrollment_pb2 import ONLINE, EnrolRequest
from services.chassis.errors import Problem, Unavailable

PER_PAGE = 12
_NEAREST = 3
_AT_ONCE = 200
_LONGEST_QUERY = 200
MINUTES: Mapping[int, str] = {
    15: msgid("Up to 15 minutes"),
    30: msgid("Up to half an hour"),
    60: msgid("Up to one hour"),
}

routes = web.RouteTableDef()


@dataclass(frozen=True)
class CatalogueSearch:
    """The search of the catalogue; parameters that are not valid are ignored."""

    query: str = ""
    topics: tuple[str, ...] = ()
    levels: tuple[int, ...] = ()
    language: str = ""
    minutes: int = 0
    audience: int = 0
    page: int = 1

    @property
    def is_narrow(self) -> bool:
        return bool(self.topics or self.levels or self.language or self.minutes or self.audience)

    def address(self, number: int) -> str:
        """The address of another page of the results."""
        return str(URL("/courses").with_query(replace(self, page=number).parameters()))

    def parameters(self) -> MultiDict[str]:
        """What it says as a query, always in the same order."""
        parameters: MultiDict[str] = MultiDict()
        parameters.update({"q": self.query} if self.query else {})
        parameters.extend(("topic", topic) for topic in self.topics)
        parameters.extend(("level", str(level)) for level in self.levels)
        single = {"lang": self.language, "minutes": self.minutes or "", "audience": self.audience or ""}
        parameters.extend((name, str(value)) for name, value in single.items() if value)
        if self.page > 1:
            parameters["page"] = str(self.page)
        return parameters


def read_search(query: MultiMapping[str]) -> CatalogueSearch:
    def number(name: str, known: Mapping[int, str]) -> int:
        text = query.get(name, "")
        return int(text) if text in map(str, known) else 0

    page_number = query.get("page", "")
    return CatalogueSearch(
        query=" ".join(query.get("q", "").split())[:_LONGEST_QUERY],
        topics=tuple(topic for topic in TOPICS if topic in query.getall("topic", [])),
        levels=tuple(level for level in LEVELS if str(level) in query.getall("level", [])),
        language=query.get("lang", "") if query.get("lang") in LANGUAGES else "",
        minutes=number("minutes", MINUTES),
        audience=number("audience", AUDIENCES),
        page=int(page_number) if page_number.isascii() and page_number.isdigit() and len(page_number) < 5 else 1,
    )


@routes.get("/courses")
@page_cache.public(canonical=lambda query: read_search(query).parameters())
async def show_catalogue(request: web.Request) -> web.Response:
    locale, search = request[PAGE].locale, read_search(request.query)
    found = await _search(request.app[CLIENTS], search)
    # Where nothing fits, one page of the nearest courses is enough.
    pages = 1 if found.nearest else max(1, -(-found.total // PER_PAGE))
    viewer = request[VIEWER]
    courses = [card_of(locale, entry) for entry in found.entries[: _NEAREST if found.nearest else PER_PAGE]]
    return page(
        request,
        "learner/catalogue.html",
        classes=await _classes(request, *(course.course for course in courses)),
        search=search,
        total=0 if found.nearest else found.total,
        nearest=found.nearest,
        courses=courses,
        edits_search_words=viewer is not None and viewer.principal.runs_everything,
        topics=_choices(locale, TOPICS),
        levels=_choices(locale, LEVELS),
        minutes=[("", locale.gettext("Any length")), *_choices(locale, MINUTES)],
        audiences=[("", locale.gettext("All courses")), *_choices(locale, AUDIENCES)],
        course_languages=[("", locale.gettext("Any language")), *LANGUAGES.items()],
        links=[(number, search.address(number)) for number in _near(search.page, pages)],
        pages=pages,
    )


def _choices(locale: Locale, words: Mapping[str, str] | Mapping[int, str]) -> list[tuple[str, str]]:
    return [(str(key), locale.gettext(text)) for key, text in words.items()]


def _near(current: int, pages: int) -> list[int]:
    """The page numbers to link: first, last and those around the current page."""
    return [number for number in range(1, pages + 1) if number in (1, pages) or abs(number - current) <= 1]


@dataclass(frozen=True)
class _Found:
    """The entries of one page, and the number of all."""

    entries: Sequence[CatalogEntry]
    total: int
    nearest: bool


async def _search(clients: Clients, search: CatalogueSearch) -> _Found:
    first, last = (search.page - 1) * PER_PAGE, search.page * PER_PAGE
    grpc_request = SearchCatalogRequest(
        page_size=min(last, _AT_ONCE),
        query=search.query,
        topics=search.topics,
        levels=[content_pb2.Level.ValueType(level) for level in search.levels],
        language=search.language,
        max_minutes=search.minutes,
        audience=content_pb2.Audience.ValueType(search.audience),
    )
    entries: list[CatalogEntry] = []
    while True:
        answer = await clients.courses.SearchCatalog(grpc_request)
        entries += answer.entries
        if len(entries) >= last or not answer.next_page_token:
            return _Found(entries[first:last], answer.total_size, answer.nearest)
        grpc_request.page_token = answer.next_page_token


@routes.get("/courses/{course}")
@page_cache.public()
async def show_course(request: web.Request) -> web.Response:
    return await _course_page(request)


async def _course_page(request: web.Request, problem: Problem | None = None) -> web.Response:
    clients, locale, viewer = request.app[CLIENTS], request[PAGE].locale, request[VIEWER]
    name = f"courses/{request.match_info['course']}"
    version, mine = await side_by_side(
        clients.courses.GetVersion(GetVersionRequest(name=f"{name}/versions/current")),
        find_courses_of(clients, locale, viewer.person if viewer else ""),
    )
    lessons = [lesson for lesson in version.content.lessons if lesson.screens]
    course = outline.course_of(locale, version)
    return page(
        request,
        "learner/course.html",
        classes=(await _classes(request, name)).get(name, []),
        origin=public_origin(request),
        first=f"/{name}/try/{lessons[0].screens[0].key}" if lessons else "",
        status=errors.status_of(problem) if problem else 200,
        course=course,
        structured=structured_data.course(
            course, list(version.content.languages), public_origin(request), request[PAGE].site.name
        ),
        standing=mine.of_course(name),
        refused=errors.message(locale, problem) if problem else "",
    )


async def _classes(request: web.Request, *courses: str) -> dict[str, list[ShownClass]]:
    """Of each course its open classes, the reader's own area first; without them the page still serves."""
    viewer = request[VIEWER]
    try:
        classes = [each for each in await request.app[OPEN_CLASSES].all() if each.details.course in courses]
        places = await request.app[PLACES].all()
    except Unavailable:
        page_cache.skip(request)
        return {}
    near = nearest_first(classes, viewer.principal.area if viewer else "")
    found: dict[str, list[ShownClass]] = {}
    for each in near:
        found.setdefault(each.details.course, []).append(shown(request[PAGE].locale, places, each))
    return found


@routes.get("/courses/{course}/enrol")
async def show_again(request: web.Request) -> web.Response:
    """Where Back leads after an enrolment that was refused."""
    return go_to(f"/courses/{request.match_info['course']}")


@routes.post("/courses/{course}/enrol")
async def enrol(request: web.Request) -> web.Response:
    course = f"courses/{request.match_info['course']}"
    if request[VIEWER] is None:
        return go_to(str(URL("/sign-in").with_query(next=f"/{course}")))
    after = (await typed(request, "after"))["after"]
    again = f"enrollments/{after}" if after else ""
    try:
        enrollment = await learning.enrol(
            request.app[CLIENTS], EnrolRequest(course=course, delivery=ONLINE, after=again)
        )
    except Problem as problem:
        return await _course_page(request, problem)
    gettext = request[PAGE].locale.gettext
    flash = Flash(gettext("You have started the course"), gettext("You can stop at any time. We keep your place."))
    return go_to(f"/learning/{id_of(enrollment.name)}", flash, request)
