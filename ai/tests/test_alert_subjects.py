"""What the alerts of AI jobs name, and to whom."""

from __future__ import annotations

from datetime import date

import pytest

from ai.models import AIJob
from ai.services.notices import job_alert
from ai.tests import factories
from alert.choices import Kind
from alert.models import Notification
from emr.models import Patient

pytestmark = pytest.mark.django_db
URL = "/api/alert/notifications/"


@pytest.fixture
def job(users, patient_factory):
    patient = patient_factory(full_name="김민준", patient_id="M-7")
    series = factories.make_series(patient)
    return AIJob.objects.create(
        patient=patient,
        study=series.study,
        series=series,
        model_id="brain_extraction",
        model_manifest={"name": "Brain extraction", "name_ko": "뇌 추출"},
        requested_by=users["doctor"],
        reviewed_by=users["rib"],
    )


def _alert(api, role, language):
    [alert] = api(role).get(URL, HTTP_ACCEPT_LANGUAGE=language).json()["results"]
    return alert


def test_an_ai_alert_names_patient_study_model_and_persons(api, users, job):
    study = job.study
    study.description, study.accession_number = "MRI brain", "RIS-1"
    study.study_date = date(2026, 3, 2)
    study.save()
    job_alert(job.pk, Kind.AI_COMPLETED)
    english = _alert(api, "doctor", "en")
    assert english["text"] == (
        "The AI result is ready for your review. 김민준 (M-7) · MRI brain · Mar 2, 2026 · RIS-1"
        " · Brain extraction · requested by doctor · reviewed by rib"
    )
    assert english["about"]["study"]["study_instance_uid"] == study.study_instance_uid
    korean = _alert(api, "rib", "ko")
    assert "뇌 추출" in korean["text"]
    assert "요청: doctor · 검토: rib" in korean["text"]
    assert korean["link"] == f"/ai/jobs/{job.pk}"


def test_the_row_and_the_link_name_nobody(users, job):
    job_alert(job.pk, Kind.AI_COMPLETED)
    rows = str(list(Notification.objects.values()))
    assert "김민준" not in rows
    assert "M-7" not in rows


def test_who_no_longer_sees_the_patient_reads_the_sentence_alone(api, users, job):
    job_alert(job.pk, Kind.AI_COMPLETED)
    Patient.objects.filter(pk=job.study.patient_id).update(restricted=True)
    alert = _alert(api, "doctor", "en")
    assert alert["text"] == "The AI result is ready for your review."
    assert alert["about"] == {
        "patient": None,
        "study": None,
        "order": None,
        "model": None,
        "people": [],
    }


def test_many_alerts_cost_one_look_up(api, users, job, django_assert_max_num_queries):
    for run in range(5):
        AIJob.objects.filter(pk=job.pk).update(run=run)
        job_alert(job.pk, Kind.AI_COMPLETED)
    client = api("doctor")
    with django_assert_max_num_queries(7):
        assert client.get(URL).json()["count"] == 5
