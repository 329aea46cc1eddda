"""Restores a form of the account that could not be saved because the session had ended.

It stays in this browser, in a cookie that only the gateway can read, for a quarter of an hour, and is shown to nobody
but whoever typed it. The server keeps nothing of it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence

from aiohttp import web
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from multidict import MultiDict, MultiMapping

from gateway.html.render import PAGE
from gateway.http import devices, errors
from gateway.http.csrf import FORM_KEY
from gateway.web.site.sign_in_page import sign_in_page
from services.chassis.errors import Problem

WHOSE = "whose"
"""The field of a form that says whose account it is about."""
_SECONDS = 15 * 60
_LONGEST = 3_500
"""Browsers drop a cookie of more than 4,096 bytes. No form that could be saved comes near."""
_ENCRYPTION = {"alg": "dir", "enc": "A256GCM"}


def sign_in_again(request: web.Request, form: MultiMapping[str], fields: Sequence[str], target: str) -> web.Response:
    """The way to sign in and back to `target`, and of what was typed these `fields`; never name a passphrase."""
    message = errors.message(request[PAGE].locale, Problem("SESSION_INVALID"))
    response = sign_in_page(
        request,
        status=401,
        values={"next": target, "shared_device": devices.is_shared(request)},
        notice=message,
    )
    values = [(name, str(value)) for name, value in form.items() if name in fields]
    text = json.dumps([str(form.get(WHOSE, "")), values], ensure_ascii=False)
    sealed = jwe.encrypt_compact(_ENCRYPTION, text, _key(request))
    if len(sealed) <= _LONGEST:
        response.set_cookie(
            _cookie(request), sealed, max_age=_SECONDS, path="/", httponly=True, samesite="Lax", secure=request.secure
        )
    return response


def typed_before(request: web.Request, person: str) -> MultiDict[str] | None:
    """What this person typed into the form at this address and could not save; None for nothing."""
    try:
        opened = jwe.decrypt_compact(request.cookies.get(_cookie(request), ""), _key(request)).plaintext
        whose, values = json.loads(opened or b"[null, []]")
    except (JoseError, ValueError):
        return None
    return MultiDict((name, value) for name, value in values) if whose == person else None


def forget(request: web.Request, response: web.Response) -> web.Response:
    """Remove the cookie, once the form is saved."""
    if _cookie(request) in request.cookies:
        response.del_cookie(_cookie(request), path="/", httponly=True, samesite="Lax", secure=request.secure)
    return response


def _cookie(request: web.Request) -> str:
    return f"typed_{request.path.rpartition('/')[2]}"


def _key(request: web.Request) -> OctKey:
    return OctKey.import_key(hmac.digest(request.app[FORM_KEY], b"typed before", hashlib.sha256))
