"""Who opened a DICOM association with the archive, or was refused one: on the audit record.

The archive says so in its log alone (``--verbose-dicom``), which names application entities and
addresses and, of queries, no value that could be a patient's. A run of it is read in one
transaction with the place up to which it was read, so each line is recorded once.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from django.conf import settings
from django.db import transaction

from audit import services as audit
from audit.choices import Outcome
from common import context
from ris.models import ArchiveLogCursor

READ_AT_ONCE = 1 << 20
CUT_AT = 64 << 20
"""Bytes of the log after which it is emptied, once all of it is recorded."""
_REFUSED, _OPENED = "association.refuse", "association.open"
_FIRST_OF_TWO, _ENDS = ("unknown_ae_title", "wrong_address"), "association"
_LINES = (
    (_OPENED, "", re.compile(r"Association Acknowledged \(.*\) to AET (.+) on IP (\S+)$")),
    (
        _REFUSED,
        "unknown_ae_title",
        re.compile(r'Modality "(.+)" is not listed in the "DicomModalities" ()'),
    ),
    (
        _REFUSED,
        "wrong_address",
        re.compile(r'Forbidding access from AET "(.+)" given its hostname \((\S+)\)'),
    ),
    (
        _REFUSED,
        "not_allowed",
        re.compile(
            r'Rejected \w+ request from remote DICOM modality with AET "(.+)" and hostname "(\S+)"'
        ),
    ),
    (_REFUSED, _ENDS, re.compile(r"Rejected association for remote AET (.+) on IP (\S+)$")),
    (_REFUSED, "called_ae_title", re.compile(r"because of a bad called AET in the request ()()")),
)
_RECEIVED = re.compile(r"Association Received from AET (.+) on IP (\S+)$")


@dataclass(frozen=True, slots=True)
class Association:
    """``reason``: why it was refused."""

    action: str
    ae_title: str
    address: str
    reason: str = ""


@transaction.atomic
def associations_record() -> int:
    """Record what the log says since the last time; returns the number of associations."""
    path = settings.ARCHIVE_LOG_FILE
    if path is None or not path.exists():
        return 0
    ArchiveLogCursor.objects.get_or_create(pk=1)
    cursor = ArchiveLogCursor.objects.select_for_update().get(pk=1)
    text = _unread(path, cursor)
    found = Counter(associations_in(text))
    for association, times in found.items():
        _record(association, times)
    cursor.save()
    return found.total()


def associations_in(text: str) -> Iterator[Association]:
    """The associations of which the lines tell. An unknown AE title is refused in two lines."""
    caller, why = ("", ""), ""
    for line in text.splitlines():
        if received := _RECEIVED.search(line):
            caller, why = (received[1], received[2]), ""
            continue
        said = _said(line, caller)
        if said is None:
            continue
        if said.reason in _FIRST_OF_TWO:
            why = said.reason
        else:
            ended = said.reason == _ENDS
            yield replace(said, reason=why) if ended and why else said
            why = "" if ended else why


def _said(line: str, caller: tuple[str, str]) -> Association | None:
    for action, reason, pattern in _LINES:
        if found := pattern.search(line):
            title, address = found[1] or caller[0], found[2] or caller[1]
            return Association(action, title, address, reason)
    return None


def _unread(path: Path, cursor: ArchiveLogCursor) -> str:
    """Whole lines after the cursor, which is moved behind them."""
    with path.open("r+b") as log:
        status = os.fstat(log.fileno())
        if status.st_ino != cursor.inode or status.st_size < cursor.position:
            cursor.inode, cursor.position = status.st_ino, 0
        log.seek(cursor.position)
        lines = log.read(READ_AT_ONCE)
        whole = lines[: lines.rfind(b"\n") + 1]
        cursor.position += len(whole)
        if cursor.position > CUT_AT and cursor.position == os.fstat(log.fileno()).st_size:
            log.truncate(0)
            cursor.position = 0
    return whole.decode("utf-8", "replace")


def _record(association: Association, times: int) -> None:
    refused = association.action == _REFUSED
    detail = {"calling_ae_title": association.ae_title[:16], "associations": times}
    with context.request_context(context.RequestContext(source_ip=association.address[:45])):
        audit.record(
            actor=None,
            action=association.action,
            object_type="application_entity",
            object_id=association.ae_title[:16],
            outcome=Outcome.DENIED if refused else Outcome.OK,
            detail=detail | ({"reason": association.reason} if refused else {}),
        )
