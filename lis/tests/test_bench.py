"""The bench: specimens, entering, verifying, amending, critical values."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from acct import services as accounts
from alert.models import Notification
from audit.models import AuditLog
from common.outbox import tasks
from common.outbox.models import OutboxEvent, OutboxStatus
from emr.models import CareTeamMember
from lis.models import CriticalAttempt, CriticalValue, LabValue, ResultVersion
from lis.services import criticals
from lis.tests.factories import HB, K, analyte, blood, lab_order
from ocs.models import Order, OrderHistory
from ocs.services.printing import code_128

pytestmark = pytest.mark.django_db
LIS = "/api/lis/"


@pytest.fixture
def order(users, patient_factory):
    return lab_order(users["doctor"], patient_factory(user=users["patient"]))


def enter(client, order, result, **more):
    body = {"result": result, **more}
    return client.post(f"{LIS}orders/{order.pk}/results/", body, format="json")


def verify(client, version):
    return client.post(f"{LIS}results/{version['id']}/verify/")


def test_a_result_is_entered_verified_and_amended(api, users, order):
    lab, doctor = api("lab"), api("doctor")
    given = blood(analyte(K, 5.5, flag="L", low=1), analyte(HB, 130, "g/L"))
    entered = enter(lab, order, given)
    assert entered.status_code == 201, entered.content
    order.refresh_from_db()
    assert (order.status, order.result) == ("IN_PROGRESS", None)
    assert verify(lab, entered.json()).status_code == 403
    assert verify(doctor, entered.json()).status_code == 200
    assert verify(doctor, entered.json()).status_code == 409
    order.refresh_from_db()
    assert (order.status, order.result_schema_version) == ("RESULT_READY", 1)
    potassium, haemoglobin = order.result["analytes"]
    assert (potassium["flag"], potassium["low"], potassium["name"]) == ("H", 3.4, "Potassium")
    assert (haemoglobin["value"], haemoglobin["unit"]) == (13, "g/dL")
    assert (haemoglobin["given_value"], haemoglobin["given_unit"]) == (130, "g/L")
    assert "flag" not in haemoglobin
    doctor.post(f"/api/ocs/orders/{order.pk}/confirm/")
    assert enter(lab, order, blood(analyte(K, 4.4))).status_code == 400
    amended = enter(lab, order, blood(analyte(K, 4.4)), reason="haemolysis seen").json()
    assert Order.objects.get(pk=order.pk).result == order.result
    assert verify(doctor, amended).status_code == 200
    order.refresh_from_db()
    assert (order.status, order.result["analytes"][0]["value"]) == ("CONFIRMED", 4.4)
    last = OrderHistory.objects.filter(order=order).last()
    assert (last.from_status, last.to_status, last.reason) == (
        "CONFIRMED",
        "CONFIRMED",
        "haemolysis seen",
    )
    versions = lab.get(f"{LIS}orders/{order.pk}/results/").json()["results"]
    assert [(v["number"], v["state"]) for v in versions] == [(1, "SUPERSEDED"), (2, "VERIFIED")]
    shown = doctor.get(f"{LIS}values/", {"patient": order.patient_id}).json()["results"]
    assert [(v["code"], v["value"]) for v in shown] == [(K, 4.4)]
    assert AuditLog.objects.filter(action="lab_result.verify").count() == 2
    released = OrderHistory.objects.filter(order=order, to_status="RESULT_READY").get()
    assert released.actor == last.actor == users["doctor"]


def test_a_result_is_out_only_once_another_person_has_verified_it(api, order):
    Order.objects.filter(pk=order.pk).update(status="IN_PROGRESS")
    answer = api("lab").post(
        f"/api/ocs/orders/{order.pk}/submit-result/",
        {"result": blood(analyte(K, 7.1))},
        format="json",
    )
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["field"]) == (409, "ERR_416", "result")
    order.refresh_from_db()
    assert (order.status, order.result) == ("IN_PROGRESS", None)
    assert not CriticalValue.objects.exists()
    assert not ResultVersion.objects.exists()


def test_a_flag_of_the_input_is_refused_or_computed_anew(api, order):
    lab = api("lab")
    assert enter(lab, order, blood(analyte(K, "7.1", flag="N"))).status_code == 400  # no flag
    entered = enter(lab, order, blood(analyte(K, "7.1", flag="L")))
    assert entered.json()["values"]["analytes"][0]["flag"] == "HH"
    assert CriticalValue.objects.get().value == "7.1"


@pytest.mark.parametrize(
    ("item", "field"),
    [
        (analyte("9999-9"), "code"),
        (analyte(K, 4, "mg/dL"), "unit"),
        (analyte(K, 4, "xx"), "unit"),
        (analyte(K, "high"), "value"),
        (analyte(K, -1), "value"),
        (analyte(K, "=1+1"), "value"),
        ({"code": K, "value": 4}, "unit"),
    ],
)
def test_a_bad_analyte_names_its_path(api, order, item, field):
    answer = enter(api("lab"), order, blood(analyte(HB, 12, "g/dL"), item))
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == f"result.analytes.1.{field}"
    assert not ResultVersion.objects.exists()
    order.refresh_from_db()
    assert order.status == "ORDERED"


def test_the_same_code_twice_is_refused(api, order):
    assert enter(api("lab"), order, blood(analyte(), analyte())).status_code == 400


def test_a_value_that_jumped_is_marked(api, users, order, patient_factory):
    LabValue.objects.create(
        order=lab_order(users["doctor"], order.patient),
        patient=order.patient,
        code=K,
        value=4.0,
        text="4",
        unit="mmol/L",
        at=timezone.now() - timedelta(days=2),
    )
    items = enter(api("lab"), order, blood(analyte(K, 5.2))).json()["values"]["analytes"]
    assert items[0]["delta"] is True
    items = enter(api("lab"), order, blood(analyte(K, 4.5))).json()["values"]["analytes"]
    assert "delta" not in items[0]


def test_the_patient_sees_values_once_confirmed(api, order):
    version = enter(api("lab"), order, blood()).json()
    verify(api("doctor"), version)
    query = {"patient": order.patient_id}
    assert api("patient").get(f"{LIS}values/", query).json()["count"] == 0
    api("doctor").post(f"/api/ocs/orders/{order.pk}/confirm/")
    assert api("patient").get(f"{LIS}values/", query).json()["count"] == 1


def test_a_specimen_is_taken_received_and_rejected(api, order):
    lab, nurse = api("lab"), api("nurse")
    url = f"{LIS}orders/{order.pk}/specimens/"
    made = nurse.post(url, {"kind": "serum"}, format="json").json()
    assert made["number"] == f"{order.accession_number}-01"
    tube = f"{LIS}specimens/{made['id']}/"
    label = lab.get(f"{tube}label/")
    assert label.json() == {"number": made["number"], "barcode": code_128(made["number"])}
    assert nurse.post(f"{tube}receive/").status_code == 403
    assert lab.post(f"{tube}receive/").json()["state"] == "RECEIVED"
    assert lab.post(f"{tube}receive/").status_code == 409
    assert lab.post(f"{tube}reject/", {"reason": "nice"}, format="json").status_code == 400
    rejected = lab.post(f"{tube}reject/", {"reason": "clotted"}, format="json").json()
    assert (rejected["state"], rejected["reject_reason"]) == ("REJECTED", "clotted")
    assert lab.post(f"{tube}reject/", {"reason": "clotted"}, format="json").status_code == 409
    assert nurse.post(url, {"kind": "serum"}, format="json").json()["number"].endswith("-02")
    for at in (timezone.now() + timedelta(hours=1), timezone.now() - timedelta(days=40)):
        body = {"kind": "serum", "collected_at": at.isoformat()}
        assert nurse.post(url, body, format="json").status_code == 400
    assert api("rib").post(url, {"kind": "serum"}, format="json").status_code == 403


def critical_of(api, order, value=6.9):
    version = enter(api("lab"), order, blood(analyte(K, value))).json()
    assert verify(api("doctor"), version).status_code == 200
    return CriticalValue.objects.get()


def test_a_critical_value_is_written_once(api, order):
    critical = critical_of(api, order)
    assert (critical.value, critical.flag, critical.limit) == ("6.9", "HH", 6.5)
    amended = enter(api("lab"), order, blood(analyte(K, 4.0)), reason="wrong tube").json()
    verify(api("doctor"), amended)
    assert CriticalValue.objects.get().value == "6.9"
    critical.value = "4"
    with pytest.raises(TypeError):
        critical.save()
    with pytest.raises(TypeError):
        CriticalValue.objects.update(value="4")


def test_a_critical_value_is_told_when_it_is_entered(api, users, order):
    enter(api("lab"), order, blood(analyte(K, 6.9)))
    critical = CriticalValue.objects.get()
    type(users["doctor"]).objects.filter(pk=users["doctor"].pk).update(is_active=False)
    criticals.critical_notify(critical_id=critical.pk)
    told = Notification.objects.filter(kind="critical_result")
    assert [each.user for each in told] == [users["admin"]]  # the orderer has left


def test_old_values_do_not_keep_a_new_one_from_being_told(api, users, order, monkeypatch):
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now - timedelta(days=9))
    same = {"order": order, "patient": order.patient, "code": K, "name": {}, "unit": "mmol/L"}
    CriticalValue.objects.bulk_create(
        CriticalValue(**same, value=str(number), flag="HH", limit=6.5) for number in range(500)
    )
    monkeypatch.setattr(timezone, "now", lambda: now)
    CriticalValue.objects.create(**same, value="6.9", flag="HH", limit=6.5)
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(minutes=31))
    criticals.criticals_escalate()
    assert Notification.objects.filter(kind="critical_unconfirmed").exists()


def test_only_a_value_that_was_read_back_is_closed(api, order):
    critical, lab = critical_of(api, order), api("lab")
    url = f"{LIS}critical/{critical.pk}/attempts/"
    body = {"told": "Dr. Lee", "how": "phone"}
    for outcome in ("not_reached", "no_readback"):
        answer = lab.post(url, body | {"outcome": outcome}, format="json")
        assert (answer.status_code, answer.json()["closed"]) == (201, False)
    assert lab.post(url, body | {"outcome": "ok"}, format="json").status_code == 400
    assert lab.get(f"{LIS}critical/", {"open": "true"}).json()["count"] == 1
    done = api("doctor").post(url, body | {"outcome": "confirmed"}, format="json")
    assert done.json()["closed"] is True
    assert lab.post(url, body | {"outcome": "confirmed"}, format="json").status_code == 409
    assert lab.get(f"{LIS}critical/", {"open": "true"}).json()["count"] == 0
    assert CriticalAttempt.objects.count() == 3
    assert AuditLog.objects.filter(action="critical.attempt").count() == 3


def test_a_critical_value_alerts_until_confirmed(api, users, order, settings, monkeypatch):
    settings.CRITICAL_ESCALATION_MINUTES = 10
    colleague = accounts.test_user_put(
        username="doctor2", password="x", role="doctor", full_name="other"
    )
    CareTeamMember.objects.create(patient=order.patient, user=colleague)
    critical = critical_of(api, order)
    for event in OutboxEvent.objects.filter(topic="lis.critical.found"):
        tasks.deliver.run(event.pk)
        event.refresh_from_db()
        assert event.status == OutboxStatus.DONE, event.last_error

    def told():
        rows = Notification.objects.filter(kind__startswith="critical_")
        found = sorted(rows.values_list("user__username", "kind"))
        rows.delete()
        return found

    now = timezone.now()
    assert told() == [("doctor1", "critical_result")]
    criticals.criticals_escalate()
    assert told() == []
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(minutes=11))
    criticals.criticals_escalate()
    assert told() == [("doctor1", "critical_unconfirmed")]
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(minutes=21))
    for _ in range(2):
        criticals.criticals_escalate()
    assert told() == [
        ("admin1", "critical_unconfirmed"),
        ("doctor1", "critical_unconfirmed"),
        ("doctor2", "critical_unconfirmed"),
    ]
    criticals.attempt_add(
        actor=users["lab"], critical_id=critical.pk, told="x", how="phone", outcome="confirmed"
    )
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(minutes=31))
    criticals.criticals_escalate()
    assert told() == []


GENETIC = {"gene_mutations": [{"gene": "idh1", "hgvs": "NP_005887.2:p.Arg132His", "vaf": 0.4}]}


@pytest.mark.parametrize(
    ("job_type", "result", "status", "field"),
    [
        ("GENETIC", GENETIC, 201, None),
        ("GENETIC", {"gene_mutations": [{"gene": "IDH1"}]}, 400, "result.gene_mutations.0"),
        (
            "GENETIC",
            {"gene_mutations": [{"gene": "IDH1", "hgvs": "R132H"}]},
            400,
            "result.gene_mutations.0.hgvs",
        ),
        (
            "GENETIC",
            {"gene_mutations": [{"gene": "I D", "hgvs": "c.1A>G"}]},
            400,
            "result.gene_mutations.0.gene",
        ),
        (
            "GENETIC",
            {"rna_seq": {"file": "0" * 64, "genes": 1, "samples": 1}},
            400,
            "result.rna_seq.file",
        ),
        ("GENETIC", {}, 400, None),
        ("PROTEIN", {"protein_markers": [{"marker": "GFAP", "value": 1.2}]}, 201, None),
        ("PROTEIN", {"protein_markers": []}, 400, "result.protein_markers"),
    ],
)
def test_genes_and_proteins(api, users, patient_factory, job_type, result, status, field):
    order = lab_order(users["doctor"], patient_factory(), job_type)
    answer = enter(api("lab"), order, result)
    assert answer.status_code == status, answer.content
    if field:
        assert answer.json()["error"]["field"] == field
    if result is GENETIC:
        assert answer.json()["values"]["gene_mutations"][0]["gene"] == "IDH1"
