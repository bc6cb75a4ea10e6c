"""Workitems as a client finds, reads and steers them."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone

from ai.choices import JobStatus, ReviewStatus
from ai.models import AIJob, Publication
from ai.services import jobs, review
from ai.tests import factories
from ai.tests.worklist import WORKLIST_URL, as_json, item
from ai.ups.states import CONDITIONS, state_of
from audit.models import AuditLog
from pacs.dicom.uids import new_uid

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(api):
    return api("doctor")


def address(job, suffix=""):
    return f"{WORKLIST_URL}/{job.workitem_uid}{suffix}"


def sent(client, method, url, body=None):
    return getattr(client, method)(url, json.dumps(body or {}), content_type=as_json)


def read(client, job):
    response = client.get(address(job))
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == as_json
    [found] = response.json()
    return found


def value(found, *path):
    """Of nested first items."""
    for tag in path:
        [found, *_] = found[tag]["Value"]
    return found


def publish(job, users):
    """As if SEG and report were stored, and FHIR had it all."""
    review.job_review(actor=users["doctor"], job_id=job.pk, decision="approve")
    publication = Publication.objects.get(job=job)
    series = job.study.series.create(
        series_instance_uid=publication.seg_series_instance_uid,
        orthanc_id=factories.archive_id("seg"),
        modality="SEG",
    )
    series.instances.create(
        sop_instance_uid=publication.seg_sop_instance_uid,
        sop_class_uid="1.2.840.10008.5.1.4.1.1.66.4",
        orthanc_id=factories.archive_id("seg instance"),
    )
    publication.fhir_at = timezone.now()
    publication.save()


def ended(job, **fields):
    AIJob.objects.filter(pk=job.pk).update(**fields)
    job.refresh_from_db()


def test_it_names_model_input_patient_and_request(client, job, series):
    job.study.accession_number = "RIS-1"
    job.study.save()
    found = read(client, job)
    assert value(found, "00741000") == "SCHEDULED"
    assert value(found, "00080018") == job.workitem_uid
    assert value(found, "00404018", "00080100") == "brain_extraction"
    assert value(found, "00404021", "0020000E") == series.series_instance_uid
    assert len(found["00404021"]["Value"][0]["00081199"]["Value"]) == factories.SLICES
    assert value(found, "00100020") == series.study.patient.patient_id
    assert value(found, "00100010") == {"Alphabetic": series.study.patient.full_name}
    assert value(found, "0040A370", "00080050") == "RIS-1"
    assert "00081195" not in found, "the Transaction UID is nobody's to read"
    record = AuditLog.objects.get(action="ai_workitem.read")
    assert (record.patient_id, record.permission) == (job.patient_id, "request_ai")


def test_the_progress_of_a_run_is_asked_for(client, job, service, settings):
    ended(job, status=JobStatus.PROCESSING)
    service.get(
        f"{settings.INFERENCE_URL}/inference/ai-job-{job.pk}-run-1/progress",
        json={"state": "running", "ahead": 0, "progress": 0.42, "seconds": 3.0},
    )
    assert value(read(client, job), "00741002", "00741004") == 42


def test_a_result_that_waits_for_review_is_in_progress_and_shows_no_output(client, completed):
    found = read(client, completed)
    assert value(found, "00741000") == "IN PROGRESS"
    assert value(found, "00741002", "00741004") == 100
    assert "review" in value(found, "00741002", "00741006")
    assert "Value" not in value(found, "00741216")["00404033"]


def test_a_published_result_is_completed_with_its_objects(client, completed, users):
    publish(completed, users)
    found = read(client, completed)
    assert value(found, "00741000") == "COMPLETED"
    performed = value(found, "00741216")
    output = value(performed, "00404033")
    publication = completed.publication
    assert value(output, "00081199", "00081155") == publication.seg_sop_instance_uid
    assert value(output, "00081199", "00081150") == "1.2.840.10008.5.1.4.1.1.66.4"
    assert value(output, "0040E025", "00081190").endswith(publication.seg_sop_instance_uid)
    assert len(performed["00404033"]["Value"]) == 1, "the report is not in the archive yet"
    assert value(performed, "00404050")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"status": JobStatus.FAILED, "error_code": "ERR_403", "error_detail": "No."}, "No."),
        ({"status": JobStatus.COMPLETED, "review_status": ReviewStatus.REJECTED}, "rejected"),
        ({"status": JobStatus.CANCELLED}, None),
    ],
)
def test_what_failed_or_was_rejected_is_canceled_with_the_reason(client, job, fields, reason):
    ended(job, **fields)
    found = read(client, job)
    assert value(found, "00741000") == "CANCELED"
    assert reason is None or reason in value(found, "00741002", "00741238")
    assert value(found, "00741002", "0074100E", "00080100") == "110513"


def test_each_state_is_found_by_the_condition_of_that_state_alone(job, completed, users):
    def check():
        fresh = AIJob.objects.get(pk=job.pk)
        holds = [s for s, q in CONDITIONS.items() if AIJob.objects.filter(q, pk=job.pk).exists()]
        assert holds == [state_of(fresh)]

    for status in JobStatus:
        ended(job, status=status)
        check()
    ended(job, status=JobStatus.COMPLETED, review_status=ReviewStatus.REJECTED)
    check()
    ended(job, review_status=ReviewStatus.PENDING)
    publish(completed, users)
    check()


def searched(client, **keys):
    response = client.get(WORKLIST_URL, keys)
    if response.status_code == 204:
        return []
    assert response.status_code == 200, response.content
    return [value(one, "00080018") for one in response.json()]


@pytest.mark.parametrize(
    ("keys", "is_found"),
    [
        ({}, True),
        ({"ProcedureStepState": "SCHEDULED"}, True),
        ({"00741000": "COMPLETED\\SCHEDULED"}, True),
        ({"ProcedureStepState": "IN PROGRESS"}, False),
        ({"ScheduledProcedureStepPriority": "MEDIUM"}, True),
        ({"ScheduledProcedureStepPriority": "HIGH"}, False),
        ({"ProcedureStepLabel": "brain_*"}, True),
        ({"ProcedureStepLabel": "heart"}, False),
        ({"WorklistLabel": "NeuroNova AI"}, True),
        ({"WorklistLabel": "Research"}, False),
        ({"ScheduledWorkitemCodeSequence.CodeValue": "brain_extraction"}, True),
        ({"00404018.00080100": "uptake"}, False),
        ({"ScheduledProcedureStepStartDateTime": "20200101-"}, True),
        ({"ScheduledProcedureStepStartDateTime": "-20200101"}, False),
        ({"ScheduledProcedureStepStartDateTime": "2020010112"}, False),
        ({"PatientID": "nobody"}, False),
        ({"StudyInstanceUID": "1.2.3"}, False),
        ({"InputInformationSequence.SeriesInstanceUID": "1.2.3"}, False),
        ({"ReferencedRequestSequence.AccessionNumber": "*"}, True),
        ({"limit": "0"}, False),
        ({"offset": "1"}, False),
        ({"includefield": "all"}, True),
    ],
)
def test_it_is_searched_by_its_attributes(client, job, keys, is_found):
    assert searched(client, **keys) == ([job.workitem_uid] if is_found else [])


def test_the_patient_and_study_find_it(client, job, series):
    patient = series.study.patient
    for keys in (
        {"PatientID": patient.patient_id},
        {"PatientName": f"{patient.full_name[:2]}*"},
        {"PatientBirthDate": f"{patient.birth_date:%Y%m%d}"},
        {"StudyInstanceUID": series.study.study_instance_uid},
        {"InputInformationSequence.SeriesInstanceUID": series.series_instance_uid},
        {"SOPInstanceUID": job.workitem_uid},
    ):
        assert searched(client, **keys) == [job.workitem_uid], keys
    record = AuditLog.objects.filter(action="ai_workitem.search").latest("pk")
    assert record.patient_id == patient.pk
    assert job.workitem_uid not in str(record.detail["filters"]), "hashed: it may be a name"


@pytest.mark.parametrize(
    "keys",
    [
        {"ProcedureStepState": "DONE"},
        {"ScheduledProcedureStepStartDateTime": "yesterday"},
        {"ScheduledProcedureStepStartDateTime": "99999999"},
        {"StudyInstanceUID": "*x"},
        {"limit": "-1"},
        {"fuzzymatching": "maybe"},
    ],
)
def test_a_malformed_search_is_400(client, job, keys):
    response = client.get(WORKLIST_URL, keys)
    assert response.status_code == 400
    assert response["Warning"].startswith("299 ")


def test_what_is_ignored_is_said(client, job):
    response = client.get(WORKLIST_URL, {"fuzzymatching": "true", "Manufacturer": "x"})
    assert response.status_code == 200
    assert "fuzzymatching" in response["Warning"]
    assert "Manufacturer" in response["Warning"]


def test_a_part_of_the_results_is_206(client, job, monkeypatch, users, series):
    jobs.job_create(
        actor=users["doctor"],
        study_instance_uid=series.study.study_instance_uid,
        model_type="brain_extraction",
        parameters={"threshold": 0.4},
    )
    monkeypatch.setattr("ai.ups.worklist_search.MAX_RESULTS", 1)
    response = client.get(WORKLIST_URL)
    assert (response.status_code, len(response.json())) == (206, 1)
    assert "additional results" in response["Warning"]
    assert client.get(WORKLIST_URL, {"limit": 1}).status_code == 200


def test_a_restricted_patient_is_in_nobody_elses_worklist(client, job):
    patient = job.patient
    patient.restricted = True
    patient.save()
    assert searched(client) == []
    for method, suffix in (
        ("get", ""),
        ("post", ""),
        ("put", "/state"),
        ("post", "/cancelrequest"),
        ("post", "/subscribers/AE"),
        ("delete", "/subscribers/AE"),
    ):
        assert getattr(client, method)(address(job, suffix)).status_code == 404, suffix


def test_labels_and_priority_change_while_it_waits(client, job):
    changes = {"00741200": item("CS", "LOW"), "00741204": item("LO", "Later")}
    response = sent(client, "post", address(job), changes)
    assert (response.status_code, response.get("Warning")) == (200, None)
    found = read(client, job)
    assert (value(found, "00741200"), value(found, "00741204")) == ("LOW", "Later")
    assert value(found, "00741202") == "NeuroNova AI"
    more = sent(client, "post", address(job), changes | {"00100020": item("LO", "X")})
    assert "not supported" in more["Warning"]
    bad = sent(client, "post", address(job), {"00741200": item("CS", "NOW")})
    assert bad.status_code == 400
    assert AuditLog.objects.filter(action="ai_workitem.update").count() == 2


def test_nobody_else_updates_the_work_of_the_engine(client, job):
    held = sent(client, "post", f"{address(job)}?transaction-uid=1.2.3", {})
    assert (held.status_code, "inconsistent" in held["Warning"]) == (409, True)
    ended(job, status=JobStatus.PROCESSING)
    missing = sent(client, "post", address(job), {})
    assert (missing.status_code, "missing" in missing["Warning"]) == (400, True)
    wrong = sent(client, "post", f"{address(job)}?1.2.3", {})
    assert (wrong.status_code, "incorrect" in wrong["Warning"]) == (400, True)
    ended(job, status=JobStatus.FAILED)
    assert sent(client, "post", address(job), {}).status_code == 409


@pytest.mark.parametrize(
    ("status", "wanted", "answer", "words"),
    [
        (JobStatus.PENDING, "IN PROGRESS", 409, "inconsistent"),
        (JobStatus.PENDING, "COMPLETED", 409, "inconsistent"),
        (JobStatus.PENDING, "SCHEDULED", 400, "must be"),
        (JobStatus.PROCESSING, "IN PROGRESS", 409, "inconsistent"),
        (JobStatus.PROCESSING, "COMPLETED", 400, "Transaction UID is incorrect"),
        (JobStatus.PROCESSING, "CANCELED", 400, "Transaction UID is incorrect"),
        (JobStatus.FAILED, "CANCELED", 200, "already in the requested state of CANCELED"),
        (JobStatus.FAILED, "COMPLETED", 409, "inconsistent"),
    ],
)
def test_nobody_else_claims_or_ends_the_work_of_the_engine(
    client, job, status, wanted, answer, words
):
    ended(job, status=status)
    body = {"00741000": item("CS", wanted), "00081195": item("UI", new_uid())}
    response = sent(client, "put", address(job, "/state"), body)
    assert response.status_code == answer, response.content
    assert words in response["Warning"]
    job.refresh_from_db()
    assert job.status == status


def test_a_state_change_without_a_transaction_uid_is_400(client, job):
    response = sent(client, "put", address(job, "/state"), {"00741000": item("CS", "CANCELED")})
    assert (response.status_code, "missing" in response["Warning"]) == (400, True)


def test_a_request_to_cancel_ends_it_and_keeps_the_reason(client, job):
    body = {"00741238": item("LT", "Wrong series"), "0074100C": item("LO", "Radiology")}
    response = sent(client, "post", address(job, "/cancelrequest"), body)
    assert response.status_code == 202
    job.refresh_from_db()
    assert job.status == JobStatus.CANCELLED
    found = value(read(client, job), "00741002")
    assert value(found, "00741238") == "Wrong series"
    assert value(found, "0074100C") == "Radiology"
    assert value(found, "00404052")
    again = client.post(address(job, "/cancelrequest"))
    assert (again.status_code, "already" in again["Warning"]) == (202, True)


def test_a_result_is_not_cancelled_any_more(client, completed, users):
    response = client.post(address(completed, "/cancelrequest"))
    assert (response.status_code, "chooses not" in response["Warning"]) == (409, True)
    assert not hasattr(AIJob.objects.get(pk=completed.pk), "workitem")
    publish(completed, users)
    response = client.post(address(completed, "/cancelrequest"))
    assert (response.status_code, "COMPLETED" in response["Warning"]) == (409, True)


def test_a_workitem_that_is_not_there_is_404(client, job):
    response = client.get(f"{WORKLIST_URL}/1.2.3")
    assert (response.status_code, "1.2.3" in response["Warning"]) == (404, True)
    assert client.get(f"{WORKLIST_URL}/1.2.x").status_code == 404


def test_each_answer_is_on_record_with_the_patient(client, job):
    sent(client, "put", address(job, "/state"), {"00741000": item("CS", "COMPLETED")})
    ended(job, status=JobStatus.COMPLETED)
    sent(client, "post", address(job, "/cancelrequest"))
    sent(client, "post", address(job), {"00741204": item("LO", "Later")})
    for verb, state in (
        ("change_state", "SCHEDULED"),
        ("request_cancellation", "IN PROGRESS"),
        ("update", "IN PROGRESS"),
    ):
        record = AuditLog.objects.get(action=f"ai_workitem.{verb}")
        assert (record.patient_id, record.object_id) == (job.patient_id, str(job.pk))
        assert record.detail == {"state": state}


def test_a_failed_one_that_is_run_again_is_replaced_and_stays_canceled(client, job, users):
    former = job.workitem_uid
    ended(job, status=JobStatus.FAILED, error_code="ERR_404", error_detail="No contrast.")
    job.events.create(step="failed")
    jobs.job_retry(actor=users["doctor"], job_id=job.pk)
    job.refresh_from_db()
    assert job.workitem_uid != former
    [was] = client.get(f"{WORKLIST_URL}/{former}").json()
    assert value(was, "00080018") == former
    assert value(was, "00741000") == "CANCELED"
    assert "No contrast." in value(was, "00741002", "00741238")
    assert "Value" not in was["00741224"]
    now = read(client, job)
    assert value(now, "00741000") == "SCHEDULED"
    assert value(now, "00741224", "00081155") == former
    again = sent(client, "post", f"{WORKLIST_URL}/{former}/cancelrequest")
    assert (again.status_code, "already" in again["Warning"]) == (202, True)
    job.refresh_from_db()
    assert job.status == JobStatus.PENDING
