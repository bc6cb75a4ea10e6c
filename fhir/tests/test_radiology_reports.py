"""A radiologist's report as a DiagnosticReport, valid, and the same for all its editions."""

from __future__ import annotations

import json
from base64 import b64decode

import pytest
import responses

from common.outbox.models import OutboxEvent
from common.outbox.registry import Event
from fhir.events import REPORT_OUTDATED
from fhir.handlers import resend_moved, resend_parted, resend_publications, send_amended_report
from fhir.services.publishing import bundle_validate
from fhir.services.radiology_reports import report_facts
from fhir.services.resources.radiology_report import build_report_bundle
from ocs.models import Order
from pacs.index.study_moves import study_moved
from pacs.tests import index
from ris.models import Report
from ris.reports.released import released_report
from ris.reports.signing import certificate_make
from ris.tests.reports.factories import REPORTS, amend, report_row, sign

pytestmark = pytest.mark.django_db


@pytest.fixture
def study(users, patient_factory, settings, tmp_path):
    settings.REPORT_SIGNING_DIR = tmp_path
    certificate_make()
    patient = patient_factory()
    order = Order.objects.create(
        patient=patient,
        ordered_by=users["doctor"],
        job_role="RIS",
        job_type="MR_BRAIN",
        accession_number="T0001",
        ordered_at="2026-03-02T09:00:00+09:00",
    )
    study = index.study(patient, order=order)
    index.series(study)
    return study


def diagnostic_report(bundle):
    resources = [entry["resource"] for entry in bundle["entry"]]
    return next(one for one in resources if one["resourceType"] == "DiagnosticReport")


def bundle_of(report):
    return build_report_bundle(report_facts(released_report(report.pk)))


@pytest.mark.parametrize(
    ("status", "expected", "forms"),
    [
        ("preliminary", "preliminary", ["text/plain;charset=utf-8"]),
        ("signed", "final", ["text/plain;charset=utf-8", "application/pdf"]),
    ],
)
def test_a_report_is_a_valid_diagnostic_report(users, study, status, expected, forms):
    bundle = bundle_of(report_row(study, users["rib"], status))
    bundle_validate(bundle)
    found = diagnostic_report(bundle)
    assert (found["status"], found["conclusion"]) == (expected, "High-grade glioma.")
    assert [form["contentType"] for form in found["presentedForm"]] == forms
    text = b64decode(found["presentedForm"][0]["data"]).decode()
    assert text.startswith("Findings\nA mass in the right frontal lobe.")
    kinds = {entry["resource"]["resourceType"] for entry in bundle["entry"]}
    assert {"Patient", "ServiceRequest", "ImagingStudy", "Practitioner"} <= kinds
    for name in ("subject", "imagingStudy", "basedOn", "resultsInterpreter"):
        assert found[name]


def test_an_amendment_is_the_same_resource(api, users, study):
    first = report_row(study, users["rib"], "signed")
    before = bundle_of(first)
    client = api("rib")
    draft = amend(client, {"id": first.pk}, sections={"impression": "No tumour."}).json()
    client.post(f"{REPORTS}{draft['id']}/preliminary/")
    assert released_report(draft["id"]) is None, "what is signed stands until the amendment is"
    done = sign(client, draft).json()
    assert done["status"] == "amended"
    after = bundle_of(Report.objects.get(pk=done["id"]))
    bundle_validate(after)
    found = diagnostic_report(after)
    assert found["status"] == "amended"
    assert found["identifier"] == diagnostic_report(before)["identifier"]
    assert found["conclusion"] == "No tumour."
    assert released_report(first.pk) is None


def _stored(request):
    """As the server answers a transaction."""
    kinds = [entry["resource"]["resourceType"] for entry in json.loads(request.body)["entry"]]
    entries = [
        {"response": {"status": "201 Created", "location": f"{kind}/{place}/_history/1"}}
        for place, kind in enumerate(kinds)
    ]
    return 200, {}, json.dumps({"resourceType": "Bundle", "entry": entries})


@responses.activate
def test_what_is_signed_is_sent_and_what_was_replaced_is_not(users, study, settings):
    report = report_row(study, users["rib"], "signed")
    url = settings.HAPI_URL
    responses.post(f"{url}/Bundle/$validate", json={"resourceType": "OperationOutcome"})
    responses.add_callback(responses.POST, url, callback=_stored)
    event = Event(1, "report.amended", "report:1", {"report_id": report.pk}, 1)
    send_amended_report(event)
    sent = json.loads(responses.calls[-1].request.body)
    assert diagnostic_report(sent)["status"] == "final"
    Report.objects.update(in_force=False)
    send_amended_report(event)
    assert len(responses.calls) == 2


def test_a_report_of_a_moved_study_is_withdrawn(users, study, patient_factory):
    report = report_row(study, users["rib"], "signed")
    first, other = study.patient, patient_factory()
    for patient, shown in ((None, first), (other, other)):
        study.patient = patient
        study_moved(study, first.pk)
        facts = report_facts(released_report(report.pk))
        assert (facts.status, facts.patient.mrn) == ("withdrawn", shown.patient_id)
    assert diagnostic_report(build_report_bundle(facts))["status"] == "entered-in-error"


def test_reports_follow_their_study_to_another_patient(users, study, patient_factory):
    signed = report_row(study, users["rib"], "signed")
    waiting = report_row(study, users["rib"], "preliminary", template="stroke")
    report_row(study, users["rib"], template="trauma")
    report_row(index.study(patient_factory()), users["rib"], "signed")

    def resent(handler, **payload):
        OutboxEvent.objects.all().delete()
        handler(Event(1, "", "", payload, 1))
        events = OutboxEvent.objects.filter(topic=REPORT_OUTDATED).order_by("pk")
        return sorted(event.payload["report_id"] for event in events)

    ours, other = [signed.pk, waiting.pk], patient_factory().pk
    moved = {"study_id": study.pk, "before": other, "patient_id": study.patient_id}
    assert resent(resend_moved, **moved) == ours
    assert resent(resend_publications, patient_id=study.patient_id) == ours
    assert resent(resend_parted, patient_id=other, duplicate_id=study.patient_id) == ours
    assert resent(resend_publications, patient_id=other) == []
