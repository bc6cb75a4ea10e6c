from __future__ import annotations

from types import SimpleNamespace

import pytest
import responses
from celery import current_app

from audit import services as audit
from common.http.fetch import Fetcher
from pacs.archive import orthanc as client
from pacs.tests import index
from pacs.tests.fake_orthanc import FakeOrthanc, fetched


@pytest.fixture
def mine(users, patient_factory):
    """A study of the patient's own, shared with the external user, and one of another patient."""
    patient = patient_factory(user=users["patient"])
    study = index.study(patient)
    series = index.series(study, slices=5)
    other = index.study(patient_factory())
    index.share(study, users["external"], by=users["admin"])
    return SimpleNamespace(
        patient=patient,
        study=study,
        series=series,
        instance=series.instances.order_by("number").first(),
        other=other,
        other_series=index.series(other),
    )


@pytest.fixture
def audit_down(settings, clean_redis):
    """Nothing answers where the audit buffer was."""
    settings.AUDIT_STREAM_URL = "redis://127.0.0.1:1/0"
    audit.stream.cache_clear()
    yield
    audit.stream.cache_clear()


@pytest.fixture
def eager():
    """Tasks run where they are asked for."""
    current_app.conf.task_always_eager = True
    yield
    current_app.conf.task_always_eager = False


@pytest.fixture
def archive(monkeypatch):
    """An Orthanc behind the transport, with clients that have failed nowhere yet."""
    monkeypatch.setattr(Fetcher, "get", fetched)
    client.orthanc.cache_clear()
    client.feed_orthanc.cache_clear()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as transport:
        yield FakeOrthanc(transport)
