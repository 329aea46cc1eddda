"""What an operator may set of the gateway, beside what every process shares."""

from __future__ import annotations

from collections.abc import Mapping

from services.chassis.config import Settings


class GatewaySettings(Settings):
    """The site's name and opening hours by language tag, as JSON in the environment."""

    host: str = "127.0.0.1"
    port: int = 8080
    # An open socket to take over instead; -1 = none. And "host:port" of its own, for whoever watches this process.
    listen_fd: int = -1
    watched_at: str = ""
    # Behind a proxy of one's own only: believes X-Forwarded-For and X-Forwarded-Proto.
    behind_proxy: bool = False
    # Names under which Ieum may be asked for, with the port where it is not the usual one; "" = any.
    hosts: str = ""
    registrations_per_minute: int = 20
    # Requests at work together before others are asked to come back: about what answers within the usual time.
    at_once: int = 128
    # How long a connection may be open without a request.
    idle_seconds: float = 75.0

    site_name: Mapping[str, str] = {"ko": "한빛시 디지털 배움터", "en": "Hanbit City Digital Learning"}
    site_phone: str = "000-120-0000"
    site_hours: Mapping[str, str] = {"ko": "평일 오전 9시 ~ 오후 6시", "en": "Weekdays 9 am to 6 pm"}
