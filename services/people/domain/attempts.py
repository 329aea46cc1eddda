"""Guessing is slowed down for the guesser alone.

Counters belong to where a try comes from: to the device, if somebody has signed in on it, else to its network address.
So a guesser delays neither his neighbours on their own devices nor, by tries from many addresses, the owner on theirs.
"""

from __future__ import annotations

import ipaddress
import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.chassis.errors import Exhausted

WINDOW = timedelta(minutes=15)
LONGEST_WAIT = 60
# From one origin for one login; from one origin for all, since a village hall shares one address; and for one login
# from all devices on which its owner has never signed in.
FREE_FOR_LOGIN = 5
FREE_FOR_ORIGIN = 100
FREE_FOR_ACCOUNT = 20


@dataclass(frozen=True)
class Attempts:
    free: int
    failures: int
    last_time: datetime
    expire_time: datetime


def fresh(free: int, now: datetime) -> Attempts:
    return Attempts(free, 0, now, now + WINDOW)


def wait_seconds(attempts: Attempts, now: datetime) -> int:
    """Exponential backoff: 1, 2, 4 ... up to 60 seconds between attempts after the free ones."""
    if attempts.expire_time <= now or attempts.failures < attempts.free:
        return 0
    pause = min(LONGEST_WAIT, 2 ** min(attempts.failures - attempts.free, 10))
    return max(0, math.ceil((attempts.last_time + timedelta(seconds=pause) - now).total_seconds()))


def check(attempts: Attempts, now: datetime) -> None:
    if seconds := wait_seconds(attempts, now):
        raise Exhausted("SLOW_DOWN", seconds=seconds)


def count(attempts: Attempts, now: datetime) -> tuple[Attempts, list[object]]:
    """Counts one more attempt. Raises Exhausted while the caller has to wait."""
    check(attempts, now)
    current = attempts if attempts.expire_time > now else fresh(attempts.free, now)
    return replace(current, failures=current.failures + 1, last_time=now), []


def network(address: str) -> str:
    """Of IPv4 the /24, of IPv6 the /64: enough to see where tries come from, not who lives there."""
    try:
        parsed = ipaddress.ip_address(neighbourhood(address).partition("/")[0])
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network((parsed, 24 if parsed.version == 4 else 64), strict=False))


def neighbourhood(address: str) -> str:
    """The address to count by: of IPv6 the /64, because whoever has one address there has them all."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)
