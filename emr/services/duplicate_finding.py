"""Keeps the list of records that look like one person, and the index by which they are found."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from common.errors import ErrorCode, NotFound
from common.person import Person
from emr.models import DuplicatePair, NameSuffix, Patient, ScanCursor
from emr.models.name_index import suffixes
from emr.models.patient import phone_reversed
from emr.selectors.likeness import likely_patients
from rbac.permissions import Permission

DUPLICATES, NAMES = "duplicates", "names"
AT_ONCE = 50


def pairs_of(patient_id: int) -> None:
    """Compare one patient with those who may be the same; what looks alike no longer is dropped."""
    patient = Patient.objects.filter(pk=patient_id, merged_into=None).first()
    if patient is None:
        return
    likely = {one.patient.pk: one for one in likely_patients(patient, but=patient_id)}
    for side, other in (("first", "second"), ("second", "first")):
        rows = DuplicatePair.objects.filter(**{side: patient_id}, dismissed_at=None)
        rows.exclude(**{f"{other}__in": likely}).delete()
    for pk, one in likely.items():
        first, second = sorted((patient_id, pk))
        DuplicatePair.objects.update_or_create(
            first_id=first, second_id=second, defaults={"score": one.score, "alike": one.alike}
        )


def pairs_scan(limit: int) -> int:
    """Compare the next patients who were never compared; their number."""
    cursor, _ = ScanCursor.objects.get_or_create(name=DUPLICATES)
    patients = Patient.objects.filter(pk__gt=cursor.last_patient, merged_into=None)
    ids = list(patients.order_by("pk").values_list("pk", flat=True)[:limit])
    for pk in ids:
        pairs_of(pk)
    if ids:
        ScanCursor.objects.filter(pk=cursor.pk).update(last_patient=ids[-1])
    return len(ids)


@transaction.atomic
def pair_dismiss(*, actor: Person, pk: int) -> DuplicatePair:
    """They are not the same person; the pair is not listed again. Raises NotFound."""
    seen = DuplicatePair.objects.visible_to(actor)
    pair = seen.select_related("first", "second").filter(pk=pk).first()
    if pair is None:
        raise NotFound(ErrorCode.RECORD_NOT_FOUND, f"pair {pk}", "id")
    if pair.dismissed_at is None:
        pair.dismissed_at, pair.dismissed_by_id = timezone.now(), actor.pk
        pair.save(update_fields=["dismissed_at", "dismissed_by"])
    audit.record(
        actor=actor,
        action="duplicate.dismiss",
        object_type="duplicate_pair",
        object_id=pk,
        permission=Permission.MERGE_PATIENTS,
        patients=[pair.first_id, pair.second_id],
    )
    return pair


def index_check(limit: int) -> int:
    """Mend the index of the next patients' names and phones; then from the beginning again.

    A restore, or a process of an older version that renamed a patient, may have left it behind.
    Returns how many were mended.
    """
    cursor, _ = ScanCursor.objects.get_or_create(name=NAMES)
    last, mended = index_mend(cursor.last_patient, limit)
    ScanCursor.objects.filter(pk=cursor.pk).update(last_patient=last)
    return mended


def index_mend(after: int, limit: int) -> tuple[int, int]:
    """Of the patients after a key: the last of them (0 after the end), how many were mended.

    Read without locks; patients whose index differs are locked and read again, a few at a time:
    whoever edits one of them waits less than a second.
    """
    rows = Patient.objects.filter(pk__gt=after).order_by("pk")[:limit]
    patients = list(rows.values_list("pk", "full_name", "phone", "phone_reversed"))
    if not patients:
        return 0, 0
    indexed: dict[int, set[str]] = {pk: set() for pk, *_ in patients}
    found = NameSuffix.objects.filter(patient_id__gt=after, patient_id__lte=patients[-1][0])
    for pk, suffix in found.values_list("patient_id", "suffix").iterator():
        indexed.setdefault(pk, set()).add(suffix)
    wrong = [
        pk
        for pk, name, phone, reverse in patients
        if indexed[pk] != suffixes(name) or reverse != phone_reversed(phone)
    ]
    for first in range(0, len(wrong), AT_ONCE):
        some = Patient.objects.filter(pk__in=wrong[first : first + AT_ONCE]).order_by("pk")
        with transaction.atomic():
            for patient in some.select_for_update():
                Patient.save(patient, update_fields=["phone_reversed"])
    return (patients[-1][0] if len(patients) == limit else 0), len(wrong)
