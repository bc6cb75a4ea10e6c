"""Patients ask for a correction of their contact data; a person of the staff decides."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from common.errors import BusinessError, ConflictError, ErrorCode, InvalidInput
from common.person import Person
from emr.choices import ContactRequestState
from emr.models import ContactRequest, Patient
from emr.selectors import contact_changes as found, record_readers
from emr.services import patient_update
from rbac.permissions import Permission

_PENDING = ContactRequestState.PENDING


@transaction.atomic
def contact_request_create(*, actor: Person, **wanted: str) -> ContactRequest:
    """For one's own record. Raises NotFound, InvalidInput (nothing differs), ConflictError
    (a request waits already).
    """
    own = record_readers.own_patient(actor)
    patient = Patient.objects.select_for_update().get(pk=own.pk)
    differing = {name: text for name, text in wanted.items() if text != getattr(patient, name)}
    if not differing:
        raise InvalidInput(ErrorCode.VALIDATION, "nothing differs from the record", "phone")
    if ContactRequest.objects.filter(patient=patient, state=_PENDING).exists():
        raise ConflictError(ErrorCode.DUPLICATE, "a request is waiting already", "phone")
    request = ContactRequest.objects.create(patient=patient, requested_by_id=actor.pk, **differing)
    _recorded(actor, request, "contact_request.create", Permission.VIEW_PATIENT)
    return request


@transaction.atomic
def contact_request_decide(
    *, actor: Person, pk: int, accept: bool, answer: str = ""
) -> ContactRequest:
    """Accepting changes the patient's data. Raises NotFound, BusinessError (decided already)."""
    seen = found.request_get(actor, pk)
    patient = Patient.objects.select_for_update().get(pk=seen.patient_id)
    request = ContactRequest.objects.select_for_update().get(pk=pk)
    if request.state != _PENDING:
        raise BusinessError(ErrorCode.INVALID_TRANSITION, f"decided: {request.state}", "id")
    if accept:
        wanted: dict[str, Any] = {"phone": request.phone, "address": request.address}
        changes = {name: text for name, text in wanted.items() if text is not None}
        patient_update(actor=actor, pk=patient.pk, expected=patient.version, **changes)
    state = ContactRequestState.ACCEPTED if accept else ContactRequestState.DECLINED
    request.state, request.answer = state, answer
    request.decided_by_id, request.decided_at = actor.pk, timezone.now()
    request.save()
    _recorded(actor, request, "contact_request.decide", Permission.EDIT_PATIENT)
    return found.request_get(actor, pk)


def _recorded(actor: Person, request: ContactRequest, action: str, permission: str) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_type="contact_request",
        object_id=request.pk,
        patient_id=request.patient_id,
        permission=permission,
        detail={"state": request.state},
    )
