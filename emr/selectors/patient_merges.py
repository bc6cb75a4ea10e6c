"""What a merge of two records would do, and the merges that a person may see."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from common.errors import ErrorCode, NotFound
from common.person import Person
from emr import selectors
from emr.choices import MergeObstacle, MergeState, MergeWarning
from emr.models import Patient, PatientLink, PatientMerge
from rbac.permissions import Permission

CHOSEN_FIELDS = ("full_name", "birth_date", "gender", "phone", "address")
"""Of these the survivor may take the duplicate's; the MRN is its own."""
UNDO_WITHIN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class FieldPair:
    name: str
    survivor: Any
    duplicate: Any

    @property
    def differs(self) -> bool:
        return bool(self.survivor != self.duplicate)


@dataclass(frozen=True, slots=True)
class MergePreview:
    """``follows``: rows by model that become the survivor's."""

    survivor: Patient
    duplicate: Patient
    follows: dict[str, int] = field(default_factory=dict)

    @property
    def fields(self) -> list[FieldPair]:
        return [
            FieldPair(name, getattr(self.survivor, name), getattr(self.duplicate, name))
            for name in CHOSEN_FIELDS
        ]

    @property
    def obstacles(self) -> list[str]:
        return obstacles(self.survivor, self.duplicate)

    @property
    def warnings(self) -> list[str]:
        """What a person should look at twice."""
        survivor, duplicate = self.survivor, self.duplicate
        pair = (survivor.pk, duplicate.pk)
        sexes = {survivor.gender, duplicate.gender} - {"U"}
        found = {
            MergeWarning.BIRTH_DATE_DIFFERS: survivor.birth_date != duplicate.birth_date,
            MergeWarning.GENDER_DIFFERS: len(sexes) > 1,
            MergeWarning.BECOMES_RESTRICTED: survivor.restricted != duplicate.restricted,
            MergeWarning.ACCOUNT_MOVES: duplicate.user_id is not None,
            MergeWarning.BOTH_IN_OPENEMR: PatientLink.objects.filter(
                patient__in=pair, pid__isnull=False
            ).count()
            == len(pair),
            MergeWarning.PROPOSED_ALREADY: proposals_of(*pair).exists(),
        }
        return [warning for warning, holds in found.items() if holds]


def obstacles(survivor: Patient, duplicate: Patient) -> list[str]:
    """What forbids the merge."""
    found = {
        MergeObstacle.SAME_RECORD: survivor.pk == duplicate.pk,
        MergeObstacle.MERGED_ALREADY: bool(survivor.merged_into_id or duplicate.merged_into_id),
        MergeObstacle.BOTH_HAVE_ACCOUNTS: survivor.pk != duplicate.pk
        and bool(survivor.user_id and duplicate.user_id),
    }
    return [obstacle for obstacle, holds in found.items() if holds]


def pair_get(user: Person, survivor: int, duplicate: int) -> tuple[Patient, Patient]:
    """Raises NotFound for a record that this person may not see, ConflictError for a merged one."""
    return (
        selectors.patient_get(user, survivor, Permission.MERGE_PATIENTS),
        selectors.patient_get(user, duplicate, Permission.MERGE_PATIENTS),
    )


def proposals_of(one: int, other: int) -> QuerySet[PatientMerge]:
    """Open ones for this pair, whichever of them is to stay."""
    pair = (one, other)
    return PatientMerge.objects.filter(
        state=MergeState.PROPOSED, survivor__in=pair, duplicate__in=pair
    )


def merges_visible_to(user: Person) -> QuerySet[PatientMerge]:
    merges = PatientMerge.objects.visible_to(user)
    return merges.select_related("survivor", "duplicate", "proposed_by", "decided_by", "undone_by")


def merge_get(user: Person, pk: int) -> PatientMerge:
    """Raises NotFound."""
    merge = merges_visible_to(user).filter(pk=pk).first()
    if merge is None:
        raise NotFound(ErrorCode.RECORD_NOT_FOUND, f"merge {pk}", "id")
    return merge


def undo_until(merge: PatientMerge) -> Any:
    """None where there is nothing to undo."""
    if merge.state != MergeState.MERGED or merge.decided_at is None:
        return None
    until = merge.decided_at + UNDO_WITHIN
    return until if until > timezone.now() else None
