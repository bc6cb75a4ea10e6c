"""Read who is in which care team; everything a person reads goes through ``visible_to``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from acct import selectors as accounts
from common.errors import ErrorCode, NotFound
from common.person import Person
from emr.models import CareTeamMember, Patient, RecordChange
from rbac.permissions import Permission, Scope
from rbac.selectors import scope_for

KIND = "care_team"


def members_visible_to(user: Person) -> QuerySet[CareTeamMember]:
    members = CareTeamMember.objects.visible_to(user)
    return members.select_related("patient", "user", "added_by").order_by("created_at", "pk")


def member_get(user: Person, pk: int) -> CareTeamMember:
    """Of a patient whose data the user may change. Raises NotFound."""
    members = CareTeamMember.objects.visible_to(user, Permission.EDIT_PATIENT)
    member = members.select_related("user").filter(pk=pk).first()
    if member is None:
        raise NotFound(ErrorCode.RECORD_NOT_FOUND, f"care team member {pk}", "id")
    return member


def reads_reasons(user: Person) -> bool:
    """Reasons are of the staff for each other, not for the patient."""
    return scope_for(user, Permission.VIEW_ACCESS) is Scope.ALL


@dataclass(frozen=True, slots=True)
class TeamChange:
    """Who came into the team or left it (``action``), by whom and why."""

    at: datetime
    action: str
    person: Any
    role: str
    by: Any
    reason: str


def team_changes(patient: Patient) -> QuerySet[RecordChange]:
    changes = RecordChange.objects.filter(patient=patient, kind=KIND).select_related("actor")
    return changes.order_by("-pk")


def changes_described(user: Person, changes: Iterable[RecordChange]) -> list[TeamChange]:
    """One query for a page of them."""
    page, reasons = list(changes), reads_reasons(user)
    people = accounts.users_list().in_bulk([_said(change, "user_id") for change in page])
    return [
        TeamChange(
            at=change.at,
            action=change.action,
            person=people.get(_said(change, "user_id")),
            role=_said(change, "role"),
            by=change.actor,
            reason=_said(change, "reason") if reasons else "",
        )
        for change in page
    ]


def _said(change: RecordChange, name: str) -> Any:
    before, after = change.values[name]
    return before if after is None else after


def candidates() -> QuerySet[Any]:
    """Who may be of a care team: everybody who sees the hospital's patients."""
    return accounts.users_with(Permission.VIEW_PATIENT, Scope.ALL).order_by("full_name", "pk")
