"""What of our own FHIR server is more than a row: AI results, versions, inclusion, the record."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from ai.models import AIJob, Publication
from ai.tests import factories as ai
from emr.models import Vitals
from fhir.facade import inclusions
from fhir.models import ResultObservation
from fhir.resources.R4B import get_fhir_model_class
from fhir.services.result_index import result_index, results_index_missing
from fhir.tests.conftest import approve
from fhir.tests.test_facade import BASE, ids
from pacs.models import Study
from rbac.models import Grant
from ris.models import Report
from ris.tests.reports.factories import report_row


def one(answer):
    [entry] = answer.json()["entry"]
    return entry["resource"]


def test_a_result_says_what_is_published_by_ids_of_this_server(api, record):
    client = api("doctor")
    found = client.get(
        f"{BASE}/DiagnosticReport?code=ai-report&_include=DiagnosticReport:result"
        "&_revinclude=Provenance:target"
    ).json()["entry"]
    report, *others = (entry["resource"] for entry in found)
    for resource in (report, *others):
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    names = [f"{each['resourceType']}/{each['id']}" for each in others]
    assert {each["reference"] for each in report["result"]} == set(names[:3])
    assert names[3] == f"Provenance/approval-{report['id'].removeprefix('ai-')}"
    assert report["identifier"][0]["system"].endswith("/ai-report")
    for reference in ("imagingStudy", "performer"):
        [said] = report[reference]
        assert client.get(f"{BASE}/{said['reference']}").status_code == 200
    observation = client.get(f"{BASE}/{report['result'][0]['reference']}").json()
    device = client.get(f"{BASE}/{observation['device']['reference']}").json()
    assert device["version"] == [{"value": "1.0.2"}]
    assert len(ids(client.get(f"{BASE}/Observation?device=Device/{device['id']}"))) == 3
    assert ids(client.get(f"{BASE}/Observation?device=Device/other")) == []
    structure = one(client.get(f"{BASE}/BodyStructure"))
    assert structure["location"]["coding"][0]["code"] == "12738006"


@pytest.mark.parametrize(
    ("role", "count"), [("rib", 1), ("admin", 0), ("patient", 0), ("external", 0)]
)
def test_results_are_for_who_may_ask_for_them(api, record, role, count):
    for kind in ("RiskAssessment", "Device", "BodyStructure"):
        assert api(role).get(f"{BASE}/{kind}?_summary=count").json()["total"] == count


def test_a_withdrawn_or_moved_result_is_not_found(api, record, users, patient_factory):
    client = api("doctor")
    Study.objects.update(patient=patient_factory())
    assert "entry" not in client.get(f"{BASE}/RiskAssessment").json()
    Study.objects.update(patient=record)
    assert one(client.get(f"{BASE}/RiskAssessment"))["status"] == "final"
    Publication.objects.get().delete()
    assert "entry" not in client.get(f"{BASE}/RiskAssessment").json()


def test_results_of_before_are_indexed_once(record):
    before = set(ResultObservation.objects.values_list("key", flat=True))
    assert before == {"volume-1", "ai-risk-score", "ai-confidence"}
    rows = list(ResultObservation.objects.order_by("pk").values_list("pk", flat=True))
    result_index(Publication.objects.get().job_id)
    assert list(ResultObservation.objects.order_by("pk").values_list("pk", flat=True)) == rows
    ResultObservation.objects.all().delete()
    results_index_missing()
    assert ResultObservation.objects.count() == 3


def test_a_page_of_results_costs_no_more_than_one(
    api, record, users, django_assert_max_num_queries
):
    client = api("doctor")
    client.get(f"{BASE}/Observation?category=imaging")
    for tag in range(2, 6):
        approve(ai.make_series(record, tag=str(tag)), users)
    with django_assert_max_num_queries(45):
        assert len(ids(client.get(f"{BASE}/Observation?category=imaging"))) == 15


def test_a_list_of_studies_leaves_instances_out_unless_all_is_asked_for(api, record):
    client = api("doctor")
    listed, whole = (
        one(client.get(f"{BASE}/ImagingStudy{query}")) for query in ("", "?_summary=false")
    )
    assert listed["meta"]["tag"][0]["code"] == "SUBSETTED"
    assert "instance" not in listed["series"][0]
    counts = (listed["numberOfInstances"], listed["series"][0]["numberOfInstances"])
    assert counts == (5, 5)
    assert len(whole["series"][0]["instance"]) == 5
    assert client.get(f"{BASE}/ImagingStudy/{whole['id']}").json() == whole
    assert listed["meta"]["versionId"] == whole["meta"]["versionId"]


def test_the_versions_of_a_report_have_one_id(api, record, users):
    first = Report.objects.get()
    Report.objects.filter(pk=first.pk).update(in_force=False)
    report_row(
        first.study, users["rib"], status="signed", edition=2, predecessor=first, reason="Side"
    )
    client = api("doctor")
    found = one(client.get(f"{BASE}/DiagnosticReport?code=18748-4"))
    assert found["id"] == str(first.pk)
    past = client.get(f"{BASE}/DiagnosticReport/{first.pk}/_history").json()["entry"]
    assert [entry["response"]["status"] for entry in past] == ["200", "201"]
    for entry in past:
        version = entry["resource"]["meta"]["versionId"]
        read = client.get(f"{BASE}/DiagnosticReport/{first.pk}/_history/{version}")
        assert read.json() == entry["resource"]
    revised = one(client.get(f"{BASE}/Provenance?target=DiagnosticReport/{first.pk}"))
    assert revised["reason"] == [{"text": "Side"}]


def test_inclusion_goes_on_and_says_where_it_stops(api, record, monkeypatch):
    client = api("doctor")
    query = (
        "Observation?category=imaging&_include=Observation:derived-from"
        "&_include:iterate=ImagingStudy:patient&_revinclude:iterate=Condition:patient"
    )
    kinds = [each.split("/")[0] for each in ids(client.get(f"{BASE}/{query}"))]
    assert kinds == ["Observation"] * 3 + ["ImagingStudy", "Patient", "Condition"]
    monkeypatch.setattr(inclusions, "MOST_INCLUDED", 1)
    last = client.get(f"{BASE}/{query}").json()["entry"][-1]
    assert last["search"]["mode"] == "outcome"
    assert last["resource"]["issue"][0]["code"] == "incomplete"


def test_a_diastolic_pressure_alone_is_served(api, record, users):
    Vitals.objects.create(
        patient=record, recorded_by=users["doctor"], measured_at=timezone.now(), diastolic_mmhg=70
    )
    newest = api("doctor").get(f"{BASE}/Observation?code=85354-9&_sort=-date").json()
    systolic, diastolic = newest["entry"][0]["resource"]["component"]
    assert "dataAbsentReason" in systolic
    assert diastolic["valueQuantity"]["value"] == 70


def test_exact_knows_case(api, patient_factory, users):
    patient_factory(full_name="Emily Carter")
    client = api("doctor")
    assert len(ids(client.get(f"{BASE}/Patient?name:exact=Emily Carter"))) == 1
    assert ids(client.get(f"{BASE}/Patient?name:exact=emily carter")) == []


def test_patients_read_who_read_their_record_and_no_more(api, record, users, patient_factory):
    record.user = users["patient"]
    record.save()
    other = patient_factory()
    both = f"{BASE}/Patient?_id={record.pk},{other.pk}"
    assert len(ids(api("doctor").get(both, REMOTE_ADDR="10.9.8.7"))) == 2
    events = api("patient").get(f"{BASE}/AuditEvent").json()["entry"]
    listed = events[-1]["resource"]
    shown = [each["what"]["reference"] for each in listed["entity"] if "reference" in each["what"]]
    assert shown == [f"Patient/{record.pk}"]
    assert "audit-object" not in str(listed["entity"])
    assert "network" not in listed["agent"][0]
    assert listed["subtype"][0]["code"] == "search-type"
    for whom in (f"patient={other.pk}", f"patient={other.pk}&_summary=count"):
        told = api("patient").get(f"{BASE}/AuditEvent?{whom}").json()
        assert "entry" not in told
        assert not told.get("total")
    assert ids(api("patient").get(f"{BASE}/AuditEvent?patient={record.pk}"))
    admin = api("admin")
    everyone = one(admin.get(f"{BASE}/AuditEvent?patient={other.pk}"))
    assert everyone["agent"][0]["network"]["address"]
    assert "entry" not in api("doctor").get(f"{BASE}/AuditEvent").json()
    found = ids(admin.get(f"{BASE}/AuditEvent?patient.identifier={other.patient_id}"))
    assert found[0] == f"AuditEvent/{everyone['id']}"


def test_a_share_that_ended_is_inactive(api, record):
    Grant.objects.update(expires_at=timezone.now() - timedelta(hours=1))
    said = one(api("doctor").get(f"{BASE}/Consent?patient={record.pk}"))
    assert said["status"] == "inactive"
    grantee = said["provision"]["actor"][0]["reference"]
    assert grantee["reference"].startswith("Practitioner/")
    assert "entry" not in api("external").get(f"{BASE}/Consent").json()


def test_results_about_a_patient_without_a_study_are_sorted(api, record):
    Publication.objects.update(
        version=None, seg_sop_instance_uid=None, seg_series_instance_uid=None
    )
    AIJob.objects.update(study=None, series=None)
    Study.objects.update(study_date=timezone.localdate())
    client = api("doctor")
    for order in ("date", "-date"):
        found = ids(client.get(f"{BASE}/DiagnosticReport?_sort={order}&_count=1"))
        assert found[0].startswith("DiagnosticReport/ai-") == (order == "date")
