"""A study that is filed under another patient while a job or a segmentation on it is written."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from time import sleep
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from ai.manifest import TRACKED_SEGMENTS, parse_manifest
from ai.models import AIJob, RoutingRule
from ai.services import drawings, job_requests, jobs
from ai.services.study_routing import study_route
from ai.tests import factories
from ai.tests.test_rule_jobs import manifest
from ai.tests.test_sequences import MANIFEST, study_of
from common.errors import ConflictError
from pacs.index import matching
from pacs.models import Series, Study

pytestmark = pytest.mark.django_db(transaction=True)
READS_S = 1.0
"""Within this a request has read the study and waits for its row."""


@pytest.fixture
def right(patient_factory: Any) -> Any:
    """The patient to whom the images belong."""
    return patient_factory()


def while_refiled(series: Series, right: Any, ask: Callable[[], Any]) -> Any:
    """``ask`` reads the study as it was, and writes when it has moved to the ``right`` patient."""
    before = series.study.patient_id
    Study.objects.filter(pk=series.study_id).update(dicom_patient_id=right.patient_id)

    def run() -> Any:
        try:
            return ask()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            long_ago = timezone.now() - timedelta(days=1)
            assert matching.studies_part(
                from_patient_id=before, patient_id=right.pk, since=long_ago
            )
            asked: Future[Any] = pool.submit(run)
            sleep(READS_S)
            assert not asked.done(), "it has to wait for the row of the study"
        return asked.result(10)


def asked_for(user: Any, series: Series, model: str = "brain_extraction") -> Callable[[], AIJob]:
    study = series.study.study_instance_uid
    return lambda: jobs.job_create(actor=user, study_instance_uid=study, model_type=model)


def test_a_request_says_so_and_writes_no_job(
    service: Any, series: Series, users: Any, right: Any
) -> None:
    ask = asked_for(users["doctor"], series)
    with pytest.raises(ConflictError, match="no longer filed under this patient"):
        while_refiled(series, right, ask)
    assert not AIJob.objects.exists()
    assert ask().patient_id == right.pk


def test_nor_does_one_whose_secondary_series_moves(
    service: Any, settings: Any, patient_factory: Any, users: Any, right: Any
) -> None:
    service.replace("GET", f"{settings.INFERENCE_URL}/models", json={"models": [MANIFEST]})
    patient = patient_factory()
    series = study_of(patient, ["t1", "t1ce", "t2"])
    flair = study_of(patient, ["flair"], tag="2", day="2026-01-06")["flair"]

    def ask() -> AIJob:
        return jobs.job_create(
            actor=users["doctor"],
            study_instance_uid=series["t1"].study.study_instance_uid,
            model_type="tumour_parts",
            sequences={"flair": flair.series_instance_uid},
        )

    with pytest.raises(ConflictError):
        while_refiled(flair, right, ask)
    assert not AIJob.objects.exists()


def test_a_rule_about_the_patient_of_a_study(
    service: Any, settings: Any, series: Series, users: Any, right: Any
) -> None:
    rule = manifest("stroke_risk")
    rule["inputs"]["facts"] = [one for one in rule["inputs"]["facts"] if one["name"] == "sex"]
    service.replace("GET", f"{settings.INFERENCE_URL}/models", json={"models": [rule]})

    def ask() -> AIJob:
        return job_requests.job_request(
            actor=users["doctor"],
            model_type="stroke_risk",
            study_instance_uid=series.study.study_instance_uid,
        )

    with pytest.raises(ConflictError):
        while_refiled(series, right, ask)
    assert not AIJob.objects.exists()
    assert ask().patient_id == right.pk


def test_a_drawing_begins_under_no_former_patient(series: Series, users: Any, right: Any) -> None:
    segments = parse_manifest(factories.MANIFEST).outputs.segments

    def begin() -> Any:
        return drawings.segmentation_begin(
            actor=users["doctor"],
            study_instance_uid=series.study.study_instance_uid,
            series_instance_uid=series.series_instance_uid,
            segments=segments,
        )

    with pytest.raises(ConflictError):
        while_refiled(series, right, begin)
    assert not AIJob.objects.exists()
    begun = begin()
    assert begun.job.patient_id == right.pk
    assert TRACKED_SEGMENTS.validate_python(begun.segments)[0].label == "Brain"


def test_a_routing_rule_decides_anew(service: Any, series: Series, right: Any) -> None:
    RoutingRule.objects.create(
        name="Brain", modality="MR", model_id="brain_extraction", enabled=True
    )
    Study.objects.update(stable_at=timezone.now())
    while_refiled(series, right, lambda: study_route(series.study_id))
    assert AIJob.objects.get().patient_id == right.pk
