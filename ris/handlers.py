"""What the imaging app does about events."""

from __future__ import annotations

from common.errors import ExternalError
from common.outbox.registry import Event, subscribe
from ris.events import INSTANCE_UNREAD, STUDY_STABLE
from ris.services import changes
from ris.services.dicomweb import prepared
from ris.services.htj2k import transcoding


@subscribe(INSTANCE_UNREAD, queue="django_tasks")
def instance_reread(event: Event) -> None:
    changes.instance_reread(event.payload["orthanc_id"])


@subscribe(STUDY_STABLE, queue="archive_tasks")
def metadata_prepare(event: Event) -> None:
    """Beside the queue of the change feed and the audit buffer, which wait for no archive."""
    prepared.study_prepare(event.payload["study_id"])


@subscribe(STUDY_STABLE, queue="image_tasks")
def study_transcode(event: Event) -> None:
    """What the archive refuses for good, a deleted instance for one, is left to the repair."""
    try:
        transcoding.study_transcode(event.payload["study_id"])
    except ExternalError as error:
        if error.retryable:
            raise
