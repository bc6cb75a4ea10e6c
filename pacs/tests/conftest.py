from __future__ import annotations

from types import SimpleNamespace

import pytest
import responses
from celery import current_app
from django.core.wsgi import get_wsgi_application
from django.test import RequestFactory

from acct import services as accounts
from audit import services as audit
from common.http.fetch import Fetcher
from conftest import PASSWORD
from pacs.dicomweb.fast_path import CachedFrames
from pacs.tests import index
from pacs.tests.cached_requests import REQUEST_ID
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
    """An Orthanc behind the transport."""
    monkeypatch.setattr(Fetcher, "get", fetched)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as transport:
        yield FakeOrthanc(transport)


@pytest.fixture
def signed_in(users):
    """``signed_in("doctor")``: an access token of a new session."""

    def make(role):
        return accounts.login(username=f"{role}1", password=PASSWORD)[1].access

    return make


@pytest.fixture
def ask(mine):
    """``ask(token)`` for the first frame of the own study; other parts by keyword."""
    application = CachedFrames(get_wsgi_application())

    def make(token, *, method="GET", accept="*/*", place="frames/1", known="", missing="", **parts):
        names = {
            "study": mine.study.study_instance_uid,
            "series": mine.series.series_instance_uid,
            "instance": mine.instance.sop_instance_uid,
        } | parts
        path = (
            "/api/ris/dicom-web/studies/{study}/series/{series}/instances/{instance}".format(
                **names
            )
            + f"/{place}"
        )
        environ = RequestFactory().generic(
            method,
            path,
            headers={
                "Authorization": f"Bearer {token}",
                "Accept": accept,
                "If-None-Match": known,
                "X-Request-ID": REQUEST_ID,
                "X-Real-IP": "10.1.2.3",
                **({"X-Frame-Missing": missing} if missing else {}),
            },
        )
        seen = SimpleNamespace(headers={})

        def start_response(status, headers, *_):
            seen.status = int(status.split()[0])
            seen.headers = dict(headers)

        b"".join(application(environ.environ, start_response))
        return seen

    return make
