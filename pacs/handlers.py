"""Event handlers of the archive."""

from __future__ import annotations

from common.errors import ExternalError
from common.outbox.registry import Event, subscribe
from pacs.derived import metadata_files
from pacs.events import INSTANCE_UNREADABLE, STUDY_STABLE
from pacs.htj2k import transcoding
from pacs.index import change_feed


@subscribe(INSTANCE_UNREADABLE, queue="django_tasks")
def instance_retry(event: Event) -> None:
    change_feed.instance_retry(event.payload["orthanc_id"])


@subscribe(STUDY_STABLE, queue="archive_tasks")
def metadata_write(event: Event) -> None:
    """On its own queue: the change feed and the audit buffer must not wait for the archive."""
    metadata_files.study_write(event.payload["study_id"])


@subscribe(STUDY_STABLE, queue="image_tasks")
def study_transcode(event: Event) -> None:
    """Permanent errors of the archive, such as a deleted instance, are left to ``repair``."""
    try:
        transcoding.study_transcode(event.payload["study_id"])
    except ExternalError as error:
        if error.retryable:
            raise
