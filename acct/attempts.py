"""Failed attempts to log in, to renew a session or to change a password, in one set of counters.

An attempt is counted before any password is hashed, so that guesses sent side by side count too.
The first ones cost nothing; after that each has to wait, every time twice as long. A colleague who
mistypes a name cannot lock it: what fails elsewhere delays nobody who has logged in from here.
"""

from __future__ import annotations

import contextlib
import ipaddress
import time
from dataclasses import dataclass

from django.core.cache import cache

from acct.choices import Attack
from common import context
from common.errors import AppError, ErrorCode
from common.macs import authenticator

_digest = authenticator("attempts")
"""Keyed: Redis learns neither names nor passwords."""
WINDOW_S = 900
KNOWN_S = 30 * 24 * 3600
ATTEMPTS_ON_ONE_NAME = 20
NAMES_FROM_ONE_ADDRESS = 10
NAMES_WITH_ONE_PASSWORD = 5
CROWDED_S = 1
"""After a refusal because too many passwords wait to be hashed."""


@dataclass(frozen=True, slots=True)
class Limit:
    """``free`` failures in the window; then delays of ``delay_s``, doubled up to ``longest_s``."""

    free: int
    delay_s: int
    longest_s: int

    def delay(self, count: int) -> int:
        return min(self.longest_s, self.delay_s << min(count - self.free, 20))


NAME_HERE = Limit(free=10, delay_s=10, longest_s=900)
"""One name from one address."""
NAME = Limit(free=30, delay_s=10, longest_s=60)
"""One name, wherever the attempts come from."""
ADDRESS = Limit(free=100, delay_s=1, longest_s=30)
"""One address, whatever the names: a hospital behind one address mistypes too."""


class TooManyAttempts(AppError):
    """Wait ``retry_after_s`` seconds. 429."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(ErrorCode.THROTTLED, f"wait {retry_after_s} s")
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class _Counter:
    key: str
    limit: Limit

    def begin(self) -> None:
        """Count an attempt. Raises TooManyAttempts if it has to wait."""
        count = _count(self.key)
        if count < self.limit.free:
            return
        delay = self.limit.delay(count)
        if cache.add(self._wait, time.time() + delay, delay):
            return
        until = cache.get(self._wait)
        self._uncount()
        raise TooManyAttempts(max(1, round((until or 0) - time.time())))

    def take_back(self) -> None:
        """An attempt that was not judged, or that succeeded: it makes nobody wait."""
        cache.delete(self._wait)
        self._uncount()

    def _uncount(self) -> None:
        with contextlib.suppress(ValueError):  # the window is over
            cache.decr(self.key)

    def forget(self) -> None:
        cache.delete_many([self.key, self._wait])

    @property
    def _wait(self) -> str:
        return f"{self.key}:wait"


class Attempt:
    """One attempt under a ``name``, or without one (a refresh token that names nobody).

    ``begin`` before anything is judged; ``succeed``, ``attacks`` or ``take_back`` after it.
    """

    def __init__(self, name: str = "") -> None:
        self._address = address = _network(context.current().source_ip)
        self._name = _digest(name.casefold().encode()) if name else ""
        self._known = f"attempts:known:{self._name}:{address}"
        self._counters = [_Counter(f"attempts:address:{address}", ADDRESS)]
        if name:
            here = _Counter(f"attempts:here:{self._name}:{address}", NAME_HERE)
            anywhere = _Counter(f"attempts:name:{self._name}", NAME)
            known = cache.get(self._known)
            self._counters = [here] if known else [here, anywhere, *self._counters]

    def begin(self) -> None:
        """Raises TooManyAttempts."""
        begun: list[_Counter] = []
        try:
            for counter in self._counters:
                counter.begin()
                begun.append(counter)
        except TooManyAttempts:
            for counter in begun:
                counter.take_back()
            raise

    def take_back(self) -> None:
        """It was not judged."""
        for counter in self._counters:
            counter.take_back()

    def succeed(self) -> None:
        self.take_back()
        if self._name:
            self._counters[0].forget()
            cache.set(self._known, True, KNOWN_S)

    def attacks(self, password: str) -> list[Attack]:
        """Note a wrong password, or a refusal; what it makes plain, each once in a window."""
        reached = {
            Attack.ACCOUNT: _count(f"attempts:failed:{self._name}") == ATTEMPTS_ON_ONE_NAME,
            Attack.ADDRESS: self._names(self._address) == NAMES_FROM_ONE_ADDRESS,
            Attack.SPRAY: self._names(_digest(password.encode())) == NAMES_WITH_ONE_PASSWORD,
        }
        return [attack for attack, is_reached in reached.items() if is_reached]

    def _names(self, of: str) -> int | None:
        """How many names failed with the same thing; None if this one is not new among them."""
        key = f"attempts:names:{of}"
        return _count(key) if cache.add(f"{key}:{self._name}", True, WINDOW_S) else None


def _count(key: str) -> int:
    """One more in this window; the number so far."""
    cache.add(key, 0, WINDOW_S)
    try:
        return int(cache.incr(key))
    except ValueError:  # the window ended in between
        cache.set(key, 1, WINDOW_S)
        return 1


def _network(address: str) -> str:
    """The address, of IPv6 its /64: a subscriber has all of that."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
