"""Networks of addresses: those of the centres, and what an address is counted by."""

from __future__ import annotations

import ipaddress

from aiohttp import web

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
CENTRES: web.AppKey[tuple[Network, ...]] = web.AppKey("centres", tuple)


def parse(text: str) -> tuple[Network, ...]:
    """Of "203.0.113.7, 198.51.100.0/28". Raises ValueError."""
    return tuple(ipaddress.ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())


def is_centre(request: web.Request) -> bool:
    address = _address(request.remote or "")
    return address is not None and any(address in network for network in request.app[CENTRES])


def counted_by(address: str) -> str:
    """Of IPv6 the /64, because whoever has one address there has them all."""
    parsed = _address(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed or address)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        parsed = ipaddress.ip_address(text)
    except ValueError:
        return None
    return (parsed.ipv4_mapped or parsed) if isinstance(parsed, ipaddress.IPv6Address) else parsed
