"""Vital signs of a whole ward: each row for itself, and none twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from uuid import uuid4

import pytest
from django.db import connection

from emr.models import Vitals
from emr.services.vitals_bulk import vitals_enter
from emr.tests.factories import vitals_body

BULK = "/api/emr/vitals/bulk/"


def entry(patient, **fields):
    return vitals_body(patient.pk, client_id=str(uuid4())) | fields


def results(client, *rows):
    response = client.post(BULK, {"rows": list(rows)}, format="json")
    assert response.status_code == 200
    return response.json()["results"]


def test_a_bad_row_does_not_keep_the_others(api, patient_factory):
    well, ill = patient_factory(), patient_factory()
    rows = [
        entry(well, consciousness="alert", supplemental_oxygen=False),
        entry(ill, heart_rate=900),
        entry(ill, systolic_mmhg=80, diastolic_mmhg=90),
        entry(ill) | {"patient": 10**9},
        {"nonsense": 1},
        entry(ill, consciousness="confusion", heart_rate=None),
    ]
    found = results(api("nurse"), *rows)
    assert [row["outcome"] for row in found] == ["created", *["refused"] * 4, "created"]
    assert found[0]["vitals"]["consciousness"] == "alert"
    assert [row["error"]["field"] for row in found[1:5]] == [
        "heart_rate",
        "diastolic_mmhg",
        "id",
        "nonsense",
    ]
    assert found[1]["client_id"] == rows[1]["client_id"]
    assert Vitals.objects.count() == 2


def test_a_row_that_is_sent_again_is_stored_once(api, patient_factory):
    nurse, row = api("nurse"), entry(patient_factory(), temperature_c=36.7)
    [first], [again] = results(nurse, row), results(nurse, row)
    assert (first["outcome"], again["outcome"]) == ("created", "stored")
    assert again["vitals"]["id"] == first["vitals"]["id"]
    [other] = results(nurse, row | {"heart_rate": 73})
    assert other["error"]["code"] == "ERR_304"
    [theirs] = results(api("doctor"), row)
    assert theirs["outcome"] == "created", "an id is one person's own"
    path = f"/api/emr/vitals/{first['vitals']['id']}/"
    assert (
        nurse.patch(
            path, {"heart_rate": 74}, headers={"If-Match": '"1"'}, format="json"
        ).status_code
        == 200
    )
    [corrected] = results(nurse, row)
    assert (corrected["outcome"], corrected["vitals"]["heart_rate"]) == ("stored", 74)


@pytest.mark.django_db(transaction=True)
def test_a_row_that_is_sent_twice_at_once_is_stored_once(users, patient_factory):
    patient, client_id = patient_factory(), uuid4()
    at = "2026-01-05T09:30:00+00:00"

    def send(_):
        try:
            return vitals_enter(
                actor=users["nurse"],
                client_id=client_id,
                patient=patient.pk,
                measured_at=datetime.fromisoformat(at),
                heart_rate=70,
            ).outcome
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(send, range(4)))
    assert outcomes == ["created", "stored", "stored", "stored"]
    assert Vitals.objects.count() == 1


def test_a_request_without_rows_or_with_too_many_is_refused(api, patient_factory):
    nurse, row = api("nurse"), entry(patient_factory())
    for rows in ([], [row] * 101, "x", [1]):
        assert nurse.post(BULK, {"rows": rows}, format="json").status_code == 400
    assert api("lab").post(BULK, {"rows": [row]}, format="json").status_code == 403
