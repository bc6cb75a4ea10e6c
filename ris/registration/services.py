"""The only place that changes registrations: requested, run, accepted or rejected by a person."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from acct import selectors as accounts
from ai.services.series_registration import series_register
from audit import services as audit
from common.errors import AppError, BusinessError, ErrorCode, InvalidInput, NotFound
from common.outbox.services import publish
from common.person import Person
from pacs.index.geometry import series_geometry
from pacs.index.images import series_of_patient, series_visible_get
from pacs.index.studies import studies_lock
from rbac.permissions import Permission
from ris.choices import RegistrationStatus
from ris.events import REGISTRATION_ACCEPTED, REGISTRATION_REQUESTED
from ris.models import Registration, RegistrationPicture

if TYPE_CHECKING:
    from pacs.models import Series

NEEDED = Permission.REVIEW_AI
OPEN = (RegistrationStatus.REQUESTED, RegistrationStatus.RUNNING)
PER_PERSON = 4
"""Registrations under way: the service runs one after the other, and eight may wait."""
_ACTIONS = {
    RegistrationStatus.ACCEPTED.value: "registration.accept",
    RegistrationStatus.REJECTED.value: "registration.reject",
}


def registration_create(*, actor: Person, fixed_series: str, moving_series: str) -> Registration:
    """Ask for a registration; while an equal one is under way it is that one.

    Raises NotFound, BusinessError (one series, two patients, nobody's study, no volume, no frame
    of reference, as many under way as one person may have), ConflictError (a study was refiled
    meanwhile).
    """
    if fixed_series == moving_series:
        raise BusinessError(ErrorCode.REGISTRATION_SAME_SERIES, field="moving_series")
    fixed = series_visible_get(actor, fixed_series, NEEDED)
    moving = series_visible_get(actor, moving_series, NEEDED)
    patient = fixed.study.patient_id
    if patient is None or moving.study.patient_id is None:
        raise BusinessError(ErrorCode.STUDY_UNMATCHED)
    if patient != moving.study.patient_id:
        raise BusinessError(ErrorCode.REGISTRATION_TWO_PATIENTS, field="moving_series")
    for name, series in (("fixed_series", fixed), ("moving_series", moving)):
        series_geometry(series)
        if not series.frame_of_reference_uid:
            raise BusinessError(ErrorCode.REGISTRATION_NO_FRAME, field=name)
    pair = {"fixed_series": fixed_series, "moving_series": moving_series}
    with transaction.atomic():
        studies_lock({fixed.study_id, moving.study_id}, patient)
        under_way = Registration.objects.filter(**pair, patient=patient, status__in=OPEN)
        registration = under_way.first() or _begun(actor, patient, fixed, moving)
        if registration.status == RegistrationStatus.REQUESTED:
            _publish(REGISTRATION_REQUESTED, registration)
        _record(actor, registration, "registration.create")
    return registration


def _begun(actor: Person, patient_id: int, fixed: Series, moving: Series) -> Registration:
    """Two requests of one person are counted one after the other. Raises BusinessError."""
    accounts.user_lock(actor.pk)
    if Registration.objects.filter(requested_by=actor.pk, status__in=OPEN).count() >= PER_PERSON:
        raise BusinessError(ErrorCode.REGISTRATION_LIMIT, f"{PER_PERSON} at most")
    return Registration.objects.create(
        patient_id=patient_id,
        fixed_study=fixed.study,
        moving_study=moving.study,
        fixed_series=fixed.series_instance_uid,
        moving_series=moving.series_instance_uid,
        fixed_description=fixed.description,
        moving_description=moving.description,
        fixed_frame=fixed.frame_of_reference_uid,
        moving_frame=moving.frame_of_reference_uid,
        requested_by_id=actor.pk,
    )


def registration_run(registration_id: int) -> None:
    """Register the series. Safe to call again; an ExternalError is the outbox's to retry."""
    with transaction.atomic():
        registration = _lock(registration_id)
        if registration.status not in OPEN:
            return
        _change(registration, status=RegistrationStatus.RUNNING)
    try:
        fixed, moving = series_of(registration)
        found = series_register(fixed, moving, key=registration.run_key, number=registration.pk)
    except (BusinessError, NotFound, InvalidInput) as error:
        registration_fail(registration_id, error)
        return
    with transaction.atomic():
        registration = _lock(registration_id)
        if registration.status == RegistrationStatus.RUNNING:
            changes = found.model_dump(exclude={"checkerboard"})
            _change(registration, status=RegistrationStatus.DONE, **changes)
            RegistrationPicture.objects.create(
                registration=registration, png=base64.b64decode(found.checkerboard)
            )


@transaction.atomic
def registration_fail(registration_id: int, error: AppError) -> None:
    """End it with the reason, unless it ended already."""
    registration = _lock(registration_id)
    if registration.status in OPEN:
        _change(
            registration,
            status=RegistrationStatus.FAILED,
            error_code=error.code.value.code,
            error_detail=error.detail[:300],
        )


@transaction.atomic
def registration_accept(
    *, actor: Person, registration_id: int, expected: int, reason: str = ""
) -> Registration:
    """A person has looked at it; a flagged one needs a reason.

    Raises NotFound, ConflictError (changed meanwhile), BusinessError (nothing to decide),
    InvalidInput (no reason).
    """
    registration = _decidable(actor, registration_id)
    if registration.flagged and not reason.strip():
        detail = "a flagged registration is accepted with a reason"
        raise InvalidInput(ErrorCode.VALIDATION, detail, "reason")
    _decide(actor, registration, expected, RegistrationStatus.ACCEPTED, reason)
    _publish(REGISTRATION_ACCEPTED, registration)
    return registration


@transaction.atomic
def registration_reject(
    *, actor: Person, registration_id: int, expected: int, reason: str = ""
) -> Registration:
    """It is never overlaid. Raises as ``registration_accept``."""
    registration = _decidable(actor, registration_id)
    _decide(actor, registration, expected, RegistrationStatus.REJECTED, reason)
    return registration


def series_of(registration: Registration) -> tuple[Series, Series]:
    """Fixed and moving, if they are still there and the patient's. Raises NotFound."""
    uids = registration.fixed_series, registration.moving_series
    found = series_of_patient(registration.patient_id, uids)
    for uid in uids:
        if uid not in found:
            raise NotFound(ErrorCode.SERIES_NOT_FOUND, f"series {uid}")
    return found[uids[0]], found[uids[1]]


def _decidable(actor: Person, registration_id: int) -> Registration:
    """Locked."""
    if not Registration.objects.visible_to(actor, NEEDED).filter(pk=registration_id).exists():
        raise NotFound(ErrorCode.REGISTRATION_NOT_FOUND, f"registration {registration_id}", "id")
    return _lock(registration_id)


def _decide(
    actor: Person, registration: Registration, expected: int, status: str, reason: str
) -> None:
    if registration.status != RegistrationStatus.DONE:
        detail = f"the registration is {registration.status}"
        raise BusinessError(ErrorCode.INVALID_TRANSITION, detail, "status")
    registration.save_versioned(
        expected=expected,
        status=status,
        decided_by_id=actor.pk,
        decided_at=timezone.now(),
        decision_reason=reason.strip(),
    )
    RegistrationPicture.objects.filter(registration=registration).delete()
    _record(actor, registration, _ACTIONS[status])


def _lock(registration_id: int) -> Registration:
    return Registration.objects.select_for_update().get(pk=registration_id)


def _change(registration: Registration, **changes: Any) -> None:
    """``registration`` is locked."""
    registration.save_versioned(expected=registration.version, **changes)


def _publish(topic: str, registration: Registration) -> None:
    publish(
        topic,
        aggregate=f"registration:{registration.pk}",
        payload={"registration_id": registration.pk},
    )


def _record(actor: Person, registration: Registration, action: str) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_type="registration",
        object_id=registration.pk,
        patient_id=registration.patient_id,
        permission=NEEDED,
        detail={
            "fixed_series": registration.fixed_series,
            "moving_series": registration.moving_series,
        },
    )
