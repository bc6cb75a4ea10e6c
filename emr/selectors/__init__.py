"""Read patients; everything a person reads goes through ``visible_to``."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, NoReturn

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from audit.services.patient_records import reads_of
from common.db import Subquery
from common.errors import ConflictError, ErrorCode, NotFound, PermissionDenied
from common.person import Person
from emr import models
from emr.choices import LinkKind
from emr.models import (
    CareTeamMember,
    ClinicalRow,
    Encounter,
    Patient,
    RecordChange,
    RecordLink,
    SyncConflict,
    SyncRun,
)
from openemr.selectors import is_configured
from rbac.permissions import Permission, Scope
from rbac.selectors import scope_for


def patients_visible_to(
    user: Person, permission: str = Permission.VIEW_PATIENT
) -> QuerySet[Patient]:
    return _with_link(Patient.objects.visible_to(user, permission))


def patients_seen_by(user: Person, permission: str = Permission.VIEW_PATIENT) -> Subquery:
    """The ids of the same patients, for the queries of what belongs to them."""
    return Patient.objects.seen_by(user, permission)


def _with_link(patients: QuerySet[Patient]) -> QuerySet[Patient]:
    """Together with what is known about their source, where there is one besides us."""
    return patients.select_related("openemr_link") if is_configured() else patients


def patients_closed_to(user: Person, grants: list[Any]) -> Subquery:
    """Who stays hidden from a person whose right reaches all patients."""
    return Patient.objects.closed_to(user, grants)


rights_read_once = models.rights_read_once


def grants_that_open(user: Person) -> list[Any]:
    """Shares and broken glasses of the user that open a patient or a study now."""
    return models.grants_that_open(user)


def patient_get(user: Person, pk: int, permission: str = Permission.VIEW_PATIENT) -> Patient:
    """Raises NotFound for what this person may not see, ConflictError for what was merged."""
    seen = patients_visible_to(user, permission)
    patient = seen.filter(pk=pk).first()
    if patient is not None:
        return patient
    survivor = seen.filter(duplicates=pk).first()
    if survivor is not None:
        raise ConflictError(ErrorCode.PATIENT_MERGED, f"merged into {survivor.pk}", "id")
    raise NotFound(ErrorCode.PATIENT_NOT_FOUND, f"patient {pk}", "id")


def patient_lock(pk: int) -> None:
    """Lock the row until the transaction ends; not filtered by rights."""
    Patient.objects.select_for_update().get(pk=pk)


def patient_by_mrn(patient_id: str) -> Patient | None:
    """The patient of a DICOM Patient ID, for matching; not filtered by rights."""
    found = Patient.objects.select_related("merged_into").filter(patient_id=patient_id).first()
    return found.merged_into or found if found else None


def patient_seen_by_mrn(user: Person, patient_id: str) -> Patient | None:
    """If this person sees the patient; also by the MRN of a record that was merged."""
    found = patient_by_mrn(patient_id)
    return patients_visible_to(user).filter(pk=found.pk).first() if found else None


def patients_by_any_id(user: Person, ids: Iterable[int]) -> dict[int, Patient]:
    """By the ids that were asked for: of a merged record the one that it belongs to."""
    wanted = set(ids)
    seen = patients_visible_to(user)
    found = seen.in_bulk(list(wanted))
    if missing := wanted - found.keys():
        merged = Patient.objects.filter(pk__in=missing).exclude(merged_into=None)
        survivors = dict(merged.values_list("pk", "merged_into"))
        kept = seen.in_bulk(list(set(survivors.values()))) if survivors else {}
        found |= {pk: kept[at] for pk, at in survivors.items() if at in kept}
    return found


def former_ids(patient_ids: Collection[int]) -> list[int]:
    """Of the records that were merged into these patients: what was done to them was too."""
    return list(Patient.objects.filter(merged_into__in=patient_ids).ids())


def patient_identity(pk: int) -> Patient | None:
    """Whatever became of it; for publication and matching, not filtered by rights."""
    return Patient.objects.select_related("merged_into").filter(pk=pk).first()


def known_mrns(patient_ids: Collection[str]) -> set[str]:
    """Those that are a patient's MRN; for matching, not filtered by rights."""
    found = Patient.objects.filter(patient_id__in=patient_ids)
    return set(found.values_list("patient_id", flat=True))


def ids_of_mrns(patient_ids: Collection[str]) -> set[int]:
    """Patients by MRN, a merged one as the one who stays; not filtered by rights."""
    found = Patient.objects.filter(patient_id__in=patient_ids)
    return {merged or pk for pk, merged in found.values_list("pk", "merged_into_id")}


def patients_numbered(beginning: str) -> QuerySet[Any, Any]:
    """Ids by the beginning of the MRN (in upper case too); for searches, not filtered by rights."""
    spellings = Q(patient_id__istartswith=beginning)
    spellings |= Q(patient_id__istartswith=beginning.upper())
    return _kept(Patient.objects.filter(spellings))


def patients_named(name: str) -> QuerySet[Any, Any]:
    """Ids by all parts of the name; for searches, not filtered by rights."""
    parts = Q(*(Q(full_name__icontains=part) for part in name.split()))
    return _kept(Patient.objects.filter(parts))


def _kept(found: QuerySet[Patient]) -> QuerySet[Any, Any]:
    """Their ids; of a record that was merged, that of the record it belongs to."""
    return found.order_by().annotate(kept=Coalesce("merged_into_id", "pk")).values("kept")


def restricted_patient_get(user: Person, pk: int) -> Patient:
    """A restricted patient for somebody who may break the glass, seen or not.

    Raises NotFound for anybody else and for any other patient.
    """
    patient = Patient.objects.filter(pk=pk, restricted=True, merged_into=None).first()
    if patient is None or scope_for(user, Permission.BREAK_GLASS) is Scope.NONE:
        raise NotFound(ErrorCode.PATIENT_NOT_FOUND, f"restricted patient {pk}", "id")
    return patient


def restricted_patient_numbered(user: Person, patient_id: str) -> Patient:
    """The same by the exact MRN, also that of a duplicate: nobody finds them by anything less."""
    found = patient_by_mrn(patient_id)
    return restricted_patient_get(user, found.pk if found else 0)


@dataclass(frozen=True, slots=True)
class BrokenGlass:
    """Who opened which patient; the name only for a person who may see the patient anyway."""

    grant: Any
    patient_id: str
    full_name: str

    @property
    def open(self) -> bool:
        return bool(self.grant.ends_at > timezone.now())


def glasses_described(user: Person, grants: Iterable[Any]) -> list[BrokenGlass]:
    """Two queries for a page of them."""
    page = list(grants)
    patients = Patient.objects.in_bulk([grant.patient_id for grant in page])
    seen = set(Patient.objects.visible_to(user).filter(pk__in=patients).ids())
    return [
        BrokenGlass(
            grant=grant,
            patient_id=patient.patient_id,
            full_name=patient.full_name if patient.pk in seen else "",
        )
        for grant in page
        if (patient := patients.get(grant.patient_id))
    ]


def glass_reads(grant: Any) -> QuerySet[Any]:
    """The audit records of what was read through a broken glass."""
    return reads_of(grant.grantee_id, [grant.patient_id], grant.created_at, grant.ends_at)


def in_care_team(user: Person, patient: Patient) -> bool:
    return CareTeamMember.objects.filter(patient=patient, user_id=user.pk).exists()


def care_team(patient_id: int | None) -> QuerySet[CareTeamMember]:
    return CareTeamMember.objects.filter(patient=patient_id).select_related("user").order_by("pk")


def shares_that_stand(shares: QuerySet[Any]) -> QuerySet[Any]:
    """Without those that open a restricted patient to nobody: whose giver is of no care team."""
    of = {"patient": OuterRef("patient_id")}
    restricted = Patient.objects.filter(pk=OuterRef("patient_id"), restricted=True)
    giver = CareTeamMember.objects.filter(**of, user=OuterRef("granted_by"))
    return shares.filter(~Exists(restricted) | Exists(giver))


def rows_visible_to(user: Person, model: type[ClinicalRow], permission: str) -> QuerySet[Any]:
    """The rows of a kind that are not deleted, with their patient and author."""
    found: QuerySet[Any] = model.objects.visible_to(user, permission)
    return found.select_related("patient", model.author_field, *model.shown_with)


def rows_deleted(user: Person, model: type[ClinicalRow], permission: str) -> QuerySet[Any]:
    """The deleted ones. Raises PermissionDenied unless the user may change such rows."""
    if not user.has_permission(permission):
        raise PermissionDenied("deleted rows are for those who may change them", "deleted")
    found: QuerySet[Any] = model.objects.deleted_of(user, permission)
    return found.select_related("patient", model.author_field, *model.shown_with, "deleted_by")


def row_get(user: Person, model: type[ClinicalRow], pk: int, permission: str) -> Any:
    """Raises NotFound for what this person may not see, or what is deleted."""
    row = rows_visible_to(user, model, permission).filter(pk=pk).first()
    return row or row_missing(model, pk)


def row_missing(model: type[ClinicalRow], pk: int) -> NoReturn:
    raise NotFound(ErrorCode.RECORD_NOT_FOUND, f"{model._meta.model_name} {pk}", "id")


def row_changes(
    user: Person, model: type[ClinicalRow], pk: int, read: str, edit: str
) -> tuple[int, QuerySet[RecordChange]]:
    """Whose row it is, and its history, the newest first.

    Of a deleted row for those who may change such. Raises NotFound.
    """
    row = rows_visible_to(user, model, read).filter(pk=pk).first()
    if row is None and user.has_permission(edit):
        row = model.objects.deleted_of(user, edit).filter(pk=pk).first()
    if row is None:
        row_missing(model, pk)
    return row.patient_id, changes_of(model._meta.model_name or "", pk)


def changes_of(kind: str, pk: int) -> QuerySet[RecordChange]:
    return RecordChange.objects.filter(kind=kind, row_id=pk).select_related("actor")


def conflicts_visible_to(user: Person) -> QuerySet[SyncConflict]:
    """Of patients whom the user may edit, the open ones."""
    conflicts = SyncConflict.objects.visible_to(user).filter(resolved_at=None)
    return conflicts.select_related("link__patient", "record")


def openemr_rows_of(user: Person, patient: Patient) -> QuerySet[RecordLink]:
    """What OpenEMR has of the patient beside the rows that are here.

    Laboratory results are for the staff: whether they are released is not known here.
    """
    rows = RecordLink.objects.visible_to(user).filter(patient=patient, is_shown=True)
    if scope_for(user, Permission.VIEW_ENCOUNTER) is not Scope.ALL:
        return rows.exclude(kind=LinkKind.RESULT)
    return rows


def conflict_get(user: Person, pk: int) -> SyncConflict:
    """Raises NotFound."""
    conflict = (
        SyncConflict.objects.visible_to(user).select_related("link", "record").filter(pk=pk).first()
    )
    if conflict is None:
        raise NotFound(ErrorCode.ROUTE_NOT_FOUND, f"conflict {pk}", "id")
    return conflict


def sync_runs_visible_to(user: Person) -> QuerySet[SyncRun]:
    return SyncRun.objects.visible_to(user, Permission.OPERATE)


def sync_run_get(user: Person, pk: int) -> SyncRun:
    """Raises NotFound."""
    run = sync_runs_visible_to(user).filter(pk=pk).first()
    if run is None:
        raise NotFound(ErrorCode.ROUTE_NOT_FOUND, f"sync run {pk}", "id")
    return run


def encounter_of_patient(patient: Patient, pk: int) -> Encounter | None:
    return Encounter.objects.filter(patient=patient, pk=pk, deleted_at=None).first()
