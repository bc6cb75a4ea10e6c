"""A signed report as a DICOM document: valid to another implementation, and stored once."""

from __future__ import annotations

import subprocess
from datetime import timedelta
from io import BytesIO

import pytest
import responses
from django.conf import settings as django_settings
from django.utils import timezone
from pydicom import dcmread

from pacs.tests import index
from ris.models import Report
from ris.reports.archiving import document_facts, reports_archive
from ris.reports.dicom_document import build_document
from ris.tests.reports.factories import TEXT, amend, report_row, sign

pytestmark = pytest.mark.django_db


def written(report):
    buffer = BytesIO()
    build_document(document_facts(report)).save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def texts(item):
    for child in item.get("ContentSequence", ()):
        if child.ValueType == "TEXT":
            yield child.ConceptNameCodeSequence[0].CodeMeaning, child.TextValue
        yield from texts(child)


def test_the_document_says_what_the_report_says(users, study, tmp_path):
    sections = {"findings": "우측 종괴.\n둘째 줄.", "impression": TEXT["impression"]}
    report = report_row(
        study, users["rib"], "signed", language="ko", sections=sections, template="general"
    )
    content = written(report)
    assert written(report) == content
    found = dcmread(BytesIO(content))
    assert (found.SOPClassUID.name, found.StudyInstanceUID) == (
        "Basic Text SR Storage",
        study.study_instance_uid,
    )
    assert (found.CompletionFlag, found.VerificationFlag) == ("COMPLETE", "VERIFIED")
    assert str(found.VerifyingObserverSequence[0].VerifyingObserverName) == "rib"
    assert found.PatientID == study.dicom_patient_id
    assert list(texts(found)) == [
        ("Finding", "우측 종괴.\r\n둘째 줄."),
        ("Impression", "High-grade glioma."),
    ]
    path = tmp_path / "report.dcm"
    path.write_bytes(content)
    command = ["dciodvfy", str(path)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603
    assert [line for line in checked.stderr.splitlines() if line.startswith("Error")] == []


@pytest.fixture
def archive():
    place = f"{django_settings.ORTHANC_URL}/dicom-web/studies"
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.post(place, json={"00081199": {"vr": "SQ", "Value": [{}]}})
        yield mock


def test_it_is_stored_once_and_not_before_a_patient_may_read_it(users, study, settings, archive):
    settings.REPORT_PATIENT_DELAY_HOURS = 24
    report = report_row(study, users["rib"], "signed", signed_at=timezone.now())
    assert reports_archive() == 0
    at = timezone.now() - timedelta(hours=25)
    other = report_row(study, users["rib"], "signed", template="stroke", signed_at=at)
    assert reports_archive() == 1
    assert reports_archive() == 0
    assert Report.objects.get(pk=report.pk).archived_at is None
    assert Report.objects.get(pk=other.pk).archived_at
    assert len(archive.calls) == 1


def test_an_amendment_names_the_document_that_it_replaces(api, users, study, settings, archive):
    settings.REPORT_PATIENT_DELAY_HOURS = 0
    first = report_row(study, users["rib"], "signed")
    reports_archive()
    client = api("rib")
    sign(client, amend(client, {"id": first.pk}).json())
    assert reports_archive() == 1
    found = build_document(
        document_facts(Report.objects.select_related("predecessor").latest("pk"))
    )
    [named] = found.PredecessorDocumentsSequence
    before = build_document(document_facts(Report.objects.get(pk=first.pk)))
    [series] = named.ReferencedSeriesSequence
    assert series.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == before.SOPInstanceUID


def test_what_the_archive_refuses_is_tried_again(users, study, settings):
    settings.REPORT_PATIENT_DELAY_HOURS = 0
    report = report_row(study, users["rib"], "signed")
    with responses.RequestsMock() as mock:
        mock.post(f"{django_settings.ORTHANC_URL}/dicom-web/studies", status=503)
        assert reports_archive() == 0
    assert Report.objects.get(pk=report.pk).archived_at is None


def test_documents_that_fail_keep_no_other_waiting_and_are_driven_again(
    api, users, study, settings, archive, monkeypatch
):
    settings.REPORT_PATIENT_DELAY_HOURS = 0
    monkeypatch.setattr("ris.reports.archiving.AT_ONCE", 1)
    broken = report_row(study, users["rib"], "signed", sections={"findings": "-"}, template="x")
    fine = report_row(study, users["rib"], "signed", template="stroke", signed_at=timezone.now())
    assert [reports_archive(), reports_archive(), reports_archive()] == [0, 1, 0]
    assert Report.objects.get(pk=fine.pk).archived_at
    found = api("admin").get("/api/ris/reports/?archive_failed=true").json()["results"]
    assert [one["id"] for one in found] == [broken.pk]
    state = found[0]["archive"]
    assert (state["stored_at"], state["failures"], state["error"]) == (None, 1, "ERR_261")
    assert state["next_at"]
    url = f"/api/ris/reports/{broken.pk}/archive/"
    assert api("rib").post(url).status_code == 403
    assert api("admin").post(url).status_code == 202
    assert reports_archive() == 0
    assert Report.objects.get(pk=broken.pk).archive_failures == 1
    assert api("admin").post(f"/api/ris/reports/{fine.pk}/archive/").status_code == 409


def test_key_images_are_referred_to(users, study, tmp_path):
    series = index.series(study)
    named = [one.sop_instance_uid for one in series.instances.all()[:2]]
    images = [{"sop_instance_uid": uid, "frame": 1} for uid in named]
    content = written(report_row(study, users["rib"], "signed", key_images=images))
    found = dcmread(BytesIO(content))
    [evidence] = found.CurrentRequestedProcedureEvidenceSequence
    [listed] = evidence.ReferencedSeriesSequence
    assert [one.ReferencedSOPInstanceUID for one in listed.ReferencedSOPSequence] == named
    shown = found.ContentSequence[-1].ContentSequence
    assert [one.ReferencedSOPSequence[0].ReferencedSOPInstanceUID for one in shown] == named
    path = tmp_path / "report.dcm"
    path.write_bytes(content)
    command = ["dciodvfy", str(path)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603
    assert [line for line in checked.stderr.splitlines() if line.startswith("Error")] == []
