"""The list of offices that get the figures of their area by mail, kept by whoever looks after the area."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web
from aiohttp.web_request import FileField

from gateway.backend.clients import CLIENTS
from gateway.backend.places import PLACES
from gateway.backend.recipients import FIELDS
from gateway.documents.csv_upload import WrongLine
from gateway.html.render import PAGE, Flash, page
from gateway.http import csv_download, errors
from gateway.http.admission import takes_files
from gateway.http.auth import signed_in
from gateway.http.form import read_form
from gateway.language.i18n import LANGUAGES, Locale
from gateway.language.problems.mail import OFF
from gateway.web.official import recipients_file
from gateway.web.site import area_choices
from gateway.web.site.forms import REFUSED, named, status_of, typed
from gateway.web.site.frame import go_to
from ieum.statistics.v1 import distribution_pb2 as pb
from services.chassis import clock
from services.chassis.errors import Forbidden, Problem

HERE = "/statistics/recipients"
_ONE = HERE + "/{recipient:[0-9a-z]{1,64}}"
_BLANK = {"area": "", "office": "", "address": "", "language": "ko"}

routes = web.RouteTableDef()


def _recipient_of(given: Mapping[str, str], name: str = "") -> pb.Recipient:
    texts: Any = given  # the stub would have each field's own type
    return pb.Recipient(name=name, **texts)


@routes.get(HERE)
async def show_all(request: web.Request) -> web.Response:
    return await _list(request, _BLANK)


@routes.post(HERE)
async def add(request: web.Request) -> web.Response:
    given = await typed(request, *FIELDS)
    call = pb.CreateRecipientRequest(recipient=_recipient_of(given))
    try:
        await request.app[CLIENTS].distribution.CreateRecipient(call)
    except Problem as problem:
        wrong = {named(problem, dict(zip(FIELDS, FIELDS, strict=True)), "office"): _words(request, problem)}
        return await _list(request, given, status=status_of(problem), errors=wrong)
    gettext = request[PAGE].locale.gettext
    flash = Flash(gettext("The office is on the list"), gettext("It gets what is published from now on."))
    return go_to(HERE, flash, request)


@routes.get(HERE + ".csv")
async def download(request: web.Request) -> web.Response:
    require_official(request)
    text = "\ufeff" + recipients_file.write(await all_recipients(request, export=True))
    headers = {"Content-Disposition": 'attachment; filename="ieum-offices.csv"'}
    return web.Response(text=text, content_type=csv_download.CSV, charset="utf-8", headers=headers)


@routes.post(HERE + "/file")
@takes_files("official", "administrator")
async def read_file(request: web.Request) -> web.Response:
    require_official(request)
    locale = request[PAGE].locale
    given = (await read_form(request)).get("file")
    content = given.file.read() if isinstance(given, FileField) else b""
    if not content:
        return await _list(request, _BLANK, status=REFUSED, errors={"file": locale.gettext("Choose a file first.")})
    lines: list[int] = []
    try:
        offices, lines = recipients_file.read(content)
        call = pb.ImportRecipientsRequest(recipients=offices)
        answer = await request.app[CLIENTS].distribution.ImportRecipients(call)
    except WrongLine as wrong:
        words = _on_line(locale, wrong.line, locale.gettext(wrong.words) % wrong.details)
        return await _list(request, _BLANK, status=REFUSED, errors={"file": words})
    except Problem as problem:
        row = int(problem.details.get("row", "0"))
        words = _words(request, problem)
        words = _on_line(locale, lines[row - 1], words) if 0 < row <= len(lines) else words
        return await _list(request, _BLANK, status=status_of(problem), errors={"file": words})
    counts = {"added": answer.added, "changed": answer.changed, "same": answer.unchanged}
    text = locale.gettext("%(added)s added, %(changed)s changed, %(same)s as they were.") % counts
    return go_to(HERE, Flash(locale.gettext("The file is read in"), text), request)


@routes.get(_ONE)
async def show(request: web.Request) -> web.Response:
    recipient = await _recipient(request)
    return await _form(request, recipient, {name: getattr(recipient, name) for name in FIELDS})


@routes.post(_ONE)
async def change(request: web.Request) -> web.Response:
    given = await typed(request, *FIELDS)
    try:
        changed = pb.UpdateRecipientRequest(recipient=_recipient_of(given, _name(request)))
        await request.app[CLIENTS].distribution.UpdateRecipient(changed)
    except Problem as problem:
        if problem.reason == "RECIPIENT_NOT_FOUND":
            raise
        wrong = {named(problem, dict(zip(FIELDS, FIELDS, strict=True)), "office"): _words(request, problem)}
        return await _form(request, await _recipient(request), given, status=status_of(problem), errors=wrong)
    return go_to(HERE, Flash(request[PAGE].locale.gettext("The office is changed")), request)


@routes.post(_ONE + "/remove")
async def remove(request: web.Request) -> web.Response:
    require_official(request)
    call = pb.DeleteRecipientRequest(name=_name(request))
    await request.app[CLIENTS].distribution.DeleteRecipient(call)
    gettext = request[PAGE].locale.gettext
    text = gettext("Its address is forgotten. What it was sent before stays known.")
    return go_to(HERE, Flash(gettext("The office is removed"), text), request)


def require_official(request: web.Request) -> None:
    if not signed_in(request).holds("official", "administrator"):
        raise Forbidden("ROLE_NEEDED")


async def all_recipients(request: web.Request, *, export: bool = False) -> list[pb.Recipient]:
    """`export`: they are about to leave as a file, which the service notes."""
    offices: list[pb.Recipient] = []
    token = ""
    while True:
        call = pb.ListRecipientsRequest(page_size=1000, page_token=token, export=export)
        answer = await request.app[CLIENTS].distribution.ListRecipients(call)
        offices += answer.recipients
        token = answer.next_page_token
        if not token:
            return offices


async def mail_notice(request: web.Request) -> dict[str, Any]:
    """Whether mail can be sent, in words: `off` says what to set, `trouble` what the server said and since when."""
    state = await request.app[CLIENTS].distribution.GetMailState(pb.GetMailStateRequest())
    gettext = request[PAGE].locale.gettext
    off = "" if state.on else gettext(OFF.get(state.reason, OFF["SMTP_URL_INVALID"]))
    return {
        "off": off, "trouble": state.trouble, "since": clock.moment(state.trouble_since), "sender": state.sender,
    }  # fmt: skip


async def _list(request: web.Request, given: Mapping[str, str], *, status: int = 200, **values: Any) -> web.Response:
    require_official(request)
    locale, places = request[PAGE].locale, await request.app[PLACES].all()
    offices = await all_recipients(request)
    rows = [
        {
            "id": recipient.name.rpartition("/")[2], "office": recipient.office, "address": recipient.address,
            "area": area_choices.title(locale, places, recipient.area),
            "language": LANGUAGES.get(recipient.language, recipient.language),
        }
        for recipient in offices
    ]  # fmt: skip
    return page(
        request, "official/recipients.html", status=status, here=HERE, rows=rows, given=given,
        columns=recipients_file.COLUMNS, mail=await mail_notice(request), **await _choices(request), **values,
    )  # fmt: skip


async def _form(
    request: web.Request, recipient: pb.Recipient, given: Mapping[str, str], *, status: int = 200, **values: Any
) -> web.Response:
    more = {"changed": clock.moment(recipient.change_time), "office": recipient.office}
    return page(
        request, "official/recipient.html", status=status, here=HERE, action=f"/statistics/{recipient.name}",
        given=given, **more, **await _choices(request), **values,
    )  # fmt: skip


async def _choices(request: web.Request) -> dict[str, Any]:
    locale, places, who = request[PAGE].locale, await request.app[PLACES].all(), signed_in(request).principal
    held = who.scopes("official") | who.scopes("administrator")
    areas = [
        choice for choice in area_choices.areas_within(locale, places, held) if choice[0] != area_choices.EVERYWHERE
    ]
    return {"area_choices": areas, "language_choices": list(LANGUAGES.items())}


async def _recipient(request: web.Request) -> pb.Recipient:
    require_official(request)
    return await request.app[CLIENTS].distribution.GetRecipient(pb.GetRecipientRequest(name=_name(request)))


def _name(request: web.Request) -> str:
    return f"recipients/{request.match_info['recipient']}"


def _words(request: web.Request, problem: Problem) -> str:
    return errors.message(request[PAGE].locale, problem)


def _on_line(locale: Locale, line: int, what: str) -> str:
    return locale.gettext("Line %(line)s: %(what)s Nothing was changed.") % {"line": line, "what": what}
