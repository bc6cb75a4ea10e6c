"""Patients: create, read, change, list, search."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from audit.lists import searched_hash
from audit.models import AuditLog
from emr.models import Patient
from emr.selectors import patient_by_mrn
from emr.tests.factories import patient_body

URL = "/api/emr/patients/"


def test_a_patient_is_created_and_read_back(api):
    client = api("doctor")
    created = client.post(URL, patient_body(phone="010-0000-0000"), format="json")
    assert created.status_code == 201, created.json()
    body = created.json()
    assert body.pop("possible_duplicates") == []
    assert body == {
        "id": body["id"],
        "patient_id": "MRN-1",
        "full_name": "홍길동",
        "birth_date": "1980-02-29",
        "gender": "M",
        "phone": "010-0000-0000",
        "address": "",
        "restricted": False,
        "version": 1,
        "emr_source": None,
        "formerly": [],
    }
    read = client.get(f"{URL}{body['id']}/")
    assert read.json() == body
    assert read["ETag"] == '"1"' == created["ETag"]


@pytest.mark.parametrize(
    ("fields", "warned"),
    [
        ({"full_name": "홍 길동", "phone": ""}, ["MRN-1"]),
        ({"full_name": "홍 길수", "phone": ""}, []),
        ({"phone": ""}, ["MRN-1"]),
        ({"full_name": "Other", "phone": "010 1234 5678"}, ["MRN-1"]),
        ({"birth_date": "1980-03-01", "phone": ""}, []),
    ],
)
def test_a_possible_duplicate_is_warned_of(api, fields, warned):
    client = api("doctor")
    client.post(URL, patient_body(phone="010-1234-5678"), format="json")
    again = client.post(URL, patient_body(patient_id="MRN-2") | fields, format="json")
    assert again.status_code == 201
    assert [p["patient_id"] for p in again.json()["possible_duplicates"]] == warned
    Patient.objects.filter(patient_id="MRN-1").update(restricted=True)
    hidden = client.post(URL, patient_body(patient_id="MRN-3") | fields, format="json").json()
    assert "MRN-1" not in [p["patient_id"] for p in hidden["possible_duplicates"]]


def test_a_taken_mrn_is_a_conflict(api):
    client = api("doctor")
    client.post(URL, patient_body(), format="json")
    again = client.post(URL, patient_body(full_name="Somebody Else"), format="json")
    assert again.status_code == 409
    assert again.json()["error"]["code"] == "ERR_302"
    assert again.json()["error"]["field"] == "patient_id"
    assert "MRN-1" not in again.content.decode()


def test_the_mrn_is_compared_byte_by_byte(api, patient_factory):
    patient_factory(patient_id="a1")
    assert patient_by_mrn("A1") is None
    assert api("doctor").post(URL, patient_body(patient_id="A1"), format="json").status_code == 201


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("patient_id", ""),
        ("patient_id", "A\\B"),
        ("patient_id", "A*"),
        ("patient_id", "A?"),
        ("patient_id", "A\nB"),
        ("patient_id", "A\x1bB"),
        ("patient_id", "환자1"),
        ("patient_id", "x" * 65),
        ("full_name", " "),
        ("full_name", "A\x07B"),
        ("full_name", "x" * 151),
        ("birth_date", "not a date"),
        ("birth_date", (timezone.now() + timedelta(days=2)).date().isoformat()),
        ("birth_date", "1700-01-01"),
        ("birth_date", "2001-02-29"),
        ("gender", "male"),
        ("phone", "1" * 31),
        ("restricted", "perhaps"),
    ],
)
def test_a_bad_value_is_refused_and_named(api, field, value):
    answer = api("doctor").post(URL, patient_body(**{field: value}), format="json")
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == field
    assert Patient.objects.count() == 0


def test_half_a_character_is_refused(api):
    body = json.dumps(patient_body(full_name="\ud800"))
    answer = api("doctor").post(URL, body, content_type="application/json")
    assert answer.status_code == 400


def test_the_mrn_is_trimmed(api):
    answer = api("doctor").post(URL, patient_body(patient_id="  AB 1 "), format="json")
    assert answer.json()["patient_id"] == "AB 1"


def test_the_same_key_creates_once(api):
    client = api("doctor")
    first = client.post(URL, patient_body(), format="json", HTTP_X_IDEMPOTENCY_KEY="k-1")
    second = client.post(URL, patient_body(), format="json", HTTP_X_IDEMPOTENCY_KEY="k-1")
    assert (first.status_code, second.status_code) == (201, 201)
    assert second["X-Idempotent-Replay"] == "true"
    assert second.json() == first.json()
    assert Patient.objects.count() == 1


def test_a_change_needs_the_version_that_was_read(api, patient_factory):
    client, patient = api("nurse"), patient_factory()
    url = f"{URL}{patient.pk}/"
    missing = client.patch(url, {"phone": "1"}, format="json")
    assert missing.status_code == 428
    changed = client.patch(url, {"phone": "2"}, format="json", HTTP_IF_MATCH='"1"')
    assert changed.status_code == 200
    assert (changed.json()["phone"], changed.json()["version"]) == ("2", 2)
    assert changed["ETag"] == '"2"'
    stale = client.patch(url, {"phone": "3"}, format="json", HTTP_IF_MATCH='"1"')
    assert stale.status_code == 409
    assert stale.json()["error"]["code"] == "ERR_301"
    malformed = client.patch(url, {"phone": "3"}, format="json", HTTP_IF_MATCH='"x"')
    assert malformed.status_code == 400
    patient.refresh_from_db()
    assert (patient.phone, patient.version) == ("2", 2)


def test_the_mrn_never_changes(api, patient_factory):
    patient = patient_factory()
    answer = api("doctor").patch(
        f"{URL}{patient.pk}/", {"patient_id": "other"}, format="json", HTTP_IF_MATCH='"1"'
    )
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == "patient_id"


def test_the_list_filters_orders_and_pages(api, patient_factory):
    patient_factory(patient_id="B", gender="M")
    patient_factory(patient_id="A", gender="F")
    patient_factory(patient_id="C", gender="F")
    client = api("doctor")
    page = client.get(URL, {"gender": "F", "ordering": "-patient_id", "page_size": 1}).json()
    assert page["count"] == 2
    assert [p["patient_id"] for p in page["results"]] == ["C"]
    assert "page=2" in page["next"]
    assert client.get(URL, {"gender": "X"}).status_code == 400
    assert client.get(URL, {"page": 99}).status_code == 404


def test_the_list_costs_the_same_for_one_and_for_many(
    api, patient_factory, django_assert_max_num_queries
):
    for _ in range(20):
        patient_factory()
    client = api("doctor")
    with django_assert_max_num_queries(7):
        assert client.get(URL).json()["count"] == 20


def test_search_by_the_start_of_the_mrn_and_by_name(api, patient_factory):
    patient_factory(patient_id="P77-1", full_name="김하나")
    patient_factory(patient_id="X-P77", full_name="Emily Carter")
    client = api("lab")

    def found(query: str) -> list[str]:
        answer = client.get(f"{URL}search/", {"q": query})
        return [p["patient_id"] for p in answer.json()["results"]]

    assert found("p77") == ["P77-1"]
    assert found("하나") == ["P77-1"]
    assert found("carter") == ["X-P77"]
    assert found("%") == []
    assert client.get(f"{URL}search/").status_code == 400
    assert client.get(f"{URL}search/", {"q": "\x00"}).status_code == 400


def test_reads_and_changes_are_recorded_without_names(api, patient_factory):
    patient = patient_factory(full_name="Secret Name")
    client = api("doctor")
    client.get(f"{URL}{patient.pk}/")
    client.get(URL, {"patient_id": patient.patient_id, "gender": "M", "unknown": "1"})
    client.get(f"{URL}search/", {"q": "Secret"})
    client.get(f"{URL}search/", {"q": " secret "})
    client.get(f"{URL}search/", {"q": "nobody"})
    client.patch(f"{URL}{patient.pk}/", {"phone": "9"}, format="json", HTTP_IF_MATCH='"1"')
    records = AuditLog.objects.exclude(action="session.login").order_by("id")
    secret, mrn = ([searched_hash(text)] for text in ("secret", patient.patient_id))
    rows = [str(patient.pk)]
    assert [(r.action, r.patient_id, r.detail) for r in records] == [
        ("patient.read", patient.pk, {}),
        ("patient.list", None, {"filters": {"patient_id": mrn, "gender": ["M"]}, "rows": []}),
        ("patient.search", patient.pk, {"filters": {"q": secret}, "rows": rows}),
        ("patient.search", patient.pk, {"filters": {"q": secret}, "rows": rows}),
        ("patient.search", None, {"filters": {"q": [searched_hash("nobody")]}, "rows": []}),
        ("patient.update", patient.pk, {"fields": ["phone"]}),
    ]
    assert "ecret" not in str([r.detail for r in records])
