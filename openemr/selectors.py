"""Read OpenEMR. Each raises ExternalError when it does not answer, at once while it is down."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Func, Max, Q, QuerySet
from django.utils import timezone

from common.errors import ConflictError, ErrorCode
from openemr import conventions as written
from openemr.models import (
    FormIndex,
    OpenemrUser,
    PatientData,
    ProcedureOrder,
    ProcedureOrderCode,
    ProcedureReport,
    ProcedureResult,
)
from openemr.openemr_records import ClinicalRecord, PatientRecord
from openemr.outage import down_since, is_configured, reaching
from openemr.tables import ClinicalTable
from openemr.tables.encounter_table import CARRIER, ENCOUNTERS, carrier_uuid
from openemr.tables.procedure_tables import OURS, RESULTS
from openemr.tables.vitals_table import VITALS

__all__ = ["down_since", "is_configured"]
SEARCH_LIMIT = 50


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


def clinical_rows(table: ClinicalTable, pids: Collection[int]) -> dict[int, list[ClinicalRecord]]:
    """All rows of a kind of these patients, by ``pid``, in the order of their numbers."""
    found: dict[int, list[ClinicalRecord]] = {pid: [] for pid in pids}
    with reaching():
        rows = table.model._base_manager.filter(
            **{f"{table.patient}__in": list(pids)}, **table.only
        )
        for record in as_clinical(table, list(rows.order_by("pk"))):
            found[record.pid].append(record)
    return found


def as_clinical(table: ClinicalTable, rows: list[Any]) -> list[ClinicalRecord]:
    """Three queries at most; not guarded, for a transaction's own use."""
    deleted = _deleted_forms(table, [row.pk for row in rows])
    authors = _authors(table, rows)
    return [
        ClinicalRecord(
            pid=getattr(row, table.patient) or 0,
            number=getattr(row, table.number) or -row.pk,
            uuid=written.identifier(row.uuid),
            fields=table.read(row),
            is_removed=deleted.get(row.pk) or table.is_removed(row),
            author=authors.get(getattr(row, table.author, None), ""),
        )
        for row in rows
        if not is_carrier(table, row)
    ]


def _deleted_forms(table: ClinicalTable, pks: list[int]) -> dict[int, bool]:
    """Whether the form of a row is deleted; vital signs that are no form are not shown there."""
    if not table.form[0] or not pks:
        return {}
    forms = FormIndex.objects.filter(form_id__in=pks, formdir=table.form[0])
    marks = dict(forms.values_list("form_id", "deleted"))
    absent = int(table is VITALS)
    return {pk: bool(marks.get(pk, absent)) for pk in pks}


def is_carrier(table: ClinicalTable, row: Any) -> bool:
    """Whether it is an encounter that only holds vital signs of ours."""
    at = written.moment(row.date) if table is ENCOUNTERS else None
    if at is None or row.reason != CARRIER:
        return False
    return written.identifier(row.uuid) == carrier_uuid(row.pid, timezone.localdate(at))


def _authors(table: ClinicalTable, rows: list[Any]) -> dict[Any, str]:
    """Names by users.id or username, whichever the rows of this kind have."""
    wanted = {getattr(row, table.author, None) for row in rows} - {None, 0, ""}
    if not wanted:
        return {}
    key = "pk" if table.author == "provider_id" else "username"
    people = OpenemrUser.objects.filter(**{f"{key}__in": wanted})
    return {
        getattr(one, key): written.full_name(one.fname, None, one.lname)[:150] for one in people
    }


def lab_results(pids: Collection[int]) -> dict[int, list[ClinicalRecord]]:
    """Of all orders that are not deleted and were not sent by us, by ``pid``."""
    found: dict[int, list[ClinicalRecord]] = {pid: [] for pid in pids}
    with reaching():
        ordered = ProcedureOrder.objects.filter(patient_id__in=list(pids), activity=1)
        rows = ordered.values_list("procedure_order_id", "patient_id", "external_id")
        orders = {pk: pid for pk, pid, sender in rows if not (sender or "").startswith(OURS)}
        codes = ProcedureOrderCode.objects.filter(procedure_order_id__in=orders)
        tests = {(c.procedure_order_id, c.procedure_order_seq): c.procedure_name for c in codes}
        filed = ProcedureReport.objects.filter(procedure_order_id__in=orders)
        reports = {report.pk: report for report in filed}
        results = ProcedureResult.objects.filter(procedure_report_id__in=reports)
        for row in results.order_by("pk"):
            report = row.report = reports[row.procedure_report_id]
            order = report.procedure_order_id or 0
            row.test = written.line(tests.get((order, report.procedure_order_seq)))
            found[orders[order]].append(
                ClinicalRecord(
                    pid=orders[order],
                    number=row.pk,
                    uuid=written.identifier(row.uuid),
                    fields=RESULTS.read(row),
                    is_removed=False,
                )
            )
    return found
