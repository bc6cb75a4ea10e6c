"""The reading state of a study. Its history is in the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from common.errors import BusinessError, ErrorCode
from common.person import Person
from pacs.index.list_keys import reading_rank_write
from pacs.index.studies import study_lock
from rbac.permissions import Permission
from ris.choices import ReadingStatus
from ris.models import Reading


@dataclass(frozen=True, slots=True)
class ReadingState:
    """``reader`` and ``reading_at`` are None while the study is unread."""

    study_instance_uid: str
    reading_status: str = ReadingStatus.UNREAD
    reader: Any = None
    reading_at: datetime | None = None


@transaction.atomic
def study_reading_set(
    *, actor: Person, study_instance_uid: str, status: ReadingStatus
) -> ReadingState:
    """Set the reading state of a study; the actor becomes its reader. Idempotent.

    All transitions are allowed, but a study that another user is reading can only be released
    (UNREAD). Raises NotFound, BusinessError (another user is reading it).
    """
    study = study_lock(actor, study_instance_uid, Permission.REVIEW_AI)
    reading = Reading.objects.select_related("reader").filter(study=study).first()
    before = reading.status if reading else ReadingStatus.UNREAD
    being_read = reading if reading and before == ReadingStatus.READING else None
    if being_read and being_read.reader_id != actor.pk and status != ReadingStatus.UNREAD:
        raise BusinessError(ErrorCode.INVALID_TRANSITION, "another user is reading this study")
    if before == status:
        return _state(study_instance_uid, reading)
    if status == ReadingStatus.UNREAD:
        Reading.objects.filter(study=study).delete()
        reading = None
    else:
        changes = {"status": status, "reader": actor, "since": timezone.now()}
        reading, _ = Reading.objects.update_or_create(study=study, defaults=changes)
    reading_rank_write(study.pk, ReadingStatus.values.index(status))
    audit.record(
        actor=actor,
        action="study.reading",
        object_type="study",
        object_id=study_instance_uid,
        patient_id=study.patient_id,
        permission=Permission.REVIEW_AI,
        detail={"from": before, "to": status},
    )
    return _state(study_instance_uid, reading)


def _state(study_instance_uid: str, reading: Reading | None) -> ReadingState:
    if reading is None:
        return ReadingState(study_instance_uid)
    return ReadingState(study_instance_uid, reading.status, reading.reader, reading.since)
