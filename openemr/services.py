"""Write into OpenEMR as its own code does. Each call is idempotent by the uuid of the row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from common.errors import ConflictError, ErrorCode, ExternalError
from openemr import conventions as written, selectors
from openemr.models import (
    FormEncounter,
    FormIndex,
    FormVitals,
    ListEntry,
    OpenemrFacility,
    PatientData,
    PrescribedDrug,
    UuidRegistry,
)
from openemr.openemr_records import PatientRecord
from openemr.outage import reaching
from openemr.router import ALIAS

PID_TRIES = 5
_BMI_OF_POUNDS_AND_INCHES = Decimal(703)


class ChangedMeanwhile(ConflictError):
    """The patient has other values in OpenEMR than when it was read last: ``theirs``."""

    def __init__(self, theirs: PatientRecord) -> None:
        super().__init__(ErrorCode.VERSION_CONFLICT, f"pid {theirs.pid} changed in OpenEMR")
        self.theirs = theirs


@contextmanager
def _writing() -> Iterator[None]:
    with reaching(), transaction.atomic(using=ALIAS):
        yield


def patient_put(
    *,
    uuid: UUID | None,
    mrn: str,
    fields: dict[str, Any],
    pid: int | None = None,
    expected: str = "",
) -> PatientRecord:
    """Insert the patient, or change the row that still has the digest ``expected``.

    Raises ChangedMeanwhile, ExternalError.
    """
    with _writing():
        row = selectors.patient_rows(pid=pid, uuid=uuid).select_for_update().first()
        if row is None:
            return _patient_insert(uuid=uuid, mrn=mrn, fields=fields)
        theirs = selectors.as_patient(row)
        if theirs.fields == fields:
            return theirs
        if theirs.digest != expected:
            raise ChangedMeanwhile(theirs)
        _fill(row, {name: v for name, v in fields.items() if v != theirs.fields[name]})
        row.date = timezone.now()
        row.save()
        return selectors.as_patient(row)


def _patient_insert(*, uuid: UUID | None, mrn: str, fields: dict[str, Any]) -> PatientRecord:
    """``pid`` is the highest so far and one, as OpenEMR numbers patients; two at once try again."""
    for _ in range(PID_TRIES):
        row = PatientData(uuid=uuid.bytes if uuid else None, pubpid=mrn)
        row.pid = selectors.last_pid() + 1
        _fill(row, fields)
        try:
            with transaction.atomic(using=ALIAS):
                row.save(force_insert=True)
                _register(uuid, "patient_data")
        except IntegrityError:
            continue
        return selectors.as_patient(row)
    raise ExternalError(ErrorCode.UPSTREAM_UNAVAILABLE, "OpenEMR: no free pid")


def _fill(row: PatientData, fields: dict[str, Any]) -> None:
    """Into the columns that hold these fields; the address into one, for it is one line here."""
    if "full_name" in fields:
        row.fname, row.mname, row.lname = written.name_parts(fields["full_name"])
    if "birth_date" in fields:
        row.birth_date = fields["birth_date"]
    if "gender" in fields and written.sex_word(fields["gender"]) != row.sex:
        row.sex = written.sex_word(fields["gender"])
    if "phone" in fields:
        filled = [name for name, number in selectors.phone_columns(row).items() if number]
        setattr(row, filled[0] if filled else "phone_cell", fields["phone"])
    if "address" in fields:
        row.street, row.street_line_2 = fields["address"][:255], fields["address"][255:]
        row.city = row.state = row.postal_code = ""


def encounter_put(
    *,
    uuid: UUID,
    pid: int,
    reason: str,
    started_at: datetime,
    ended_at: datetime | None = None,
    class_code: str = "AMB",
    provider_id: int = 0,
) -> int:
    """The encounter's number; a new one has its row in ``forms`` and the next of ``sequences``."""
    values = {"reason": reason, "date": started_at, "date_end": ended_at, "class_code": class_code}
    with _writing():
        row = FormEncounter.objects.filter(uuid=uuid.bytes).select_for_update().first()
        if row is not None:
            _change(row, values)
            return row.encounter or 0
        facility = _facility()
        row = FormEncounter.objects.create(
            uuid=uuid.bytes,
            pid=pid,
            encounter=_next_number(),
            provider_id=provider_id,
            facility=facility.name if facility else "",
            facility_id=facility.pk if facility else 0,
            billing_facility=facility.pk if facility else 0,
            **values,
        )
        _register(uuid, "form_encounter")
        _index_form(row, "New Patient Encounter", "newpatient", pid, row.encounter, started_at)
        return row.encounter or 0


def vitals_put(
    *,
    uuid: UUID,
    pid: int,
    encounter: int,
    measured_at: datetime,
    systolic: int | None = None,
    diastolic: int | None = None,
    weight_kg: Decimal | None = None,
    height_cm: Decimal | None = None,
    temperature_c: Decimal | None = None,
    pulse: Decimal | None = None,
    respiration: Decimal | None = None,
    oxygen_saturation: Decimal | None = None,
    note: str = "",
) -> int:
    """The id of the vitals form of an encounter."""
    values = {
        "date": measured_at,
        "bps": "" if systolic is None else str(systolic),
        "bpd": "" if diastolic is None else str(diastolic),
        "weight": written.pounds(weight_kg),
        "height": written.inches(height_cm),
        "temperature": written.fahrenheit(temperature_c),
        "pulse": written.as_stored(pulse),
        "respiration": written.as_stored(respiration),
        "oxygen_saturation": written.as_stored(oxygen_saturation),
        "note": note[:255],
    }
    values["bmi"] = _bmi(weight_kg, height_cm)
    with _writing():
        row = FormVitals.objects.filter(uuid=uuid.bytes).select_for_update().first()
        if row is not None:
            _change(row, values)
            return row.pk
        row = FormVitals.objects.create(uuid=uuid.bytes, pid=pid, **values)
        _register(uuid, "form_vitals")
        _index_form(row, "Vitals", "vitals", pid, encounter, measured_at)
        return row.pk


def _bmi(weight_kg: Decimal | None, height_cm: Decimal | None) -> Decimal:
    if not weight_kg or not height_cm:
        return written.NOT_MEASURED
    height = written.inches(height_cm)
    return written.as_stored(
        written.pounds(weight_kg) / height / height * _BMI_OF_POUNDS_AND_INCHES
    )


def prescription_put(
    *,
    uuid: UUID,
    pid: int,
    drug: str,
    dosage: str,
    start_date: date,
    end_date: date | None = None,
    encounter: int | None = None,
    provider_id: int | None = None,
    rxnorm: str = "",
    note: str = "",
    is_active: bool = True,
) -> int:
    """Raises ExternalError (final) for a drug longer than OpenEMR's column: it is not cut."""
    values = {
        "drug": drug,
        "dosage": dosage,
        "start_date": start_date,
        "end_date": end_date,
        "rxnorm_drugcode": rxnorm or None,
        "note": note,
        "active": int(is_active),
        "date_modified": timezone.now(),
    }
    with _writing():
        row = PrescribedDrug.objects.filter(uuid=uuid.bytes).select_for_update().first()
        if row is not None:
            _change(row, values)
            return row.pk
        row = PrescribedDrug.objects.create(
            uuid=uuid.bytes,
            patient_id=pid,
            encounter=encounter,
            provider_id=provider_id,
            **values,
        )
        _register(uuid, "prescriptions")
        return row.pk


def list_entry_put(
    *,
    uuid: UUID,
    pid: int,
    kind: str,
    title: str,
    diagnosis: str = "",
    reaction: str = "",
    severity: str | None = None,
    began_at: datetime | None = None,
    ended_at: datetime | None = None,
    is_active: bool = True,
) -> int:
    """``kind``: allergy or medical_problem."""
    values = {
        "title": title,
        "diagnosis": diagnosis,
        "reaction": reaction,
        "severity_al": severity,
        "begdate": began_at,
        "enddate": ended_at,
        "activity": int(is_active),
    }
    with _writing():
        row = ListEntry.objects.filter(uuid=uuid.bytes).select_for_update().first()
        if row is not None:
            _change(row, values)
            return row.pk
        row = ListEntry.objects.create(uuid=uuid.bytes, pid=pid, type=kind, **values)
        _register(uuid, "lists")
        return row.pk


def _change(row: Any, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))


def _register(uuid: UUID | None, table: str) -> None:
    if uuid is not None:
        UuidRegistry.objects.get_or_create(
            uuid=uuid.bytes, defaults={"table_name": table, "table_id": "id"}
        )


def _index_form(
    form: Any, name: str, directory: str, pid: int, encounter: int | None, at: datetime
) -> None:
    FormIndex.objects.create(
        date=at, encounter=encounter, form_name=name, form_id=form.pk, pid=pid, formdir=directory
    )


def _facility() -> OpenemrFacility | None:
    """The hospital itself, as OpenEMR names it."""
    own = OpenemrFacility.objects.filter(inactive=0)
    return own.order_by("-primary_business_entity", "pk").first()


def _next_number() -> int:
    """The next of ``sequences``: the row stays locked until the encounter is there."""
    with connections[ALIAS].cursor() as cursor:
        if not cursor.execute("UPDATE sequences SET id = LAST_INSERT_ID(id + 1)"):
            raise ExternalError(
                ErrorCode.UPSTREAM_UNAVAILABLE, "OpenEMR: sequences is empty", retryable=False
            )
        return int(cursor.lastrowid)
