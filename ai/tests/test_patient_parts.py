"""Studies and AI analyses in a patient's summary and timeline."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.utils import timezone

from ai.choices import JobStatus
from ai.models import AIJob
from ai.tests import factories


@pytest.mark.django_db
def test_a_job_waits_for_review_and_stands_in_the_timeline(api, users, patient_factory):
    series = factories.make_series(patient_factory())
    study = series.study
    study.study_date = date(2026, 1, 5)
    study.save()
    job = AIJob.objects.create(
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
