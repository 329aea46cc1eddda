"""Settings of the gateway, beside those that every process has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, StringConstraints

from services.chassis.config import Settings

ProviderName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,32}$")]


class Provider(BaseModel):
    """A city's own sign-in, by OpenID Connect."""

    name: Mapping[str, str]
    # Exactly as the provider writes it in its discovery document.
    issuer: str
    client_id: str
    scope: str = "openid profile email"
    # Somebody unknown gets an account; else only accounts that were linked before come in.
    new_accounts: bool = False
    # Where such an account belongs: "areas/HB01", and "organisations/hanbit" for employees.
    area: str = ""
    organisation: str = ""
    # The claim that holds the name to show.
    name_claim: str = "name"


class GatewaySettings(Settings):
    """The environment gives the site's name and opening hours as JSON: texts by language tag."""

    host: str = "127.0.0.1"
    port: int = 8080
    # The file descriptor of an open socket to serve instead of host and port; -1 = none.
    listen_fd: int = -1
    # "host:port" of a second address for health checks of this process alone; "" = none.
    watched_at: str = ""
    # Trusts X-Forwarded-For and X-Forwarded-Proto. Set it only behind a proxy of your own.
    behind_proxy: bool = False
    # Host names that requests may have, separated by commas, each with its port unless it is 80 or 443; "" = any.
    hosts: str = ""
    # From one address in a minute. Administrators who are signed in are not limited.
    registrations_per_minute: int = 20
    # Addresses and networks of centres, separated by commas, e.g. "203.0.113.7, 198.51.100.0/28": a whole class may
    # register there, and their computers count as shared until somebody says otherwise.
    centre_networks: str = ""
    registrations_per_minute_at_centres: int = 120
    # Admission: how many requests are worked on at a time; others get 503 and Retry-After.
    at_once: int = 128
    # Keep-alive: how long a connection may stay open without a request.
    idle_seconds: float = 75.0
    # Browsers then speak https only with every host below this one's name, too.
    hsts_subdomains: bool = False

    # Whom to tell of a weakness: "mailto:security@example.org" or an address; "" = the site's telephone.
    security_contact: str = ""

    # What the site is called and whom to call; there is no usual value for these two.
    site_name: Mapping[str, str] = {}
    site_phone: str = ""
    site_hours: Mapping[str, str] = {}

    # Providers with whose accounts people may sign in, by a short name, as JSON. The client secret of each stands in
    # the file provider_{short name} of the secrets; without it PKCE alone proves who redeems a code.
    providers: Mapping[ProviderName, Provider] = {}

    # Who issues certificates, by language, as JSON: {"ko": "한빛시장"}; none = the site's name.
    certificate_issuer: Mapping[str, str] = {}
    # Path of the issuer's seal, a PNG or SVG file; "" = none.
    certificate_seal: str = ""

    def provider_secret(self, id: str) -> str:
        file = self.secrets / f"provider_{id}"
        return file.read_text().strip() if file.exists() else ""

    def what_is_missing(self) -> str:
        """A sentence for whoever starts it, or nothing."""
        if not any(name.strip() for name in self.site_name.values()):
            example = """IEUM_SITE_NAME='{"ko": "...", "en": "..."}'"""
            return f"IEUM_SITE_NAME is missing: what the site is called, by language, {example}"
        if not self.site_phone.strip():
            return "IEUM_SITE_PHONE is missing: whom residents can call, IEUM_SITE_PHONE=02-120"
        if self.host not in ("127.0.0.1", "localhost", "::1") and not self.public_url:
            return "IEUM_PUBLIC_URL is missing: where others reach this site, IEUM_PUBLIC_URL=https://learn.example.org"
        return ""
