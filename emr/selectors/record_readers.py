"""Who looked into a patient's record, as the patient may read it: who, when, what and what for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from acct import selectors as accounts
from audit.services.glass import BREAK_GLASS
from audit.services.patient_records import accesses_of
from common.errors import ErrorCode, NotFound
from common.person import Person
from emr.choices import RecordPart
from emr.models import Patient

_PARTS: dict[str, RecordPart] = {
    **dict.fromkeys(("vitals", "vital_status"), RecordPart.VITALS),
    "prescription": RecordPart.MEDICATION,
    **dict.fromkeys(("allergy", "problem", "note", "encounter"), RecordPart.NOTES),
    "order": RecordPart.ORDERS,
    **dict.fromkeys(
        ("lab_result", "lab_value", "specimen", "critical", "message", "rna_seq"),
        RecordPart.LABORATORY,
    ),
    **dict.fromkeys(("study", "series", "dicom", "dicomweb", "instance"), RecordPart.IMAGES),
    **dict.fromkeys(("ai_job", "ai_model", "segmentation", "ai_publication"), RecordPart.AI),
    **dict.fromkeys(
        ("plan", "event", "adverse_event", "performance", "visit", "response", "treatment"),
        RecordPart.TREATMENT,
    ),
    **dict.fromkeys(("share", "grant", "care_team", "glass"), RecordPart.ACCESS),
    **dict.fromkeys(("ward", "bed", "bed_stay"), RecordPart.WARD),
}
_READING = frozenset(
    {
        *("read", "list", "search", "timeline", "trends", "board", "curves", "access_list"),
        *("duplicates", "available", "check", "retrieve", "query", "history", "notes", "images"),
        *("vread", "everything", "list_unmatched", "recipients", "summary", "print", "preview"),
    }
)


@dataclass(frozen=True, slots=True)
class RecordReader:
    """``changed``: something was written, not only read; ``emergency``: by a broken glass."""

    id: int
    at: datetime
    name: str
    role: str
    part: RecordPart
    changed: bool
    emergency: bool


def own_patient(user: Person) -> Patient:
    """The record of the person themselves. Raises NotFound."""
    own = Patient.objects.visible_to(user).filter(user_id=user.pk).first()
    if own is None:
        raise NotFound(ErrorCode.PATIENT_NOT_FOUND, "no record belongs to this account")
    return own


def accesses_to(patient: Patient) -> QuerySet[Any]:
    """The audit records of everybody else, the newest first; those of its duplicates too."""
    ids = [patient.pk, *Patient.objects.filter(merged_into=patient.pk).ids()]
    return accesses_of(ids, not_by=patient.user_id)


def reads_only(action: str) -> bool:
    """Whether what was done changed nothing."""
    return action.partition(".")[2] in _READING


def readers_described(logs: Iterable[Any]) -> list[RecordReader]:
    """One query for a page of them."""
    page = list(logs)
    people = accounts.users_list().in_bulk({log.actor_id for log in page})
    return [_reader(log, people.get(log.actor_id)) for log in page]


def _reader(log: Any, person: Any) -> RecordReader:
    entity = log.action.partition(".")[0]
    subject = log.object_type if entity == "history" else entity
    return RecordReader(
        id=log.pk,
        at=log.occurred_at,
        name=(person.full_name if person else "") or log.actor_username,
        role=log.actor_role,
        part=_PARTS.get(subject, RecordPart.RECORD),
        changed=not reads_only(log.action),
        emergency=log.permission == BREAK_GLASS,
    )
