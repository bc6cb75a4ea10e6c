"""Event handlers of the archive."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from common.errors import AppError, ExternalError
from common.outbox.registry import Event, subscribe
from common.person import Person
from emr.events import PATIENT_MERGED, PATIENT_RENAMED, PATIENT_UNMERGED
from emr.selectors.timeline import timeline_source
from pacs.derived import metadata_files
from pacs.events import (
    INSTANCE_UNREADABLE,
    INSTANCES_SUPERSEDED,
    SERIES_MOVE_DECIDED,
    STUDY_STABLE,
    UNFILED_DECIDED,
)
from pacs.htj2k import transcoding
from pacs.index import change_feed, matching, resolution, series_moves
from pacs.index.list_keys import patient_keys_write
from pacs.index.studies import studies_visible_to


@subscribe(INSTANCE_UNREADABLE, queue="django_tasks")
def instance_retry(event: Event) -> None:
    change_feed.instance_retry(event.payload["orthanc_id"])


@subscribe(PATIENT_RENAMED, queue="django_tasks")
def studies_rename(event: Event) -> None:
    patient_keys_write(event.payload["patient_id"])


@subscribe(PATIENT_MERGED, queue="django_tasks")
def studies_take(event: Event) -> None:
    patient_keys_write(event.payload["patient_id"])


@subscribe(PATIENT_UNMERGED, queue="django_tasks")
def studies_give_back(event: Event) -> None:
    survivor, duplicate = event.payload["patient_id"], event.payload["duplicate_id"]
    since = datetime.fromisoformat(event.payload["since"])
    matching.studies_part(from_patient_id=survivor, patient_id=duplicate, since=since)
    for patient_id in (survivor, duplicate):
        patient_keys_write(patient_id)


@subscribe(STUDY_STABLE, queue="archive_tasks")
def metadata_write(event: Event) -> None:
    """On its own queue: the change feed and the audit buffer must not wait for the archive.

    Of what was deleted meanwhile there is nothing to write; the archive serves the rest.
    """
    try:
        metadata_files.study_write(event.payload["study_id"])
    except ExternalError as error:
        if error.retryable:
            raise


@subscribe(STUDY_STABLE, queue="image_tasks")
def study_transcode(event: Event) -> None:
    """Permanent errors of the archive, such as a deleted instance, are left to ``repair``."""
    try:
        transcoding.study_transcode(event.payload["study_id"])
    except ExternalError as error:
        if error.retryable:
            raise


def _resolution_failed(event: Event, error: AppError) -> None:
    resolution.decision_undo(event.payload["unfiled_id"])


@subscribe(UNFILED_DECIDED, queue="archive_tasks", on_dead=_resolution_failed)
def unfiled_resolve(event: Event) -> None:
    resolution.unfiled_resolve(**event.payload)


def _move_failed(event: Event, error: AppError) -> None:
    series_moves.moves_fail(event.payload["move_ids"], error)


@subscribe(SERIES_MOVE_DECIDED, queue="archive_tasks", on_dead=_move_failed)
def move_carry_out(event: Event) -> None:
    series_moves.series_moves_carry_out(event.payload["move_ids"])


@subscribe(INSTANCES_SUPERSEDED, queue="archive_tasks")
def superseded_delete(event: Event) -> None:
    resolution.superseded_delete(event.payload["orthanc_ids"])


@timeline_source(
    "study",
    at="study_date",
    day=True,
    described=lambda row: (row.description, row.list_modality),
    ref="study_instance_uid",
)
def studies_of(user: Person, patient: Any) -> QuerySet[Any]:
    return studies_visible_to(user).filter(patient=patient)
