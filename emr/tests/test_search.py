"""Patients are found by what somebody types of them."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps

from emr.models import NameSuffix, Patient
from emr.models.name_index import suffixes
from emr.selectors.patient_search import MOST

URL = "/api/emr/patients/search/"


@pytest.fixture
def people(patient_factory):
    patient_factory(patient_id="P77-1", full_name="김민준", phone="010-2345-6789")
    patient_factory(patient_id="X-P77", full_name="Émily  van Carter", birth_date="1974-03-02")
    patient_factory(patient_id="Q1", full_name="남궁민준", phone="+82 2 1234 6789")


def _found(client, query):
    return [p["patient_id"] for p in client.get(URL, {"q": query}).json()["results"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("p77", ["P77-1"]),
        ("민준", ["P77-1", "Q1"]),
        ("궁", ["Q1"]),
        ("emily", ["X-P77"]),
        ("CARTER emi", ["X-P77"]),
        ("carter bob", []),
        ("van carter", ["X-P77"]),
        ("6789", ["P77-1", "Q1"]),
        ("2345-6789", ["P77-1"]),
        ("678", []),
        ("1974-03-02", ["X-P77"]),
        ("19740302", ["X-P77"]),
        ("%", []),
        ("_", []),
        ("' OR 1=1 --", []),
        ("x" * 150, []),
    ],
)
def test_search(api, people, query, expected):
    assert sorted(_found(api("nurse"), query)) == expected


def test_the_index_follows_the_name_and_the_phone(api, people):
    patient = Patient.objects.get(patient_id="P77-1")
    body = {"full_name": "박서준", "phone": "010-0000-1111"}
    url = f"/api/emr/patients/{patient.pk}/"
    client = api("nurse")
    assert client.patch(url, body, format="json", HTTP_IF_MATCH='"1"').status_code == 200
    assert (_found(client, "민준"), _found(client, "서준")) == (["Q1"], ["P77-1"])
    assert (_found(client, "2345-6789"), _found(client, "1111")) == ([], ["P77-1"])


def test_who_is_restricted_stays_hidden_and_hides_nobody_else(api, patient_factory):
    for _ in range(260):
        patient_factory(full_name="가나다", restricted=True)
    last = patient_factory(full_name="가나다")
    assert _found(api("doctor"), "나다") == [last.patient_id]


def test_words_that_seldom_stand_together_are_found_behind_those_that_often_stand_alone(
    api, patient_factory
):
    for _ in range(260):
        patient_factory(full_name="Carter Bob")
    last = patient_factory(full_name="Carter Zed")
    assert _found(api("doctor"), "zed carter") == [last.patient_id]


def test_the_portal_finds_its_own_patient_only(api, users, people, patient_factory):
    patient_factory(patient_id="MINE", full_name="민준 Own", user=users["patient"])
    assert _found(api("patient"), "민준") == ["MINE"]
    assert _found(api("external"), "민준") == []


def test_a_page_is_read_at_a_fixed_cost(api, patient_factory, django_assert_max_num_queries):
    for _ in range(30):
        patient_factory(full_name="한결")
    client = api("doctor")
    with django_assert_max_num_queries(7):  # session, grants, names, page, former, audit (2)
        assert client.get(URL, {"q": "한결", "page_size": 20}).json()["count"] == 30 < MOST


def test_patients_who_were_there_before_are_indexed(patient_factory):
    patient = patient_factory(full_name="홍길동", phone="010-12")
    NameSuffix.objects.all().delete()
    Patient.objects.update(phone_reversed="")
    import_module("emr.migrations.0005_backfill_search").backfill(apps, None)
    assert set(NameSuffix.objects.values_list("suffix", flat=True)) == suffixes("홍길동")
    patient.refresh_from_db()
    assert patient.phone_reversed == "21010"
