"""Sends each signed head to the other machines that keep them, and compares what they have.

Each place gets the heads in order. What it could not be sent waits in the file of heads and goes
before the next one; signing waits for nobody.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping

from django.conf import settings
from django.db import transaction

from audit import clients
from audit.choices import BreakKind
from audit.models import AuditCopy
from audit.services import broken_found, chain, heads
from audit.services.head_file import CHUNK, Break, Moved
from audit.services.heads import Head
from common.once import once

logger = logging.getLogger(__name__)

SYSLOG, OBJECTS = "syslog", "objects"
SPELL_S = 20.0
"""One place is sent to for so long at a time."""

Sender = Callable[[Head], None]


def _senders() -> Mapping[str, Sender]:
    """By place; each raises OSError or ValueError if the head must be sent again."""
    found: dict[str, Sender] = {}
    if settings.AUDIT_SYSLOG:
        found[SYSLOG] = lambda head: clients.syslog_send(settings.AUDIT_SYSLOG, head.line())
    if settings.AUDIT_OBJECT_STORE:
        store = once(clients.ObjectStore)  # made at the first head, where an error is caught
        found[OBJECTS] = lambda head: store().put(head.number, head.line())
    return found


def send_pending() -> None:
    """Send what waits, unless another process does."""
    with chain.alone("copies", wait_s=0) as is_alone:
        if is_alone:
            senders = _senders()
            AuditCopy.objects.exclude(place__in=senders).delete()
            for place, send in senders.items():
                _catch_up(place, send)


def _catch_up(place: str, send: Sender) -> None:
    copy = AuditCopy.objects.filter(place=place).first() or _begun(place)
    until = time.monotonic() + SPELL_S
    for head in heads.after(copy.number):
        if time.monotonic() > until or not _is_sent(place, send, head):
            break
        copy.number = head.number
    waits = next(heads.after(copy.number), None)
    copy.waiting_since = waits.time if waits else None
    copy.save()


def _begun(place: str) -> AuditCopy:
    """A new place gets the last head first: that names the hash of all before it."""
    written = heads.last_written()
    number = written.number if written else 1
    return AuditCopy(place=place, since=number, number=number - 1)


def _is_sent(place: str, send: Sender, head: Head) -> bool:
    """Whether the next one may go: what another has taken the name of cannot be mended."""
    try:
        send(head)
    except clients.Taken:
        logger.error("another head has this number", extra={"place": place, "head": head.number})
        with transaction.atomic():
            broken_found()
    except (OSError, ValueError) as error:
        reason = str(error) if isinstance(error, clients.NotReached) else type(error).__name__
        logger.error("head not sent", extra={"place": place, "reason": reason})
        return False
    return True


def last_number() -> int:
    """Of the object store, 0 if there is none. Raises NotReached."""
    if not settings.AUDIT_OBJECT_STORE:
        return 0
    known, _ = heads.last_known()
    return max((number for number, _ in clients.ObjectStore().after(known)), default=0)


def breaks(begin: int, moved: Moved) -> Iterator[Break]:
    """What the object store and the file have differently, from head ``begin`` on.

    Raises NotReached.
    """
    store = clients.ObjectStore()
    copy = AuditCopy.objects.filter(place=OBJECTS).first()
    sent = range(copy.since, copy.number + 1) if copy else range(0)
    filed = (head for head in heads.genuine(heads.lines()) if head.number >= begin)
    head = next(filed, None)
    for number, tag in store.after(begin - 1):
        while head and head.number < number:
            if head.number in sent:
                yield Break(BreakKind.COPY_MISSING, str(head.number))
            head = next(filed, None)
        if head is None or head.number > number:
            if not _is_new(number, head):
                yield Break(BreakKind.HEAD_MISSING, str(number))
            continue
        if not store.holds(number, head.line(), tag):
            yield Break(BreakKind.COPY_DIFFERS, str(number))
        head = next(filed, None)
        if number % CHUNK == 0:
            moved(number)
    while head:
        if head.number in sent:
            yield Break(BreakKind.COPY_MISSING, str(head.number))
        head = next(filed, None)


def _is_new(number: int, following: Head | None) -> bool:
    """Whether the file has it meanwhile: it is written before the object."""
    written = None if following else heads.last_written()
    return written is not None and written.number >= number
