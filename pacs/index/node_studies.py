"""What DICOM nodes may be told of, and given: C-FIND keys matched on the index, files as stored.

A node is no person: studies of nobody and what waits for a decision do not exist for it, and those
of restricted patients only where it is said of the node.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from pacs.archive.orthanc import orthanc
from pacs.models import Instance, QuarantinedStudy, Series, Study, UnfiledStudy

MOST = 500
"""Answers to one query."""
_TEXTS = {
    "PatientID": "study__patient__patient_id",
    "PatientName": "study__dicom_patient_name",
    "AccessionNumber": "study__accession_number",
    "StudyDescription": "study__description",
    "StudyID": "study__study_id",
    "Modality": "modality",
    "SeriesDescription": "description",
}
_UIDS = {
    "StudyInstanceUID": "study__study_instance_uid",
    "SeriesInstanceUID": "series_instance_uid",
}


@dataclass(frozen=True, slots=True)
class NodeInstance:
    orthanc_id: str
    sop_instance_uid: str
    sop_class_uid: str
    study_instance_uid: str
    patient_id: int


def studies_of_nodes(restricted: bool = False) -> QuerySet[Study]:
    """Of known patients, complete, not waiting for a decision; ``restricted``: also of those."""
    uid = OuterRef("study_instance_uid")
    waiting = UnfiledStudy.objects.filter(study_instance_uid=uid)
    held = QuarantinedStudy.objects.filter(study_instance_uid=uid)
    known = Study.objects.exclude(patient=None).filter(patient__merged_into=None)
    known = known if restricted else known.filter(patient__restricted=False)
    return known.filter(~Exists(waiting), ~Exists(held))


def series_matching(
    keys: Mapping[str, str], modalities: list[str], *, restricted: bool = False
) -> QuerySet[Series]:
    """The series that match the keys (PS3.4 C.2.2.2), of what the node may see.

    ``modalities``: of the node; empty for any. Raises ValueError for a date that is none.
    """
    found = Series.objects.filter(study__in=studies_of_nodes(restricted))
    found = found.select_related("study__patient")
    if modalities:
        found = found.filter(modality__in=modalities)
    if wanted := keys.get("ModalitiesInStudy", ""):
        inside = Series.objects.filter(study=OuterRef("study"), modality__in=wanted.split("\\"))
        found = found.filter(Exists(inside))
    for keyword, field in _UIDS.items():
        if text := keys.get(keyword, ""):
            found = found.filter(**{f"{field}__in": text.split("\\")})
    for keyword, field in _TEXTS.items():
        if text := keys.get(keyword, ""):
            found = found.filter(like(field, text))
    if days := keys.get("StudyDate", ""):
        found = found.filter(_between("study__study_date", days))
    return found.order_by("-study__study_date", "study_id", "number", "id")


def studies_with(series: QuerySet[Series]) -> QuerySet[Study]:
    """The studies of these series, the newest first. The database counts them, not this process."""
    found = Study.objects.filter(pk__in=series.order_by().values("study"))
    return found.select_related("patient").order_by("-study_date", "-pk")[:MOST]


def studies_of_patients(series: QuerySet[Series]) -> QuerySet[Study]:
    """One study of each patient of these series, to tell of the patient."""
    by_patient = series.order_by().values("study__patient").annotate(last=Max("study"))
    found = Study.objects.filter(pk__in=list(by_patient.values_list("last", flat=True)[:MOST]))
    return found.select_related("patient").order_by("-study_date", "-pk")


def instances_of(
    keys: Mapping[str, str], modalities: list[str], *, restricted: bool = False
) -> list[NodeInstance]:
    """The instances that a retrieval names by its UIDs; none if it names no study.

    A name or a date alone never moves images.
    """
    if not keys.get("StudyInstanceUID"):
        return []
    uids = {name: value for name, value in keys.items() if name in _UIDS}
    series = series_matching(uids, modalities, restricted=restricted).order_by()
    rows = Instance.objects.filter(series__in=series)
    if named := keys.get("SOPInstanceUID", ""):
        rows = rows.filter(sop_instance_uid__in=named.split("\\"))
    columns = (
        "orthanc_id",
        "sop_instance_uid",
        "sop_class_uid",
        "series__study__study_instance_uid",
        "series__study__patient_id",
    )
    return [
        NodeInstance(*row) for row in rows.order_by("series_id", "number").values_list(*columns)
    ]


def instances_matching(keys: Mapping[str, str], series: QuerySet[Series]) -> Iterator[Instance]:
    rows = Instance.objects.filter(series__in=series.order_by())
    rows = rows.select_related("series__study__patient")
    if named := keys.get("SOPInstanceUID", ""):
        rows = rows.filter(sop_instance_uid__in=named.split("\\"))
    yield from rows.order_by("series_id", "number")[:MOST]


def instance_bytes(orthanc_id: str) -> bytes:
    """The file as it is stored. Raises ExternalError."""
    return orthanc().instance_file(orthanc_id)


def like(field: str, text: str) -> Q:
    """Exactly, or with the wild cards * and ?."""
    if not set(text) & set("*?"):
        return Q(**{field: text})
    if set(text) == {"*"}:
        return Q()
    if not set(text[:-1]) & set("*?") and text[-1] == "*":  # which an index can answer
        return Q(**{f"{field}__istartswith": text[:-1]})
    return Q(**{f"{field}__iregex": f"^{wild_card_pattern(text)}$"})


def wild_card_pattern(text: str) -> str:
    """Of a key with * and ? (PS3.4 C.2.2.2.4)."""
    return "".join({"*": ".*", "?": "."}.get(c) or re.escape(c) for c in text)


def _between(field: str, text: str) -> Q:
    """A day, or a range open at one end (PS3.4 C.2.2.2.5)."""
    first, dash, last = text.partition("-")
    if not dash:
        return Q(**{field: _day(text)})
    limits: dict[str, Any] = {}
    if first.strip():
        limits[f"{field}__gte"] = _day(first)
    if last.strip():
        limits[f"{field}__lte"] = _day(last)
    return Q(**limits)


def _day(text: str) -> date:
    return datetime.strptime(text.strip(), "%Y%m%d").date()  # noqa: DTZ007  (a day)
