"""What is read from OpenEMR, in our units and words; a row of it is not seen elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any
from uuid import UUID

PATIENT_FIELDS = ("full_name", "birth_date", "gender", "phone", "address")
"""What both systems hold about a patient."""


def digest(fields: dict[str, Any]) -> str:
    """The same for the same values of PATIENT_FIELDS."""
    values = "\x1f".join(str(fields[name]) for name in PATIENT_FIELDS)
    return blake2b(values.encode(), digest_size=16).hexdigest()


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
class EncounterRecord:
    number: int
    uuid: UUID | None
    reason: str
    class_code: str
    started_at: datetime | None
    ended_at: datetime | None
    provider_id: int


@dataclass(frozen=True, slots=True)
class VitalsRecord:
    """mmHg, kg, cm, °C, /min, %; None is "not measured"."""

    id: int
    uuid: UUID | None
    encounter: int | None
    measured_at: datetime | None
    systolic: int | None
    diastolic: int | None
    weight_kg: Decimal | None
    height_cm: Decimal | None
    temperature_c: Decimal | None
    pulse: Decimal | None
    respiration: Decimal | None
    oxygen_saturation: Decimal | None
    note: str


@dataclass(frozen=True, slots=True)
class PrescriptionRecord:
    id: int
    uuid: UUID | None
    encounter: int | None
    drug: str
    rxnorm: str
    dosage: str
    quantity: str
    route: str
    note: str
    started_on: date | None
    ended_on: date | None
    is_active: bool


@dataclass(frozen=True, slots=True)
class ListRecord:
    """An allergy or a problem; ``diagnosis`` is ``SYSTEM:CODE`` with semicolons between."""

    id: int
    uuid: UUID | None
    kind: str
    title: str
    diagnosis: str
    reaction: str
    severity: str
    began_at: datetime | None
    ended_at: datetime | None
    is_active: bool


@dataclass(frozen=True, slots=True)
class LabResultRecord:
    id: int
    uuid: UUID | None
    order_id: int
    test: str
    code: str
    name: str
    value: str
    unit: str
    reference_range: str
    abnormal: str
    status: str
    reported_at: datetime | None
