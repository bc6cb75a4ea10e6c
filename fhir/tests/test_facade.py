"""The FHIR server of our own tables: read, search, rights, errors, record."""

from __future__ import annotations

from pathlib import Path

import pytest

from ai.tests import factories as ai
from audit.models import AuditLog
from fhir.facade import resource_types  # noqa: F401  (registers the types)
from fhir.facade.capability_statement import documentation
from fhir.facade.declarations import REGISTRY
from fhir.resources.R4B import get_fhir_model_class
from pacs.index.quarantine import study_quarantine

BASE = "/api/fhir"


def ids(answer):
    assert answer.status_code == 200, answer.json()
    return [
        f"{e['resource']['resourceType']}/{e['resource']['id']}"
        for e in answer.json().get("entry", [])
    ]


@pytest.mark.parametrize("kind", sorted(REGISTRY))
def test_each_type_is_valid_read_and_conditional(api, record, kind):
    client = api("admin" if kind == "AuditEvent" else "doctor")
    answer = client.get(f"{BASE}/{kind}")
    assert answer["Content-Type"].startswith("application/fhir+json")
    bundle = answer.json()
    get_fhir_model_class("Bundle").model_validate(bundle)
    assert bundle["entry"], "the record has one"
    found = bundle["entry"][0]["resource"]
    get_fhir_model_class(kind).model_validate(found)
    read = client.get(f"{BASE}/{kind}/{found['id']}")
    if kind != "ImagingStudy":  # a list of them leaves the instances out
        assert read.json() == found
    found = read.json()
    past = client.get(f"{BASE}/{kind}/{found['id']}/_history").json()
    get_fhir_model_class("Bundle").model_validate(past)
    assert [one["resource"] for one in past["entry"]] == [found]
    tag = read["ETag"]
    assert client.get(f"{BASE}/{kind}/{found['id']}", HTTP_IF_NONE_MATCH=tag).status_code == 304
    version = found["meta"]["versionId"]
    assert client.get(f"{BASE}/{kind}/{found['id']}/_history/{version}").status_code == 200
    assert client.get(f"{BASE}/{kind}/{found['id']}/_history/1").status_code == 404
    for summary in ("true", "text", "data"):
        cut = client.get(f"{BASE}/{kind}?_summary={summary}").json()["entry"][0]["resource"]
        get_fhir_model_class(kind).model_validate(cut)
        assert cut["meta"]["tag"][0]["code"] == "SUBSETTED"


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("Patient?name=김", 1),
        ("Patient?name=하늘", 1),
        ("Patient?name:exact=김", 0),
        ("Patient?name:contains=늘", 1),
        ("Patient?birthdate=lt1800", 0),
        ("Patient?birthdate:missing=false", 1),
        ("Patient?_has:Observation:patient:code=8867-4", 1),
        ("Patient?_has:Observation:patient:code=8310-5", 0),
        ("Observation?code=8867-4,2823-3", 2),
        ("Observation?code=http://loinc.org|8867-4&value-quantity=gt70", 1),
        ("Observation?code=8867-4&value-quantity=72|http://unitsofmeasure.org|kg", 0),
        ("Observation?category=laboratory&date=2026-03-01", 1),
        ("Observation?category:not=laboratory", 6),
        ("Observation?category=imaging&value-quantity=gt0.5", 2),
        ("Observation?value-quantity=0.42|http://unitsofmeasure.org|1", 1),
        ("Observation?value-quantity=0.42|http://other|1", 0),
        ("Patient?name:exact=김 하늘", 1),
        ("RiskAssessment?probability=ge0.4&patient.name=김", 1),
        ("DiagnosticReport?result:missing=false", 1),
        ("DiagnosticReport?code=ai-report&category=RAD", 1),
        ("CarePlan?category=367336001&status=draft", 1),
        ("Procedure?status=completed", 2),
        ("Communication?status=completed&category=alert", 1),
        ("Consent?status=active", 1),
        ("PractitionerRole?role=doctor&active=true", 1),
        ("Patient?_has:RiskAssessment:patient:probability=gt0.4", 1),
        ("Observation?category:not=laboratory,vital-signs,imaging", 0),
        ("Observation?date=2026-02", 0),
        ("Observation?patient.name=김", 7),
        ("Observation?patient:Patient.name=이", 0),
        ("ImagingStudy?modality=MR", 1),
        ("ImagingStudy?modality=CT", 0),
        ("ImagingStudy?modality:not=CT", 1),
        ("ImagingStudy?modality:not=CT,MR", 0),
        ("Endpoint?identifier=dicom-web,other", 1),
        ("Organization?_id=other", 0),
        ("ImagingStudy?patient.name:contains=늘", 1),
        ("Condition?code=http://snomed.info/sct|25064002&clinical-status=active", 1),
        ("Condition?onset-date=ge2026-01-02&onset-date=le2026-01", 1),
        ("MedicationRequest?code=N02BA01", 1),
        ("DiagnosticReport?status=final", 2),
        ("DocumentReference?type=http://loinc.org|18748-4&date=ge2020", 1),
        ("ServiceRequest?status=active&priority=routine", 1),
        ("Encounter?class=AMB&date=sa2026-02-28", 1),
        ("Patient?_lastUpdated=lt2020", 0),
        ("Patient?_id=1%5C,2", 0),
    ],
)
def test_search(api, record, query, count):
    assert len(ids(api("doctor").get(f"{BASE}/{query}"))) == count


def test_includes_both_ways_and_once(api, record):
    query = "_include=Observation:patient&_revinclude=Observation:patient&code=8867-4"
    strict = api("doctor").get(f"{BASE}/Observation?{query}")
    assert strict.status_code == 400
    found = ids(api("doctor").get(f"{BASE}/Observation?_include=Observation:patient"))
    assert found.count(f"Patient/{record.pk}") == 1
    around = ids(
        api("doctor").get(
            f"{BASE}/Patient?_revinclude=ImagingStudy:patient&_revinclude=Condition:subject"
        )
    )
    assert [one.split("/")[0] for one in around] == ["Patient", "ImagingStudy", "Condition"]


@pytest.mark.parametrize(
    "sort", ["", "&_sort=date", "&_sort=-date,_lastUpdated", "&_sort=-_id", "&_sort=-date,-_id"]
)
def test_pages_are_stable_and_whole(api, record, sort):
    client = api("doctor")
    whole = ids(client.get(f"{BASE}/Observation?_count=50{sort}"))
    assert len(whole) == 7
    paged, url = [], f"{BASE}/Observation?_count=1{sort}"
    while url:
        answer = client.get(url)
        paged += ids(answer)
        links = {link["relation"]: link["url"] for link in answer.json()["link"]}
        url = links.get("next", "").partition("/api/fhir")[2]
        url = url and f"{BASE}{url}"
    assert sorted(paged) == sorted(whole)
    assert len(set(paged)) == 7


def test_everything_page_by_page(api, record):
    client = api("doctor")
    whole = ids(client.get(f"{BASE}/Patient/{record.pk}/$everything"))
    assert {one.split("/")[0] for one in whole} == {
        "Patient", "Encounter", "ServiceRequest", "ImagingStudy", "Observation", "Condition",
        "AllergyIntolerance", "MedicationRequest", "DiagnosticReport", "DocumentReference",
        "BodyStructure", "CarePlan", "Communication", "Consent", "Procedure", "Provenance",
        "RiskAssessment",
    }  # fmt: skip
    first = client.get(f"{BASE}/Patient/{record.pk}/$everything?_count=4")
    following = (
        first.json()["link"][1]["url"].partition("/api/fhir")[2].replace("_count=4", "_count=50")
    )
    assert ids(first) + ids(client.get(f"{BASE}{following}")) == whole


@pytest.mark.parametrize(
    "query",
    [
        "Patient?nonsense=1", "Patient?birthdate=yesterday", "Patient?birthdate=2026-13",
        "Patient?birthdate=9999-12-31T23:59:59%2B14:00", "Patient?birthdate=0000",
        "Encounter?date=0001", "Encounter?date=9999-12-31T23:58:00-12:00",
        "Patient?birthdate=0001-01-01T00:00%2B14:00", "Patient?birthdate=ap0001",
        "Patient?gender=a|b|c", "Patient?gender=|", "Patient?name:fuzzy=a",
        "Patient?name:missing=x",
        "Patient?_count=1e9", "Patient?_count=-1", "Patient?_sort=phone",
        "Patient?_sort=_id,name", "Patient?_sort=name,-name",
        "Patient?_cursor=%00", "Patient?_cursor=W10", "Patient?_cursor=WyJ4IiwwLDFd",
        "Patient?_summary=some", "Patient?_elements=a%20b", "Patient?_total=all",
        "Patient?_include=Patient:nothing", "Patient?_revinclude=Nothing:patient",
        "Patient?name=a%00b", "Patient?_has:Nothing:patient:code=1",
        "Patient?_has:Observation:code:code=1", "Observation?patient=a b", "Observation?patient=//",
        "Observation?patient.nothing=1", "Observation?patient:Device=1",
        "Observation?value-quantity=many", "Observation?value-quantity=1|2",
        "Observation?value-quantity=1e999999", "Observation?value-quantity=NaN",
        "ImagingStudy?started=2026-02-30", "ImagingStudy?_include:iterate=ImagingStudy:nobody",
        "Patient?" + "&".join(["name=" + "a" * 100] * 100), "Patient?name=" + ",".join("a" * 101),
        "Observation?code=|||", "Organization?_id:not=hospital",
    ],
)  # fmt: skip
def test_bad_input_is_an_outcome_with_its_place(api, users, query):
    answer = api("doctor").get(f"{BASE}/{query}")
    said = answer.json()
    assert 400 <= answer.status_code < 500
    get_fhir_model_class("OperationOutcome").model_validate(said)
    issue = said["issue"][0]
    assert issue["severity"] == "error"
    assert issue["code"] == "too-long" or issue["expression"][0].startswith("http.")


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "code"),
    [
        ("get", "", {}, 404, "not-found"),
        ("get", "Nothing", {}, 404, "not-found"),
        ("get", "Patient/1/nothing/here", {}, 404, "not-found"),
        ("get", "Patient/99999999999999999999", {}, 404, "not-found"),
        ("get", "Patient/1%2F2", {}, 404, "not-found"),
        ("get", "Patient", {"HTTP_ACCEPT": "application/fhir+xml"}, 406, "not-supported"),
        ("get", "Patient", {"HTTP_AUTHORIZATION": "Bearer x"}, 401, "login"),
        ("get", f"Patient?name={'a' * 10_000}", {}, 413, "too-long"),
        ("post", "Patient", {}, 405, "not-supported"),
        ("put", "Patient/1", {}, 405, "not-supported"),
        ("delete", "Patient/1", {}, 405, "not-supported"),
        (
            "post", "Patient/_search", {"data": "{}", "content_type": "application/json"},
            415, "not-supported",
        ),
    ],
)  # fmt: skip
def test_what_is_not_served_is_an_outcome(api, users, method, path, headers, status, code):
    client = api(None if status == 401 else "doctor")
    answer = getattr(client, method)(f"{BASE}/{path}", **headers)
    assert (answer.status_code, answer.json()["issue"][0]["code"]) == (status, code)


@pytest.mark.parametrize(
    "query",
    [
        "Patient?birthdate=9999", "Patient?_count=999999999",
        "Observation?patient=99999999999999999999", "Observation?patient=http://other/Patient/1",
        "Patient?_id=99999999999999999999", "Patient?name=%25_%5C", "Patient?_cursor=",
        "Observation?value-quantity=1e30",
    ],
)  # fmt: skip
def test_odd_but_valid(api, users, query):
    answer = api("doctor").get(f"{BASE}/{query}")
    assert answer.status_code in (200, 400)


def test_lenient_ignores_and_says_so(api, record):
    answer = api("doctor").get(f"{BASE}/Patient?nonsense=1", HTTP_PREFER="handling=lenient")
    last = answer.json()["entry"][-1]
    assert last["search"]["mode"] == "outcome"
    assert last["resource"]["issue"][0]["expression"] == ["http.nonsense"]
    assert "nonsense" not in answer.json()["link"][0]["url"]


@pytest.mark.parametrize(
    ("role", "status", "count"),
    [("doctor", 200, 1), ("rib", 200, 1), ("admin", 200, 1), ("lab", 403, 0), ("nurse", 403, 0),
     ("patient", 200, 0), ("external", 200, 0), (None, 401, 0)],
)  # fmt: skip
def test_rights(api, record, role, status, count):
    """Neither shown, nor counted, nor found by what is chained or refers to it."""
    client = api(role)
    for kind in ("Patient", "ImagingStudy", "Condition"):
        answer = client.get(f"{BASE}/{kind}?_summary=count")
        assert answer.status_code == status
        assert answer.json().get("total", 0) == count
    read = client.get(f"{BASE}/Patient/{record.pk}").status_code
    assert read == (status if status != 200 or count else 404)


def test_a_restricted_patient_is_not_found_by_chains(api, record):
    record.restricted = True
    record.save()
    client = api("admin")
    for query in (
        "Observation?patient.name=김",
        "Patient?_has:Observation:patient:code=8867-4",
        "Condition?_include=Condition:patient",
        "Observation?_summary=count",
    ):
        answer = client.get(f"{BASE}/{query}").json()
        assert "entry" not in answer
        assert not answer.get("total")


def test_each_read_is_recorded_without_the_words(api, record):
    has = "_has:Observation:patient:code"
    api("doctor").get(f"{BASE}/Patient?name=김&name=하늘&{has}=8867-4&_count=5")
    log = AuditLog.objects.get(action="fhir.search")
    assert (log.patient_id, log.object_type) == (record.pk, "fhir.Patient")
    assert "김" not in str(log.detail)
    assert {key: len(hashes) for key, hashes in log.detail["filters"].items()} == {
        "name": 2,
        has: 1,
    }
    api("doctor").get(f"{BASE}/Patient/{record.pk}")
    assert AuditLog.objects.get(action="fhir.read").patient_id == record.pk


def test_unmatched_studies_for_who_may_match_them(api, users, record):
    study = ai.make_series(record, tag="2").study
    study.patient = None
    study.dicom_patient_id = "X1"
    study.save()
    assert f"ImagingStudy/{study.pk}" in ids(api("rib").get(f"{BASE}/ImagingStudy"))
    assert api("doctor").get(f"{BASE}/ImagingStudy/{study.pk}").status_code == 404
    found = api("rib").get(f"{BASE}/ImagingStudy/{study.pk}").json()
    assert found["subject"]["identifier"] == {"value": "X1"}
    study.patient = record
    study.save()
    study_quarantine(actor=users["rib"], study_instance_uid=study.study_instance_uid)
    assert f"ImagingStudy/{study.pk}" not in ids(api("rib").get(f"{BASE}/ImagingStudy"))


def test_a_form_searches_too(api, record):
    form = {"content_type": "application/x-www-form-urlencoded"}
    answer = api("doctor").post(f"{BASE}/Patient/_search", "name=%EA%B9%80", **form)
    assert ids(answer) == [f"Patient/{record.pk}"]
    assert ids(api("doctor").post(f"{BASE}/Patient/_search")) == [f"Patient/{record.pk}"]
    words = "patient.name=%EA%B9%80&_count=4&code:not=1-1"
    page = api("doctor").post(f"{BASE}/Observation/_search", words, **form)
    links = {link["relation"]: link["url"] for link in page.json()["link"]}
    assert links["self"].endswith("/Observation")
    assert "name" not in links["next"]
    following = f"{BASE}{links['next'].partition('/api/fhir')[2]}"
    assert len({*ids(page), *ids(api("doctor").get(following))}) == 7
    assert api("rib").get(following).status_code == 400


def test_the_capability_statement_and_the_guide_say_what_is_declared(client):
    statement = client.get(f"{BASE}/metadata").json()
    get_fhir_model_class("CapabilityStatement").model_validate(statement)
    assert {one["type"] for one in statement["rest"][0]["resource"]} == set(REGISTRY)
    guide = Path("docs/fhir.md").read_text(encoding="utf-8")
    assert "\n".join(documentation()) in guide
