"""Who cares for a patient: the only place that changes it. Of a restricted patient nobody else
sees the record, so each change counts from the very next request on.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from acct import selectors as accounts
from audit import services as audit
from common.errors import BusinessError, ConflictError, ErrorCode, InvalidInput, PermissionDenied
from common.person import Person
from emr import selectors
from emr.choices import CareRole, ChangeAction
from emr.models import CareTeamMember, Patient, RecordChange
from emr.selectors.care_teams import KIND, candidates, member_get
from rbac.epochs import rights_changing
from rbac.permissions import Permission


@transaction.atomic
def member_add(*, actor: Person, patient: int, user: int, role: str, reason: str) -> CareTeamMember:
    """Raises NotFound (patient, user), PermissionDenied, InvalidInput, ConflictError.

    PermissionDenied: only the team of a restricted patient changes it, so that a broken glass does
    not become a place in the team. InvalidInput: a user who sees no patients of the hospital.
    """
    subject = _team_locked(actor, patient)
    person = accounts.user_get(user)
    if not candidates().filter(pk=person.pk).exists():
        raise InvalidInput(ErrorCode.VALIDATION, "does not care for patients here", "user")
    if selectors.in_care_team(person, subject):
        raise ConflictError(ErrorCode.DUPLICATE, "is in the care team already", "user")
    member = CareTeamMember.objects.create(
        patient=subject, user=person, role=role, reason=reason, added_by_id=actor.pk
    )
    _recorded(actor, member, ChangeAction.CREATE, reason)
    return member


@transaction.atomic
def member_remove(*, actor: Person, pk: int, reason: str) -> None:
    """Raises NotFound, PermissionDenied, BusinessError (the last of a restricted patient)."""
    seen = member_get(actor, pk)
    subject = _team_locked(actor, seen.patient_id)
    member = member_get(actor, pk)
    others = CareTeamMember.objects.filter(patient=subject, user__is_active=True).exclude(pk=pk)
    if subject.restricted and not others.exists():
        raise BusinessError(ErrorCode.LAST_OF_CARE_TEAM, f"care team of patient {subject.pk}")
    rights_changing()
    _recorded(actor, member, ChangeAction.DELETE, reason)
    member.delete()


def care_team_add(*, patient: Patient, user_id: int) -> None:
    """Whoever restricts a patient is of the team from then on."""
    member, created = CareTeamMember.objects.get_or_create(
        patient=patient,
        user_id=user_id,
        defaults={"role": CareRole.OTHER, "added_by_id": user_id},
    )
    if created:
        _recorded(member.user, member, ChangeAction.CREATE, "")


def _team_locked(actor: Person, patient: int) -> Patient:
    seen = selectors.patient_get(actor, patient, Permission.EDIT_PATIENT)
    subject = Patient.objects.select_for_update().get(pk=seen.pk)
    if subject.restricted and not selectors.in_care_team(actor, subject):
        raise PermissionDenied("only the care team of a restricted patient changes it", "patient")
    return subject


def _recorded(actor: Person, member: CareTeamMember, action: str, reason: str) -> None:
    said: dict[str, Any] = {"user_id": member.user_id, "role": member.role}
    after = action == ChangeAction.CREATE
    values = {name: [None, value] if after else [value, None] for name, value in said.items()}
    RecordChange.objects.create(
        patient_id=member.patient_id,
        kind=KIND,
        row_id=member.pk,
        version=1,
        action=action,
        actor_id=actor.pk,
        values=values | {"reason": [None, reason]},
    )
    audit.record(
        actor=actor,
        action="care_team.add" if after else "care_team.remove",
        object_type="care_team",
        object_id=member.pk,
        patient_id=member.patient_id,
        permission=Permission.EDIT_PATIENT,
        detail={"user": member.user_id},
    )
