"""Who reads a study: taken, given back, done. The history is in the audit log."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from common.errors import BusinessError, ErrorCode, NotFound
from rbac.permissions import Permission
from ris.choices import ReadingStatus
from ris.models import Study


@transaction.atomic
def study_reading_set(*, actor: Any, study_instance_uid: str, status: ReadingStatus) -> Study:
    """Move a study to ``status``; the actor becomes its reader. Saying it again changes nothing.

    Any state follows any other, but what one person reads another can only give back (UNREAD),
    not take or finish. Raises NotFound, BusinessError (somebody else reads it).
    """
    named = Study.objects.select_for_update().filter(study_instance_uid=study_instance_uid)
    study = named.visible_to(actor, Permission.REVIEW_AI).first()
    if study is None:
        raise NotFound(
            ErrorCode.STUDY_NOT_FOUND, f"study {study_instance_uid}", "study_instance_uid"
        )
    before = study.reading_status
    unread = status == ReadingStatus.UNREAD
    if before == ReadingStatus.READING and study.reader_id != actor.pk and not unread:
        raise BusinessError(ErrorCode.INVALID_TRANSITION, "somebody else reads this study")
    if before == status:
        return study
    study.reading_status = status
    study.reader = None if unread else actor
    study.reading_at = None if unread else timezone.now()
    study.save(update_fields=["reading_status", "reader", "reading_at", "updated_at"])
    audit.record(
        actor=actor,
        action="study.reading",
        object_type="study",
        object_id=study_instance_uid,
        patient_id=study.patient_id,
        permission=Permission.REVIEW_AI,
        detail={"from": before, "to": status},
    )
    return study
