"""Two records of one person become one: proposed, confirmed by somebody else, undone if wrong."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from acct import selectors as accounts
from alert import services as alert
from alert.choices import Kind
from audit import services as audit
from common.errors import BusinessError, ConflictError, ErrorCode
from common.outbox.services import publish
from common.person import Person
from emr.choices import ChangeAction, MergeSide, MergeState
from emr.events import PATIENT_MERGED, PATIENT_UNMERGED
from emr.models import CareTeamMember, Patient, PatientMerge
from emr.selectors import patient_merges as selectors
from emr.services import patient_announce
from emr.services.charting import change_record, snapshot
from emr.services.moved_rows import marks_now, rows_move, rows_return
from openemr.openemr_records import PATIENT_FIELDS
from rbac.epochs import rights_changing
from rbac.permissions import Permission, Role

LINK = "/duplicates"


@transaction.atomic
def merge_propose(
    *,
    actor: Person,
    survivor: int,
    duplicate: int,
    reason: str,
    fields: dict[str, str],
    survivor_version: int | None = None,
    duplicate_version: int | None = None,
) -> PatientMerge:
    """``fields``: whose value each takes. Versions: of the records as the person saw them.

    Raises NotFound, BusinessError (they cannot be merged), ConflictError (changed since, merged
    already, or the same merge is proposed already).
    """
    selectors.pair_get(actor, survivor, duplicate)
    patients = _locked(survivor, duplicate)
    stays, goes = patients[survivor], patients[duplicate]
    _check(stays, goes)
    for patient, version, name in (
        (stays, survivor_version, "survivor_version"),
        (goes, duplicate_version, "duplicate_version"),
    ):
        _check_version(patient, patient.version if version is None else version, name)
    if selectors.proposals_of(survivor, duplicate).exists():
        raise ConflictError(ErrorCode.DUPLICATE, "this merge is proposed already", "duplicate")
    merge = PatientMerge.objects.create(
        survivor=stays,
        duplicate=goes,
        reason=reason,
        fields={name: side for name, side in fields.items() if side == MergeSide.DUPLICATE},
        survivor_version=stays.version,
        duplicate_version=goes.version,
        proposed_by_id=actor.pk,
    )
    _record(actor, merge, "merge.propose")
    _ask_for_confirmation(actor, merge)
    return merge


@transaction.atomic
def merge_confirm(*, actor: Person, pk: int) -> PatientMerge:
    """Merge them now. The one record is restricted if either was, and the care teams are one.

    Raises NotFound, ConflictError (decided already, or a record was changed since), BusinessError
    (the actor proposed it, or something stands in the way by now).
    """
    merge = _open(actor, pk)
    if merge.proposed_by_id == actor.pk:
        raise BusinessError(ErrorCode.SECOND_PERSON, "the proposer does not confirm", "id")
    patients = _locked(merge.survivor_id, merge.duplicate_id)
    stays, goes = patients[merge.survivor_id], patients[merge.duplicate_id]
    _check(stays, goes)
    _check_version(stays, merge.survivor_version, "survivor_version")
    _check_version(goes, merge.duplicate_version, "duplicate_version")
    rights_changing()
    merge.marks = marks_now()
    _take_over(actor, merge, stays, goes)
    _decide(actor, merge, MergeState.MERGED)
    rows_move(merge)
    _announce(PATIENT_MERGED, merge)
    _record(actor, merge, "patient.merge")
    _tell_proposer(actor, merge, Kind.MERGE_DONE)
    return merge


@transaction.atomic
def merge_reject(*, actor: Person, pk: int) -> PatientMerge:
    """Raises NotFound, ConflictError (decided already)."""
    merge = _open(actor, pk)
    _decide(actor, merge, MergeState.REJECTED)
    _record(actor, merge, "merge.reject")
    _tell_proposer(actor, merge, Kind.MERGE_REJECTED)
    return merge


@transaction.atomic
def merge_undo(*, actor: Person, pk: int) -> PatientMerge:
    """Two records again: what was moved goes back, what was added to the survivor stays with it.

    Raises NotFound, ConflictError (not merged, or merged on since), BusinessError (too long ago).
    """
    merge = _own_row(actor, pk)
    if merge.state != MergeState.MERGED:
        raise ConflictError(ErrorCode.INVALID_TRANSITION, f"the merge is {merge.state}", "id")
    if selectors.undo_until(merge) is None:
        raise BusinessError(ErrorCode.MERGE_UNDO_OVER, f"merge {pk}", "id")
    patients = _locked(merge.survivor_id, merge.duplicate_id)
    stays, goes = patients[merge.survivor_id], patients[merge.duplicate_id]
    if goes.merged_into_id != stays.pk or stays.merged_into_id is not None:
        raise ConflictError(ErrorCode.INVALID_TRANSITION, "undo the later merge first", "id")
    rights_changing()
    _give_back(actor, merge, stays, goes)
    rows_return(merge)
    if "restricted" in merge.not_restored and stays.restricted and not goes.restricted:
        _restrict_too(actor, stays, goes)
    merge.state, merge.undone_by_id, merge.undone_at = MergeState.UNDONE, actor.pk, timezone.now()
    merge.save()
    _announce(PATIENT_UNMERGED, merge)
    patient_announce(goes.pk)
    _record(actor, merge, "patient.unmerge")
    _tell_proposer(actor, merge, Kind.MERGE_UNDONE)
    return merge


@transaction.atomic
def merge_settle(*, duplicate_id: int) -> None:
    """After a merge: take along what was being written for the duplicate while it committed."""
    merges = PatientMerge.objects.select_for_update().filter(state=MergeState.MERGED)
    merge = merges.filter(duplicate=duplicate_id).order_by("pk").last()
    if merge is None:
        return
    patients = _locked(merge.survivor_id, merge.duplicate_id)
    if patients[duplicate_id].merged_into_id is not None:
        rows_move(merge)
        merge_settle(duplicate_id=merge.survivor_id)  # which may be merged on


def merges_settle(since: Any) -> None:
    """Again, for what was written longer after the commit."""
    recent = PatientMerge.objects.filter(state=MergeState.MERGED, decided_at__gte=since)
    for duplicate_id in recent.values_list("duplicate", flat=True):
        merge_settle(duplicate_id=duplicate_id)


def _locked(*ids: int) -> dict[int, Patient]:
    """In the order of their keys, so that two merges never wait for each other."""
    return Patient.objects.select_for_update().order_by("pk").in_bulk(ids)


def _own_row(actor: Person, pk: int) -> PatientMerge:
    selectors.merge_get(actor, pk)
    return PatientMerge.objects.select_for_update().get(pk=pk)


def _open(actor: Person, pk: int) -> PatientMerge:
    merge = _own_row(actor, pk)
    if merge.state != MergeState.PROPOSED:
        raise ConflictError(ErrorCode.INVALID_TRANSITION, f"the merge is {merge.state}", "id")
    return merge


def _check(stays: Patient, goes: Patient) -> None:
    if found := selectors.obstacles(stays, goes):
        raise BusinessError(ErrorCode.MERGE_REFUSED, ", ".join(found), "duplicate")


def _check_version(patient: Patient, expected: int, name: str) -> None:
    if patient.version != expected:
        raise ConflictError(
            ErrorCode.VERSION_CONFLICT, f"current version is {patient.version}", name
        )


def _decide(actor: Person, merge: PatientMerge, state: MergeState) -> None:
    merge.state, merge.decided_by_id, merge.decided_at = state, actor.pk, timezone.now()
    merge.save()


def _take_over(actor: Person, merge: PatientMerge, stays: Patient, goes: Patient) -> None:
    """The chosen fields, the restriction and the login; kept as they were for an undo."""
    restricted, login = stays.restricted or goes.restricted, stays.user_id or goes.user_id
    after = {name: getattr(goes, name) for name in merge.fields}
    after |= {"restricted": restricted, "user_id": login}
    merge.before = {
        MergeSide.SURVIVOR: {name: getattr(stays, name) for name in after},
        MergeSide.DUPLICATE: {"restricted": goes.restricted, "user_id": goes.user_id},
    }
    merge.after = after
    _change(actor, goes, merged_into_id=stays.pk, user_id=None, restricted=restricted)
    _change(actor, stays, **after)


def _give_back(actor: Person, merge: PatientMerge, stays: Patient, goes: Patient) -> None:
    """What was not changed since the merge is again as it was before; the rest is named."""
    before = merge.before[MergeSide.SURVIVOR]
    restored = {
        name: _value(name, before[name])
        for name, value in merge.after.items()
        if getattr(stays, name) == _value(name, value)
    }
    merge.not_restored = sorted(merge.after.keys() - restored.keys())
    if _closed_by_another(merge):
        restored.pop("restricted", None)
    login = merge.before[MergeSide.DUPLICATE]["user_id"] if "user_id" in restored else None
    _change(actor, stays, **restored)
    restricted = merge.before[MergeSide.DUPLICATE]["restricted"]
    _change(actor, goes, merged_into_id=None, user_id=login, restricted=restricted)


def _restrict_too(actor: Person, stays: Patient, goes: Patient) -> None:
    """The person was restricted since the merge: so are both records, with the same care team."""
    for member in CareTeamMember.objects.filter(patient=stays):
        CareTeamMember.objects.get_or_create(
            patient=goes,
            user_id=member.user_id,
            defaults={"role": member.role, "added_by_id": actor.pk},
        )
    _change(actor, goes, restricted=True)


def _closed_by_another(merge: PatientMerge) -> bool:
    """Whether another record that is still part of the survivor was restricted."""
    others = PatientMerge.objects.filter(survivor=merge.survivor_id, state=MergeState.MERGED)
    return any(
        other.before[MergeSide.DUPLICATE]["restricted"] for other in others.exclude(pk=merge.pk)
    )


def _value(name: str, kept: Any) -> Any:
    """As the column has it, of what JSON keeps."""
    return date.fromisoformat(kept) if name == "birth_date" and isinstance(kept, str) else kept


def _change(actor: Person, patient: Patient, **changes: Any) -> None:
    was = snapshot(patient)
    patient.save_versioned(expected=patient.version, **changes)
    change_record(
        actor=actor,
        kind="patient",
        row=patient,
        patient_id=patient.pk,
        action=ChangeAction.UPDATE,
        before=was,
    )


def _announce(topic: str, merge: PatientMerge) -> None:
    publish(
        topic,
        aggregate=f"patient:{merge.survivor_id}",
        payload={
            "patient_id": merge.survivor_id,
            "duplicate_id": merge.duplicate_id,
            "since": merge.decided_at.isoformat() if merge.decided_at else "",
        },
    )
    if merge.after.keys() & set(PATIENT_FIELDS):
        patient_announce(merge.survivor_id)


def _record(actor: Person, merge: PatientMerge, action: str) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_type="patient_merge",
        object_id=merge.pk,
        permission=Permission.MERGE_PATIENTS,
        patients=[merge.survivor_id, merge.duplicate_id],
    )


def _ask_for_confirmation(actor: Person, merge: PatientMerge) -> None:
    """The care teams and the administrators; others find it in the list."""
    pair = (merge.survivor_id, merge.duplicate_id)
    team = CareTeamMember.objects.filter(patient__in=pair).values_list("user_id", flat=True)
    members = set(team)
    for user in accounts.users_with(Permission.MERGE_PATIENTS).exclude(pk=actor.pk):
        if user.role == Role.ADMIN or user.pk in members:
            _notify(user.pk, actor, merge, Kind.MERGE_PROPOSED)


def _tell_proposer(actor: Person, merge: PatientMerge, kind: Kind) -> None:
    if merge.proposed_by_id != actor.pk:
        _notify(merge.proposed_by_id, actor, merge, kind)


def _notify(user_id: int, actor: Person, merge: PatientMerge, kind: Kind) -> None:
    alert.notify(
        user_id=user_id,
        kind=kind,
        dedup_key=f"merge:{merge.pk}:{kind}",
        params={"patient": merge.survivor_id, "by": actor.pk},
        link=LINK,
    )
