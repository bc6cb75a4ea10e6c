"""Write into OpenEMR as its own code does. Each call is idempotent by the uuid of the row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, connections, transaction
from django.db.models import Q
from django.utils import timezone

from common.errors import ConflictError, ErrorCode, ExternalError
from openemr import conventions as written, selectors
from openemr.models import (
    FormEncounter,
    FormIndex,
    OpenemrFacility,
    PatientData,
    ProcedureOrder,
    ProcedureOrderCode,
    ProcedureReport,
    ProcedureResult,
    UuidRegistry,
)
from openemr.openemr_records import ClinicalRecord, LabReport, LabResult, PatientRecord
from openemr.outage import reaching
from openemr.router import ALIAS
from openemr.tables import ClinicalTable
from openemr.tables.encounter_table import CARRIER, ENCOUNTERS, carrier_uuid
from openemr.tables.procedure_tables import OURS
from openemr.tables.vitals_table import VITALS

PID_TRIES = 5


class ChangedMeanwhile(ConflictError):
    """The row has other values in OpenEMR than when it was read last: ``theirs``."""

    def __init__(self, theirs: Any) -> None:
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


def clinical_put(
    table: ClinicalTable,
    *,
    uuid: UUID,
    pid: int,
    values: dict[str, Any],
    number: int | None = None,
    removed: bool = False,
    expected: str = "",
) -> ClinicalRecord:
    """Insert a row of the kind, or change the one that still has the digest ``expected``.

    Raises ChangedMeanwhile, ExternalError (final for a value that does not fit: it is not cut).
    """
    with _writing():
        row = _clinical_row(table, uuid, number)
        if row is None:
            row = _clinical_insert(table, uuid, pid, values)
        else:
            [theirs] = selectors.as_clinical(table, [row])
            wanted = table.as_read_back(values)
            changed = [name for name in table.names if wanted[name] != theirs.fields[name]]
            if (changed or removed) and theirs.digest != expected:
                raise ChangedMeanwhile(theirs)
            if changed:
                _change(row, table.columns(values, changed) | table.computed(values))
        if removed:
            _remove(table, row)
        [done] = selectors.as_clinical(table, [row])
        return done


def _clinical_row(table: ClinicalTable, uuid: UUID, number: int | None) -> Any:
    rows = table.model._base_manager.select_for_update()
    if number is None:
        return rows.filter(uuid=uuid.bytes).first()
    found = rows.filter(**{table.number: number}, **table.only).first()
    if found is None:
        detail = f"OpenEMR: {table.name} {number} is gone"
        raise ExternalError(ErrorCode.UPSTREAM_UNAVAILABLE, detail, retryable=False)
    return found


def _clinical_insert(table: ClinicalTable, uuid: UUID, pid: int, values: dict[str, Any]) -> Any:
    columns = table.columns(values, table.names) | table.computed(values) | table.only
    if table is ENCOUNTERS:
        columns |= _visit_columns()
    row: Any = table.model._base_manager.create(uuid=uuid.bytes, **{table.patient: pid}, **columns)
    _register(uuid, table.name)
    if table is VITALS:
        _index_form(table, row, pid, _encounter_for(pid, values["measured_at"]))
    elif table.form[0]:
        _index_form(table, row, pid, row.encounter)
    row.refresh_from_db()
    return row


def _visit_columns() -> dict[str, Any]:
    facility = OpenemrFacility.objects.filter(inactive=0)
    own = facility.order_by("-primary_business_entity", "pk").first()
    number = own.pk if own else 0
    return {
        "encounter": _next_number(),
        "facility": own.name if own else "",
        "facility_id": number,
        "billing_facility": number,
    }


def _encounter_for(pid: int, at: datetime) -> int:
    """The visit during which, or on whose day, the moment is; one of that day is made if none."""
    begun = FormEncounter.objects.filter(pid=pid, date__lte=at, encounter__gt=0).order_by("-date")
    day = timezone.localdate(at)
    midnight = written.midnight(day)
    running = begun.filter(Q(date_end__gte=at) | Q(date__gte=midnight)).first()
    if running is not None:
        return running.encounter or 0
    key = carrier_uuid(pid, day)
    made = FormEncounter.objects.filter(uuid=key.bytes).first()
    values = {"kind": "outpatient", "reason": CARRIER, "started_at": at, "ended_at": None}
    return (made or _clinical_insert(ENCOUNTERS, key, pid, values)).encounter or 0


def _remove(table: ClinicalTable, row: Any) -> None:
    """Mark the row as OpenEMR does: nothing is deleted there."""
    if table.removal:
        _change(row, table.removal)
    if table.form[0]:
        FormIndex.objects.filter(form_id=row.pk, formdir=table.form[0]).update(deleted=1)


def report_put(report: LabReport) -> None:
    """The result of an order of ours: its order, code, report and results, each once.

    A corrected one takes the place of the values before. Raises ExternalError.
    """
    with _writing():
        order = ProcedureOrder.objects.filter(uuid=report.uuid.bytes).first()
        if order is None:
            order = _order_insert(report)
        filed = ProcedureReport.objects.filter(procedure_order_id=order.pk)
        filed.update(date_report=report.reported_at, report_status="final")
        report_pk, seen, keys = filed.get().pk, Counter[str](), []
        for result in report.results:
            keys.append(_result_put(report, report_pk, seen[result.code], result))
            seen[result.code] += 1
        dropped = ProcedureResult.objects.filter(procedure_report_id=report_pk)
        dropped.exclude(uuid__in=keys).update(result_status="error")


def _order_insert(report: LabReport) -> ProcedureOrder:
    order = ProcedureOrder.objects.create(
        uuid=report.uuid.bytes,
        patient_id=report.pid,
        date_ordered=written.second(report.ordered_at),
        order_status="complete",
        external_id=f"{OURS}{report.number}",
    )
    ProcedureOrderCode.objects.create(
        procedure_order_id=order.pk,
        procedure_order_seq=1,
        procedure_code=report.code,
        procedure_name=report.name,
        procedure_type="laboratory_test",
    )
    key = uuid5(report.uuid, "report")
    ProcedureReport.objects.create(uuid=key.bytes, procedure_order_id=order.pk)
    _register(report.uuid, "procedure_order", "procedure_order_id")
    _register(key, "procedure_report", "procedure_report_id")
    return order


def _result_put(report: LabReport, report_pk: int, place: int, result: LabResult) -> bytes:
    """Its uuid. ``place`` among those of its code: a test may stand twice in a result."""
    key = uuid5(report.uuid, f"{place} {result.code}")
    values = {
        "result_data_type": result.data_type,
        "result_code": result.code,
        "result_text": result.name,
        "date": written.second(report.reported_at),
        "units": result.unit,
        "result": result.value,
        "reference_range": result.reference_range,
        "abnormal": result.abnormal,
        "result_status": "correct" if report.corrected else "final",
    }
    row = ProcedureResult.objects.filter(uuid=key.bytes).first()
    if row is not None:
        _change(row, values)
        return key.bytes
    ProcedureResult.objects.create(uuid=key.bytes, procedure_report_id=report_pk, **values)
    _register(key, "procedure_result", "procedure_result_id")
    return key.bytes


def _change(row: Any, columns: dict[str, Any]) -> None:
    for name, value in columns.items():
        setattr(row, name, value)
    row.save(update_fields=list(columns))
    row.refresh_from_db()


def _register(uuid: UUID | None, table: str, number: str = "id") -> None:
    if uuid is not None:
        UuidRegistry.objects.get_or_create(
            uuid=uuid.bytes, defaults={"table_name": table, "table_id": number}
        )


def _index_form(table: ClinicalTable, form: Any, pid: int, encounter: int | None) -> None:
    directory, name = table.form
    FormIndex.objects.create(
        date=form.date,
        encounter=encounter,
        form_name=name,
        form_id=form.pk,
        pid=pid,
        formdir=directory,
    )


def _next_number() -> int:
    """The next of ``sequences``: the row stays locked until the encounter is there."""
    with connections[ALIAS].cursor() as cursor:
        if not cursor.execute("UPDATE sequences SET id = LAST_INSERT_ID(id + 1)"):
            raise ExternalError(
                ErrorCode.UPSTREAM_UNAVAILABLE, "OpenEMR: sequences is empty", retryable=False
            )
        return int(cursor.lastrowid)
