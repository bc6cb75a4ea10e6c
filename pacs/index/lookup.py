"""The patient and the parents of an object, without access control: for audit records only."""

from __future__ import annotations

from django.db.models import Q

from pacs.models import Instance, Series, Study


def patient_id_of(object_type: str, object_id: str) -> int | None:
    """The patient of a study, series or instance; for the record of a refused access."""
    found: tuple[int | None] | None = None
    if object_type == "study":
        found = Study.objects.filter(study_instance_uid=object_id).values_list("patient_id").first()
    elif object_type == "series":
        series = Series.objects.filter(series_instance_uid=object_id)
        found = series.values_list("study__patient_id").first()
    elif object_type == "instance":
        match = Q(sop_instance_uid=object_id) | Q(orthanc_id=object_id)
        found = Instance.objects.filter(match).values_list("series__study__patient_id").first()
    return found[0] if found else None


def parent_uids(sop_instance_uid: str) -> tuple[str, ...]:
    """The UIDs of the series and the study of an instance; for the audit log."""
    rows = Instance.objects.filter(sop_instance_uid=sop_instance_uid).values_list(
        "series__series_instance_uid", "series__study__study_instance_uid"
    )
    return tuple(uid for row in rows for uid in row)
