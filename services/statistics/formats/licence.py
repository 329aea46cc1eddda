"""The name and the address of a licence, from either of them."""

from __future__ import annotations

from collections.abc import Mapping

ADDRESSES: Mapping[str, str] = {
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "KOGL-1": "https://www.kogl.or.kr/info/licenseType1.do",
}


def address(licence: str) -> str:
    """The licence's address; for an unknown name a URN, because catalogues need an address."""
    if "://" in licence:
        return licence
    known = licence.strip().replace(" ", "-").upper()
    return ADDRESSES.get(known, f"urn:licence:{known}")


def name(licence: str) -> str:
    return next((known for known, at in ADDRESSES.items() if at == licence), licence)
