"""Signed heads: each minute, what is sealed is signed and written outside the database.

A head is one line of JSON. It names the hash of the line before it, so that a line that is changed
or cut out is missed; the last one's number and hash are in the database too, so that a cut end is.
"""

from __future__ import annotations

import hashlib
import json
import os
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from audit.models import AuditCursor, AuditHead, AuditLog
from audit.services import chain, key_rings

_TAIL_BYTES = 1 << 16


class Unreadable(ValueError):
    """A line that is no head."""


class Torn(Unreadable):
    """The beginning of a line: the disk was full, or the machine stopped."""


@dataclass(frozen=True, slots=True)
class Head:
    """What is sealed at ``at``: the last seal, how many records, the greatest id, the cursors.

    ``restarted``: made after a restore; what the heads before it say is no longer held against the
    tables.
    """

    number: int
    previous: str
    at: str
    seq: int
    digest: str
    records: int
    log_id: int
    cursors: dict[str, str]
    key_id: str
    restarted: bool = False
    signature: str = field(default="", compare=False)

    @property
    def time(self) -> datetime:
        return datetime.fromisoformat(self.at)

    def message(self) -> bytes:
        """What is signed."""
        body = asdict(self)
        del body["signature"]
        return json.dumps(body, sort_keys=True).encode()

    def is_genuine(self) -> bool:
        try:
            signature = b64decode(self.signature, validate=True)
        except ValueError:
            return False
        return key_rings.is_signed(self.message(), signature, self.key_id)

    def line(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)


def digest_of(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()


def read(line: str) -> Head:
    """Raises Unreadable."""
    try:
        head = Head(**json.loads(line))
        if not _is_of_our_types(head) or head.line() != line or head.time.tzinfo is None:
            raise Unreadable
    except json.JSONDecodeError:
        raise (Torn if line[:1] in ("", "{") else Unreadable) from None
    except (ValueError, TypeError, RecursionError):
        raise Unreadable from None
    return head


def _is_of_our_types(head: Head) -> bool:
    numbers = (head.number, head.seq, head.records, head.log_id)
    texts = (head.previous, head.at, head.digest, head.key_id, head.signature)
    return (
        all(type(number) is int for number in numbers)
        and all(isinstance(text, str) for text in texts)
        and isinstance(head.restarted, bool)
        and isinstance(head.cursors, dict)
        and all(isinstance(last_id, str) for last_id in head.cursors.values())
    )


def lines() -> Iterator[str]:
    """All of them, oldest first; none if there is no file."""
    path = _path()
    if path.exists():
        with path.open(encoding="utf-8", errors="replace") as file:
            for line in file:
                yield line.rstrip("\n")


def last_written() -> Head | None:
    """The last head of the file that we signed: what somebody put after it leads nowhere."""
    return next(genuine(reversed(_tail(_TAIL_BYTES)[0])), None)


def _tail(size: int) -> tuple[list[str], bool]:
    """The lines of the last ``size`` bytes, and whether that is the whole file."""
    path = _path()
    if not path.exists():
        return [], True
    with path.open("rb") as file:
        begin = max(0, file.seek(0, os.SEEK_END) - size)
        file.seek(begin)
        return file.read().decode(errors="replace").splitlines(), begin == 0


def genuine(lines: Iterable[str]) -> Iterator[Head]:
    """Those that we signed."""
    for line in lines:
        with suppress(Unreadable):
            head = read(line)
            if head.is_genuine():
                yield head


def after(number: int) -> Iterator[Head]:
    """The genuine heads after that one, in order; not much more of the file is read."""
    size = _TAIL_BYTES
    while True:
        tail, is_whole = _tail(size)
        first = next(genuine(tail), None)
        if is_whole or (first and first.number <= number):
            return (head for head in genuine(tail) if head.number > number)
        size *= 2


def sign_head(*, restarted: bool = False, beyond: int = 0) -> Head | None:
    """Write the next head, with a number ``beyond`` that; None while another process writes one."""
    with chain.alone("head") as is_alone:
        if not is_alone:
            return None
        number, previous = _following(beyond)
        head = _head(number, previous, restarted)
        line = head.line()
        _append(line)
        AuditHead.objects.update_or_create(
            pk=1, defaults={"number": head.number, "digest": digest_of(line)}
        )
    return head


def last_known() -> tuple[int, str]:
    """Number and hash of the last head as the database knows it; 0 and "" if none."""
    return AuditHead.objects.filter(pk=1).values_list("number", "digest").first() or (0, "")


def _following(beyond: int) -> tuple[int, str]:
    """The number of the next head and the hash before it, of the file or, if it was cut, not."""
    number, previous = last_known()
    written = last_written()
    if written and written.number >= number:
        number, previous = written.number, digest_of(written.line())
    return max(number, beyond) + 1, previous


def _head(number: int, previous: str, restarted: bool) -> Head:
    last = chain.last_seal()
    pending = chain.unsealed(last.log_id if last else 0).count()
    facts: dict[str, Any] = {
        "number": number,
        "previous": previous,
        "at": timezone.now().isoformat(timespec="milliseconds"),
        "seq": last.seq if last else 0,
        "digest": last.digest if last else "",
        "records": (last.seq if last else 0) + pending,
        "log_id": AuditLog.objects.aggregate(greatest=Max("id"))["greatest"] or 0,
        "cursors": dict(AuditCursor.objects.values_list("life", "last_id")),
        "key_id": key_rings.newest(key_rings.signing_keys()),
        "restarted": restarted,
    }
    signature = key_rings.sign(Head(**facts).message())
    return Head(**facts, signature=b64encode(signature).decode())


def _append(line: str) -> None:
    path = _path()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        size = os.fstat(handle).st_size
        is_torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
        whole = f"{chr(10) if is_torn else ''}{line}\n".encode()
        if os.write(handle, whole) != len(whole):
            raise OSError("the disk of the signed heads is full")
        os.fsync(handle)
    finally:
        os.close(handle)


def _path() -> Path:
    if settings.AUDIT_HEADS_FILE is None:
        raise key_rings.KeysMissing("AUDIT_HEADS_FILE is not set")
    return Path(settings.AUDIT_HEADS_FILE)
