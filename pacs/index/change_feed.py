"""Follows the archive's change feed: the only way into the index, for uploads and modalities."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from common.errors import ExternalError
from common.outbox.services import publish
from pacs.archive.orthanc import ArchivedInstance, Change, ChangePage, feed_orthanc
from pacs.dicom import values
from pacs.dicom.texts import has_code_extensions, texts_decode
from pacs.dicom.values import Tags
from pacs.events import INSTANCE_UNREADABLE
from pacs.index import instances, senders, unfiled
from pacs.index.instances import Described
from pacs.models import ChangeCursor, Series

logger = logging.getLogger(__name__)

Anchor = tuple[Any, ...]
"""Sequence, Orthanc id and time of a change."""
NEW_INSTANCE = "NewInstance"
PAGE_SIZE = 200
MAX_PAGES = 50
FETCH_THREADS = 4


def changes_poll(pages: int = MAX_PAGES) -> int:
    """Index the changes since the cursor; returns their number.

    Any number of pollers may run: the cursor moves by compare-and-set in the transaction that
    writes the rows, so one of them wins a page and the others stop. Raises ExternalError.
    """
    taken = 0
    for _ in range(pages):
        cursor = _cursor()
        newest = feed_orthanc().changes_last()
        if newest < cursor.last_seq:
            _cursor_retreat(cursor, newest)
            continue
        if newest == cursor.last_seq:
            break
        page = feed_orthanc().changes(since=cursor.last_seq, limit=PAGE_SIZE)
        new = dict.fromkeys(c.orthanc_id for c in page.changes if c.kind == NEW_INSTANCE)
        described, unread = _describe(list(new))
        if not _page_apply(cursor, page, described, unread):
            break
        taken += len(page.changes)
    return taken


def _cursor() -> ChangeCursor:
    return ChangeCursor.objects.get_or_create(pk=1)[0]


def _cursor_move(cursor: ChangeCursor, last: int, anchors: Sequence[Anchor]) -> bool:
    """Compare and set; locks the row of the cursor until the transaction ends."""
    unmoved = ChangeCursor.objects.filter(pk=1, last_seq=cursor.last_seq)
    return unmoved.update(last_seq=last, anchors=anchors, updated_at=timezone.now()) == 1


def _cursor_retreat(cursor: ChangeCursor, newest: int) -> None:
    """Go back to the newest anchor that the feed still has; to the beginning if it has none.

    Changes of a deleted resource are deleted too, so the end of the feed moves back when the newest
    patient is deleted. The anchors before it are still there; after a reset or in another database
    none is. What is read twice changes nothing.
    """
    anchors = list(map(tuple, cursor.anchors))
    while anchors and not _is_in_feed(anchors[-1]):
        anchors.pop()
    back = anchors[-1][0] if anchors else 0
    logger.warning(
        "the end of the archive's feed moved back" if anchors else "the archive was reset",
        extra={"cursor": cursor.last_seq, "newest": newest, "back": back},
    )
    _cursor_move(cursor, back, anchors)


def _is_in_feed(anchor: Anchor) -> bool:
    page = feed_orthanc().changes(since=anchor[0] - 1, limit=1)
    return [_anchor(change) for change in page.changes] == [anchor]


def _anchor(change: Change) -> Anchor:
    return change.seq, change.orthanc_id, change.at


def _thinned(anchors: Sequence[Anchor]) -> list[Anchor]:
    """The oldest, and of the others each at least twice as far from the newest as the next one."""
    newest = anchors[-1][0]
    kept = [anchors[-1]]
    for anchor in reversed(anchors[:-1]):
        if newest - anchor[0] >= 2 * (newest - kept[-1][0]):
            kept.append(anchor)
    if kept[-1] != anchors[0]:
        kept.append(anchors[0])
    return kept[::-1]


@transaction.atomic
def _page_apply(
    cursor: ChangeCursor, page: ChangePage, described: Sequence[Described], unread: list[str]
) -> bool:
    """Write a page to the index; False if another poller has already done so.

    Instances that cannot be read or indexed become outbox events, which are retried with backoff
    and stay visible when they fail: one bad instance does not block the others.
    """
    anchors = [*map(tuple, cursor.anchors), *map(_anchor, page.changes[-1:])]
    if not _cursor_move(cursor, page.last, _thinned(anchors) if anchors else []):
        return False
    unwritten = [archived.orthanc_id for archived, tags in described if not _index(archived, tags)]
    unfiled.unfiled_settle([archived.orthanc_id for archived, _ in described])
    senders.senders_record(described)
    for orthanc_id in (*unread, *unwritten):
        publish(
            INSTANCE_UNREADABLE,
            aggregate=f"instance:{orthanc_id}",
            payload={"orthanc_id": orthanc_id},
        )
    return True


def _index(archived: ArchivedInstance, tags: Tags) -> bool:
    try:
        instances.instance_index(archived, tags)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        logger.error(
            "instance cannot be indexed",
            extra={"orthanc_id": archived.orthanc_id, "reason": type(error).__name__},
        )
        return False
    return True


def _describe(orthanc_ids: Sequence[str]) -> tuple[list[Described], list[str]]:
    """The tags of each instance in the order of the feed, and the ids that could not be read.

    Instances deleted meanwhile are omitted. Raises ExternalError if the archive is not available;
    then the page is read again.
    """
    try:
        archived = feed_orthanc().instances_describe(orthanc_ids)
    except ExternalError:
        feed_orthanc().ping()
        return [], list(orthanc_ids)
    archived.sort(key=lambda a: orthanc_ids.index(a.orthanc_id))
    with ThreadPoolExecutor(FETCH_THREADS, "changes") as pool:
        answers = list(pool.map(_described, archived))
    unread = [a.orthanc_id for a, tags in answers if isinstance(tags, ExternalError)]
    described: list[Described] = []
    decoded: set[str] = set()
    for one, tags in answers:
        if isinstance(tags, dict):
            try:
                described.append((one, _with_texts(one, tags, decoded)))
            except Exception:  # of a malformed file: it is tried again alone
                unread.append(one.orthanc_id)
    if unread:
        feed_orthanc().ping()
        logger.warning("instances cannot be read", extra={"orthanc_ids": unread})
    return described, unread


def _with_texts(archived: ArchivedInstance, tags: Tags, decoded: set[str]) -> Tags:
    """Texts with code extensions from the file itself, for the first instance of a new series.

    The index keeps the texts of that instance. ``decoded``: the series that have had one.
    Read before the page is written: then the row of the cursor is locked.
    """
    uid = values.text(tags, "SeriesInstanceUID")
    if not has_code_extensions(tags) or uid in decoded:
        return tags
    if not Series.objects.filter(series_instance_uid=uid).exists():
        tags = {**tags, **texts_decode(feed_orthanc().instance_file(archived.orthanc_id))}
    decoded.add(uid)
    return tags


def _described(
    archived: ArchivedInstance,
) -> tuple[ArchivedInstance, dict[str, Any] | ExternalError | None]:
    """The tags of an instance: None if it was deleted, the error (not raised) if reading fails."""
    try:
        return _with_syntax(archived), feed_orthanc().instance_tags(archived.orthanc_id)
    except ExternalError as error:
        return archived, error


def _with_syntax(archived: ArchivedInstance) -> ArchivedInstance:
    """Orthanc stores no transfer syntax that it does not support (HTJ2K): read it from the file."""
    if archived.transfer_syntax_uid:
        return archived
    syntax = feed_orthanc().transfer_syntax(archived.orthanc_id)
    return replace(archived, transfer_syntax_uid=syntax)


def instance_retry(orthanc_id: str) -> None:
    """Index an instance that could not be read before. Raises ExternalError."""
    for archived in feed_orthanc().instances_describe([orthanc_id]):
        tags = feed_orthanc().instance_tags(orthanc_id)
        if tags:
            instances.instance_index(_with_syntax(archived), _with_texts(archived, tags, set()))
            unfiled.unfiled_settle([orthanc_id])
            senders.senders_record([(archived, tags)])
