"""The models without pixels, and a patient whose record has one of everything that we serve."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from ai.clients.inference import Offered
from ai.manifest import parse_manifest
from ai.models import AIJobEvent, Publication
from ai.services.catalogue import MODELS_CACHE_KEY
from ai.tests import factories as ai
from audit import services as audit
from emr.models import Allergy, Encounter, Prescription, Problem, Vitals
from fhir.services.result_index import result_index
from lis.models import CriticalAttempt, CriticalValue, LabValue
from ocs.tests.factories import order_make
from rbac.models import Grant
from ris.models import PerformedStep
from ris.tests.reports.factories import report_row
from treatment.models import CourseEvent, Plan

MODELS = Path(__file__).resolve().parents[2] / "inference" / "models"
NOON = datetime(2026, 3, 1, 3, tzinfo=UTC)


def approve(series: Any, users: Any, **result: Any) -> Publication:
    """An approved result of a model with a mask and both scores, found by search."""
    outputs = ai.MANIFEST["outputs"] | {"risk_score": "Chance of x", "confidence": "Of the mask"}
    segment = ai.MANIFEST["outputs"]["segments"][0] | {"tracking_uid": "2.25.77"}
    job = ai.make_result(
        series,
        users["doctor"],
        result={"risk_score": 0.42, "confidence": 0.93, "preview_png": ""} | result,
        review_status="APPROVED",
        reviewed_by=users["rib"],
        reviewed_at=timezone.now(),
    )
    job.model_manifest = ai.MANIFEST | {"outputs": outputs}
    job.save()
    AIJobEvent.objects.create(job=job, step="completed")
    job.segmentation.segments = [segment]
    job.segmentation.save()
    uid = f"{series.series_instance_uid}.9"
    version = job.segmentation.versions.get()
    publication = Publication.objects.create(
        job=job, version=version, seg_sop_instance_uid=f"{uid}.1", seg_series_instance_uid=uid
    )
    result_index(job.pk)
    return publication


def treat(patient: Any, doctor: Any) -> None:
    by, day = {"patient": patient, "recorded_by": doctor}, NOON.date()
    plan = Plan.objects.create(**by, kind="chemotherapy", title="Temozolomide", started_on=day)
    CourseEvent.objects.create(**by, plan=plan, kind="cycle_given", cycle=1, occurred_on=day)


@pytest.fixture
def record(users, patient_factory):
    doctor = users["doctor"]
    patient = patient_factory(full_name="김 하늘")
    series = ai.make_series(patient)
    by = {"patient": patient, "recorded_by": doctor}
    visit = Encounter.objects.create(
        patient=patient, clinician=doctor, kind="outpatient", reason="Headache", started_at=NOON
    )
    order = order_make(doctor, patient)
    PerformedStep.objects.create(
        sop_instance_uid="2.25.5", order=order, ae_title="MR1", state="COMPLETED", ended_at=NOON
    )
    Vitals.objects.create(
        **by, measured_at=NOON, heart_rate=72, systolic_mmhg=120, diastolic_mmhg=80, pain=3
    )
    Allergy.objects.create(**by, category="drug", substance="Penicillin", severity="mild")
    Problem.objects.create(
        **by, code_system="SNOMED", code="25064002", text="Headache", onset_date=date(2026, 1, 2)
    )
    Prescription.objects.create(
        patient=patient, prescriber=doctor, encounter=visit, drug="Aspirin", drug_code="N02BA01",
        dose="500 mg", frequency="daily", days=3, prescribed_at=NOON,
    )  # fmt: skip
    LabValue.objects.create(
        order=order, patient=patient, code="2823-3", value=4.1, unit="mmol/L", low=3.5, high=5.1,
        flag="N", at=NOON,
    )  # fmt: skip
    critical = CriticalValue.objects.create(
        order=order, patient=patient, code="2823-3", name={"ko": "칼륨", "en": "Potassium"},
        value="6.9", unit="mmol/L", flag="HH", limit=6.2,
    )  # fmt: skip
    call = {"told": "Dr Lee", "how": "phone", "outcome": "confirmed", "by": doctor}
    CriticalAttempt.objects.create(critical=critical, **call)
    report_row(series.study, users["rib"], status="signed")
    treat(patient, doctor)
    approve(series, users)
    Grant.objects.create(
        kind="shared", grantee=users["rib"], granted_by=doctor, patient_id=patient.pk,
        expires_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    audit.record(actor=doctor, action="patient.read", object_type="patient", patient_id=patient.pk)
    return patient


@pytest.fixture
def rule_models(db: None) -> None:
    """The models without pixels, as the inference service offers them."""
    files = [sorted(MODELS.glob(f"{name}/*/manifest.json"))[-1] for name in ("MG", "stroke_risk")]
    models = [parse_manifest(json.loads(file.read_text(encoding="utf-8"))) for file in files]
    cache.set(MODELS_CACHE_KEY, Offered(models, []))
