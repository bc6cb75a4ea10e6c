from __future__ import annotations

import pytest
import responses

from ai.services import jobs
from ai.tests import factories


@pytest.fixture
def service(settings):
    """The inference service, faked at the transport."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.get(f"{settings.INFERENCE_URL}/models", json={"models": [factories.MANIFEST]})
        factories.grants_written(mock)
        yield mock


@pytest.fixture
def series(patient_factory):
    return factories.make_series(patient_factory())


@pytest.fixture
def answers(service, series, settings):
    """``answers(json=…, mask=…)``: what the service says to a run and for its mask."""

    def set_answers(mask=None, heat=None, **changes):
        body = factories.run_answer(series, **changes)
        service.post(f"{settings.INFERENCE_URL}/inference", json=body)
        content = factories.mask_file(series) if mask is None else mask
        service.get(f"{settings.INFERENCE_URL}/inference/{body['job_id']}/mask", body=content)
        if heat is not None:
            place = f"{settings.INFERENCE_URL}/inference/{body['job_id']}/probability"
            service.get(place, body=heat)

    return set_answers


@pytest.fixture
def job(service, series, users):
    """A requested job, not yet run."""
    return jobs.job_create(
        actor=users["doctor"],
        study_instance_uid=series.study.study_instance_uid,
        model_type="brain_extraction",
    )


@pytest.fixture
def completed(job, answers):
    """A job whose mask waits for review."""
    answers()
    jobs.job_run(job.pk)
    job.refresh_from_db()
    return job
