"""How often a password may be tried: wrong ones are answered later and later, and count for who sent them alone.

What counts is a name together with where it is tried from: an address, or a browser in which that name has signed in
before. So nobody's wrong passwords keep another's right one out; and no wait holds a place that others need. This
module does not know passwords.
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable
from dataclasses import dataclass, field

__all__ = ["FIRST_WAIT", "FORGIVEN", "LONGEST_WAIT", "MOST_OPEN", "Attempts", "network_of"]

FIRST_WAIT = 0.5  # seconds until the first wrong password is answered; doubled with each further one
LONGEST_WAIT = 8.0  # seconds until any wrong password is answered
MOST_OPEN = 50  # wrong passwords for one name from one place that may count at a time; then none is looked at
FORGIVEN = 900.0  # seconds that a wrong password counts at most; the first for one, each further twice as long
_PLACES = 10_000  # names and places that are remembered; the longest unused is forgotten first


@dataclass(slots=True)
class _Tried:
    wrong: int = 0
    last: float = 0.0
    until: list[float] = field(default_factory=list)  # when each one, also while it is looked at, stops to count


class Attempts:
    """Wrong passwords by name and place, in memory. For one event loop."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tried: dict[tuple[str, str], _Tried] = {}

    def must_wait(self, name: str, place: str) -> float:
        """Seconds until a password may be tried; 0 where one may be tried now, which then counts as being tried."""
        now, tried = self._clock(), self._tried.pop((name, place), None) or _Tried()
        self._tried[name, place] = tried  # the last used stands last
        while len(self._tried) > _PLACES:
            del self._tried[next(iter(self._tried))]
        tried.until = [one for one in tried.until if one > now]
        if now - tried.last > FORGIVEN:
            tried.wrong = 0
        if len(tried.until) >= MOST_OPEN:
            return min(tried.until) - now
        tried.until.append(now + FORGIVEN)
        return 0.0

    def was_right(self, name: str, place: str) -> None:
        """A password was right: what was tried there before is forgotten."""
        self._tried.pop((name, place), None)

    def was_wrong(self, name: str, place: str) -> float:
        """Seconds after which a password that was wrong is to be answered."""
        tried = self._tried.setdefault((name, place), _Tried())
        if tried.until:
            tried.until.pop()
        tried.last = self._clock()
        tried.until.append(tried.last + min(2.0**tried.wrong, FORGIVEN))
        tried.wrong = min(tried.wrong + 1, 32)
        return min(FIRST_WAIT * 2.0 ** (tried.wrong - 1), LONGEST_WAIT)


def network_of(address: str) -> str:
    """What an address counts as: of IPv6 the first half, which one household has to itself."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 6 and found.ipv4_mapped is None:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
