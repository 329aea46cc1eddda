"""Personal tokens, with which programs fetch what their owner may see. The secret is shown once, on the page that
answers the form: nothing here could show it again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aiohttp import web
from multidict import MultiMapping

from gateway.backend.clients import CLIENTS
from gateway.backend.live_table import TABLE
from gateway.backend.places import PLACES
from gateway.html.render import PAGE, Flash, page
from gateway.http import errors
from gateway.http.auth import SESSIONS, Viewer, signed_in
from gateway.http.form import read_texts
from gateway.http.public_url import public_origin
from gateway.language.i18n import Locale, msgid
from gateway.web.site import area_choices
from gateway.web.site.forms import status_of
from gateway.web.site.frame import go_to
from ieum.people.v1 import people_pb2 as pb
from services.chassis import clock
from services.chassis.errors import Missing, Problem

_HERE = "/account/tokens"
_OFFICIALS = frozenset({"official", "administrator"})
_ANYBODY = frozenset({"learner", "instructor", "reviewer", "official", "administrator"})

# Scope, words, who has a use for it.
_SCOPES = (
    ("statistics.read", msgid("Read the statistics of my area"), _OFFICIALS),
    ("learning.read", msgid("Read my own learning"), _ANYBODY),
    ("learning.write", msgid("Enrol and learn in my name"), _ANYBODY),
    ("courses.read", msgid("Read courses and class grids"), frozenset({"instructor", "reviewer", "administrator"})),
    ("courses.write", msgid("Write and publish courses"), frozenset({"instructor", "reviewer", "administrator"})),
    ("people.read", msgid("Read accounts and the audit log"), frozenset({"administrator"})),
    ("people.write", msgid("Change accounts, roles and places"), frozenset({"administrator"})),
)
_DAYS = (30, 90, 180, 366)
_FIELDS = {name: name for name in ("display_name", "scopes", "area", "days", "passphrase")}

routes = web.RouteTableDef()


@dataclass(frozen=True)
class TokenForm:
    """The fields of the form, as typed."""

    display_name: str = ""
    scopes: tuple[str, ...] = ()
    area: str = ""
    days: str = "90"

    def request(self, parent: str, passphrase: str) -> pb.CreateTokenRequest:
        token = pb.Token(display_name=self.display_name, scopes=self.scopes, area=self.area)
        days = int(self.days) if self.days in {str(offered) for offered in _DAYS} else 0
        return pb.CreateTokenRequest(parent=parent, token=token, days=days, passphrase=passphrase)


def _typed(form: MultiMapping[str]) -> TokenForm:
    return TokenForm(
        display_name=form.get("display_name", ""),
        scopes=tuple(form.getall("scopes", [])),
        area=form.get("area", ""),
        days=form.get("days", ""),
    )


@routes.get(_HERE)
async def show(request: web.Request) -> web.Response:
    signed_in(request)
    return await _page(request, TokenForm())


@routes.post(_HERE)
async def create(request: web.Request) -> web.Response:
    viewer = signed_in(request)
    form = await read_texts(request)
    token_form = _typed(form)
    try:
        created = await request.app[CLIENTS].people.CreateToken(
            token_form.request(viewer.person, form.get("passphrase", ""))
        )
    except Problem as problem:
        errors.pass_on_proof(problem)
        field = _FIELDS.get(problem.field, "display_name")
        form_errors = {field: errors.message(request[PAGE].locale, problem)}
        return await _page(request, token_form, status=status_of(problem), errors=form_errors)
    origin = public_origin(request)
    curl = f'curl -H "Authorization: Bearer {created.secret}" "{origin}{TABLE}?by=AGE&format=csv"'
    return page(
        request,
        "account/token_created.html",
        created=created,
        expires=clock.moment(created.token.expire_time),
        curl=curl,
    )


@routes.get(_HERE + "/{token:[0-9A-Za-z-]{1,64}}/revoke")
async def ask_to_revoke(request: web.Request) -> web.Response:
    name = _name(signed_in(request), request)
    tokens = await _tokens(request)
    matching = next((token for token in tokens if token.name == name and not token.revoked), None)
    if matching is None:
        raise Missing("TOKEN_NOT_FOUND")
    return page(request, "account/token_revoke.html", token=matching, action=request.path)


@routes.post(_HERE + "/{token:[0-9A-Za-z-]{1,64}}/revoke")
async def revoke(request: web.Request) -> web.Response:
    viewer = signed_in(request)
    await request.app[CLIENTS].people.RevokeToken(pb.RevokeTokenRequest(name=_name(viewer, request)))
    request.app[SESSIONS].drop(viewer.person, request.match_info["token"])
    gettext = request[PAGE].locale.gettext
    flash = Flash(gettext("The token is revoked"), gettext("Programs that use it are refused from now on."))
    return go_to(_HERE, flash, request)


def _name(viewer: Viewer, request: web.Request) -> str:
    return f"{viewer.person}/tokens/{request.match_info['token']}"


async def _tokens(request: web.Request) -> list[pb.Token]:
    grpc_request = pb.ListTokensRequest(parent=signed_in(request).person)
    return list((await request.app[CLIENTS].people.ListTokens(grpc_request)).tokens)


async def _page(request: web.Request, token_form: TokenForm, *, status: int = 200, **values: Any) -> web.Response:
    viewer, places, locale = signed_in(request), await request.app[PLACES].all(), request[PAGE].locale
    scopes = viewer.principal.scopes("official") | viewer.principal.scopes("administrator")
    areas = [
        choice for choice in area_choices.areas_within(locale, places, scopes) if choice[0] != area_choices.EVERYWHERE
    ]
    now = clock.now()
    rows = [
        {
            "token": token,
            "id": token.name.rpartition("/")[2],
            "scopes": [_words(locale, scope) for scope in token.scopes],
            "area": area_choices.title(locale, places, token.area) if token.area else "",
            "expires": clock.moment(token.expire_time),
            "used": clock.moment(token.last_use_time),
            "over": (clock.moment(token.expire_time) or now) <= now,
        }
        for token in await _tokens(request)
    ]
    choices = [(scope, locale.gettext(words), scope) for scope, words, whom in _SCOPES if whom & viewer.roles]
    days = [(str(each), locale.gettext("%(days)s days") % {"days": each}) for each in _DAYS]
    return page(
        request, "account/tokens.html", status=status, token_form=token_form, rows=rows, scope_choices=choices,
        area_choices=[("", locale.gettext("All that I may see")), *areas] if areas else [],
        day_choices=days, **values,
    )  # fmt: skip


def _words(locale: Locale, scope: str) -> str:
    return next((locale.gettext(words) for name, words, _ in _SCOPES if name == scope), scope)
