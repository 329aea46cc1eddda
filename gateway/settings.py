"""Settings of the gateway, beside those that every process has."""

from __future__ import annotations

from collections.abc import Mapping

from services.chassis.config import Settings


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
    registrations_per_minute: int = 20
    # Admission: how many requests are worked on at a time; others get 503 and Retry-After.
    at_once: int = 128
    # Keep-alive: how long a connection may stay open without a request.
    idle_seconds: float = 75.0

    site_name: Mapping[str, str] = {"ko": "한빛시 디지털 배움터", "en": "Hanbit City Digital Learning"}
    site_phone: str = "000-120-0000"
    site_hours: Mapping[str, str] = {"ko": "평일 오전 9시 ~ 오후 6시", "en": "Weekdays 9 am to 6 pm"}
