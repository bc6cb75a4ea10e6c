"""Who handles which topic; filled when the apps' handlers.py are imported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from common.errors import AppError
from common.tasks import Queue

DEFAULT_MAX_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class Event:
    """What a handler gets. It may be delivered twice: act by natural keys."""

    id: int
    topic: str
    aggregate: str
    payload: dict[str, Any]
    attempts: int


Handler = Callable[[Event], None]
OnDead = Callable[[Event, AppError], None]
Wants = Callable[[dict[str, Any]], bool]
Choose = Callable[[Sequence[str]], str]


@dataclass(frozen=True, slots=True)
class Subscription:
    """``name`` is stable (module.function): rows refer to it."""

    name: str
    topic: str
    queue: Queue
    handler: Handler
    max_attempts: int
    on_dead: OnDead | None
    wants: Wants | None = None
    choose: Choose | None = None


_by_name: dict[str, Subscription] = {}


def subscribe(
    topic: str,
    *,
    queue: Queue,
    max_attempts: int = DEFAULT_MAX_ATTEMPTS,
    on_dead: OnDead | None = None,
    wants: Wants | None = None,
    choose: Choose | None = None,
) -> Callable[[Handler], Handler]:
    """Register a handler. ``on_dead`` is called once when the event is given up.

    ``wants``: says of a payload whether the handler would do anything; without, always.
    ``choose``: of the aggregates whose events are due, the one that is next. It is asked when a
    worker is free: a message then only says that there is work.
    """

    def register(handler: Handler) -> Handler:
        name = f"{handler.__module__}.{handler.__name__}"
        _by_name[name] = Subscription(
            name, topic, queue, handler, max_attempts, on_dead, wants, choose
        )
        return handler

    return register


def subscribers(topic: str) -> list[Subscription]:
    return [s for s in _by_name.values() if s.topic == topic]


def choosing() -> list[Subscription]:
    """The subscriptions that choose which event is next."""
    return [s for s in _by_name.values() if s.choose is not None]


def by_name(name: str) -> Subscription | None:
    return _by_name.get(name)
