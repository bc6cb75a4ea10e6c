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
from pacs.archive.orthanc import ArchivedInstance, feed_orthanc
from pacs.dicom.values import Tags
from pacs.events import INSTANCE_UNREADABLE
from pacs.index import instances
from pacs.index.instances import Described
from pacs.models import ChangeCursor

logger = logging.getLogger(__name__)

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
        since = _cursor()
        newest = feed_orthanc().changes_last()
        if newest < since:
            logger.warning("the archive was reset", extra={"cursor": since, "newest": newest})
            _cursor_move(since, 0)
            continue
        if newest == since:
            break
        page = feed_orthanc().changes(since=since, limit=PAGE_SIZE)
        new = dict.fromkeys(c.orthanc_id for c in page.changes if c.kind == NEW_INSTANCE)
        described, unread = _describe(list(new))
        if not _page_apply(since, page.last, described, unread):
            break
        taken += len(page.changes)
    return taken


def _cursor() -> int:
    cursor, _ = ChangeCursor.objects.get_or_create(pk=1)
    return cursor.last_seq


def _cursor_move(since: int, last: int) -> bool:
    """Compare and set; locks the row of the cursor until the transaction ends."""
    cursor = ChangeCursor.objects.filter(pk=1, last_seq=since)
    return cursor.update(last_seq=last, updated_at=timezone.now()) == 1


@transaction.atomic
def _page_apply(since: int, last: int, described: Sequence[Described], unread: list[str]) -> bool:
    """Write a page to the index; False if another poller has already done so.

    Instances that cannot be read or indexed become outbox events, which are retried with backoff
    and stay visible when they fail: one bad instance does not block the others.
    """
    if not _cursor_move(since, last):
        return False
    unwritten = [archived.orthanc_id for archived, tags in described if not _index(archived, tags)]
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
    if unread:
        feed_orthanc().ping()
        logger.warning("instances cannot be read", extra={"orthanc_ids": unread})
    return [(a, tags) for a, tags in answers if isinstance(tags, dict)], unread


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
            instances.instance_index(_with_syntax(archived), tags)
