"""Matches studies to patients: by Patient ID if it is known, else by a user."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from audit import services as audit
from common.errors import BusinessError, ErrorCode, NotFound
from common.outbox.services import publish
from common.person import Person
from emr import selectors as patients
from ocs import selectors as orders
from ocs.choices import JobRole
from pacs.events import STUDY_MATCHED
from pacs.index import quarantine
from pacs.index.list_keys import study_keys_write
from pacs.index.study_moves import study_moved
from pacs.models import QuarantinedStudy, Study
from rbac.epochs import rights_changing
from rbac.permissions import Permission


def study_assign(study: Study, birth_date: str) -> bool:
    """Set patient and order by Patient ID and Accession Number; the object is not saved.

    False if the Patient ID (0010,0020) is unknown or the study is quarantined until a user matches
    it, as it is now if its name or ``birth_date`` (DA, or empty) is not the patient's. The order
    (Accession Number, 0008,0050) is set only if it belongs to the same patient.
    """
    if not study.dicom_patient_id or quarantine.is_quarantined(study):
        return False
    patient = patients.patient_by_mrn(study.dicom_patient_id)
    if patient is None or quarantine.identity_check(study, patient, birth_date):
        return False
    _set_patient(study, patient)
    return True


def _set_patient(study: Study, patient: Any) -> None:
    before = study.patient_id
    study.patient = patient
    order_assign(study)
    if study.pk is not None:
        study_moved(study, before)


def order_assign(study: Study) -> None:
    """Set the order that the study names, if it is of the study's patient.

    An order that a person chose stays while it is of the study's patient.
    """
    chosen = study.order if study.order_by_person else None
    if chosen is not None and chosen.patient_id == study.patient_id:
        return
    found = orders_named([study])[study.study_instance_uid]
    study.order = next((each for each in found if each.patient_id == study.patient_id), None)
    study.order_by_person = False


order_finders: list[Callable[[Collection[str]], Mapping[str, Any]]] = []
"""Called with Study Instance UIDs; the orders to which they were assigned."""


def orders_named(studies: Iterable[Study]) -> dict[str, list[Any]]:
    """By Study Instance UID: the order of the Accession Number, then the one assigned the UID."""
    numbers = {study.study_instance_uid: study.accession_number for study in studies}
    by_number = orders.orders_by_accession(set(filter(None, numbers.values())))
    by_uid = [finder(numbers.keys()) for finder in order_finders]
    found = {
        uid: [by_number.get(number), *(known.get(uid) for known in by_uid)]
        for uid, number in numbers.items()
    }
    return {uid: [each for each in each_of if each is not None] for uid, each_of in found.items()}


def study_match(
    *, actor: Person, study_instance_uid: str, patient_id: str, order: int | None = None
) -> Study:
    """Match an unmatched study to the patient with the MRN ``patient_id``.

    ``order``: of which the images are, if neither number nor UID names one.
    Raises NotFound (study, patient or order not visible), BusinessError (already matched).
    """
    patient = patients.patient_seen_by_mrn(actor, patient_id)
    if patient is None:
        raise NotFound(ErrorCode.PATIENT_NOT_FOUND, field="patient_id")
    with transaction.atomic():
        study = _unmatched_locked(actor, study_instance_uid)
        _set_patient(study, patient)
        if order is not None and study.order is None:
            study.order, study.order_by_person = _order_of(actor, order, patient), True
        study.save_versioned(expected=study.version)
        study_keys_write(study.pk)
        _matched(study)
        quarantine.quarantine_end(study)
        audit.record(
            actor=actor,
            action="study.match",
            object_type="study",
            object_id=study_instance_uid,
            patient_id=patient.pk,
            permission=Permission.MATCH_STUDY,
        )
    return study


def _order_of(actor: Person, order_id: int, patient: Any) -> Any:
    """Raises NotFound for an order of another patient too."""
    order = orders.order_get(actor, order_id)
    if order.patient_id != patient.pk or order.job_role != JobRole.RIS:
        raise NotFound(ErrorCode.ORDER_NOT_FOUND, f"order {order_id}", "order")
    return order


def _unmatched_locked(actor: Person, study_instance_uid: str) -> Study:
    named = Study.objects.select_for_update().filter(study_instance_uid=study_instance_uid)
    study = named.unmatched_for(actor).first()
    if study is not None:
        return study
    if Study.objects.visible_to(actor).filter(study_instance_uid=study_instance_uid).exists():
        raise BusinessError(
            ErrorCode.INVALID_TRANSITION, "the study is already matched to a patient"
        )
    raise NotFound(ErrorCode.STUDY_NOT_FOUND, f"study {study_instance_uid}", "study_instance_uid")


@transaction.atomic
def studies_part(*, from_patient_id: int, patient_id: int, since: datetime) -> int:
    """Two records are two again: file the images anew that came since under the other's MRN."""
    patient = patients.patient_identity(patient_id)
    came = Study.objects.select_for_update().filter(
        patient=from_patient_id,
        dicom_patient_id=patient.patient_id if patient else None,
        created_at__gte=since,
    )
    found = list(came)
    if found:
        rights_changing()
    for study in found:
        _set_patient(study, patient)
        study.save_versioned(expected=study.version)
        _record_filed(study)
    return len(found)


def studies_rematch() -> int:
    """Match studies whose patient was registered after they arrived; returns their number."""
    waiting = (
        Study.objects.filter(patient=None)
        .exclude(dicom_patient_id="")
        .exclude(study_instance_uid__in=QuarantinedStudy.objects.values("study_instance_uid"))
    )
    known = patients.known_mrns(set(waiting.values_list("dicom_patient_id", flat=True)))
    matched = 0
    for pk in list(waiting.filter(dicom_patient_id__in=known).values_list("pk", flat=True)):
        matched += _rematch(pk)
    return matched


@transaction.atomic
def _rematch(pk: int) -> bool:
    study = Study.objects.select_for_update().filter(pk=pk, patient=None).first()
    if study is None or not study_assign(study, study.dicom_birth_date):
        return False
    study.save_versioned(expected=study.version)
    study_keys_write(study.pk)
    _matched(study)
    _record_filed(study)
    return True


def _matched(study: Study) -> None:
    publish(
        STUDY_MATCHED,
        aggregate=f"study:{study.pk}",
        payload={"study_id": study.pk, "patient_id": study.patient_id},
    )


def _record_filed(study: Study) -> None:
    audit.record(
        actor=None,
        action="study.match",
        object_type="study",
        object_id=study.study_instance_uid,
        patient_id=study.patient_id,
    )
