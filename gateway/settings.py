"""What an operator may set of the gateway, beside what every process shares."""

from __future__ import annotations

from collections.abc import Mapping

from services.chassis.config import Settings


class GatewaySettings(Settings):
    """The site's name and opening hours by language tag, as JSON in the environment."""

    host: str = "127.0.0.1"
    port: int = 8080
    # Behind a proxy of one's own only: believes X-Forwarded-For and X-Forwarded-Proto.
    behind_proxy: bool = False
    registrations_per_minute: int = 20

    site_name: Mapping[str, str] = {"ko": "한빛시 디지털 배움터", "en": "Hanbit City Digital Learning"}
    site_phone: str = "000-120-0000"
    site_hours: Mapping[str, str] = {"ko": "평일 오전 9시 ~ 오후 6시", "en": "Weekdays 9 am to 6 pm"}
