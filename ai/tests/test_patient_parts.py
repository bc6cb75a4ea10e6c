"""Studies and AI analyses in a patient's summary and timeline."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.utils import timezone

from ai.choices import JobStatus
from ai.models import AIJob
from ai.tests import factories
from pacs.index.matching import study_match


@pytest.mark.django_db
def test_a_job_waits_for_review_and_stands_in_the_timeline(api, users, patient_factory):
    series = factories.make_series(patient_factory())
    study = series.study
    study.study_date = date(2026, 1, 5)
    study.save()
    job = AIJob.objects.create(
        patient=study.patient,
        study=study,
        series=series,
        model_id="brain_extraction",
        model_manifest=factories.MANIFEST,
        requested_by=users["doctor"],
        status=JobStatus.COMPLETED,
    )
    url = f"/api/emr/patients/{study.patient_id}/"
    waiting = api("doctor").get(f"{url}summary/").json()["ai_waiting"]
    assert [row["id"] for row in waiting] == [job.pk]
    assert api("nurse").get(f"{url}summary/").json()["ai_waiting"] is None
    entries = api("doctor").get(f"{url}timeline/", {"kind": ["ai", "study"]}).json()["results"]
    at = datetime.fromisoformat(next(e["at"] for e in entries if e["type"] == "study"))
    assert timezone.localtime(at) == timezone.make_aware(datetime(2026, 1, 5))  # noqa: DTZ001
    refs = {entry["type"]: (entry["ref"], entry["whole_day"]) for entry in entries}
    assert refs["ai"] == (str(job.pk), False)
    assert refs["study"] == (study.study_instance_uid, True)
    listed = api("doctor").get("/api/ai/jobs/", {"patient": study.patient_id}).json()
    assert listed["count"] == 1


@pytest.mark.django_db
def test_a_job_follows_the_study_to_another_patient(api, users, patient_factory):
    series = factories.make_series(patient_factory())
    job, study, other = (
        factories.make_result(series, users["doctor"]),
        series.study,
        patient_factory(),
    )
    study.patient, study.dicom_patient_id = None, ""
    study.save()
    assert api("doctor").get("/api/ai/jobs/").json()["count"] == 0
    study_match(
        actor=users["rib"],
        study_instance_uid=study.study_instance_uid,
        patient_id=other.patient_id,
    )
    [row] = api("doctor").get("/api/ai/jobs/", {"patient": other.pk}).json()["results"]
    assert (row["id"], row["patient_id"]) == (job.pk, other.patient_id)


@pytest.mark.django_db
def test_a_job_without_a_study_is_seen_by_whom_the_patient_is(api, users, patient_factory):
    open_to_all, closed = patient_factory(), patient_factory(restricted=True)
    rows = [
        AIJob.objects.create(
            patient=one,
            model_id="rule",
            model_manifest=factories.MANIFEST,
            requested_by=users["doctor"],
        )
        for one in (open_to_all, closed)
    ]
    listed = api("doctor").get("/api/ai/jobs/").json()["results"]
    assert [row["id"] for row in listed] == [rows[0].pk]
    assert (listed[0]["study"], listed[0]["study_instance_uid"]) == (None, None)
    assert listed[0]["patient_id"] == open_to_all.patient_id
    assert api("doctor").get(f"/api/ai/jobs/{rows[1].pk}/").status_code == 404
    assert api("nurse").get("/api/ai/jobs/").status_code == 403
