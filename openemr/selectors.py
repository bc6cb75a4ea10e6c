"""Read OpenEMR. Each raises ExternalError when it does not answer, at once while it is down."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count, F, Func, Max, Q, QuerySet

from common.errors import ConflictError, ErrorCode
from openemr import conventions as written
from openemr.models import (
    FormEncounter,
    FormIndex,
    FormVitals,
    ListEntry,
    PatientData,
    PrescribedDrug,
    ProcedureOrder,
    ProcedureOrderCode,
    ProcedureReport,
    ProcedureResult,
)
from openemr.openemr_records import (
    EncounterRecord,
    LabResultRecord,
    ListRecord,
    PatientRecord,
    PrescriptionRecord,
    VitalsRecord,
)
from openemr.outage import is_configured, reaching

__all__ = ["is_configured"]
SEARCH_LIMIT = 50
HISTORY_LIMIT = 2000
"""Rows of one kind of one patient, the newest first."""


def patient_find(mrn: str) -> PatientRecord | None:
    """The patient with exactly this ``pubpid``; OpenEMR itself compares without case.

    Raises ConflictError when several have it: OpenEMR allows that, and which one is meant cannot
    be known.
    """
    with reaching():
        found = [row for row in PatientData.objects.filter(pubpid=mrn) if row.pubpid == mrn]
    if len(found) > 1:
        raise ConflictError(ErrorCode.DUPLICATE, "several patients of OpenEMR have this MRN")
    return as_patient(found[0]) if found else None


def patient_get(*, pid: int | None, uuid: UUID | None) -> PatientRecord | None:
    """By ``pid``, or by the uuid under which it was sent."""
    with reaching():
        row = patient_rows(pid=pid, uuid=uuid).first()
    return as_patient(row) if row else None


def patient_rows(*, pid: int | None, uuid: UUID | None) -> QuerySet[PatientData]:
    if pid is not None:
        return PatientData.objects.filter(pid=pid)
    return PatientData.objects.filter(uuid=uuid.bytes if uuid else b"")


def patient_search(query: str) -> list[PatientRecord]:
    """By the beginning of the MRN or of a part of the name."""
    named = Q(fname__istartswith=query) | Q(lname__istartswith=query)
    with reaching():
        rows = PatientData.objects.filter(Q(pubpid__startswith=query) | named)
        return [as_patient(row) for row in rows.order_by("pid")[:SEARCH_LIMIT]]


def patients_after(pid: int, limit: int) -> list[PatientRecord]:
    """The next ones in the order of their numbers, to go through all."""
    with reaching():
        rows = PatientData.objects.filter(pid__gt=pid).order_by("pid")[:limit]
        return [as_patient(row) for row in rows]


def patient_count() -> int:
    with reaching():
        return PatientData.objects.count()


def shared_mrns() -> set[str]:
    """Those that several patients have, byte by byte; one question to the whole table."""
    exact = Func(F("pubpid"), template="CAST(%(expressions)s AS BINARY)")
    with reaching():
        counted = PatientData.objects.order_by().values(mrn=exact).annotate(rows=Count("pid"))
        return {written.text(row["mrn"]) for row in counted.filter(rows__gt=1)}


def last_pid() -> int:
    """The highest number given so far, 0 for none; not guarded, for a transaction's own use."""
    return PatientData.objects.aggregate(last=Max("pid"))["last"] or 0


def as_patient(row: PatientData) -> PatientRecord:
    places = (row.street, row.street_line_2, row.city, row.state, row.postal_code)
    phones = (written.line(number) for number in phone_columns(row).values())
    return PatientRecord(
        pid=row.pid,
        uuid=written.identifier(row.uuid),
        mrn=written.text(row.pubpid),
        full_name=written.full_name(row.fname, row.mname, row.lname),
        birth_date=written.day(row.birth_date),
        gender=written.gender(row.sex),
        phone=next((phone for phone in phones if phone), ""),
        address=", ".join(filter(None, map(written.line, places))),
    )


def phone_columns(row: PatientData) -> dict[str, str]:
    """In the order in which they are asked: the first that is filled is the patient's phone."""
    return {name: getattr(row, name) for name in ("phone_cell", "phone_home", "phone_contact")}


def encounters(pid: int) -> list[EncounterRecord]:
    with reaching():
        rows = FormEncounter.objects.filter(pid=pid).order_by("-date", "-id")[:HISTORY_LIMIT]
        return [
            EncounterRecord(
                number=row.encounter or 0,
                uuid=written.identifier(row.uuid),
                reason=written.text(row.reason),
                class_code=written.line(row.class_code),
                started_at=written.moment(row.date),
                ended_at=written.moment(row.date_end),
                provider_id=row.provider_id or 0,
            )
            for row in rows
        ]


def vitals(pid: int) -> list[VitalsRecord]:
    """Without those of deleted forms."""
    with reaching():
        forms = FormIndex.objects.filter(pid=pid, formdir="vitals", deleted=0)
        encounter = dict(forms.values_list("form_id", "encounter"))
        rows = FormVitals.objects.filter(pid=pid, activity=1).order_by("-date", "-id")
        return [
            _as_vitals(row, encounter[row.pk])
            for row in rows[:HISTORY_LIMIT]
            if row.pk in encounter
        ]


def _as_vitals(row: FormVitals, encounter: int | None) -> VitalsRecord:
    return VitalsRecord(
        id=row.pk,
        uuid=written.identifier(row.uuid),
        encounter=encounter,
        measured_at=written.moment(row.date),
        systolic=written.pressure(row.bps),
        diastolic=written.pressure(row.bpd),
        weight_kg=written.kilograms(row.weight),
        height_cm=written.centimetres(row.height),
        temperature_c=written.celsius(row.temperature),
        pulse=written.measured(row.pulse),
        respiration=written.measured(row.respiration),
        oxygen_saturation=written.measured(row.oxygen_saturation),
        note=written.text(row.note),
    )


def prescriptions(pid: int) -> list[PrescriptionRecord]:
    with reaching():
        rows = PrescribedDrug.objects.filter(patient_id=pid).order_by("-start_date", "-id")
        return [
            PrescriptionRecord(
                id=row.pk,
                uuid=written.identifier(row.uuid),
                encounter=row.encounter or None,
                drug=written.line(row.drug),
                rxnorm=written.line(row.rxnorm_drugcode),
                dosage=written.line(row.dosage),
                quantity=written.line(row.quantity),
                route=written.line(row.route),
                note=written.text(row.note),
                started_on=written.day(row.start_date),
                ended_on=written.day(row.end_date),
                is_active=row.active == 1,
            )
            for row in rows[:HISTORY_LIMIT]
        ]


def list_entries(pid: int, kind: str) -> list[ListRecord]:
    """``kind``: allergy or medical_problem."""
    with reaching():
        rows = ListEntry.objects.filter(pid=pid, type=kind).order_by("-begdate", "-id")
        return [
            ListRecord(
                id=row.pk,
                uuid=written.identifier(row.uuid),
                kind=kind,
                title=written.line(row.title),
                diagnosis=written.line(row.diagnosis),
                reaction=written.line(row.reaction),
                severity=written.line(row.severity_al),
                began_at=written.moment(row.begdate),
                ended_at=written.moment(row.enddate),
                is_active=row.activity == 1,
            )
            for row in rows[:HISTORY_LIMIT]
        ]


def lab_results(pid: int) -> list[LabResultRecord]:
    """Of all orders that are not deleted, the newest first."""
    with reaching():
        ordered = ProcedureOrder.objects.filter(patient_id=pid, activity=1)
        orders = list(ordered.values_list("procedure_order_id", flat=True))
        codes = ProcedureOrderCode.objects.filter(procedure_order_id__in=orders)
        tests = {(c.procedure_order_id, c.procedure_order_seq): c.procedure_name for c in codes}
        filed = ProcedureReport.objects.filter(procedure_order_id__in=orders)
        reports = {report.pk: report for report in filed}
        results = ProcedureResult.objects.filter(procedure_report_id__in=reports)
        rows = list(results.order_by("-procedure_result_id")[:HISTORY_LIMIT])
    return [_as_result(row, reports[row.procedure_report_id], tests) for row in rows]


def _as_result(
    row: ProcedureResult, report: ProcedureReport, tests: dict[tuple[int, int], str]
) -> LabResultRecord:
    order = report.procedure_order_id or 0
    return LabResultRecord(
        id=row.pk,
        uuid=written.identifier(row.uuid),
        order_id=order,
        test=written.line(tests.get((order, report.procedure_order_seq))),
        code=written.line(row.result_code),
        name=written.line(row.result_text),
        value=written.line(row.result),
        unit=written.line(row.units),
        reference_range=written.line(row.reference_range),
        abnormal=written.line(row.abnormal),
        status=written.line(row.result_status),
        reported_at=written.moment(row.date) or written.moment(report.date_report),
    )
