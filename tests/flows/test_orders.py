"""The alerts about an order, sent by the workers to those whom it concerns."""

from __future__ import annotations

from common.http.api_client import wait_until


def alerts(client, kind, order):
    link = f"/orders/{order['id']}"
    found = client.get("alert/notifications/", kind=kind)["results"]
    return [alert for alert in found if alert["link"] == link]


def test_a_stat_order_alerts_radiology_and_its_result_to_the_orderer(login) -> None:
    doctor, radiologist = login("doctor"), login("radiologist")
    patient = doctor.get("emr/patients/", patient_id="P2026-0001")["results"][0]
    body = {"patient": patient["id"], "job_role": "RIS", "job_type": "CT_HEAD", "priority": "stat"}
    order = doctor.post("ocs/orders/", json=body)
    (alert,) = wait_until(
        lambda: alerts(radiologist, "order_stat", order), bool, timeout_s=20, what="the alert"
    )
    assert "Head CT" in alert["text"]
    assert "김민준 (P2026-0001)" in alert["text"]
    for step in ("accept", "start", "submit-result"):
        radiologist.post(f"ocs/orders/{order['id']}/{step}/", json={})
    (alert,) = wait_until(
        lambda: alerts(doctor, "order_result", order), bool, timeout_s=20, what="the alert"
    )
    assert "Head CT" in alert["text"]
    assert alerts(radiologist, "order_result", order) == []
