"""Records that look like one person's: how alike they are, and the list of them."""

from __future__ import annotations

from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from emr import tasks
from emr.models import DuplicatePair, NameSuffix, Patient, ScanCursor
from emr.models.name_index import suffixes
from emr.selectors.likeness import LIKELY, Identity, compared, likely_patients, name_likeness
from emr.services import duplicate_finding

URL = "/api/emr/duplicates/"


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("홍길동", "홍 길동", 1),
        ("Emily Carter", "carter, EMILY", 1),
        ("Émily van Carter", "Van Carter Emily", 1),
        ("김민준", "김민중", 0.89),
        ("Jon Smith", "John Smith", 0.94),
        ("김민준", "박서연", 0),
        ("김민준", "김민수", 0),
        ("Emily Carter", "John Abbott", 0),
    ],
)
def test_names(one, other, alike):
    assert name_likeness(one, other) == pytest.approx(alike, abs=0.01)
    assert name_likeness(other, one) == pytest.approx(alike, abs=0.01)


NEARLY = {"name", "similar_birth_date", "phone", "gender"}


@pytest.mark.parametrize(
    ("fields", "likely", "alike"),
    [
        ({}, True, {"name", "birth_date", "phone", "gender"}),
        ({"phone": ""}, True, {"name", "birth_date", "gender"}),
        (
            {"birth_date": date(1980, 2, 12)},
            True,
            {"name", "similar_birth_date", "phone", "gender"},
        ),
        (
            {"birth_date": date(1908, 12, 2)},
            True,
            {"name", "similar_birth_date", "phone", "gender"},
        ),
        ({"birth_date": date(1980, 12, 2), "phone": "+82 10 1234 5678"}, True, None),
        ({"birth_date": date(1999, 5, 5), "phone": ""}, False, None),
        ({"full_name": "다른이름", "phone": ""}, False, None),
        ({"full_name": "홍길둥", "phone": ""}, True, {"similar_name", "birth_date", "gender"}),
        ({"gender": "F", "phone": ""}, True, {"name", "birth_date"}),
    ],
)
def test_scores(fields, likely, alike):
    ours = Patient(
        full_name="홍길동", birth_date=date(1980, 12, 2), gender="M", phone="01012345678"
    )
    theirs = {"full_name": "홍길동", "birth_date": date(1980, 12, 2), "gender": "M"}
    found = compared(Identity(**(theirs | {"phone": "010-1234-5678"} | fields)), ours)
    assert (found.score >= LIKELY) is likely, found.score
    assert alike is None or set(found.alike) == alike


@pytest.mark.django_db
def test_a_birth_date_of_thousands_costs_no_more(patient_factory):
    Patient.objects.bulk_create(
        Patient(patient_id=f"B{n}", full_name=f"N{n}", birth_date=date(1900, 1, 1), gender="F")
        for n in range(1_000)
    )
    twin = patient_factory(full_name="Carter Emily", birth_date=date(1900, 1, 1))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = likely_patients(Identity("Emily Carter", date(1900, 1, 1)))
    assert [one.patient for one in found] == [twin]
    assert len(queries) <= 4
    assert all("LIMIT" in query["sql"] for query in queries if "birth_date` =" in query["sql"])


@pytest.fixture
def pair(patient_factory):
    return patient_factory(full_name="홍길동"), patient_factory(full_name="홍 길동")


@pytest.mark.django_db
def test_the_list_is_found_shown_and_dismissed(api, users, pair, patient_factory):
    patient_factory(full_name="Somebody Else", birth_date="1999-01-01")
    tasks.scan_duplicates.run()
    doctor = api("doctor")
    [row] = doctor.get(URL).json()["results"]
    assert {row["first"]["id"], row["second"]["id"]} == {patient.pk for patient in pair}
    assert row["score"] == 85
    assert api("nurse").get(URL).status_code == 403
    assert doctor.post(f"{URL}{row['id']}/dismiss/").status_code == 200
    ScanCursor.objects.all().delete()
    tasks.scan_duplicates.run()
    assert doctor.get(URL).json()["count"] == 0
    assert doctor.get(URL, {"dismissed": "true"}).json()["count"] == 1
    Patient.objects.filter(pk=pair[0].pk).update(restricted=True)
    assert doctor.get(URL, {"dismissed": "true"}).json()["count"] == 0
    assert doctor.post(f"{URL}{row['id']}/dismiss/").status_code == 404


@pytest.mark.django_db
def test_a_renamed_patient_leaves_the_list(api, pair):
    duplicate_finding.pairs_of(pair[0].pk)
    assert DuplicatePair.objects.count() == 1
    body = {"full_name": "박서준", "birth_date": "1999-01-01"}
    url = f"/api/emr/patients/{pair[1].pk}/"
    assert api("nurse").patch(url, body, format="json", HTTP_IF_MATCH='"1"').status_code == 200
    duplicate_finding.pairs_of(pair[1].pk)
    assert not DuplicatePair.objects.exists()


@pytest.mark.django_db
def test_the_scan_goes_on_where_it_stopped(patient_factory):
    for _ in range(3):
        patient_factory()
    assert [duplicate_finding.pairs_scan(2) for _ in range(3)] == [2, 1, 0]
    patient_factory()
    assert duplicate_finding.pairs_scan(2) == 1


@pytest.mark.django_db
def test_an_index_that_was_left_behind_is_mended(patient_factory):
    right, wrong = patient_factory(full_name="바르다"), patient_factory(full_name="옛이름")
    Patient.objects.filter(pk=wrong.pk).update(full_name="새이름", phone="010-1", phone_reversed="")
    version = Patient.objects.get(pk=wrong.pk).version
    assert [duplicate_finding.index_check(1) for _ in range(3)] == [0, 1, 0]
    assert ScanCursor.objects.get(name="names").last_patient == 0
    found = NameSuffix.objects.filter(patient_id=wrong.pk).values_list("suffix", flat=True)
    assert set(found) == suffixes("새이름")
    wrong.refresh_from_db()
    assert (wrong.phone_reversed, wrong.version) == ("1010", version)
    NameSuffix.objects.all().delete()
    out = StringIO()
    call_command("reindex_patients", stdout=out)
    assert out.getvalue() == "2 patients were mended\n"
    assert NameSuffix.objects.filter(patient_id=right.pk).exists()
