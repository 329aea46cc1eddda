"""The page to sign in, wherever somebody has to: first, or again when a session ended in the middle of a form."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from gateway.html.render import page
from gateway.http import devices
from gateway.web.site.frame import SETTINGS


def sign_in_page(request: web.Request, **values: Any) -> web.Response:
    """With the providers that this site offers beside the passphrase, and on a computer of a centre with cards."""
    providers = {id: each.name for id, each in request.app[SETTINGS].providers.items()}
    return page(
        request, "account/sign_in.html", providers=providers, with_card=bool(devices.centre_secret(request)), **values
    )
