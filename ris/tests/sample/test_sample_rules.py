"""Each row of the sample ward is one that the services let in, and says what they compute."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.serializers import Serializer

from emr import models as emr
from emr.serializers import PatientIn, chart_bodies
from emr.services.charting import snapshot
from emr.services.prescribing import _warnings
from lis import models as lis
from lis.choices import CRITICAL
from lis.services.typed_results import refined
from ocs import models as ocs, result_schemas
from ocs.choices import TRANSITIONS
from ocs.services import _site_check
from rbac.models import OrderAccess
from ris.management.sample.mri_story import measured_days
from ris.management.sample.telling import Telling, cha2ds2_vasc, people
from treatment import choices, models as treatment, rano, serializers as treatment_bodies
from treatment.services import course, course_records, plans

CHART: dict[Any, type[Serializer[Any]]] = {
    emr.Encounter: chart_bodies.EncounterIn,
    emr.Vitals: chart_bodies.VitalsIn,
    emr.Allergy: chart_bodies.AllergyIn,
    emr.Problem: chart_bodies.ProblemIn,
    emr.Prescription: chart_bodies.PrescriptionIn,
    emr.Note: chart_bodies.NoteIn,
}
COURSE: dict[Any, type[Serializer[Any]]] = {
    treatment.Plan: treatment_bodies.PlanIn,
    treatment.CourseEvent: treatment_bodies.CourseEventIn,
    treatment.AdverseEvent: treatment_bodies.AdverseEventIn,
    treatment.PerformanceStatus: treatment_bodies.PerformanceIn,
    treatment.Visit: treatment_bodies.VisitIn,
    treatment.LifeStatus: treatment_bodies.LifeStatusIn,
}
ORDERS = (
    *(ocs.Order, ocs.OrderHistory, lis.Specimen, lis.ResultVersion, lis.LabValue),
    *(lis.CriticalValue, lis.CriticalAttempt, OrderAccess, emr.RecordChange),
)
GRADES = {"Platelet count decreased": ("777-3", ((75, 1), (50, 2), (25, 3), (0, 4)))}


pytestmark = pytest.mark.usefixtures("ward")


@pytest.mark.parametrize("model", [*CHART, *COURSE, *ORDERS, emr.Patient], ids=str)
def test_every_row_is_valid_by_its_model(model):
    rows = list(model.objects.all())
    assert rows
    for row in rows:
        row.full_clean(exclude=_left_out(row), validate_unique=False)


def _left_out(row: Any) -> list[str]:
    """What is empty and may be so by the services, and what the database itself holds to a row."""
    return [
        field.name
        for field in row._meta.concrete_fields
        if field.is_relation or getattr(row, field.attname) in ([], {}, None)
    ]


@pytest.mark.parametrize("model", [*CHART, *COURSE], ids=str)
def test_every_row_would_pass_the_api(model):
    body_of = (CHART | COURSE)[model]
    for row in model.objects.all():
        body = _body(row, body_of)
        serializer = body_of(data=body)
        assert serializer.is_valid(), (body, serializer.errors)


def _body(row: Any, body_of: type[Serializer[Any]]) -> dict[str, Any]:
    """What somebody would have sent; which warnings were acknowledged has a test of its own."""
    fields: Iterable[str] = body_of().fields.keys() - {"acknowledged", "reason"}
    if isinstance(row, emr.Encounter):
        fields = body_of().fields.keys()
    values = {name: getattr(row, f"{name}_id" if name in _KEYS else name) for name in fields}
    return {name: value for name, value in values.items() if value is not None}


_KEYS = {"patient", "encounter", "plan", "order", "clinician"}


def test_patients_would_pass_the_api():
    for row in emr.Patient.objects.all():
        serializer = PatientIn(data={name: getattr(row, name) for name in PatientIn().fields})
        assert serializer.is_valid(), serializer.errors


@pytest.mark.parametrize("model", CHART, ids=str)
def test_chart_rows_hold_together_and_have_their_history(model):
    changes = emr.RecordChange.objects.filter(kind=model._meta.model_name)
    kept = {change.row_id: change for change in changes}
    for row in model.objects.select_related("patient"):
        assert row.contradiction() is None
        said = {name: value for name, value in snapshot(row).items() if value is not None}
        assert set(kept[row.pk].values) == set(said)
        assert kept[row.pk].version == row.version == 1
        assert timezone.localdate(getattr(row, model.at_field)) >= row.patient.birth_date
        encounter = getattr(row, "encounter", None)
        assert encounter is None or encounter.patient_id == row.patient_id


def test_prescriptions_were_warned_of_what_speaks_against_them():
    for row in emr.Prescription.objects.select_related("patient"):
        fields = {"drug": row.drug, "drug_code": row.drug_code, "daily_mg": row.daily_mg}
        row_deleted = emr.Prescription.objects.filter(pk=row.pk)
        row_deleted.update(deleted_at=timezone.now())
        warned = [asdict(one) for one in _warnings(row.patient, fields, row.prescribed_at)]
        row_deleted.update(deleted_at=None)
        assert row.warnings == warned, (row.patient.patient_id, row.drug, row.prescribed_at)
        assert bool(row.warnings_reason) == bool(warned)
    assert emr.Prescription.objects.exclude(warnings=[]).exists()


def test_orders_were_walked_step_by_step():
    for order in ocs.Order.objects.prefetch_related("history"):
        steps = sorted(order.history.all(), key=lambda one: one.pk)
        assert (steps[0].from_status, steps[0].to_status) == ("", "ORDERED")
        for before, after in pairwise(steps):
            assert after.from_status == before.to_status
            assert after.to_status in TRANSITIONS[before.to_status]
            assert after.at >= before.at
        assert steps[-1].to_status == order.status
        assert order.version >= len(steps)
        _site_check(
            {
                name: getattr(order, name)
                for name in ("job_role", "job_type", "body_part", "laterality")
            }
        )


def test_results_meet_their_schema_and_say_what_the_laboratory_computes():
    checked = 0
    for order in ocs.Order.objects.exclude(result=None).select_related("patient"):
        schema = result_schemas.schema_of(order.job_type)
        assert order.result_schema_version == (schema["x-version"] if schema else None)
        if schema is not None:
            assert result_schemas.first_problem(schema, order.result) is None
            assert order.result.keys() <= schema["properties"].keys(), order.job_type
        if order.job_role == "LIS":
            version = order.versions.get()
            assert version.values == order.result
            assert version.entered_by_id != version.verified_by_id
            assert _without_delta(refined(order, version.entered)) == _without_delta(order.result)
            checked += 1
    assert checked > 100


def _without_delta(result: dict[str, Any]) -> dict[str, Any]:
    """A jump is one to the value of thirty days before, which is another today."""
    items = result.get("analytes", [])
    bare = [{n: v for n, v in item.items() if n != "delta"} for item in items]
    return result | {"analytes": bare}


def test_critical_values_are_kept_and_all_but_one_were_read_back():
    found = lis.LabValue.objects.filter(flag__in=CRITICAL)
    kept = lis.CriticalValue.objects.exclude(order__status="IN_PROGRESS")
    assert sorted(found.values_list("order", "code")) == sorted(kept.values_list("order", "code"))
    for critical in lis.CriticalValue.objects.all():
        outcomes = list(critical.attempts.values_list("outcome", flat=True))
        assert outcomes in ([], ["not_reached", "confirmed"])


def test_treatments_obey_the_rules_of_their_services():
    for plan in treatment.Plan.objects.select_related("patient", "order"):
        values = {field.name: getattr(plan, field.name) for field in plan._meta.concrete_fields}
        plans._check_details(values)
        assert (plan.started_on is None) == (plan.status == choices.PlanStatus.PLANNED)
        if plan.ended_on:
            plans._check_end(plan, plan.status, plan.ended_on, plan.stop_reason)
        assert plan.order.patient_id == plan.patient_id
        assert plan.order.job_role == "TREATMENT"
    for event in treatment.CourseEvent.objects.select_related("plan__patient"):
        names = ("kind", "occurred_on", "cycle", "fractions")
        course._check_event(event.plan, {name: getattr(event, name) for name in names})
    for event in treatment.AdverseEvent.objects.select_related("patient"):
        names = ("term", "grade", "onset_on", "ended_on")
        fields = {name: getattr(event, name) for name in names}
        assert course._checked_adverse(event.patient, fields) == {"term": event.term}


def test_adverse_events_have_the_grade_of_the_laboratory():
    for event in treatment.AdverseEvent.objects.filter(term__in=GRADES):
        code, limits = GRADES[event.term]
        rows = lis.LabValue.objects.filter(patient=event.patient_id, code=code)
        [value] = [row.value for row in rows if timezone.localdate(row.at) == event.onset_on]
        assert event.grade == next(grade for least, grade in limits if value >= least)


def test_nothing_follows_a_death():
    for died in treatment.LifeStatus.objects.select_related("patient"):
        course_records.check_happened(died.patient, died.on, "on")
        ended = timezone.make_aware(datetime.combine(died.on, time.max))
        for model, field in (
            (emr.Encounter, "started_at"),
            (emr.Prescription, "prescribed_at"),
            (emr.Vitals, "measured_at"),
            (treatment.Visit, "planned_at"),
            (ocs.Order, "ordered_at"),
        ):
            later = model.objects.filter(patient=died.patient_id, **{f"{field}__gt": ended})
            assert not later.exists(), (died.patient.patient_id, model)
        for model, field in (
            (treatment.CourseEvent, "occurred_on"),
            (treatment.AdverseEvent, "onset_on"),
        ):
            later = model.objects.filter(patient=died.patient_id, **{f"{field}__gt": died.on})
            assert not later.exists(), (died.patient.patient_id, model)


@pytest.mark.parametrize("model", COURSE, ids=str)
def test_every_treatment_record_has_its_revisions(model):
    kept: dict[int, list[Any]] = {}
    for revision in treatment.Revision.objects.filter(kind=model.record):
        kept.setdefault(revision.row, []).append(revision)
    for row in model.objects.all():
        versions = [revision.version for revision in kept[row.pk]]
        assert versions == list(range(1, row.version + 1))
        assert kept[row.pk][-1].values.get("status") == getattr(row, "status", None)
        if row.version > 1:
            assert kept[row.pk][0].values["status"] == "PLANNED"


def test_reports_say_what_rano_makes_of_the_measurements():
    told = 0
    for person in people():
        telling = Telling(person, timezone.localdate())
        days = measured_days(telling)
        patient = emr.Patient.objects.get(patient_id=person.mrn)
        plan = treatment.Plan.objects.filter(patient=patient, kind="radiotherapy").first()
        for number, measured in enumerate(days[1:], 2):
            studies = [one.study(telling.date(one.day)) for one in days[:number]]
            given = rano.Radiotherapy(plan.started_on, plan.ended_on)
            judged = rano.judge(studies, [given])[-1]
            reports = patient.orders.filter(job_type="MR_BRAIN_CONTRAST").exclude(result=None)
            for order in reports.filter(ordered_at=telling.at(measured.day, 8, 30)):
                assert f"{measured.longest_mm} x {measured.perpendicular_mm} mm" in str(
                    order.result
                )
                if not (judged.unconfirmed or judged.pseudoprogression):
                    assert f"({judged.response})" in str(order.result)
                told += 1
    assert told > 30


def test_the_score_of_a_stroke_follows_from_the_problem_list():
    person = next(one for one in people() if one.mrn == "P2026-0004")
    today = timezone.localdate()
    assert cha2ds2_vasc(person, today - timedelta(days=6)) == 7, "A2 S2 H D Sc"
    patient = emr.Patient.objects.get(patient_id=person.mrn)
    assert emr.Encounter.objects.filter(patient=patient, note__contains="7점").exists()
    codes = set(emr.Problem.objects.filter(patient=patient).values_list("code", flat=True))
    assert {"I10", "E11.9", "49436004"} <= codes
