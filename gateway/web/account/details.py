"""One's own account: details, passphrase, and erasing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web
from google.protobuf.field_mask_pb2 import FieldMask

from gateway.backend.clients import CLIENTS
from gateway.backend.places import PLACES
from gateway.html.render import PAGE, Flash, locales, page
from gateway.http import devices, errors
from gateway.http.auth import SESSIONS, VIEWER, signed_in
from gateway.http.form import read_texts
from gateway.language import i18n
from gateway.web.account.kept_form import forget, sign_in_again, typed_before
from gateway.web.account.second_sign_in import finish
from gateway.web.account.sign_in import homes, workplaces
from gateway.web.site.frame import SETTINGS, go_to, keep_language
from ieum.people.v1.mail_links_pb2 import GetEmailConfirmationRequest
from ieum.people.v1.people_pb2 import (
    ChangePassphraseRequest,
    GetPersonRequest,
    Person,
    SignInRequest,
    UpdatePersonRequest,
)
from services.chassis import clock
from services.chassis.errors import Invalid, Problem

_CHANGEABLE = ("display_name", "email", "area", "organisation", "locale")
_FIELDS = (*_CHANGEABLE, "etag")

routes = web.RouteTableDef()


@routes.get("/account")
async def show(request: web.Request) -> web.Response:
    person = await _person(request)
    stored = {name: str(getattr(person, name)) for name in _FIELDS}
    typed = typed_before(request, person.name)
    return await _details_page(request, person, stored | dict(typed or {}), unsaved=typed is not None)


async def _person(request: web.Request) -> Person:
    grpc_request = GetPersonRequest(name=signed_in(request).person)
    return await request.app[CLIENTS].people.GetPerson(grpc_request)


async def _details_page(
    request: web.Request,
    person: Person,
    values: Mapping[str, str],
    problem: Problem | None = None,
    *,
    unsaved: bool = False,
) -> web.Response:
    locale, places, viewer = request[PAGE].locale, await request.app[PLACES].all(), signed_in(request)
    asked = GetEmailConfirmationRequest(person=viewer.person)
    confirmation = await request.app[CLIENTS].mail_links.GetEmailConfirmation(asked)
    return page(
        request,
        "account/details.html",
        email_confirmed=clock.moment(confirmation.confirm_time) if confirmation.HasField("confirm_time") else None,
        status=errors.status_of(problem) if problem else 200,
        person=person,
        values=values,
        unsaved=unsaved,
        areas=homes(locale, places),
        organisations=workplaces(locale, places),
        languages_offered=list(i18n.LANGUAGES.items()),
        has_providers=bool(request.app[SETTINGS].providers),
        has_tokens=bool(viewer.roles - {"learner"}),
        errors={problem.field or "display_name": errors.message(locale, problem)} if problem else {},
    )


@routes.post("/account")
async def change(request: web.Request) -> web.Response:
    form = await read_texts(request)
    if request[VIEWER] is None:
        return sign_in_again(request, form, _FIELDS, "/account")
    name = signed_in(request).person
    values = {field: form.get(field, "") for field in _FIELDS}
    try:
        if values["locale"] not in i18n.LANGUAGES:
            raise Invalid("LOCALE_INVALID", field="locale")
        grpc_request = UpdatePersonRequest(
            person=Person(name=name),
            update_mask=FieldMask(paths=_CHANGEABLE),
            passphrase=form.get("passphrase", ""),
        )
        for field, value in values.items():
            setattr(grpc_request.person, field, value)
        await request.app[CLIENTS].people.UpdatePerson(grpc_request)
    except Problem as problem:
        errors.pass_on_proof(problem)
        person = await _person(request)
        return await _details_page(request, person, {**values, "etag": person.etag}, problem)
    request.app[SESSIONS].drop(name)
    saved = Flash(locales()[values["locale"]].gettext("Your details are saved"))
    response = go_to("/account", saved, request)
    keep_language(request, response, values["locale"])
    return forget(request, response)


@routes.get("/account/passphrase")
async def ask_passphrase(request: web.Request) -> web.Response:
    return _passphrase_page(request)


def _passphrase_page(request: web.Request, **values: Any) -> web.Response:
    has_code = signed_in(request).must_change_passphrase
    return page(request, "account/passphrase.html", has_code=has_code, **values)


@routes.post("/account/passphrase")
async def change_passphrase(request: web.Request) -> web.Response:
    """A new passphrase ends every session, so this browser is signed in again."""
    viewer, form = signed_in(request), await read_texts(request)
    people, new = request.app[CLIENTS].people, form.get("new_passphrase", "")
    try:
        await people.ChangePassphrase(
            ChangePassphraseRequest(
                name=viewer.person,
                current_passphrase=form.get("current_passphrase", ""),
                new_passphrase=new,
            )
        )
    except Problem as problem:
        message = errors.message(request[PAGE].locale, problem)
        form_errors = {problem.field or "current_passphrase": message}
        return _passphrase_page(request, status=errors.status_of(problem), errors=form_errors)
    request.app[SESSIONS].drop(viewer.person)
    gettext = request[PAGE].locale.gettext
    changed = Flash(gettext("Your passphrase is changed"), gettext("You are signed out on all other devices."))
    answer = await people.SignIn(
        SignInRequest(
            login=viewer.login,
            passphrase=new,
            shared_device=viewer.shared_device,
            address=request.remote or "",
            device_marks=devices.marks(request),
            agent=devices.agent(request),
        )
    )
    return finish(request, answer, "/account", changed)
