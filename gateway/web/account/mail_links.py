"""By e-mail: a new passphrase for whoever forgot theirs, and the confirmation of an address. A link shows a page when
it is followed, and counts when its button is pressed, because mail servers follow links."""

from __future__ import annotations

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.html.render import PAGE, Flash, page
from gateway.http import errors
from gateway.http.auth import VIEWER, signed_in
from gateway.http.form import read_texts
from gateway.web.account.registration_checks import without_spaces
from gateway.web.site.forms import status_of
from gateway.web.site.frame import go_to
from ieum.people.v1 import mail_links_pb2 as pb
from services.chassis.errors import Problem

_FORGOTTEN = "/sign-in/forgotten"
_LINK = "/{secret:[0-9a-f]{32}\\.[0-9A-Za-z_-]{43}}"
_RESET, _CONFIRM = f"/reset-passphrase{_LINK}", f"/confirm-email{_LINK}"

routes = web.RouteTableDef()


@routes.get(_FORGOTTEN)
async def ask_login(request: web.Request) -> web.Response:
    return page(request, "account/forgotten.html", here=_FORGOTTEN, login="", asked=False)


@routes.post(_FORGOTTEN)
async def send_link(request: web.Request) -> web.Response:
    """One page for everybody, whether there is such an account or not."""
    login = (await read_texts(request)).get("login", "")
    wrong, status = {}, 200
    if not login.strip():
        wrong, status = {"login": request[PAGE].locale.gettext("Type your login.")}, 422
    else:
        asking = pb.AskForResetRequest(login=without_spaces(login), address=request.remote or "")
        await request.app[CLIENTS].mail_links.AskForReset(asking)
    return page(
        request, "account/forgotten.html", status=status, here=_FORGOTTEN, login=login, asked=not wrong, errors=wrong
    )


@routes.get(_RESET)
async def ask_passphrase(request: web.Request) -> web.Response:
    return await _linked(request, pb.RESET_PASSPHRASE)


@routes.get(_CONFIRM)
async def ask_confirmation(request: web.Request) -> web.Response:
    return await _linked(request, pb.CONFIRM_EMAIL)


async def _linked(
    request: web.Request, purpose: pb.MailLinkPurpose.ValueType, problem: Problem | None = None
) -> web.Response:
    """The page of an open link, or that it is over; nothing else is shown of whose it is."""
    locale, is_over, status = request[PAGE].locale, False, 200
    try:
        asking = pb.GetMailLinkRequest(secret=request.match_info["secret"])
        is_over = (await request.app[CLIENTS].mail_links.GetMailLink(asking)).purpose != purpose
    except Problem as over:
        if over.reason != "MAIL_LINK_OVER":
            raise
        is_over = True
    if problem or is_over:
        status = 410 if is_over else status_of(problem) if problem else 200
    template = "account/reset_passphrase.html" if purpose == pb.RESET_PASSPHRASE else "account/confirm_email.html"
    response = page(
        request,
        template,
        status=status,
        here=request.path,
        is_over=is_over,
        again=_FORGOTTEN,
        errors={"new_passphrase": errors.message(locale, problem)} if problem and not is_over else {},
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@routes.post(_RESET)
async def reset(request: web.Request) -> web.Response:
    new, locale = (await read_texts(request)).get("new_passphrase", ""), request[PAGE].locale
    asking = pb.ResetByMailRequest(secret=request.match_info["secret"], new_passphrase=new)
    try:
        await request.app[CLIENTS].mail_links.ResetByMail(asking)
    except Problem as problem:
        return await _linked(request, pb.RESET_PASSPHRASE, problem)
    said = Flash(locale.gettext("Your passphrase is changed"), locale.gettext("Sign in with the new one."))
    return go_to("/sign-in", said, request)


@routes.post(_CONFIRM)
async def confirm(request: web.Request) -> web.Response:
    asking = pb.ConfirmByMailRequest(secret=request.match_info["secret"])
    try:
        await request.app[CLIENTS].mail_links.ConfirmByMail(asking)
    except Problem as problem:
        return await _linked(request, pb.CONFIRM_EMAIL, problem)
    said = Flash(request[PAGE].locale.gettext("Your e-mail address is confirmed"))
    return go_to("/account" if request[VIEWER] else "/sign-in", said, request)


@routes.post("/account/email/confirm")
async def send_confirmation(request: web.Request) -> web.Response:
    viewer, gettext = signed_in(request), request[PAGE].locale.gettext
    asking = pb.AskForConfirmationRequest(person=viewer.person)
    await request.app[CLIENTS].mail_links.AskForConfirmation(asking)
    said = Flash(gettext("The mail is on its way"), gettext("Open the link in it within 24 hours."))
    return go_to("/account", said, request)


@routes.get("/account/email/confirm")
async def show_account(request: web.Request) -> web.Response:
    """Where Back leads after a refusal."""
    return go_to("/account")
