"""A workitem is created as PS3.18 11.4 says: what is taken, and what is refused how."""

from __future__ import annotations

import json
from importlib import import_module

import pytest
from django.apps import apps

from ai.choices import JobStatus, Origin
from ai.models import AIJob
from ai.services import jobs
from ai.tests import factories
from ai.tests.worklist import WORKLIST_URL, as_json, item, new_workitem
from audit.models import AuditLog
from pacs.dicom.uids import Uid, new_uid

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(api, service):
    client = api("doctor")

    def send(body, query="", **headers):
        url = f"{WORKLIST_URL}{query}"
        return client.post(url, json.dumps(body), content_type=as_json, headers=headers)

    return send


def created(response):
    assert response.status_code == 201, response.content
    return AIJob.objects.get(workitem_uid=response["Location"].rpartition("/")[2])


def refused(response, status, word):
    """With the envelope, and the same sentence in a Warning header."""
    assert response.status_code == status, response.content
    assert word in response.json()["error"]["detail"]
    assert response["Warning"].startswith('299 testserver "')
    assert word in response["Warning"]
    assert AIJob.objects.count() == 0


def test_it_is_a_job_of_the_client(post, series, users):
    uid = new_uid()
    job = created(post(new_workitem(series), f"?{uid}"))
    assert job.workitem_uid == uid
    assert (job.model_id, job.series, job.requested_by) == (
        "brain_extraction",
        series,
        users["doctor"],
    )
    assert (job.workitem.label, job.workitem.priority) == ("Brain volume", "HIGH")
    record = AuditLog.objects.get(action="ai_job.create")
    assert record.patient_id == series.study.patient_id


def test_the_study_alone_is_enough_and_an_array_of_one_is_read(post, series):
    body = new_workitem(series)
    body["00404021"]["Value"][0].pop("0020000E")
    assert created(post([body])).series == series


def test_what_is_not_kept_as_given_is_said(post, series):
    """It begins at once: the start is the moment of creation."""
    response = post(new_workitem(series))
    assert "created with modifications" in response["Warning"]
    assert response["Content-Location"] == response["Location"]


def test_a_uid_is_used_once(post, series):
    uid = new_uid()
    created(post(new_workitem(series), f"?workitem={uid}"))
    again = post(new_workitem(series), f"?{uid}")
    assert again.status_code == 409
    assert "already exists" in again["Warning"]


@pytest.mark.parametrize("keyword", ["00741000", "00741200", "00741204", "00404005", "00404041"])
@pytest.mark.parametrize("empty", [True, False])
def test_an_attribute_of_type_1_is_required(post, series, keyword, empty):
    body = new_workitem(series)
    if empty:
        body[keyword].pop("Value")
    else:
        del body[keyword]
    refused(post(body), 400, "")


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"00741000": item("CS", "IN PROGRESS")}, "SCHEDULED"),
        ({"00741200": item("CS", "URGENT")}, "HIGH"),
        ({"00404041": item("CS", "INCOMPLETE")}, "READY"),
        ({"00404005": item("DT", "tomorrow")}, "DT"),
        ({"00741204": item("LO", "x" * 65)}, "64"),
        ({"00081195": item("UI", "1.2.3")}, "empty"),
        ({"00741216": item("SQ", {})}, "empty"),
        ({"00080018": item("UI", "not a UID")}, "UID"),
        ({"00404018": {"vr": "SQ"}}, "99NEURONOVA"),
        ({"00404018": item("SQ", {"00080100": item("SH", "110001")})}, "99NEURONOVA"),
        ({"00404021": {"vr": "SQ"}}, "one series"),
        ({"00404021": item("SQ", {})}, "StudyInstanceUID"),
        ({"00404021": item("SQ", "text")}, "form"),
        ({"00404021": "text"}, "form"),
        ({"00741000": {"vr": "CS", "Value": "SCHEDULED"}}, "form"),
        ({"00741000": item("CS", ["SCHEDULED"])}, "form"),
        ({"00100020": item("LO", "SOMEBODY-ELSE")}, "another patient"),
        ({"00741210": item("SQ", {})}, "99NEURONOVA"),
    ],
)
def test_a_value_that_is_not_valid_is_400(post, series, changes, word):
    refused(post(new_workitem(series) | changes), 400, word)


@pytest.mark.parametrize("body", [[], {}, [1], "text", 7, None, [{}, {}]])
def test_no_data_set_is_400(post, body):
    assert post(body).status_code == 400


def test_a_wrong_uid_in_the_address_is_400(post, series):
    refused(post(new_workitem(series), "?nonsense"), 400, "UID")
    other = new_workitem(series) | {"00080018": item("UI", new_uid())}
    refused(post(other, f"?{new_uid()}"), 400, "SOPInstanceUID")


def test_a_part_of_a_series_is_refused_and_all_of_it_is_taken(post, series):
    body = new_workitem(series)
    uids = list(series.instances.values_list("sop_instance_uid", flat=True))
    references = [{"00081155": item("UI", uid)} for uid in uids]
    body["00404021"]["Value"][0]["00081199"] = item("SQ", *references[1:])
    refused(post(body), 400, "whole series")
    body["00404021"]["Value"][0]["00081199"] = item("SQ", *references)
    created(post(body))


def test_a_study_that_is_not_there_is_404(post, series):
    body = new_workitem(series)
    body["00404021"]["Value"][0]["0020000D"] = item("UI", "1.2.3")
    refused(post(body), 404, "study 1.2.3")


def test_an_unknown_model_is_404_and_what_a_client_wrote_breaks_no_header(post, series):
    body = new_workitem(series)
    body["00404018"]["Value"][0]["00080100"] = item("SH", 'x"\r\nSet-Cookie: a=b')
    response = post(body)
    assert response.status_code == 404
    assert "Set-Cookie" not in response
    assert '"' not in response["Warning"][len('299 testserver "') : -1]


def test_xml_is_415_and_an_answer_in_xml_406(post, series, api):
    client = api("doctor")
    kind = "application/dicom+xml"
    assert client.post(WORKLIST_URL, b"<a/>", content_type=kind).status_code == 415
    assert post(new_workitem(series), Accept=kind).status_code == 406


def test_parameters_are_the_models_and_within_its_bounds(post, series, service, settings):
    known = {"threshold": {"default": 0.5, "minimum": 0.1, "maximum": 0.9}}
    manifest = factories.MANIFEST | {"parameters": known}
    service.replace("GET", f"{settings.INFERENCE_URL}/models", json={"models": [manifest]})
    body = new_workitem(series)

    def asked(name, value):
        concept = {"00080100": item("SH", name), "00080102": item("SH", "99NEURONOVA")}
        number = {"0040A043": item("SQ", concept), "0040A30A": item("DS", value)}
        return post(body | {"00741210": item("SQ", number)})

    refused(asked("threshold", 1.5), 400, "from 0.1 to 0.9")
    refused(asked("threshold", "nan"), 400, "from 0.1 to 0.9")
    refused(asked("colour", 1), 400, "no such parameter")
    assert created(asked("threshold", 0.7)).parameters == {"threshold": 0.7}


@pytest.mark.parametrize("role", ["admin", "lab", "nurse", "patient", "external"])
def test_without_the_right_it_is_403(api, series, role):
    body = json.dumps(new_workitem(series))
    assert api(role).post(WORKLIST_URL, body, content_type=as_json).status_code == 403


def test_of_a_restricted_patient_nobody_else_asks(post, series):
    patient = series.study.patient
    patient.restricted = True
    patient.save()
    refused(post(new_workitem(series)), 404, "study")


def test_jobs_from_elsewhere_are_workitems_and_drawings_are_none(api, job, series, users):
    client = api("doctor")
    drawn = factories.make_result(series, users["doctor"], origin=Origin.MANUAL)
    assert client.get(f"{WORKLIST_URL}/{job.workitem_uid}").status_code == 200
    assert client.get(f"{WORKLIST_URL}/{drawn.workitem_uid}").status_code == 404


def test_a_retry_is_another_workitem(job, users):
    AIJob.objects.filter(pk=job.pk).update(status=JobStatus.FAILED)
    again = jobs.job_retry(actor=users["doctor"], job_id=job.pk)
    assert again.workitem_uid not in (None, job.workitem_uid)


@pytest.fixture
def rule(service, settings):
    """A rule that needs the patient's age alone."""
    needed = {"inputs": {"facts": [{"name": "age", "label": "Age", "unit": "a"}]}}
    outputs = {"outputs": {"risk_score": "Of 1"}}
    own = {"id": "age_rule", "kind": "rule", "result_kind": "score"} | needed | outputs
    manifest = factories.MANIFEST | own
    service.replace("GET", f"{settings.INFERENCE_URL}/models", json={"models": [manifest]})
    return item("SQ", {"00080100": item("SH", "age_rule"), "00080102": item("SH", "99NEURONOVA")})


def test_a_rule_is_about_the_patient_who_is_named(post, series, rule):
    body = new_workitem(series) | {"00404018": rule, "00404021": {"vr": "SQ"}}
    job = created(post(body))
    assert (job.study, job.patient) == (None, series.study.patient)
    again = post(body, f"?{new_uid()}")
    assert (again.status_code, str(job.workitem_uid) in again["Warning"]) == (409, True)
    unknown = post(body | {"00100020": item("LO", "NOBODY")})
    assert unknown.status_code == 404


def test_jobs_of_before_the_worklist_get_uids(job):
    AIJob.objects.update(workitem_uid=None)
    import_module("ai.migrations.0009_worklist").workitem_uids(apps, None)
    job.refresh_from_db()
    assert Uid(job.workitem_uid)
