"""What the site is called when the launcher runs it and nobody said: the demo's invented town, or just Ieum."""

from __future__ import annotations

import json
from collections.abc import Mapping

from deploy.place import LOOPBACK, CannotStart


def _json(ko: str, en: str) -> str:
    return json.dumps({"ko": ko, "en": en}, ensure_ascii=False)


_DEMO = {
    "IEUM_SITE_NAME": _json("한빛시 디지털 배움터", "Hanbit City Digital Learning"),
    "IEUM_SITE_PHONE": "000-120-0000",
    "IEUM_SITE_HOURS": _json("평일 오전 9시 ~ 오후 6시", "Weekdays 9 am to 6 pm"),
    # Everybody knows the passphrase of the demo: a second factor would only keep out who looks at it.
    "IEUM_SECOND_FACTOR_ROLES": "none",
}
_PLAIN = {"IEUM_SITE_NAME": _json("이음", "Ieum"), "IEUM_SITE_PHONE": "000-000-0000"}


def describe(given: Mapping[str, str]) -> dict[str, str]:
    """`given` with what is missing about the site."""
    return {**(_PLAIN if given.get("IEUM_DEMO") == "0" else _DEMO), **{k: v for k, v in given.items() if v}}


def refuse_to_open_up(given: Mapping[str, str]) -> None:
    """Others can reach it: then links need its address, and nobody may get in with the passphrase of the demo."""
    host = given.get("IEUM_HOST") or LOOPBACK
    if host in (LOOPBACK, "localhost", "::1"):
        return
    if not given.get("IEUM_PUBLIC_URL"):
        raise CannotStart(
            f"IEUM_HOST={host} lets others reach Ieum, so say under which address they do, for links and printed "
            f"pages: IEUM_PUBLIC_URL=http://this-machine:{given.get('IEUM_PORT') or 8080}"
        )
    if given.get("IEUM_DEMO") != "0" and not given.get("IEUM_DEMO_PASSPHRASE"):
        raise CannotStart(
            f"IEUM_HOST={host} lets others reach Ieum, and everybody knows the passphrase of the demo's administrator. "
            "Choose another with IEUM_DEMO_PASSPHRASE=..., or start without the demo: IEUM_DEMO=0"
        )
