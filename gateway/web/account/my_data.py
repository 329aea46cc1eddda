"""Everything held about oneself: as a page, as a file for programs and as a document; and who has looked at it."""

from __future__ import annotations

import json

from aiohttp import web
from yarl import URL

from gateway.backend import my_data
from gateway.backend.clients import CLIENTS
from gateway.backend.my_data import MyData
from gateway.backend.places import PLACES
from gateway.documents import personal_data
from gateway.documents.certificate import PRINTER
from gateway.documents.personal_data import Section
from gateway.html.render import PAGE, page
from gateway.http.auth import signed_in
from gateway.web.account.my_data_words import sections
from gateway.web.account.own_audit_words import actor_words, course_titles, entry_words
from ieum.courses.v1.content_pb2 import Content
from ieum.progress.v1.progress_pb2 import ListProgressRequest, Progress
from services.chassis import clock
from services.chassis.errors import Missing

_HERE = "/account/data"
_LOOKS = f"{_HERE}/looks"
_PAGE_SIZE = 50
_PRIVATE = {"Cache-Control": "no-store"}

routes = web.RouteTableDef()


@routes.get(_HERE)
async def show(request: web.Request) -> web.Response:
    _, shown = await _gather(request)
    response = page(request, "account/my_data.html", sections=shown)
    response.headers.update(_PRIVATE)
    return response


async def _gather(request: web.Request) -> tuple[MyData, list[Section]]:
    clients, locale = request.app[CLIENTS], request[PAGE].locale
    data = await my_data.gather(clients, signed_in(request).principal)

    async def content_of(progress: Progress) -> Content:
        try:
            return await clients.contents.for_learners(f"{progress.course}/versions/{progress.version}")
        except Missing:
            return Content()

    return data, await sections(locale, await request.app[PLACES].all(), data, content_of)


@routes.get(f"{_HERE}.json")
async def download(request: web.Request) -> web.Response:
    data = await my_data.gather(request.app[CLIENTS], signed_in(request).principal)
    content = data.as_json() | {"time": clock.now().isoformat()}
    headers = {**_PRIVATE, "Content-Disposition": 'attachment; filename="my-data.json"'}
    text = json.dumps(content, ensure_ascii=False, indent=1)
    return web.Response(text=text, content_type="application/json", headers=headers)


@routes.get(f"{_HERE}.pdf")
async def document(request: web.Request) -> web.Response:
    shown = request[PAGE]
    data, parts = await _gather(request)
    async with request.app[PRINTER]:
        body = await personal_data.render(
            parts, shown.locale, issuer=shown.site.name, holder=data.account.display_name, now=clock.now()
        )
    headers = {**_PRIVATE, "Content-Disposition": 'attachment; filename="my-data.pdf"'}
    return web.Response(body=body, content_type="application/pdf", headers=headers)


@routes.get(_LOOKS)
async def looks(request: web.Request) -> web.Response:
    viewer, locale, clients = signed_in(request), request[PAGE].locale, request.app[CLIENTS]
    places = await request.app[PLACES].all()
    found = await my_data.entries_page(clients, request.query.get("page", ""), _PAGE_SIZE, by_me=False)
    progress = await clients.progress.ListProgress(ListProgressRequest(person=viewer.person, page_size=_PAGE_SIZE))
    titles = course_titles(locale, progress.progress)
    rows = [
        {
            "time": clock.moment(each.time),
            "who": actor_words(locale, places, found, each),
            "what": entry_words(locale, places, each, titles),
        }
        for each in found.entries
    ]
    following = str(URL(_LOOKS).with_query(page=found.following)) if found.following else ""
    response = page(
        request,
        "account/looks.html",
        rows=rows,
        following=following,
        beginning=_LOOKS if "page" in request.query else "",
    )
    response.headers.update(_PRIVATE)
    return response
