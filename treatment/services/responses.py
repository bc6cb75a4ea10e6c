"""Measurements on a study. The response is not stored: it is computed from all of a patient's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from common.errors import ConflictError, ErrorCode, NotFound
from common.person import Person
from pacs.index import studies
from rbac.permissions import Permission
from treatment import selectors
from treatment.models import Assessment
from treatment.services.course_records import (
    check_happened,
    patient_for,
    refused,
    row_change,
    row_create,
    row_lock,
    row_remove,
)


def response_create(
    *, actor: Person, patient: int, study_instance_uid: str, **fields: Any
) -> Assessment:
    """Record what was measured on a study of the patient; its day is the study's own if known.

    Raises NotFound (patient, study), InvalidInput (a study of another patient, an impossible day),
    ConflictError (the study was assessed already).
    """
    seen = patient_for(actor, patient)
    study = _study_of(actor, seen.pk, study_instance_uid)
    day = fields.pop("assessed_on", None) or study.study_date
    _check_day(seen, study, day)
    _check_new_lesion(fields)
    try:
        with transaction.atomic():
            _free_study(seen.pk, study_instance_uid)
            row: Assessment = row_create(
                Assessment,
                actor=actor,
                patient=seen,
                study_instance_uid=study_instance_uid,
                assessed_on=day,
                **fields,
            )
    except IntegrityError:
        detail = f"study {study_instance_uid} is assessed"
        raise ConflictError(ErrorCode.DUPLICATE, detail, "study_instance_uid") from None
    return selectors.judged(row)


def _free_study(patient_id: int, study_instance_uid: str) -> None:
    """What was recorded of another patient, before the study came to this one, stays theirs."""
    stale = Assessment.objects.filter(study_instance_uid=study_instance_uid, live=True)
    stale.exclude(patient_id=patient_id).update(live=None)


@transaction.atomic
def response_update(*, actor: Person, pk: int, expected: int, **changes: Any) -> Assessment:
    """Raises NotFound, ConflictError, InvalidInput; patient and study never change."""
    row: Assessment = row_lock(Assessment, actor=actor, pk=pk)
    for name, now in (("patient", row.patient_id), ("study_instance_uid", row.study_instance_uid)):
        if changes.pop(name, now) != now:
            raise refused("never changes; remove this record and make another", name)
    study = _study_of(actor, row.patient_id, row.study_instance_uid)
    if "assessed_on" in changes:
        changes["assessed_on"] = changes["assessed_on"] or study.study_date
        _check_day(row.patient, study, changes["assessed_on"])
    names = ("new_lesion", "new_lesion_outside_field")
    _check_new_lesion({name: getattr(row, name) for name in names} | changes)
    row_change(row, actor, expected, **changes)
    return selectors.judged(row)


def response_remove(*, actor: Person, pk: int, expected: int, reason: str) -> None:
    """The study may be assessed anew afterwards. Raises NotFound, ConflictError."""
    row_remove(Assessment, actor=actor, pk=pk, expected=expected, reason=reason, live=None)


def _study_of(actor: Person, patient_id: int, study_instance_uid: str) -> Any:
    """Raises InvalidInput for a study of another patient; one that is not seen does not exist."""
    try:
        study = studies.study_get(actor, study_instance_uid, Permission.VIEW_STUDY)
    except NotFound:
        raise NotFound(
            ErrorCode.STUDY_NOT_FOUND, f"study {study_instance_uid}", "study_instance_uid"
        ) from None
    if study.patient_id != patient_id:
        raise refused("no study of this patient", "study_instance_uid")
    return study


def _check_day(patient: Any, study: Any, day: Any) -> None:
    if day is None:
        raise refused("the study has no date; give one", "assessed_on")
    check_happened(patient, day, "assessed_on")
    if study.study_date and study.study_date <= timezone.localdate() and day != study.study_date:
        raise refused(f"the study is of {study.study_date.isoformat()}", "assessed_on")


def _check_new_lesion(fields: Mapping[str, Any]) -> None:
    if fields.get("new_lesion_outside_field") is not None and not fields.get("new_lesion"):
        raise refused("only of a new lesion", "new_lesion_outside_field")
