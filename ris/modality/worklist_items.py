"""What a modality is told of an order: a DICOM Modality Worklist item (PS3.4 annex K).

What is not known is left out, and nothing is cut: a text that does not fit its VR is left out too.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from pydicom.dataset import Dataset

from ocs.choices import EXAMINATIONS, Laterality, Priority, modality_of
from ris.modality.query_answers import character_set

_PRIORITY = {Priority.STAT: "STAT", Priority.URGENT: "HIGH", Priority.ROUTINE: "ROUTINE"}
_SIDE = {Laterality.LEFT: "left", Laterality.RIGHT: "right", Laterality.BOTH: "both sides"}
_SEXES = ("M", "F", "O")
_LO, _SH, _PN, _LT = 64, 16, 64, 10240
_CONTROL = re.compile(r"[\x00-\x1f\x7f\\]")
_NOT_IN_NAME = re.compile(r"[\x00-\x1f\x7f\\^=]")


@dataclass(frozen=True, slots=True)
class WorklistItem:
    """``starts_at``: local time of the hospital, ISO 8601. ``stations``: AE titles."""

    order_id: int
    study_instance_uid: str
    accession_number: str
    job_type: str
    laterality: str
    priority: str
    starts_at: str
    clinical_info: str
    requested_by: str
    patient_id: str
    patient_name: str
    birth_date: str
    sex: str
    allergies: tuple[str, ...]
    station: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


def item_of(
    order: Any, study_instance_uid: str, allergies: tuple[str, ...], station: str
) -> WorklistItem:
    patient = order.patient
    return WorklistItem(
        order_id=order.pk,
        study_instance_uid=study_instance_uid,
        accession_number=order.accession_number,
        job_type=order.job_type,
        laterality=order.laterality,
        priority=order.priority,
        starts_at=timezone.localtime(order.due_at or order.ordered_at).isoformat(),
        clinical_info=order.clinical_info,
        requested_by=order.ordered_by.full_name,
        patient_id=patient.patient_id,
        patient_name=patient.full_name,
        birth_date=f"{patient.birth_date:%Y%m%d}",
        sex=patient.gender,
        allergies=allergies,
        station=station,
    )


def dataset_of(item: WorklistItem) -> Dataset:
    """The attributes of PS3.4 table K.6-1 that are known."""
    step, found = Dataset(), Dataset()
    _set(found, "PatientName", _NOT_IN_NAME.sub(" ", item.patient_name), _PN)
    _set(found, "PatientID", item.patient_id, _LO)
    _set(found, "PatientBirthDate", item.birth_date)
    _set(found, "PatientSex", item.sex if item.sex in _SEXES else "")
    if lines := [line for line in map(_line, item.allergies) if line and len(line) <= _LO]:
        found.Allergies = lines
    _set(found, "AdditionalPatientHistory", _line(item.clinical_info), _LT)
    _set(found, "StudyInstanceUID", item.study_instance_uid)
    _set(found, "AccessionNumber", item.accession_number, _SH)
    _set(found, "RequestingPhysician", _NOT_IN_NAME.sub(" ", item.requested_by), _PN)
    _set(found, "RequestedProcedureID", item.accession_number, _SH)
    _set(found, "RequestedProcedureDescription", _examination(item), _LO)
    _set(found, "RequestedProcedurePriority", _PRIORITY.get(Priority(item.priority), ""))
    starts = datetime.fromisoformat(item.starts_at)
    _set(step, "Modality", modality_of(item.job_type))
    _set(step, "ScheduledStationAETitle", item.station)
    _set(step, "ScheduledProcedureStepStartDate", f"{starts:%Y%m%d}")
    _set(step, "ScheduledProcedureStepStartTime", f"{starts:%H%M%S}")
    _set(step, "ScheduledProcedureStepDescription", _examination(item), _LO)
    _set(step, "ScheduledProcedureStepID", f"{item.order_id}", _SH)
    if "CONTRAST" in item.job_type.upper().split("_"):
        step.RequestedContrastAgent = "CONTRAST"
    found.ScheduledProcedureStepSequence = [step]
    found.SpecificCharacterSet = character_set(found)
    return found


def item_check(item: WorklistItem) -> None:
    """Raises whatever the writing of it raises, such as ValueError."""
    dataset_of(item).save_as(io.BytesIO(), implicit_vr=False, little_endian=True)


def _examination(item: WorklistItem) -> str:
    name = EXAMINATIONS.get(item.job_type, {}).get("en") or _line(item.job_type)
    side = _SIDE.get(Laterality(item.laterality)) if item.laterality else None
    return f"{name}, {side}" if side else name


def _line(text: str) -> str:
    return _CONTROL.sub(" ", text).strip()


def _set(dataset: Dataset, keyword: str, value: str, longest: int = 64) -> None:
    if value and len(value) <= longest:
        setattr(dataset, keyword, value)
