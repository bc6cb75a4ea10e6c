"""The worklist of the bench, the panel of an order, checking rows, sending a result back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import AuditLog
from lis.analytes import analytes, factor, panels
from lis.models import CriticalValue
from lis.tests.factories import HB, K, analyte, blood, lab_order
from ocs.models import Order

pytestmark = pytest.mark.django_db
LIS = "/api/lis/"


@pytest.fixture
def order(users, patient_factory):
    return lab_order(users["doctor"], patient_factory(user=users["patient"]))


def work(client, **query):
    return client.get(f"{LIS}worklist/", query).json()["results"]


def step(client, order):
    [row] = work(client, number=order.accession_number)
    return row["step"]


def enter(client, order, *items):
    body = {"result": blood(*items)}
    return client.post(f"{LIS}orders/{order.pk}/results/", body, format="json").json()


def test_an_order_goes_through_the_steps_of_the_bench(api, order):
    lab, doctor = api("lab"), api("doctor")
    assert step(lab, order) == "COLLECT"
    url = f"{LIS}orders/{order.pk}/specimens/"
    tube = api("nurse").post(url, {"kind": "serum"}, format="json").json()
    assert step(lab, order) == "RECEIVE"
    rejected = api("nurse").post(url, {"kind": "urine"}, format="json").json()
    body = {"reason": "clotted", "note": "again"}
    lab.post(f"{LIS}specimens/{rejected['id']}/reject/", body, format="json")
    lab.post(f"{LIS}specimens/{tube['id']}/receive/")
    [found] = work(lab, number=tube["number"])
    assert (found["id"], found["step"], found["returned"]) == (order.pk, "ENTER", False)
    first, second = found["specimens"]
    assert (first["collected_by_name"], first["received_by_name"]) == ("nurse", "lab")
    assert (second["rejected_by_name"], second["reject_note"]) == ("lab", "again")
    assert second["rejected_at"]
    version = enter(lab, order)
    assert step(lab, order) == "VERIFY"
    doctor.post(f"{LIS}results/{version['id']}/verify/")
    assert step(lab, order) == "CONFIRM"
    doctor.post(f"/api/ocs/orders/{order.pk}/confirm/")
    assert (step(lab, order), work(lab, open="true")) == ("DONE", [])
    body = {"result": blood(analyte(K, 4.9)), "reason": "wrong tube"}
    lab.post(f"{LIS}orders/{order.pk}/results/", body, format="json")
    assert [row["step"] for row in work(lab, open="true")] == ["VERIFY"]


def test_the_worklist_is_filtered_and_counted(api, users, order):
    lab = api("lab")
    urgent = lab_order(users["doctor"], order.patient)
    due = timezone.now() - timedelta(hours=1)
    Order.objects.filter(pk=urgent.pk).update(priority="stat", due_at=due)
    api("nurse").post(f"{LIS}orders/{urgent.pk}/specimens/", {"kind": "csf"}, format="json")
    queries = ({"priority": "stat"}, {"overdue": "true"}, {"step": "RECEIVE"}, {"specimen": "csf"})
    for query in queries:
        assert [row["id"] for row in work(lab, **query)] == [urgent.pk], query
    ids = [row["id"] for row in work(lab, ordering="priority,ordered_at")]
    assert ids == [urgent.pk, order.pk]
    before = AuditLog.objects.count()
    counts = lab.get(f"{LIS}worklist/counts/").json()
    assert counts == {"steps": {"COLLECT": 1, "RECEIVE": 1}, "overdue": 1, "urgent": 1}
    assert AuditLog.objects.count() == before
    assert work(api("patient")) == []


def test_the_worklist_asks_as_much_for_many_as_for_one(
    api, users, order, django_assert_max_num_queries
):
    lab = api("lab")
    for _ in range(12):
        one = lab_order(users["doctor"], order.patient)
        api("nurse").post(f"{LIS}orders/{one.pk}/specimens/", {"kind": "serum"}, format="json")
    with django_assert_max_num_queries(14):
        assert len(work(lab)) == 13
    with django_assert_max_num_queries(14):
        assert lab.get(f"{LIS}specimens/", {"kind": "serum"}).json()["count"] == 12


def test_a_result_is_sent_back_and_entered_anew(api, users, order):
    lab, doctor = api("lab"), api("doctor")
    version = enter(lab, order)
    url = f"{LIS}results/{version['id']}/return/"
    assert doctor.post(url, {}, format="json").status_code == 400
    assert api("nurse").post(url, {"reason": "no"}, format="json").status_code == 403
    back = doctor.post(url, {"reason": "measure again"}, format="json").json()
    assert (back["state"], back["return_reason"]) == ("RETURNED", "measure again")
    assert back["returned_by_name"] == "doctor"
    assert doctor.post(url, {"reason": "twice"}, format="json").status_code == 409
    assert doctor.post(f"{LIS}results/{version['id']}/verify/").status_code == 409
    [row] = work(lab, step="ENTER")
    assert row["returned"] is True
    again = enter(lab, order, analyte(K, 4.4))
    assert doctor.post(f"{LIS}results/{again['id']}/verify/").status_code == 200
    states = [v["state"] for v in doctor.get(f"{LIS}orders/{order.pk}/results/").json()["results"]]
    assert states == ["RETURNED", "VERIFIED"]
    assert AuditLog.objects.filter(action="lab_result.return").count() == 1


def test_versions_are_for_those_who_enter_or_verify(api, order):
    url = f"{LIS}orders/{order.pk}/results/"
    found = {name: api(name).get(url).status_code for name in ("lab", "doctor", "rib", "nurse")}
    assert found == {"lab": 200, "doctor": 200, "rib": 403, "nurse": 403}


def test_a_panel_has_the_ranges_of_the_patient(api, users, patient_factory, order):
    panel = api("lab").get(f"{LIS}orders/{order.pk}/panel/").json()
    rows = {row["code"]: row for row in panel["analytes"]}
    expected = analytes()[HB].range_for(sex=panel["sex"], age=panel["age"], method=None)
    assert rows[HB]["low"] == (expected.low if expected else None)
    assert rows[HB]["units"] == ["g/L"]
    assert [each["method"] for each in rows["4537-7"]["methods"]] == ["Westergren"]
    assert AuditLog.objects.filter(action="lab_panel.read", patient_id=order.patient_id).exists()


def test_panels_and_units_of_the_table_are_sound():
    codes = [code for panel in panels() for code in panel["codes"]]
    assert set(codes) <= analytes().keys()
    assert len(set(codes)) == len(codes)
    for row in analytes().values():
        assert all(factor(row.code, unit) > 0 for unit in row.units), row.code
        assert row.unit not in row.units


def check(client, order, result):
    body = {"result": result}
    return client.post(f"{LIS}orders/{order.pk}/results/check/", body, format="json")


def test_rows_are_checked_one_by_one_before_they_are_entered(api, order):
    rows = [analyte(K, 6.9), analyte(K, "abc"), analyte(HB, 130, "xx"), {"code": K}, 7]
    answer = check(api("lab"), order, {"analytes": rows})
    assert answer.status_code == 200, answer.content
    found = answer.json()["rows"]
    assert [row["field"] for row in found] == ["", "value", "unit", "value", ""]
    assert (found[0]["values"]["flag"], found[4]["values"]) == ("HH", None)
    assert found[4]["problem"]
    assert not CriticalValue.objects.exists()
    assert Order.objects.get(pk=order.pk).status == "ORDERED"
    assert check(api("lab"), order, {"analytes": 5}).status_code == 400
    assert check(api("lab"), order, {}).json() == {"rows": []}
    assert check(api("doctor"), order, {}).status_code == 403


def test_each_mutation_is_checked(api, users, patient_factory):
    order = lab_order(users["doctor"], patient_factory(), "GENETIC")
    rows = [{"gene": "idh1", "hgvs": "p.(Arg132His)"}, {"gene": "IDH1", "hgvs": "R132H"}]
    result = {"gene_mutations": rows, "cnv": [{"region": "1p/19q", "change": "vanished"}]}
    found = check(api("lab"), order, result).json()["rows"]
    assert [(row["list"], row["field"]) for row in found] == [
        ("gene_mutations", ""),
        ("gene_mutations", "hgvs"),
        ("cnv", "change"),
    ]
    assert found[0]["values"]["gene"] == "IDH1"
