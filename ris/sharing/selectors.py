"""Shares as their two sides see them, and who has access to a patient."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from acct import selectors as accounts
from common.person import Person
from emr import selectors as patients
from ocs import selectors as orders
from pacs.index.studies import studies_visible_to
from rbac import selectors as rights
from rbac.permissions import Permission, Scope
from ris.choices import AccessBasis, ShareSide


@dataclass(frozen=True, slots=True)
class Share:
    """A grant with what it opens, as far as the user who looks at it may see that now."""

    grant: Any
    side: ShareSide
    patient: Any = None
    study: Any = None


@dataclass(frozen=True, slots=True)
class AccessEntry:
    """Who sees a patient, on which basis, since when and until when.

    ``role``: a whole department; ``by``: who opened the record to them.
    """

    basis: AccessBasis
    since: datetime
    person: Any = None
    role: str | None = None
    by: Any = None
    study: Any = None
    order: Any = None
    share: int | None = None
    reason: str = ""
    until: datetime | None = None


def shares_described(user: Person, grants: Iterable[Any]) -> list[Share]:
    """Two queries for a page of shares."""
    page = list(grants)
    shared_patients = patients.patients_visible_to(user).in_bulk([g.patient_id for g in page])
    studies = _studies(user, page)
    return [_share(user, grant, shared_patients, studies) for grant in page]


def _studies(user: Person, grants: Iterable[Any]) -> dict[str, Any]:
    uids = [grant.study_instance_uid for grant in grants]
    found = studies_visible_to(user).filter(study_instance_uid__in=uids).select_related("patient")
    return {study.study_instance_uid: study for study in found}


def _share(
    user: Person, grant: Any, shared_patients: dict[int, Any], studies: dict[str, Any]
) -> Share:
    study = studies.get(grant.study_instance_uid)
    if study is not None and study.patient_id != grant.patient_id:  # it moved
        study = None
    return Share(
        grant=grant,
        side=ShareSide.GIVEN if grant.granted_by_id == user.pk else ShareSide.RECEIVED,
        patient=study.patient if study else shared_patients.get(grant.patient_id),
        study=study,
    )


REACHED = (Scope.ALL, Scope.SHARED)
"""With whom something may be shared: patients see their own record only."""


def recipients(user: Person) -> QuerySet[Any]:
    """With whom this user may share a patient."""
    people = accounts.users_with(Permission.VIEW_PATIENT, *REACHED).exclude(pk=user.pk)
    return people.order_by("full_name", "pk")


def patient_access(user: Person, patient_id: int) -> list[AccessEntry]:
    """Everybody who sees this patient by something else than the role. Raises NotFound.

    The patient reads who and until when, not the reasons that staff wrote for each other.
    """
    subject = patients.patient_get(user, patient_id, Permission.VIEW_ACCESS)
    given, accesses = rights.accesses_of(patient_id)
    grants = list(given)
    own = rights.scope_for(user, Permission.VIEW_ACCESS) is Scope.OWN
    team = patients.care_team(patient_id)
    if subject.restricted:
        givers = {member.user_id for member in team}
        grants = [one for one in grants if one.breaks_glass or one.granted_by_id in givers]
    known = _studies(user, grants)
    ordered = orders.orders_visible_to(user).in_bulk([access.order_id for access in accesses])
    return [
        *(AccessEntry(AccessBasis.CARE_TEAM, one.created_at, person=one.user) for one in team),
        *(_granted(grant, known.get(grant.study_instance_uid or ""), own) for grant in grants),
        *(_ordered(access, ordered.get(access.order_id)) for access in accesses),
    ]


def _granted(grant: Any, study: Any, own: bool) -> AccessEntry:
    return AccessEntry(
        basis=AccessBasis.BREAK_GLASS if grant.breaks_glass else AccessBasis.SHARE,
        share=None if grant.breaks_glass else grant.pk,
        since=grant.created_at,
        until=grant.expires_at,
        person=grant.grantee,
        by=None if grant.breaks_glass else grant.granted_by,
        study=study,
        reason="" if own else grant.reason,
    )


def _ordered(access: Any, order: Any) -> AccessEntry:
    return AccessEntry(
        basis=AccessBasis.ORDER,
        since=access.created_at,
        until=access.ends_at,
        role=access.role,
        by=access.opened_by,
        order=order,
    )
