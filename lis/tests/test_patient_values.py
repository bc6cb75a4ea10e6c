"""The laboratory in a patient's record: values by analyte, the summary, the timeline."""

from __future__ import annotations

import pytest
from django.utils import timezone

from audit.models import AuditLog
from lis.models import LabValue
from lis.tests.factories import HB, K, analyte, blood, lab_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(users, patient_factory):
    return lab_order(users["doctor"], patient_factory(user=users["patient"]))


def _released(api, order, *items, **more):
    entered = api("lab").post(
        f"/api/lis/orders/{order.pk}/results/", {"result": blood(*items), **more}, format="json"
    )
    assert entered.status_code == 201, entered.content
    assert api("doctor").post(f"/api/lis/results/{entered.json()['id']}/verify/").status_code == 200


def _analytes(client, patient_id):
    return client.get(f"/api/lis/patients/{patient_id}/analytes/").json()


def test_an_amended_value_says_what_it_was(api, order):
    _released(api, order, analyte(K, 5.5), analyte(HB, 13, "g/dL"))
    _released(api, order, analyte(K, 4.4), analyte(HB, 13, "g/dL"), reason="haemolysis seen")
    found = {row["code"]: row for row in _analytes(api("doctor"), order.patient_id)}
    assert found[K]["name"]["ko"] == "칼륨(K)"
    [potassium], [haemoglobin] = found[K]["values"], found[HB]["values"]
    assert (potassium["text"], potassium["corrected_from"]) == ("4.4", "5.5")
    assert haemoglobin["corrected_from"] is None
    entries = api("doctor").get(
        f"/api/emr/patients/{order.patient_id}/timeline/", {"kind": "result"}
    )
    assert [(e["title"], e["detail"]) for e in entries.json()["results"]] == [
        ("BLOOD", "amended"),
        ("BLOOD", ""),
    ]
    log = AuditLog.objects.filter(action="lab_value.list").latest("id")
    assert log.patient_id == order.patient_id


def test_a_patient_sees_what_is_confirmed(api, order):
    _released(api, order, analyte(K, 5.5))
    assert _analytes(api("patient"), order.patient_id) == []
    api("doctor").post(f"/api/ocs/orders/{order.pk}/confirm/")
    assert [row["code"] for row in _analytes(api("patient"), order.patient_id)] == [K]


def test_the_summary_shows_what_is_flagged_and_critical(api, order):
    _released(api, order, analyte(K, 6.8), analyte(HB, 13, "g/dL"))
    url = f"/api/emr/patients/{order.patient_id}/summary/"
    found = api("doctor").get(url).json()
    assert [(v["code"], v["flag"]) for v in found["flagged"]] == [(K, "HH")]
    [critical] = found["criticals"]
    assert [each["id"] for each in api("nurse").get(url).json()["criticals"]] == [critical["id"]]
    assert api("patient").get(url).json()["criticals"] == []
    body = {"told": "Dr. Lee", "how": "phone", "outcome": "confirmed"}
    api("lab").post(f"/api/lis/critical/{critical['id']}/attempts/", body, format="json")
    assert api("doctor").get(url).json()["criticals"] == []


def test_the_table_costs_the_same_among_many(api, order, django_assert_max_num_queries):
    LabValue.objects.bulk_create(
        LabValue(
            order=order,
            patient_id=order.patient_id,
            code=code,
            value=place,
            text=str(place),
            unit="mmol/L",
            at=timezone.now(),
        )
        for code in (K, HB)
        for place in range(200)
    )
    with django_assert_max_num_queries(12):
        found = _analytes(api("doctor"), order.patient_id)
    assert [(row["count"], len(row["values"])) for row in found] == [(200, 6), (200, 6)]
    assert {value["text"] for value in found[0]["values"]} == {str(n) for n in range(194, 200)}
