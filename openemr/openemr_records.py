"""What is read from OpenEMR, in our units and words; a row of it is not seen elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import blake2b
from typing import Any
from uuid import UUID

PATIENT_FIELDS = ("full_name", "birth_date", "gender", "phone", "address")
"""What both systems hold about a patient."""


def digest(fields: dict[str, Any]) -> str:
    """The same for the same values in the same order, in whichever time zone."""
    values = "\x1f".join(map(_text, fields.values()))
    return blake2b(values.encode(), digest_size=16).hexdigest()


def _text(value: Any) -> str:
    return str(value.astimezone(UTC) if isinstance(value, datetime) else value)


@dataclass(frozen=True, slots=True)
class PatientRecord:
    """``pid`` is OpenEMR's number, ``mrn`` its ``pubpid``, which people write on everything."""

    pid: int
    uuid: UUID | None
    mrn: str
    full_name: str
    birth_date: date | None
    gender: str
    phone: str
    address: str

    @property
    def fields(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in PATIENT_FIELDS}

    @property
    def digest(self) -> str:
        return digest(self.fields)


@dataclass(frozen=True, slots=True)
class ClinicalRecord:
    """A row of a patient's record. ``is_removed``: None where OpenEMR has no mark for it.

    ``number`` names it there; below zero, and never written to, where it has none of its own.
    """

    pid: int
    number: int
    uuid: UUID | None
    fields: dict[str, Any]
    is_removed: bool | None
    author: str = ""

    @property
    def digest(self) -> str:
        return digest(self.fields | {"removed": self.is_removed})


@dataclass(frozen=True, slots=True)
class LabResult:
    """One value of a report that is sent; ``data_type``: N is a number, S a text."""

    code: str
    name: str
    value: str
    data_type: str = "S"
    unit: str = ""
    reference_range: str = ""
    abnormal: str = ""


@dataclass(frozen=True, slots=True)
class LabReport:
    """The result of one of our orders, as it is sent. ``corrected``: it was out before."""

    uuid: UUID
    pid: int
    number: str
    code: str
    name: str
    ordered_at: datetime
    reported_at: datetime
    corrected: bool
    results: tuple[LabResult, ...]
