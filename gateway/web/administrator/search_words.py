"""The synonyms of the catalogue's search, as an administrator reads and changes them: one group on each line."""

from __future__ import annotations

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.html.render import PAGE, Flash, page
from gateway.http import errors
from gateway.http.auth import signed_in
from gateway.web.site.forms import status_of, typed
from gateway.web.site.frame import go_to
from ieum.courses.v1.courses_pb2 import GetSynonymsRequest, SynonymGroup, UpdateSynonymsRequest
from services.chassis import clock
from services.chassis.errors import Problem

PATH = "/admin/search-words"

routes = web.RouteTableDef()


@routes.get(PATH)
async def show(request: web.Request) -> web.Response:
    return await _page(request)


@routes.post(PATH)
async def change(request: web.Request) -> web.Response:
    signed_in(request, "administrator")
    form = await typed(request, "groups", "etag")
    lines = [line.split(",") for line in form["groups"].splitlines() if line.strip()]
    groups = [SynonymGroup(words=[" ".join(word.split()) for word in words]) for words in lines]
    try:
        await request.app[CLIENTS].courses.UpdateSynonyms(UpdateSynonymsRequest(groups=groups, etag=form["etag"]))
    except Problem as problem:
        return await _page(request, form["groups"], problem)
    gettext = request[PAGE].locale.gettext
    text = gettext("The search knows them at once; pages that visitors have just seen change within a minute.")
    return go_to(PATH, Flash(gettext("The search words are saved"), text), request)


async def _page(request: web.Request, lines: str | None = None, problem: Problem | None = None) -> web.Response:
    """With what was typed after a refusal. The new etag lets the administrator save again after reading both."""
    signed_in(request, "administrator")
    stored = await request.app[CLIENTS].courses.GetSynonyms(GetSynonymsRequest())
    current = "\n".join(", ".join(group.words) for group in stored.groups)
    return page(
        request,
        "administrator/search_words.html",
        status=status_of(problem) if problem else 200,
        lines=current if lines is None else lines,
        current=current,
        etag=stored.etag,
        changed=clock.moment(stored.change_time) if stored.HasField("change_time") else None,
        errors={"groups": errors.message(request[PAGE].locale, problem)} if problem else {},
    )
